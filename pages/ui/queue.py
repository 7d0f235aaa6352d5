"""How the triage queue is shown: its filters from the address, the line under the title, and a row for each case."""

from collections.abc import Iterable, Mapping

import streamlit as st

from core.access import Act, Person
from core.workflow.programmes import cards
from core.workflow.triage import Filters, TriageRow, Worklist
from core.workflow.whereabouts import WORDS, Where
from pages.ui.bars import bars
from pages.ui.choice import asked
from pages.ui.i18n import N_, _, day, days, n_, oldest, show
from pages.ui.tables import Column, Row, Tone, chip, two
from pages.ui.words import PROGRAMME, URGENCY

SHAPES: dict[str, tuple[Tone, str]] = {"urgent": ("red", "▲"), "soon": ("orange", "◆"), "look": ("blue", "◇"), "routine": ("gray", "○")}
TONES: dict[str, Tone] = {"lung": "blue", "breast": "violet"}
STATES = {place.value: word for place, word in WORDS.items()} | {"not_scored": N_("Not scored"), "all": N_("All")}
CLAIMABLE = (Where.waiting, Where.deferred, Where.arriving)
LONGEST_BAR_DAYS = 14


def programmes() -> dict[str, str]:
    """Every programme and "all", for a filter."""
    return {"": _("All"), **{card_id: _(PROGRAMME[card_id]) for card_id in sorted(cards(), reverse=True)}}


def wanted() -> Filters:
    """The filters that the address asks for."""
    programme = asked("programme", programmes(), "") or None
    return Filters(programme=programme, state=asked("state", STATES, "waiting"), text=st.query_params.get("search", ""))


def states(found: Worklist, asked_for: str) -> dict[str, str]:
    """The lists to choose from: those that are nearly always of use, and the others while a case is in them."""
    shown = ("waiting", "claimed", "deferred", "not_scored", "all", asked_for)
    return {key: _(word) for key, word in STATES.items() if key in shown or found.counts_by_state.get(key)}


def state_line(found: Worklist) -> str:
    """What waits, how long, and what the machine is doing."""
    parts = [f":red-badge[▲ {n_('{n} overdue', '{n} overdue', found.overdue)}]"] if found.overdue else []
    if found.waiting:
        since = oldest(found.oldest_days)
        parts.append(n_("**{n} case waits**, {since}.", "**{n} cases wait**, {since}.", found.waiting, since=since))
    else:
        parts.append(_("No case waits."))
    if found.scoring_now:
        parts.append(n_("{n} exam is being scored now.", "{n} exams are being scored now.", found.scoring_now))
    return " ".join(parts)


def empty(found: Worklist) -> tuple[str, str]:
    """What an empty list means and the one next action."""
    if found.counts_by_state.get("all"):
        return _("No case fits these filters."), _(
            "Choose another state above; {n} undecided cases are there.", n=found.counts_by_state["all"]
        )
    return _("Cases that wait to be read appear here, the most urgent first."), _(
        "None waits now. They come with an upload or from the scanner."
    )


def distribution(found: Worklist) -> list[TriageRow]:
    """The queue by age and by AI score, side by side; the rows that the clicked bars leave."""
    left, right = st.columns(2, gap="medium")
    limit = min(card.queue.urgent_days for card in cards().values())
    with left:
        words = {"alt": _("Cases by days in the queue"), "help": _("Click a bar to filter")}
        age = bars("age", _("Days in queue"), _ages(found.by_age), red=_late(limit), **words)
    with right:
        words = {"alt": _("Cases by AI score"), "help": _("Click a bar to filter; – is not scored")}
        score = bars("score", _("AI score"), _scores(found.by_score), **words)
    return [row for row in found.rows if age in (None, _age(row.days_in_queue)) and score in (None, _score(row.score))]


def columns(working: bool) -> list[Column]:
    found = [
        Column("urgency", _("Urgency"), "chip", "98px"),
        Column("participant", _("Participant"), "strong", "176px", link=True),
        Column("programme", _("Programme"), "chip", "86px"),
        Column("exam", _("Exam"), "text", "108px", "nowrap"),
        Column("age", _("In queue"), "number", "84px", "right nowrap"),
        Column("score", _("AI score"), "score", "124px", help=_("Step 1 to 10 on the scale of the model's card; 10 is most suspicious")),
        Column("because", _("Why it ranks here")),
        Column("state", _("State"), "text", "168px"),
    ]
    return [*found, Column("actions", "", "actions", "92px")] if working else found


def rows(cases: Iterable[TriageRow], user: Person) -> list[Row]:
    works = user.sites(Act.work_queue) | user.sites(Act.read_cases)
    opens = user.sites(Act.read_cases) | user.sites(Act.see_participants)
    return [_row(case, user, case.site_id in works, case.site_id in opens) for case in cases]


def _row(case: TriageRow, user: Person, works: bool, opens: bool) -> Row:
    tone, shape = SHAPES[case.urgency]
    marks = [_("invented")] if case.synthetic and not user.synthetic else [_("phantom")] if case.phantom else []
    cells = {
        "urgency": chip(_(URGENCY[case.urgency]), tone, shape),
        "participant": two(case.participant_name, " · ".join([case.number, *marks])),
        "programme": chip(_(PROGRAMME[case.programme]), TONES.get(case.programme, "gray")),
        "exam": day(case.exam_date),
        "age": two(days(case.days_in_queue), _("overdue"), "red") if case.overdue else days(case.days_in_queue),
        "score": case.score,
        "because": show(case.because),
        "state": show(case.state),
        "actions": _actions(case, user) if works else [],
    }
    return Row(str(case.exam_id), cells, href=f"/case?exam={case.exam_id}" if opens else "", tone="action" if case.overdue else "")


def _actions(case: TriageRow, user: Person) -> list[dict[str, str]]:
    if case.claimed_by is None:
        return [{"id": "claim", "text": _("Claim")}] if case.where in CLAIMABLE else []
    mine = case.claimed_by == user.name or case.site_id in user.sites(Act.work_queue)
    return [{"id": "release", "text": _("Release")}] if mine else []


def _ages(by_age: Mapping[int, int]) -> dict[str, int]:
    """Every day from today to the oldest case; what is older than the longest bar is one bar."""
    longest = min(max([*by_age, 6]), LONGEST_BAR_DAYS)
    counts = {_age(age): 0 for age in range(longest + 1)}
    for age, n in by_age.items():
        counts[_age(age)] = counts.get(_age(age), 0) + n
    return counts


def _age(age: int) -> str:
    return str(age) if age < LONGEST_BAR_DAYS else f"{LONGEST_BAR_DAYS}+"


def _late(limit: int) -> frozenset[str]:
    return frozenset(_age(age) for age in range(limit + 1, LONGEST_BAR_DAYS + 1))


def _scores(by_score: Mapping[int | None, int]) -> dict[str, int]:
    return {_score(step): by_score.get(step, 0) for step in (None, *range(1, 11))}


def _score(step: int | None) -> str:
    return "–" if step is None else str(step)
