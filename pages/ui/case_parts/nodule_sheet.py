"""The wide sheet on this exam's nodules: all that the AI told, four protocols, and four probabilities beside each other."""

from collections.abc import Iterator

import streamlit as st

from core.access import Person
from core.cohorts import facts as participant_facts
from core.rules.side_by_side import disagree
from core.workflow.nodule_sheet import NoduleRow, NoduleSheet, nodule_sheet
from core.workflow.opportunistic import shown
from core.workflow.probabilities import BROCK, COMBINED, NOT_VALIDATED, Estimate
from core.workflow.reading import Case
from core.workflow.risk_facts import facts_of
from core.workflow.rule_inputs import used
from db.enums import ExamKind
from pages.ui.case_parts.draft import own
from pages.ui.case_parts.growth_cells import protocol
from pages.ui.case_parts.nodule_words import kind, place, pleura
from pages.ui.i18n import N_, _, number, show
from pages.ui.session import did, read
from pages.ui.tables import Column, Row, table, two

TITLE = N_("Nodules in detail")
SHORT = ("Lung-RADS", "NELSON", "BTS", "EUPS")
ASKED = {"family_history": N_("Family history of lung cancer"), "emphysema": N_("Emphysema")}
TALL = 5  # rows after which a table scrolls


def nodules_in_detail(case: Case, user: Person) -> None:
    """The button; nothing where the AI marked no nodule or may not be seen."""
    if case.kind is not ExamKind.lung_ct or case.ai is None or not case.ai.findings:
        return
    label = _("Details, protocols and probabilities")
    if st.button(label, icon=":material/table_view:", key=f"nodules-detail-{case.exam_id}", type="tertiary"):
        st.dialog(_(TITLE), width="large")(_sheet)(case, user)


def _sheet(case: Case, user: Person) -> None:
    if case.ai is None:
        return
    beside = read(shown, user, case.exam_id, case.ai.result)
    seen = nodule_sheet(case, own(case), read(facts_of, user, case.participant.id, case.exam_date), beside)
    if not seen.rows:
        return
    st.caption(_("By {model}. “–” was not told by the model, which is not the same as no.", model=f"{case.ai.model} {case.ai.tag}"))
    _appearances(case, seen)
    hints = [show(hint) for row in seen.rows for hint in row.to_confirm]
    if hints:
        st.caption("  \n".join(hints))
    if case.baseline:
        _protocols(case, seen)
    _probabilities(case, seen)
    _ask(case, user, seen)
    with st.expander(_("What was asked with")):
        st.caption("  \n".join(_asked(seen)))


def _appearances(case: Case, seen: NoduleSheet) -> None:
    columns = [
        Column("number", "#", "text", "36px"),
        Column("kind", _("Type"), "strong", "150px"),
        Column("where", _("Where"), "text", "160px"),
        Column("size", _("Diameters"), "number", "130px", "right nowrap", help=_("Mean of the long and the short diameter of one plane")),
        Column("volume", _("Volume"), "number", "110px", "right nowrap", help=_("Below: diameter of a sphere of this volume")),
        Column("core", _("Solid part"), "number", "110px", "right nowrap"),
        Column("pleura", _("Pleura"), "number", "90px", "right", help=_("Distance to the edge of the lung field")),
        Column("calcium", _("Calcium, fat"), "text", "170px"),
        Column("spiculation", _("Spiculation"), "number", "100px", "right", help=_("From 0 to 1, as readers rate it")),
    ]
    rows = [Row(str(row.mark.number), _appearance(row)) for row in seen.rows]
    table(f"nodules-seen-{case.exam_id}", columns, rows, label=_("What the AI saw"), height="300px" if len(rows) > TALL else "")


def _appearance(row: NoduleRow) -> dict[str, object]:
    mark, seen = row.mark, row.seen
    axes = f"{mark.long_axis_mm:.1f} × {mark.short_axis_mm:.1f}" if mark.long_axis_mm and mark.short_axis_mm else ""
    fat = "" if seen.fat is None else _("fat inside") if seen.fat else _("no fat")
    return {
        "number": str(mark.number),
        "kind": kind(seen),
        "where": place(mark, seen),
        "size": two("–" if mark.mean_diameter_mm is None else f"{mark.mean_diameter_mm:.1f} mm", axes),
        "volume": two(_mm3(mark.volume_mm3), "" if seen.effective_mm is None else f"⌀ {seen.effective_mm:.1f} mm"),
        "core": two("–" if seen.solid_mm is None else f"{seen.solid_mm:.1f} mm", "" if seen.solid_mm3 is None else _mm3(seen.solid_mm3)),
        "pleura": pleura(seen),
        "calcium": two(show(seen.calcium), fat),
        "spiculation": "–" if seen.spiculation is None else f"{seen.spiculation:.2f}",
    }


