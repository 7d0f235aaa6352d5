"""What the page of the safety net shows at once, and where one participant stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from core.access import Person
from core.safety_net.lists import LISTS, TaskRow, Wanted, counts, kinds, tasks
from core.words import N_, Sentence, say
from db.enums import TaskKind

SIZE = 50


@dataclass(frozen=True)
class Overview:
    """A page of the list that was asked for; `total` rows fit. `counts` is over every kind, `every` over every filter too."""

    rows: tuple[TaskRow, ...]
    total: int
    counts: Mapping[str, int]
    kinds: Mapping[TaskKind, int]
    every: Mapping[str, int]


def overview(session: Session, person: Person, wanted: Wanted, *, page: int = 0) -> Overview:
    """The list with the counts beside its filters."""
    of_kind = kinds(session, person, wanted)
    every = counts(session, person)
    filtered = bool(wanted.programme or wanted.kind or wanted.site_id or wanted.text.strip())
    found = counts(session, person, wanted) if filtered else every
    return Overview(tasks(session, person, wanted, page=page, size=SIZE), found[wanted.name], found, of_kind, every)


@dataclass(frozen=True)
class Standing:
    """`state` is "action" when something is overdue or lost, "open" when something is to come, "quiet" otherwise."""

    state: str
    says: Sentence
    tasks: tuple[TaskRow, ...]


def standing(session: Session, person: Person, participant_id: int) -> Standing:
    """Where a participant stands in the safety net: the most pressing open task in words, and all of them."""
    found = tasks(session, person, Wanted(participant_id=participant_id), size=None)
    if not found:
        return Standing("quiet", say(N_("nothing is open")), ())
    lost = next((task.told for task in found if task.told.lost_at), None)
    if lost is not None and lost.lost_at is not None:
        return Standing("action", say(N_("lost to follow-up since {day}"), day=lost.lost_at.date()), found)
    if found[0].days_overdue:
        return Standing("action", say(N_("overdue since {due}"), due=found[0].due), found)
    return Standing("open", say(N_("next due {due}"), due=found[0].due), found)


__all__ = ["LISTS", "SIZE", "Overview", "Standing", "overview", "standing"]
