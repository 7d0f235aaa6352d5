"""How the queue of disagreements is shown: a row for each nodule, a column for each protocol, the steps apart by colour and word."""

from collections.abc import Iterable
from datetime import date

import streamlit as st

from core.access import Person
from core.protocols.nodules import Judged
from core.protocols.queue import Disagreement, Disagreements, Place
from core.rules import bts2015
from core.rules.side_by_side import Said
from core.words import Sentence
from pages.ui.case_parts.growth_cells import LABELS
from pages.ui.choice import choice
from pages.ui.i18n import N_, _, day, days, n_, number, show
from pages.ui.tables import Column, Row, two
from pages.ui.words import DECISION

SHORT = ("Lung-RADS", "NELSON", "BTS", "EUPS")
STEPS = {"routine": N_("next round"), "sooner": N_("CT sooner"), "work-up": N_("work-up now")}
FIRST = {
    bts2015.DISCHARGE: N_("discharge"),
    bts2015.CT_3_MONTHS: N_("CT in 3 months"),
    bts2015.SURVEILLANCE: N_("surveillance"),
    bts2015.PET: N_("PET/CT"),
}
KIND = {"solid": N_("solid"), "part-solid": N_("part-solid"), "non-solid": N_("non-solid")}
ORIGINS = {"": N_("All"), "ai": N_("AI marks"), "reader": N_("Readers’ nodules")}


def origin() -> str:
    return choice("by", _("Measured by"), {key: _(text) for key, text in ORIGINS.items()})


def before() -> Place | None:
    """The exam before which this page begins, as "2026-11-12.345"."""
    day_, _dot, exam = st.query_params.get("before", "").partition(".")
    try:
        return (date.fromisoformat(day_), int(exam)) if len(exam) < 16 else None
    except ValueError:
        return None


def state_line(found: Disagreements) -> str:
    parts = [n_("**{n} nodule** is judged differently.", "**{n} nodules** are judged differently.", len(found.rows))]
    parts.append(_("Only concluded exams: {exams} with {nodules} nodules were looked at.", exams=found.looked_at, nodules=found.nodules))
    if found.held_back:
        parts.append(n_("AI marks of {n} exam are held back from you.", "AI marks of {n} exams are held back from you.", found.held_back))
    return " ".join(parts)


def columns() -> list[Column]:
    return [
        Column("participant", _("Participant"), "strong", "150px", link=True),
        Column("exam", _("Exam"), "text", "130px"),
        Column("nodule", _("Nodule"), "text", ""),
        Column("size", _("Size"), "text", "130px", "nowrap"),
        *(Column(short, short, "text", "142px") for short in SHORT),
        Column("decided", _("Decided"), "text", "110px"),
    ]


def rows(shown: Iterable[Disagreement], user: Person) -> list[Row]:
    return [_row(one, user, place) for place, one in enumerate(shown)]


def _row(one: Disagreement, user: Person, place: int) -> Row:
    marks = [one.number, *([_("invented")] if one.synthetic and not user.synthetic else [])]
    nodule = one.nodule
    cells = {
        "participant": two(one.name, " · ".join(marks)),
        "exam": two(day(one.exam_date), one.site_name),
        "nodule": two(_where(nodule), _kind(nodule)),
        "size": two(_from_to(nodule.before_mm, nodule.now_mm, 1, "mm"), _from_to(nodule.before_mm3, nodule.now_mm3, 0, "mm³")),
        **{short: _said(said) for short, said in zip(SHORT, nodule.said, strict=True)},
        "decided": two(one.category, _(DECISION[one.decision]) if one.decision else ""),
    }
    return Row(f"{one.exam_id}-{place}", cells, href=f"/case?exam={one.exam_id}")


def _where(nodule: Judged) -> str:
    name = _("AI mark {name}", name=nodule.name) if nodule.origin == "ai" else _("Nodule {name}", name=nodule.name)
    if nodule.new:
        return _("{nodule}, not marked before", nodule=name)
    if nodule.days is None:
        return _("{nodule}, first exam", nodule=name)
    return _("{nodule}, {age} apart", nodule=name, age=days(nodule.days))


def _kind(nodule: Judged) -> str:
    known = _("taken as solid") if nodule.assumed_solid else _(KIND[nodule.kind])
    return f"{known} · {nodule.by}"


def _from_to(before: float | None, now: float | None, digits: int, unit: str) -> str:
    shown = "–" if now is None else f"{number(round(now, digits), digits)} {unit}"
    return shown if before is None else f"{number(round(before, digits), digits)} → {shown}"


def _said(said: Said) -> dict[str, str]:
    """The next step as a word in its colour, and quietly the protocol's own label or what it lacks."""
    if said.action is None:
        gap = said.gap
        return two("–", show(Sentence(gap.template, gap.values)) if gap else "")
    return two(_(STEPS[said.action]), _label(said.label), "orange" if said.action == "work-up" else "")


def _label(label: str) -> str:
    words = FIRST | LABELS
    return _(words[label]) if label in words else label


def pages(found: Disagreements) -> None:
    """To the newest exams and to older ones."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if before() is not None and st.button(_("To the newest"), icon=":material/first_page:", key="protocols-first"):
            st.query_params.pop("before", None)
            st.rerun()
        if found.before is not None and st.button(_("Older exams"), icon=":material/chevron_right:", key="protocols-next"):
            st.query_params["before"] = f"{found.before[0].isoformat()}.{found.before[1]}"
            st.rerun()


def begins_anew(shown: str) -> None:
    """Another filter starts with the newest exams."""
    if st.session_state.setdefault("protocols-asked", shown) != shown:
        st.session_state["protocols-asked"] = shown
        st.query_params.pop("before", None)
