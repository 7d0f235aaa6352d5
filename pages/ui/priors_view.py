"""How open requests for earlier images are listed: the longest open first."""

from collections.abc import Iterable, Sequence

from core.access import Person
from core.workflow.prior_requests import WORDS, PriorRequestRow
from pages.ui.i18n import _, day, days, n_
from pages.ui.queue import TONES
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import PROGRAMME


def state_line(found: Sequence[PriorRequestRow]) -> str:
    late = sum(row.state.escalated for row in found)
    parts = [f":red-badge[▲ {n_('{n} without an answer', '{n} without an answer', late)}]"] if late else []
    return " ".join([*parts, n_("**{n} case** waits for earlier images.", "**{n} cases** wait for earlier images.", len(found))])


def columns() -> list[Column]:
    return [
        Column("age", _("Waits"), "text", "150px", "nowrap"),
        Column("participant", _("Participant"), "strong", "200px", link=True),
        Column("programme", _("Programme"), "chip", "90px"),
        Column("exam", _("Exam"), "text", "120px", "nowrap"),
        Column("asked", _("Asked for")),
        Column("step", _("Where it stands"), "text", "240px"),
    ]


def rows(shown: Iterable[PriorRequestRow], user: Person) -> list[Row]:
    return [_row(row, user) for row in shown]


def _row(row: PriorRequestRow, user: Person) -> Row:
    marks = [row.number, *([_("invented")] if row.synthetic and not user.synthetic else [])]
    since = _("no answer; back with the readers") if row.state.escalated else day(row.state.asked_at.date())
    cells = {
        "age": two(days(row.state.days), since, "red" if row.state.escalated else ""),
        "participant": two(row.participant_name, " · ".join(marks)),
        "programme": chip(_(PROGRAMME[row.programme]), TONES.get(row.programme, "gray")),
        "exam": day(row.exam_date),
        "asked": two(row.note, row.asked_by),
        "step": two(_(WORDS[row.state.step]), row.last_note or day(row.state.at.date())),
    }
    return Row(str(row.exam_id), cells, href=f"/earlier_images?request={row.exam_id}", tone="action" if row.state.escalated else "")
