"""The list of uploads, and one upload followed study by study until everything is in the queue."""

import csv
import io
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from core.workflow.intake import BatchLine, BatchView, FileLine, StudyLine
from db.enums import IntakeResult
from pages.ui.choice import remember
from pages.ui.i18n import N_, _, day, language, literal, moment, n_, show, use
from pages.ui.tables import Column, Row, Tone, chip, table, two
from pages.ui.words import PROGRAMME, RECEIPT

LISTED = 20
STAGES: dict[str, tuple[str, Tone, int]] = {
    "received": (N_("Received"), "gray", 1),
    "checked": (N_("Waiting for further images"), "orange", 2),
    "complete": (N_("Complete, waits for AI"), "blue", 3),
    "scoring": (N_("Being scored"), "blue", 4),
    "queued": (N_("In the queue"), "green", 5),
    "not scored": (N_("In the queue, not scored"), "orange", 5),
    "read": (N_("Read"), "green", 5),
}
PHASES = {
    "waiting": N_("Waits for the worker"),
    "receiving": N_("Files are being received"),
    "checking": N_("Images are being put together"),
    "done": N_("Taken in"),
    "failed": N_("Taking in failed"),
}
NOT_TAKEN = (IntakeResult.rejected, IntakeResult.conflict)


def asked(known: Sequence[BatchLine]) -> str:
    """The upload that the address names, else the newest."""
    return st.query_params.get("upload") or known[0].id


def list_uploads(known: Sequence[BatchLine], chosen: str) -> None:
    """The last uploads; a click follows another one."""
    rows = [_line(line, line.id == chosen) for line in known]
    picked = table("uploads", [Column("what", _("Uploads"), "strong", link=True)], rows, label=_("Uploads"), height="calc(100vh - 420px)")
    if picked.opened and picked.opened != chosen:
        remember("upload", picked.opened)
        st.rerun(scope="fragment")


def follow(view: BatchView) -> None:
    """One upload: how far it is, its studies, and below them the files that were not taken."""
    counts = ", ".join(f"{n} {_(RECEIPT[result]).lower()}" for result, n in view.counts.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{literal(view.source)}** · {_(PHASES[view.progress.phase])} · :gray[{counts or _('no file yet')}]", width="stretch")
        if view.files:
            st.download_button(
                _("Receipt"),
                partial(_receipt, view.files, language()),
                "receipt.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                type="tertiary",
            )
    if view.progress.reason:
        st.warning(show(view.progress.reason), icon=":material/hourglass:")
    if view.finished_at is None and view.progress.fraction is not None:
        st.progress(view.progress.fraction)
    if view.studies:
        picked = table(f"studies-{view.id}", _study_columns(), [_study(line) for line in view.studies], label=_("Studies of this upload"))
        if picked.opened:
            st.switch_page("pages/doctor/case.py", query_params={"exam": picked.opened})
    elif view.finished_at is not None:
        st.markdown(f":gray[{_('No study came out of this upload; the files below say why.')}]")
    _refused(view)


def _refused(view: BatchView) -> None:
    refused = [line for line in view.files if line.result in NOT_TAKEN]
    if refused:
        words = n_("{n} file was not taken in", "{n} files were not taken in", len(refused))
        with st.expander(words, expanded=not view.studies, icon=":material/block:"):
            columns = [
                Column("path", _("File"), "strong", "38%"),
                Column("result", _("Result"), "chip", "110px"),
                Column("reason", _("Why, and what to do")),
            ]
            table(f"refused-{view.id}", columns, [_file(n, line) for n, line in enumerate(refused[:200])], label=words, height="260px")


def _line(line: BatchLine, chosen: bool) -> Row:
    refused = sum(line.counts.get(result, 0) for result in NOT_TAKEN)
    state = n_("{n} not taken in", "{n} not taken in", refused) if refused else _("taken in") if line.finished_at else _("under way")
    cells = {"what": two(line.source, f"{moment(line.created_at)} · {state}", "red" if refused else "")}
    return Row(line.id, cells, href=f"/upload?upload={line.id}", tone="chosen" if chosen else "")


def _study_columns() -> list[Column]:
    return [
        Column("who", _("Participant"), "strong", "190px", link=True),
        Column("kind", _("Exam"), "text", "150px"),
        Column("images", _("Images"), "number", "80px", "right"),
        Column("stage", _("How far"), "steps", "230px"),
        Column("reason", _("Remark")),
    ]


def _study(line: StudyLine) -> Row:
    word, tone, step = STAGES[line.stage]
    text = _(word) if line.fraction is None else f"{_(word)} {line.fraction:.0%}"
    cells: dict[str, Any] = {
        "who": two(line.participant_name, line.number),
        "kind": two(_(PROGRAMME[line.kind.value]), day(line.exam_date)),
        "images": line.images,
        "stage": {"text": text, "tone": tone, "step": step, "of": 5},
        "reason": show(line.reason),
    }
    return Row(str(line.exam_id), cells, href=f"/case?exam={line.exam_id}")


def _file(n: int, line: FileLine) -> Row:
    cells = {"path": line.path, "result": chip(_(RECEIPT[line.result]), "red", "▲"), "reason": show(line.reason)}
    return Row(str(n), cells)


def _receipt(files: Sequence[FileLine], language: str) -> bytes:
    """Every file with what became of it, for a spreadsheet; made when the button is pressed, outside of the page."""
    use(language)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([_("File"), _("Result"), _("Why, and what to do")])
    sheet.writerows([[_safe(line.path), _(RECEIPT[line.result]), show(line.reason, "")] for line in files])
    return out.getvalue().encode("utf-8-sig")


def _safe(text: str) -> str:
    """A file name that a spreadsheet must not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
