"""The parts of a reader's own history: a line for each signed read with its outcome."""

from collections.abc import Sequence

from core.access import Person
from core.workflow.own_reads import OwnRead
from pages.ui.i18n import _, day, moment, n_
from pages.ui.queue import TONES
from pages.ui.tables import Column, Row, Tone, chip, two
from pages.ui.words import CERTAINTY, DECISION, OUTCOME, PROGRAMME

LOOKS: dict[str, tuple[Tone, str]] = {
    "cancer": ("red", "■"),
    "interval_cancer": ("red", "▲"),
    "benign": ("gray", "○"),
    "no_finding": ("gray", "○"),
}


def state_line(found: Sequence[OwnRead]) -> str:
    known = sum(one.outcome is not None for one in found)
    reads = n_("**{n} read** shown, the newest first.", "**{n} reads** shown, the newest first.", len(found))
    return f"{reads} {_('An outcome is known of {n}.', n=known)}" if found else ""


def columns() -> list[Column]:
    return [
        Column("at", _("Signed"), "text", "160px", "nowrap"),
        Column("participant", _("Participant"), "strong", "200px", link=True),
        Column("programme", _("Programme"), "chip", "96px"),
        Column("exam", _("Exam"), "text", "120px", "nowrap"),
        Column("category", _("Category"), "text", "90px"),
        Column("decision", _("Decision")),
        Column("ai", _("AI in sight"), "muted", "110px"),
        Column("outcome", _("Outcome"), "chip", "210px"),
    ]


def rows(found: Sequence[OwnRead], user: Person) -> list[Row]:
    return [_row(one, user) for one in found]


def _row(one: OwnRead, user: Person) -> Row:
    invented = one.synthetic and not user.synthetic
    cells = {
        "at": moment(one.committed_at),
        "participant": two(one.participant_name, " · ".join([one.number, *([_("invented")] if invented else [])])),
        "programme": chip(_(PROGRAMME[one.programme]), TONES.get(one.programme, "gray")),
        "exam": two(day(one.exam_date), _("round {n}", n=one.round)),
        "category": one.category,
        "decision": _(DECISION[one.decision]),
        "ai": _("yes") if one.saw_ai else _("no"),
        "outcome": _outcome(one),
    }
    return Row(str(one.exam_id), cells, href=f"/case?exam={one.exam_id}")


def _outcome(one: OwnRead) -> dict[str, str] | None:
    if one.outcome is None or one.certainty is None:
        return None
    tone, shape = LOOKS[one.outcome.value]
    return chip(f"{_(OUTCOME[one.outcome])}, {_(CERTAINTY[one.certainty])}", tone, shape)
