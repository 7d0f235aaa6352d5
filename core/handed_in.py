"""Lists that were handed in, taken in by what they hold; one line for each kind."""

from collections.abc import Callable, Mapping
from typing import Any

from core.outcomes.registry import job as registry
from core.roster import job as participants
from db.engine import snapshot
from db.enums import ListKind
from db.tables import HandedInList

Progress = Callable[[str, int, int | None], None]
Take = Callable[[str, Progress], dict[str, Any]]
TAKE: Mapping[ListKind, Take] = {ListKind.participants: participants.take, ListKind.registry: registry.take}
LOOK: Mapping[ListKind, Take] = {ListKind.participants: participants.look, ListKind.registry: registry.look}
"""What looks through a list without writing anything but what it found."""


def work(list_id: str, dry: bool, progress: Progress) -> dict[str, Any]:
    """Look through a list (`dry`) or take it in; the counts, or the reason under "refused"."""
    with snapshot() as session:
        kind = session.get_one(HandedInList, list_id).kind
    return (LOOK if dry else TAKE)[kind](list_id, progress)
