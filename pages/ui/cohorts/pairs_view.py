"""Pairs of entries that may be one person: listed with why, and settled in a drawer."""

from collections.abc import Iterable

import streamlit as st

from core.access import Person
from core.cohorts import merging
from core.cohorts.alike import LIKELY, VERY_LIKELY
from core.cohorts.duplicates import Found, Pair
from core.workflow.participants import ParticipantLine
from pages.ui.i18n import N_, _, day, literal, moment, n_, show
from pages.ui.session import did
from pages.ui.tables import Column, Row, Tone, chip, table, two
from pages.ui.words import PROGRAMME, SEX, word

SIZE = 25
KEEP = "keep"
APART = "apart"


def page() -> int:
    asked = st.query_params.get("page", "1")
    return max(int(asked) - 1, 0) if asked.isdigit() else 0


def pages(found: Found) -> None:
    if found.total > SIZE:
        st.pagination(-(-found.total // SIZE), key="page", bind="query-params")


def state_line(found: Found) -> str:
    """How many wait to be settled, and on what that rests."""
    if found.at is None:
        return _("Nobody was compared yet; the worker does it within minutes.")
    said = n_("**{n} pair** waits to be settled.", "**{n} pairs** wait to be settled.", found.total)
    looked = n_(
        "{n} participant was compared on {moment}",
        "{n} participants were compared on {moment}",
        found.participants,
        moment=moment(found.at),
    )
    return f"{said} :gray[{looked}{'; ' + _('who came since follows within minutes') if found.behind else ''}.]"


def key(pair: Pair) -> str:
    return f"{pair.first.id}-{pair.second.id}"


def columns() -> list[Column]:
    return [
        Column("how", _("How alike"), "chip", "130px"), Column("first", _("One entry"), "strong", "230px", link=True),
        Column("second", _("The other entry"), "strong", "230px"), Column("born", _("Born"), "text", "210px", "nowrap"),
        Column("why", _("Why")), Column("site", _("Sites"), "muted", "200px"),
    ]  # fmt: skip


def rows(pairs: Iterable[Pair]) -> list[Row]:
    return [_row(pair) for pair in pairs]


def settle(user: Person, pair: Pair) -> None:
    """Both entries side by side, and the two answers."""

    @st.dialog(_("One person or two?"), position="right", width=720)
    def drawer() -> None:
        _side_by_side(pair)
        answers = {
            f"{KEEP}-{pair.first.id}": _("One person; keep {number}", number=pair.first.number),
            f"{KEEP}-{pair.second.id}": _("One person; keep {number}", number=pair.second.number),
            APART: _("Two people"),
        }
        answer = st.radio(_("Your answer"), list(answers), format_func=answers.__getitem__, index=None)
        reason = st.text_input(_("How you know"), max_chars=500, placeholder=_("For example: identity card seen, both called"))
        if answer and answer != APART:
            st.caption(_("Rounds, images, answers and facts of the other entry hang on this one from then on. It cannot be undone here."))
        if st.button(_("Settle"), type="primary", disabled=not answer or not reason.strip()) and _settled(user, pair, str(answer), reason):
            st.rerun()

    drawer()


def _settled(user: Person, pair: Pair, answer: str, reason: str) -> bool:
    if answer == APART:
        return did(merging.apart, user, pair.first.id, pair.second.id, reason, done=_("They stay two people."))
    kept = int(answer.removeprefix(f"{KEEP}-"))
    gone = pair.second.id if kept == pair.first.id else pair.first.id
    return did(merging.merge, user, gone, kept, reason, done=_("Both entries are one now."))


def _side_by_side(pair: Pair) -> None:
    st.markdown(f"**{_how(pair)[0]}** · " + " · ".join(show(reason) for reason in pair.reasons))
    lines = [_facts(pair.first), _facts(pair.second)]
    shown = [Column("what", "", "muted", "150px"), Column("0", pair.first.number, "strong"), Column("1", pair.second.number, "strong")]
    different = [
        Row(what, {"what": what, "0": lines[0][what], "1": lines[1][what]}, tone="" if lines[0][what] == lines[1][what] else "attention")
        for what in lines[0]
    ]
    table(f"side-{key(pair)}", shown, different, label=_("Both entries"))
    with st.container(horizontal=True):
        for one in (pair.first, pair.second):
            label = _("History of {number}", number=one.number)
            st.page_link("pages/doctor/participant.py", label=literal(label), query_params={"participant": str(one.id)})


def _facts(line: ParticipantLine) -> dict[str, str]:
    return {
        _("Name"): line.name, _("Patient number"): line.identifier, _("Born"): day(line.birth_date), _("Sex"): word(SEX, line.sex),
        _("Site"): line.site_name, _("Rounds"): _rounds(line), _("Last exam"): day(line.last_exam),
        _("Where they stand"): show(line.status),
    }  # fmt: skip


def _rounds(line: ParticipantLine) -> str:
    return ", ".join(_("{programme} {n}", programme=_(PROGRAMME[card_id]), n=n) for card_id, n in sorted(line.rounds.items())) or "–"


def _how(pair: Pair) -> tuple[str, Tone, str]:
    if pair.score >= VERY_LIKELY:
        return _(N_("Very likely one")), "red", "▲"
    return (_(N_("Likely one")), "orange", "◆") if pair.score >= LIKELY else (_(N_("Possibly one")), "gray", "○")


def _row(pair: Pair) -> Row:
    first, second = pair.first, pair.second
    same = first.birth_date == second.birth_date
    sites = first.site_name if first.site_id == second.site_id else f"{first.site_name}, {second.site_name}"
    cells = {
        "how": chip(*_how(pair)), "first": two(first.name, f"{first.number} · {first.identifier}"),
        "second": two(second.name, f"{second.number} · {second.identifier}"),
        "born": day(first.birth_date) if same else two(day(first.birth_date), day(second.birth_date)),
        "why": "; ".join(show(reason) for reason in pair.reasons), "site": sites,
    }  # fmt: skip
    return Row(key(pair), cells, opens=True)
