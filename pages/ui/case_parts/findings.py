"""What the AI saw: where, how large, how suspicious, by which model, and what that model was never tested on."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.words import Sentence
from core.workflow import breast_result
from core.workflow.ai import AiResult, FindingLine
from core.workflow.appearance import appearance
from core.workflow.reading import Case, suggestion
from core.workflow.slices import Slices
from db.enums import ExamKind, FindingKind
from pages.ui.case_parts.about_model import about
from pages.ui.case_parts.draft import own
from pages.ui.case_parts.explanation import explanation
from pages.ui.case_parts.nodule_words import kind, place
from pages.ui.i18n import _, moment, n_, number, show
from pages.ui.tables import Column, Row, table, two
from pages.ui.viewer.marks import slice_of

REASONS = 2  # of the rule are shown; all of them stand in its tooltip


def findings(case: Case, slices: Slices | None, *, said_already: Sequence[Sentence], between: Callable[[], None] | None = None) -> None:
    """The table of marks; choosing a row shows its place in the viewer. `said_already`: doubts that stand elsewhere on the page.

    `between` shows what the reader makes of the marks, directly below them.
    """
    with st.container(key="case_marks", gap=None):
        st.header(_("AI findings"), anchor=False)
        if case.ai is None:
            st.markdown(_("No result, because: {reason}", reason=show(case.ai_reason)))
        else:
            _summary(case.ai)
            _marks(case, case.ai, slices)
            explanation(case.exam_id, case.ai)
    if between is not None:
        between()
    if case.ai is not None:
        _witness(case.ai, {str(one) for one in said_already})
    _rule(case)


def about_images(problem: str, remarks: Sequence[Sentence]) -> None:
    """What may mislead is said in full above everything; mere remarks are one click away."""
    if problem:
        st.markdown(f":orange[:material/warning:] **{problem}**")
    if remarks:
        label = n_("{n} remark on the images", "{n} remarks on the images", len(remarks))
        with st.container(key="case_remarks"), st.popover(label, type="tertiary"):
            st.markdown("\n".join(f"- {show(remark)}" for remark in remarks))


def chosen(case: Case) -> tuple[int | None, int]:
    """The finding whose row was chosen last, and how often one was chosen: asked before the viewer is drawn."""
    key = f"goto-{case.exam_id}"
    last: tuple[int | None, int] = st.session_state.get(key, (None, 0))
    picked = st.session_state.get(_table_key(case), {}).get("opened")
    if picked is not None:
        last = st.session_state[key] = (int(picked), last[1] + 1)
        if case.can_read:
            st.session_state[f"mark-{case.exam_id}"] = int(picked)
    return last


def _table_key(case: Case) -> str:
    return f"findings-{case.exam_id}"


def _marks(case: Case, ai: AiResult, slices: Slices | None) -> None:
    if not ai.findings:
        st.markdown(_("Nothing was marked. That is not a statement that nothing is there."))
        return
    lung = case.kind is ExamKind.lung_ct
    columns = [
        Column("number", "#", "text", "30px"),
        Column("place", _("Nodule") if lung else _("Where"), "text", help="" if lung else _linked_help()),
        Column("size", _("Size"), "number", "98px", "right nowrap") if lung else Column("evidence", _("Here"), "number", "66px", "right"),
        Column("suspicion", _("Suspicion") if lung else _("View"), "number", "84px", "right", help=_suspicion_help(lung)),
    ]
    rows = [Row(str(one.number), _cells(one, ai, slices), opens=True) for one in ai.findings]
    table(_table_key(case), columns, rows, label=_("AI findings"), height="176px" if len(rows) > 3 else "")
    if not lung and not marks_begin_shown(case):
        st.caption(_("The score is low, so the marks start hidden: key H shows them."))


def _cells(one: FindingLine, ai: AiResult, slices: Slices | None) -> dict[str, object]:
    k = slice_of(one, slices) if slices else None
    size = "–" if one.mean_diameter_mm is None else f"{one.mean_diameter_mm:.1f} mm"
    volume = "" if one.volume_mm3 is None else f"{number(round(one.volume_mm3))} mm³"
    seen = appearance(one.detail)
    evidence, alone, part = one.detail.get("evidence"), seen.alone, seen.solid_mm
    return {
        "number": str(one.number),
        "place": _place(one, ai, _("slice {n}", n=slices.number(k)) if slices and k is not None else ""),
        "size": two(size, volume if part is None else f"{_('Core')} {part:.1f} mm"),
        "evidence": "–" if evidence is None else f"{evidence:.2f}",
        "suspicion": two("–" if one.malignancy is None else f"{one.malignancy:.2f}", "" if alone is None else f"⌀ {alone:.2f}"),
    }


def _place(one: FindingLine, ai: AiResult, where: str) -> dict[str, str]:
    """Type and place of a nodule; view and slice of anything else, with the mark of the other view that may be the same."""
    if one.kind is not FindingKind.nodule:
        also = [_("perhaps {n} on {view}", n=partner.number, view=partner.view) for partner in breast_result.partners(one, ai.findings)]
        return two(_where(one), ", ".join([*([where] if where else []), *also]))
    seen = appearance(one.detail)
    return two(kind(seen), ", ".join(part for part in (place(one, seen), where) if part))


def _where(one: FindingLine) -> str:
    if one.view:
        return f"{one.laterality} {one.view}".strip()
    return {"L": _("left lung"), "R": _("right lung")}.get(one.laterality, _("side unknown"))


def _linked_help() -> str:
    told = _("“perhaps”: a mark of the other view as far from the nipple, which may show the same place.")
    return f"{told} {_('Nearly half of marks made blindly would have one too.')}"


def _suspicion_help(lung: bool) -> str:
    if lung:
        told = _("Suspicion of malignancy from 0 to 1, as the model estimates it; the model's card says what it was compared with")
        return f"{told} · ⌀: {_('what the diameter alone would say')}"
    return _("Suspicion of cancer in this view from 0 to 1; “Here” is the evidence at the mark itself")


def _summary(ai: AiResult) -> None:
    """What the model says of the whole exam, and what its numbers mean."""
    told = breast_result.of(ai)
    breasts = ai.result.get("breasts") or {}
    sides = [f"{_('right') if side == 'R' else _('left')} {breasts[side]:.2f}" for side in ("R", "L") if breasts.get(side) is not None]
    parts = [f"**{_('Score {step} of 10', step=ai.step)}**"] if ai.step is not None else []
    parts += [_("suspicion {breasts}", breasts=", ".join(sides))] if sides else []
    if parts:
        st.markdown(" · ".join(parts))
    meant = [show(told.score)] if told.score else []
    meant += [_("Density {said}", said=show(told.density))] if told.density else []
    meant += [show(one) for one in (told.share, told.rests_on) if one is not None]
    if meant:
        st.caption("  \n".join(meant), help=None if told.screening is None else show(told.screening))


def _witness(ai: AiResult, said_already: set[str]) -> None:
    """Model, version, score and limits, quietly."""
    ran = _("{seconds} s on {device}", seconds=f"{ai.seconds:.0f}", device=ai.device)
    parts = [f"{ai.model} {ai.tag}", ran, moment(ai.finished_at), *([f"**{_('simulated result')}**"] if ai.synthetic else [])]
    with st.container(key="case_limits", gap=None):
        st.caption(" · ".join(parts))
        if ai.limits:
            with st.popover(n_("{n} limit of this model", "{n} limits of this model", len(ai.limits)), type="tertiary"):
                about(ai)
    for warning in ai.result.get("warnings", ()):
        if str(warning) not in said_already:
            st.caption(f":material/warning: {_(str(warning))}")


def marks_begin_shown(case: Case) -> bool:
    """Marks of a mammogram with a low score start hidden: they say where the model looked hardest, not that something is there."""
    return case.ai is not None and (case.ai.step or 0) >= case.card.triage.soon_step


def _rule(case: Case) -> None:
    """What the published rule says with its reasons, or, more quietly, what it lacks."""
    if own(case):
        return  # then the rule speaks of the reader's own nodules
    said = suggestion(case)
    if case.ai is None and said.category is None and not said.because:
        return  # it would only repeat why there is no AI result
    source = "  \n".join([show(said.text), *(show(one) for one in said.because), said.source])
    if said.category is not None:
        st.markdown(f":material/rule: {show(said.text)}", help=source)
    elif case.kind is ExamKind.lung_ct:
        st.caption(f":material/rule: {show(said.text)}", help=source)
    if said.because:
        st.caption("  \n".join(show(one) for one in said.because[:REASONS]), help=source if case.kind is ExamKind.mammography else None)