def _mm3(value: float | None) -> str:
    return "–" if value is None else f"{number(round(value))} mm³"


def _protocols(case: Case, seen: NoduleSheet) -> None:
    st.subheader(_("What four protocols ask for at a first exam"), anchor=False)
    said = seen.rows[0].protocols
    heads = [Column(one.protocol, short, "text", "", help=f"{one.protocol} · {one.source}") for short, one in zip(SHORT, said, strict=True)]
    rows = [
        Row(
            str(row.mark.number), {"number": str(row.mark.number)} | {one.protocol: protocol(one) for one in row.protocols},
            tone="attention" if disagree(row.protocols) else "",
        )
        for row in seen.rows
    ]  # fmt: skip
    columns = [Column("number", "#", "text", "36px"), *heads]
    table(f"nodules-protocols-{case.exam_id}", columns, rows, label=_("Protocols"), height="260px" if len(rows) > TALL else "")
    st.caption(_("± : within the error of measurement (0.5 mm, a quarter of the volume) the protocol may say something else."))
    if any(row.assumed_solid for row in seen.rows):
        st.caption(_("Where the type of a nodule was not told, the protocols are asked as for a solid one."))


def _probabilities(case: Case, seen: NoduleSheet) -> None:
    st.subheader(_("Probabilities beside each other"), anchor=False)
    model = f"{case.ai.model} {case.ai.tag}" if case.ai else ""
    alone = _("What the diameter by itself would say, on the same scale")
    told = _("Suspicion as the model estimates it; the card says what it was compared with")
    columns = [
        Column("number", "#", "text", "36px"),
        Column("model", _("Model"), "number", "150px", "right", help=f"{model} · {told}"),
        Column("alone", _("Diameter alone"), "number", "150px", "right", help=alone),
        Column("brock", "Brock", "number", "", "right", help=f"{BROCK} · {_('probability of cancer')}"),
        Column("both", _("Combined, not validated"), "number", "", "right", help=COMBINED),
    ]
    rows = [Row(str(row.mark.number), _risk(row)) for row in seen.rows]
    table(f"nodules-risk-{case.exam_id}", columns, rows, label=_("Probabilities"), height="260px" if len(rows) > TALL else "")
    st.caption(_(NOT_VALIDATED))


def _risk(row: NoduleRow) -> dict[str, object]:
    risk = row.risk
    return {
        "number": str(risk.number),
        "model": _percent(risk.model),
        "alone": _percent(risk.alone),
        "brock": _estimate(risk.brock, _("with your values") if risk.by_reader else _("with the AI’s values")),
        "both": _estimate(risk.combined, ""),
    }


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _estimate(found: Estimate, by: str) -> dict[str, str]:
    """A value, or the range while something is open; below it what is missing, or whose values were taken."""
    if found.low is None or found.high is None:
        return two("–", show(found.missing))
    if found.open is None:
        return two(_percent(found.low), by)
    return two(f"{100 * found.low:.1f}–{100 * found.high:.1f} %", " · ".join(part for part in (show(found.open), by) if part))


def _asked(seen: NoduleSheet) -> Iterator[str]:
    for row in seen.rows:
        for said in row.protocols:
            yield f"**{row.mark.number}** {said.protocol}: {show(used(said.inputs))}"
        for name, one in ((BROCK, row.risk.brock), (_(COMBINED), row.risk.combined)):
            if one.asked is not None:
                yield f"**{row.mark.number}** {name}: {show(one.asked)}"


def _ask(case: Case, user: Person, seen: NoduleSheet) -> None:
    """Facts that nobody entered, asked of the doctor; they are kept with the participant from the day of the exam."""
    for name in seen.asks if case.can_read else ():
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"fact_{name}"):
            st.markdown(f"{_(ASKED[name])}: {_('nobody has entered it')}")
            for said, word in ((True, _("Yes")), (False, _("No"))):
                if st.button(word, key=f"fact-{name}-{said}-{case.exam_id}"):
                    value = {"said": said}
                    if did(participant_facts.record, user, case.participant.id, name, value, case.exam_date, done=_("Noted")):
                        st.rerun(scope="fragment")
        if name == "emphysema" and seen.emphysema is not None:
            st.caption(f":orange[{_('AI')}] {show(seen.emphysema)}")
