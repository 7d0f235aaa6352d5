"""The invitation list as a table: who, since when, and whether the rule lets them be invited."""

from collections.abc import Iterable, Mapping

from core.access import Person
from core.clinics.due import Ask, Kind, NamedDue
from core.clinics.round_length import RoundLength
from core.clock import today
from core.cohorts.cohorts import cohorts
from core.eligibility.verdict import Verdict
from core.workflow.participants import age_on
from core.workflow.programmes import cards
from pages.ui.choice import choice, pick
from pages.ui.clinics.places import places
from pages.ui.i18n import N_, _, day, days, n_, number, show
from pages.ui.session import read
from pages.ui.tables import Column, Row, two
from pages.ui.words import PROGRAMME

KINDS = {Kind.overdue: N_("Overdue"), Kind.due: N_("Due in 4 weeks"), Kind.first: N_("First round"), Kind.reminder: N_("Reminders")}
WAITS = (14, 28, 42, 60)


def wanted(user: Person) -> Ask:
    """The list that the address asks for; draws the filters."""
    programme = choice("programme", _("Programme"), {card_id: _(PROGRAMME[card_id]) for card_id in sorted(cards(), reverse=True)})
    kind = Kind(choice("kind", _("List"), {kind.value: _(word) for kind, word in KINDS.items()}))
    site = pick("site", _("Site"), places(user))
    cohort = pick("cohort", _("Cohort"), _cohorts(user))
    waits = {"28": _("after 4 weeks"), **{str(n): n_("after {n} day", "after {n} days", n) for n in WAITS if n != 28}}
    answer = pick("answer", _("Without an answer"), waits) if kind == Kind.reminder else "28"
    return Ask(programme, kind, int(site) if site else None, int(cohort) if cohort else None, answer_days=int(answer))


def state_line(ask: Ask, total: int, length: RoundLength) -> str:
    words = {
        Kind.overdue: n_("**{n} round** is overdue.", "**{n} rounds** are overdue.", total),
        Kind.due: n_("**{n} round** comes due in 4 weeks.", "**{n} rounds** come due in 4 weeks.", total),
        Kind.first: n_("**{n} person** of the age was never invited.", "**{n} people** of the age were never invited.", total),
        Kind.reminder: n_("**{n} invitation** has no answer.", "**{n} invitations** have no answer.", total),
    }
    mark = f":red-badge[▲ {_('overdue')}] " if ask.kind == Kind.overdue and total else ""
    return f"{mark}{words[ask.kind]} {_length(length)}"


def _length(found: RoundLength) -> str:
    """Always with count and denominator; with an interval only when the numerator is stable."""
    if not found.rounds:
        return f":gray[{_('No round was opened again in the last {days} days.', days=found.days)}]"
    counts = {"n": found.in_time, "all": found.rounds, "days": found.interval_days}
    said = _("{n} of {all} rounds opened within {days} days of the last exam", **counts)
    one = found.proportion.interval
    if found.proportion.stable and one is not None:
        rate = _("{rate} %, {low}–{high}", rate=number(100 * one.value, 1), low=number(100 * one.low, 1), high=number(100 * one.high, 1))
        said = f"{said} ({rate})"
    return f":gray[{said}, {_('median {days} days; last {period} days.', days=found.median_days, period=found.days)}]"


def columns(kind: Kind) -> list[Column]:
    since = {Kind.reminder: _("Invited"), Kind.first: ""}.get(kind, _("Last exam"))
    shown = [Column("who", _("Participant"), "strong", "240px", link=True), Column("born", _("Born"), "text", "170px", "nowrap")]
    if since:
        shown.append(Column("since", since, "text", "160px", "nowrap"))
    if kind in (Kind.due, Kind.overdue):
        shown.append(Column("due", _("Due"), "text", "180px", "nowrap"))
    last = {Kind.first: _("What the rule says"), Kind.reminder: _("Invitations")}.get(kind, "")
    return [*shown, *([Column("said", last)] if last else []), Column("site", _("Site"), "muted", "220px")]


def rows(found: Iterable[NamedDue], kind: Kind, said: Mapping[int, Verdict]) -> list[Row]:
    return [_row(one, kind, said.get(one.participant_id)) for one in found]


def _row(one: NamedDue, kind: Kind, verdict: Verdict | None) -> Row:
    age = age_on(one.birth_date, today())
    late = (today() - one.due_on).days if one.due_on else 0
    cells = {
        "who": two(one.name, one.number),
        "born": two(day(one.birth_date), _("age {n}", n=age)) if age is not None else "–",
        "since": day(one.since),
        "due": two(day(one.due_on), _("overdue for {age}", age=days(late)), "red") if late > 0 else day(one.due_on),
        "said": show(verdict.because) if verdict else n_("{n} invitation", "{n} invitations", one.invitations),
        "site": one.site_name,
    }
    tone = "action" if late > 0 else "attention" if verdict is not None and verdict.eligible is not True else ""
    return Row(str(one.participant_id), cells, href=f"/record?participant={one.participant_id}", tone=tone)


def _cohorts(user: Person) -> dict[str, str]:
    return {"": _("Everybody"), **{str(one.id): one.name for one in read(cohorts, user)}}
