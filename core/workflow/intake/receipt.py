"""What became of one file."""

from dataclasses import dataclass

from core.words import Sentence
from db.enums import IntakeResult
from db.tables import IntakeItem


@dataclass(frozen=True)
class Receipt:
    """`reason` says why a file was not taken, or what is doubtful about one that was."""

    path: str
    result: IntakeResult
    reason: Sentence | None
    instance_id: int | None
    exam_id: int | None


def of(item: IntakeItem) -> Receipt:
    return Receipt(item.path, item.result, Sentence.from_json(item.reason), item.instance_id, item.exam_id)
