"""One list: its columns, what the dry run found, the taking in with its progress, and the result with every row that stayed out."""

from functools import partial
from typing import Any

import streamlit as st

from core import jobs
from core.access import Person
from core.exchange.tabular import csv_text
from core.roster import lists
from core.roster.columns import FIELDS
from core.roster.entry import Problem
from core.roster.lists import Line
from core.words import Sentence
from pages.ui.cohorts import list_columns
from pages.ui.i18n import N_, _, language, literal, moment, n_, number, show, use
from pages.ui.session import did, read
from pages.ui.tables import Column, Row, chip, table

SHOWN = 200
COUNTS = (
    ("new", N_("New"), N_("would be made")), ("fill", N_("To complete"), N_("birth date, sex or a fact was missing")),
    ("known", N_("Known"), N_("nothing changes")), ("out", N_("Not taken in"), N_("rows with a fault, listed below")),
    ("doubts", N_("To look at"), N_("go in, but somebody should look")),
    ("told", N_("Facts"), N_("opt-outs, deaths, moves and contact details")),
)  # fmt: skip
PHASES = {"looking": N_("Looking through the rows"), "sealing": N_("Sealing names and numbers"), "writing": N_("Writing")}
NAMES = {field.key: field.name for field in FIELDS}


def show_detail(user: Person, line: Line) -> None:
    """What can be done with the list now, and what is known of it."""
    _head(line)
    if line.state == "done":
        _done(user, line)
    elif line.state == "waiting":
        _follow(user, line, line.workflow_id or "")
    elif line.state == "looked":
        _looked(user, line)
    else:
        _new(user, line)


def _head(line: Line) -> None:
    st.markdown(f"**{literal(line.name)}** · {literal(line.site_name)} · :gray[{_('handed in by {name}', name=literal(line.by))}, "
                f"{moment(line.handed_in_at)}]")  # fmt: skip


def _new(user: Person, line: Line) -> None:
    running = read(lambda _session: jobs.progress(jobs.looking_id(line.id, line.mapping))) if line.size_bytes > lists.SMALL_BYTES else None
    if running is not None and running.state in ("waiting", "running"):
        _follow(user, line, jobs.looking_id(line.id, line.mapping))
    else:
        list_columns.form(user, line)


def _looked(user: Person, line: Line) -> None:
    if refused := Sentence.from_json(line.looked.get("refused")):
        st.error(show(refused), icon=":material/block:")
    else:
        _counts(line.looked)
        _take_in(user, line)
    with st.expander(_("Change the columns"), icon=":material/view_column:"):
        list_columns.form(user, line)
    _problems(user, line)


def _take_in(user: Person, line: Line) -> None:
    wanted = line.looked["new"] + line.looked["fill"]
    if not wanted:
        st.markdown(f":gray[{_('Everybody in this list is known already; there is nothing to take in.')}]")
        return
    label = n_("Take in {n} participant", "Take in {n} participants", wanted)
    if st.button(label, type="primary", icon=":material/group_add:") and did(lists.start, user, line.id):
        read(lambda _session: jobs.enqueue_list(line.id))
        st.rerun()
    if line.looked["out"]:
        st.caption(_("The rows with a fault stay out. Put them right in the list and hand it in again: who is in already is left alone."))


def _follow(user: Person, line: Line, workflow_id: str) -> None:
    """Progress in place until the job has ended."""

    @st.fragment(run_every="2s")
    def live() -> None:
        known = read(lists.line, user, line.id)
        if known.state != line.state:
            st.rerun()
        progress = read(lambda _session: jobs.progress(workflow_id))
        if progress is None or progress.state == "waiting":
            st.markdown(f":gray[{_('Waits for the worker. The page may be left; the work goes on.')}]")
        elif progress.state == "failed":
            st.error(f"{show(progress.reason)}  \n{_('Nothing was written. An administrator can try it again on the operations page.')}")
        else:
            st.progress(progress.fraction or 0.0, _(PHASES.get(progress.phase, N_("Under way"))))
            st.caption(_("The page may be left; the work goes on. Everything that is right is written at once, or nothing."))

    live()


def _done(user: Person, line: Line) -> None:
    if line.refused is not None:
        st.error(f"{show(line.refused)}  \n{_('Nothing was taken in.')}", icon=":material/block:")
        return
    st.success(
        _("Taken in on {moment}: {new} new, {fill} completed, {told} facts.", moment=moment(line.finished_at), new=line.result["new"],
          fill=line.result["fill"], told=line.result["told"]), icon=":material/check:",
    )  # fmt: skip
    _counts(line.result)
    _problems(user, line)


def _counts(found: Any) -> None:
    rows = n_("**{n} row** was looked at.", "**{n} rows** were looked at.", found["rows"])
    st.markdown(rows)
    for spot, (key, name, note) in zip(st.columns(len(COUNTS)), COUNTS, strict=True):
        spot.metric(_(name), number(found[key]), help=_(note))


def _problems(user: Person, line: Line) -> None:
    found = read(lists.remarks, user, line.id)
    if not found:
        return
    title = n_("{n} remark on rows of the list", "{n} remarks on rows of the list", len(found))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False)
        st.download_button(
            _("All as CSV"), partial(_csv, found, language()), f"remarks-{line.id[:8]}.csv", "text/csv", icon=":material/download:",
            on_click="ignore", type="tertiary",
        )  # fmt: skip
    columns = [
        Column("line", _("Line"), "number", "80px", "right"), Column("kind", _("Result"), "chip", "140px"),
        Column("field", _("Column"), "text", "160px"), Column("said", _("Why, and what to do")),
    ]  # fmt: skip
    first = sorted(found, key=lambda one: (one.doubt, one.line))[:SHOWN]
    table(f"problems-{line.id}", columns, [_row(n, one) for n, one in enumerate(first)], label=title, height="420px")
    if len(found) > SHOWN:
        st.caption(_("The first {n} are shown; the file holds them all.", n=SHOWN))


def _row(n: int, problem: Problem) -> Row:
    kind = chip(_("Look at it"), "orange", "◆") if problem.doubt else chip(_("Not taken in"), "red", "▲")
    cells = {"line": problem.line, "kind": kind, "field": _field(problem), "said": show(problem.said)}
    return Row(str(n), cells, tone="" if problem.doubt else "action")


def _field(problem: Problem) -> str:
    return _(NAMES[problem.column]) if problem.column in NAMES else _("the whole row")


def _csv(found: tuple[Problem, ...], spoken: str) -> bytes:
    """Every remark; made when the button is pressed, outside of the page."""
    use(spoken)
    rows = [[one.line, _("Look at it") if one.doubt else _("Not taken in"), _field(one), show(one.said)] for one in found]
    return csv_text([_("Line"), _("Result"), _("Column"), _("Why, and what to do")], rows).encode()
