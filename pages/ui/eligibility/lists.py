"""How the lists of eligibility are shown: the line under the title, a row for each participant, the way to the next page."""

from collections.abc import Iterable, Sequence

import streamlit as st

from core.access import Act, Person
from core.eligibility.lists import SOON_DAYS, Counts, Line, Lines
from core.eligibility.verdict import Risk
from core.rules.birthdays import completed_years
from core.sites import SiteLine, sites
from pages.ui.choice import choice, pick
from pages.ui.eligibility.answer import percent, when
from pages.ui.i18n import N_, _, day, n_, number, show
from pages.ui.session import read
from pages.ui.tables import Column, Row, two
from pages.ui.words import PROGRAMME, SEX, word

VIEWS = {"now": N_("Eligible now"), "soon": N_("Soon"), "unknown": N_("Cannot be said")}
EMPTY = {
    "now": N_("Nobody here is eligible by what is known."),
    "soon": N_("Nobody here becomes eligible within two years."),
    "unknown": N_("Of everybody here it can be said."),
}
NEXT = N_("Look under “Cannot be said”: there the questionnaire is missing, and a row opens it.")


def programme() -> str:
    return choice("programme", _("Programme"), {card_id: _(PROGRAMME[card_id]) for card_id in ("lung", "breast")})


def view() -> str:
    return choice("view", _("List"), {key: _(text) for key, text in VIEWS.items()})


def site(user: Person) -> int | None:
    """The site to look at, None for all of one's own."""
    mine: Sequence[SiteLine] = read(sites, user.sites(Act.work_queue))
    if len(mine) < 2:
        return None
    asked = pick("site", _("Site"), {"": _("All sites"), **{str(line.id): line.name for line in mine}}, width=230)
    return int(asked) if asked else None


def after() -> int:
    """The participant after whom this page begins."""
    asked = st.query_params.get("after", "")
    return int(asked) if asked.isdigit() and len(asked) < 16 else 0


def state_line(known: Counts, card_id: str) -> str:
    of_age = n_("**{n} participant** is of the age and takes part.", "**{n} participants** are of the age and take part.", known.of_age)
    if card_id != "lung" or not known.of_age:
        return of_age
    asked = n_("{n} has not answered the questionnaire.", "{n} have not answered the questionnaire.", known.unasked)
    return f"{of_age} {asked}"


def columns(card_id: str, shown: str) -> list[Column]:
    ahead = [
        Column("goes_on", _("If smoking goes on"), "text", "140px", "nowrap"),
        Column("stops", _("If it stops"), "text", "130px", "nowrap"),
    ]
    by_age = [Column("goes_on", _("From"), "text", "140px", "nowrap")]
    risks = [
        Column("plco", "PLCOm2012", "number", "130px", "right", help=_("Risk of lung cancer within six years; limit 1.51 %")),
        Column("llp", "LLPv2", "number", "130px", "right", help=_("Risk of lung cancer within five years; limit 2.5 %")),
    ]
    computed = card_id == "lung" and shown != "unknown"
    return [
        Column("participant", _("Participant"), "strong", "220px", link=True),
        Column("born", _("Born"), "text", "150px", "nowrap"),
        *(risks if computed else []),
        *((ahead if card_id == "lung" else by_age) if shown == "soon" else []),
        *([] if computed else [Column("because", _("Because"))]),
        Column("status", _("Where they stand"), "text", "" if computed else "250px"),
        Column("site", _("Site"), "muted", "200px"),
    ]


def rows(lines: Iterable[Line], user: Person, card_id: str) -> list[Row]:
    return [_row(line, user, card_id) for line in lines]


def _row(line: Line, user: Person, card_id: str) -> Row:
    marks = [line.number, *([_("invented")] if line.synthetic and not user.synthetic else [])]
    risks = {risk.rule: _risk(risk) for risk in line.verdict.risks}
    cells = {
        "participant": two(line.name, " · ".join(marks)),
        "born": two(day(line.birth), _who(line)),
        "plco": risks.get("PLCOm2012", "–"),
        "llp": risks.get("LLPv2", "–"),
        "goes_on": when(line.ahead.goes_on) if line.ahead else "–",
        "stops": when(line.ahead.stops) if line.ahead else "–",
        "because": show(line.verdict.because),
        "status": show(line.status),
        "site": line.site_name,
    }
    page = "questionnaire" if card_id == "lung" else "record"
    return Row(str(line.participant_id), cells, href=f"/{page}?participant={line.participant_id}")


def _risk(risk: Risk) -> dict[str, str] | str:
    """The number, and quietly whether it reaches the limit."""
    if risk.value is None or risk.limit is None:
        return "–"
    return two(percent(risk.value, risk.limit), _("above the limit") if risk.value >= risk.limit else _("below the limit"))


def _who(line: Line) -> str:
    sex = word(SEX, line.sex)
    return sex if line.birth is None else f"{_('age {n}', n=completed_years(line.birth, line.verdict.on))}, {sex}"


def pages(found: Lines) -> None:
    """To the first page and to the next; participants stand in the order in which they were registered."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(n_("{n} person was looked at for this page.", "{n} people were looked at for this page.", found.looked_at))
        with st.container(horizontal=True, width="content"):
            if after() and st.button(_("From the beginning"), icon=":material/first_page:", key="eligibility-first"):
                _go(None)
            if found.after is not None and st.button(_("Go on"), icon=":material/chevron_right:", key="eligibility-next"):
                _go(found.after)


def _go(to: int | None) -> None:
    if to is None:
        st.query_params.pop("after", None)
    else:
        st.query_params["after"] = str(to)
    st.rerun()


def begins_anew(card_id: str, shown: str, place: int | None) -> None:
    """Another filter starts at its first page."""
    asked = (card_id, shown, place)
    if st.session_state.setdefault("eligibility-asked", asked) != asked:
        st.session_state["eligibility-asked"] = asked
        st.query_params.pop("after", None)


def soon_line() -> str:
    return _("Not eligible today, and within {n} years if nothing but time and smoking changes.", n=number(SOON_DAYS // 365))
