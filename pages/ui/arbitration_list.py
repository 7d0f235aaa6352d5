"""The cases that wait for a third opinion: who has them, how long they wait, and whether this doctor read them."""

from collections.abc import Sequence

from core.access import Person
from core.workflow.arbitration import ArbitrationRow
from pages.ui.i18n import _, day, days, n_, oldest, show
from pages.ui.queue import TONES
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import PROGRAMME


def state_line(found: Sequence[ArbitrationRow]) -> str:
    if not found:
        return _("No case waits for arbitration.")
    since = oldest(max(row.days for row in found))
    alone = sum(not row.own_read for row in found)
    waits = n_("**{n} case waits** for arbitration, {since}.", "**{n} cases wait** for arbitration, {since}.", len(found), since=since)
    return f"{waits} {_('{n} of them you can settle alone.', n=alone)}"


def columns() -> list[Column]:
    return [
        Column("participant", _("Participant"), "strong", "200px", link=True),
        Column("programme", _("Programme"), "chip", "96px"),
        Column("exam", _("Exam"), "text", "130px", "nowrap"),
        Column("age", _("Waits"), "number", "90px", "right nowrap"),
        Column("why", _("Why")),
        Column("you", _("You"), "text", "210px"),
        Column("held", _("State"), "muted", "200px"),
    ]


def rows(found: Sequence[ArbitrationRow], user: Person) -> list[Row]:
    return [_row(one, user) for one in found]


def _row(one: ArbitrationRow, user: Person) -> Row:
    marks = [_("phantom")] if one.phantom else [_("invented")] if one.synthetic and not user.synthetic else []
    held = "" if one.claimed_by is None else _("in your hands") if one.claimed_by == user.name else _("With {name}", name=one.claimed_by)
    cells = {
        "participant": two(one.participant_name, " · ".join([one.number, *marks])),
        "programme": chip(_(PROGRAMME[one.programme]), TONES.get(one.programme, "gray")),
        "exam": two(day(one.exam_date), _("round {n}", n=one.round)),
        "age": days(one.days),
        "why": show(one.why),
        "you": _("you read it: only together with others") if one.own_read else _("can settle it"),
        "held": held,
    }
    return Row(str(one.exam_id), cells, href=f"/arbitration?exam={one.exam_id}")
