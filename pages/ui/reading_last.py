"""The line about the read before this one: what was signed, and what can still be done about it."""

from core.access import Person
from core.workflow.reading import Case, case
from pages.ui import reading_keys
from pages.ui.i18n import _, moment
from pages.ui.reading_desk import Deed, LastRead
from pages.ui.reading_room import Room
from pages.ui.session import read
from pages.ui.words import DECISION


def line(here: Room, user: Person) -> LastRead | None:
    """None before the first read of this sitting in this tab."""
    if here.last is None:
        return None
    before = read(case, user, here.last)
    if before.my_read is None:
        return None
    said = _("{name}: {scheme} {category}, {decision}", name=before.participant.name, **_said(before))
    return LastRead(_("Signed: {read}", read=said), tuple(_deeds(before)))


def _said(before: Case) -> dict[str, str]:
    mine = before.my_read
    return {"scheme": before.card.scheme, "category": mine.category, "decision": _(DECISION[mine.decision])} if mine else {}


def _deeds(before: Case) -> list[Deed]:
    """Taking back while it is possible, and looking at the AI where it was held back."""
    deeds = []
    if before.can_take_back:
        until = before.changeable_until
        hint = _("Possible until {at}", at=moment(until)) if until else _("Possible until somebody makes the case final")
        deeds.append(Deed("back", _("Take back"), hint, reading_keys.BACK))
    if before.can_reveal or (before.ai is not None and before.my_read is not None and not before.my_read.saw_ai):
        deeds.append(Deed("reveal", _("What the AI said"), _("Show the AI result beside your read; both are kept"), reading_keys.REVEAL))
    return deeds
