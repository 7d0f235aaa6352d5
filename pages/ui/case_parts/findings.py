"""What the AI saw: where, how large, how suspicious, by which model, and what that model was never tested on."""

from collections.abc import Sequence

import streamlit as st

from core.workflow.ai import AiResult, FindingLine
from core.workflow.reading import Case, suggestion
from core.workflow.slices import Slices
from db.enums import ExamKind
from pages.ui.i18n import _, moment, n_, number, show
from pages.ui.tables import Column, Row, table, two
from pages.ui.viewer.marks import slice_of


def findings(case: Case, slices: Slices | None) -> None:
    """The table of marks; choosing a row shows its place in the viewer."""
    st.header(_("AI findings"), anchor=False)
    if case.ai is None:
        st.markdown(_("No result, because: {reason}", reason=show(case.ai_reason)))
    else:
        _marks(case, case.ai, slices)
        if case.kind is ExamKind.mammography:
            _breasts(case.ai)
        _witness(case.ai)
    _rule(case)


def about_images(problem: str, remarks: Sequence[str]) -> None:
    """What may mislead is said in full above everything; mere remarks are one click away."""
    if problem:
        st.markdown(f":orange[:material/warning:] **{problem}**")
    if remarks:
        label = n_("{n} remark on the images", "{n} remarks on the images", len(remarks))
        with st.container(key="case_remarks"), st.popover(label, type="tertiary"):
            st.markdown("\n".join(f"- {remark}" for remark in remarks))


def chosen(case: Case) -> tuple[int | None, int]:
    """The finding whose row was chosen last, and how often one was chosen: asked before the viewer is drawn."""
    key = f"goto-{case.exam_id}"
    last: tuple[int | None, int] = st.session_state.get(key, (None, 0))
    picked = st.session_state.get(_table_key(case), {}).get("opened")
    if picked is not None:
        last = st.session_state[key] = (int(picked), last[1] + 1)
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
        Column("place", _("Where"), "text"),
        Column("size", _("Size"), "number", "98px", "right nowrap") if lung else Column("evidence", _("Here"), "number", "66px", "right"),
        Column("suspicion", _("Suspicion") if lung else _("View"), "number", "84px", "right", help=_suspicion_help(lung)),
    ]
    rows = [Row(str(one.number), _cells(one, slices), opens=True) for one in ai.findings]
    table(_table_key(case), columns, rows, label=_("AI findings"), height="232px" if len(rows) > 5 else "")


def _cells(one: FindingLine, slices: Slices | None) -> dict[str, object]:
    k = slice_of(one, slices) if slices else None
    size = "–" if one.mean_diameter_mm is None else f"{one.mean_diameter_mm:.1f} mm"
    volume = "" if one.volume_mm3 is None else f"{number(round(one.volume_mm3))} mm³"
    evidence = one.detail.get("evidence")
    return {
        "number": str(one.number),
        "place": two(_where(one), _("slice {n}", n=slices.number(k)) if slices and k is not None else ""),
        "size": two(size, volume),
        "evidence": "–" if evidence is None else f"{evidence:.2f}",
        "suspicion": "–" if one.malignancy is None else f"{one.malignancy:.2f}",
    }


def _where(one: FindingLine) -> str:
    if one.view:
        return f"{one.laterality} {one.view}".strip()
    return {"L": _("left lung"), "R": _("right lung")}.get(one.laterality, _("side unknown"))


def _suspicion_help(lung: bool) -> str:
    if lung:
        return _("Suspicion of malignancy from 0 to 1, as the model estimates it; the model's card says what it was compared with")
    return _("Suspicion of cancer in this view from 0 to 1; “Here” is the evidence at the mark itself")


def _breasts(ai: AiResult) -> None:
    """Exam-level figures of mammography."""
    breasts = ai.result.get("breasts") or {}
    said = [f"{_('right') if side == 'R' else _('left')} {breasts[side]:.2f}" for side in ("R", "L") if breasts.get(side) is not None]
    parts = [_("Suspicion by breast: {breasts}", breasts=", ".join(said))] if said else []
    if ai.result.get("density"):
        parts.append(_("density {letter}", letter=ai.result["density"]))
    if parts:
        st.markdown(" · ".join(parts))


def _witness(ai: AiResult) -> None:
    """Model, version, score and limits, quietly."""
    score = _("score {step} of 10", step=ai.step) if ai.step is not None else ""
    ran = _("{seconds} s on {device}", seconds=f"{ai.seconds:.0f}", device=ai.device)
    parts = [f"{ai.model} {ai.tag}", score, ran, moment(ai.finished_at), *([f"**{_('simulated result')}**"] if ai.synthetic else [])]
    with st.container(key="case_limits", gap=None):
        st.caption(" · ".join(part for part in parts if part))
        if ai.limits:
            with st.popover(n_("{n} limit of this model", "{n} limits of this model", len(ai.limits)), type="tertiary"):
                st.markdown("\n".join(f"- {_(limit)}" for limit in ai.limits))
    for warning in ai.result.get("warnings", ()):
        st.caption(f":material/warning: {_(str(warning))}")


def _rule(case: Case) -> None:
    """What the published rule says with its reasons, or, more quietly, what it lacks."""
    said = suggestion(case)
    if said.category is None:
        st.caption(f":material/rule: {show(said.text)}", help=said.source)
    else:
        st.markdown(f":material/rule: {show(said.text)}", help=said.source)
    if said.because:
        st.caption("  \n".join(show(one) for one in said.because))
