"""A real worker process with a tiny scorer in place of a network: `python -m tests.stand_in_worker [PHASE MARKER]`.

With a phase it stops there once, as long as the marker file is not there yet, so that a test can kill it in the middle of that step.
"""

import sys
import threading
from pathlib import Path

from core import log
from core.start import open_database
from core.workflow.runs import FindingDraft
from db.enums import FindingKind
from models.cards import Card
from models.refusal import NoResult
from models.worker import steps
from models.worker.load import registered
from models.worker.scorer import Case, Report, Scored
from models.worker.serve import serve

PHASE, MARKER = (sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 2 else ("", Path())


def halt(phase: str) -> None:
    """Stand still in this phase the first time."""
    if phase == PHASE and not MARKER.exists():
        MARKER.write_text("here")
        threading.Event().wait()


class StandIn:
    """Answers the number of images as its one finding; refuses exams of fewer than 4 images and fails on exactly 13."""

    device = "none"

    def __init__(self, name: str) -> None:
        self.card = Card(
            name=name,
            tag="test",
            task="test",
            weights=(),
            intended_use="tests",
            training_data="none",
            licence="none",
            trained_on="nothing",
            thresholds={"half": 0.5},
        )

    def decode(self, case: Case, report: Report) -> None:
        halt("decode")
        report(1.0)

    def infer(self, case: Case, report: Report) -> Scored:
        halt("infer")
        if len(case.keys) < 4:
            raise NoResult("Too few images {for} the stand-in")
        if len(case.keys) == 13:
            raise RuntimeError("thirteen")
        mark = FindingDraft(kind=FindingKind.nodule, sop_uid=sorted(case.keys)[0], place={"slice": 0}, malignancy=0.25)
        return Scored(score=0.25, step=3, result={"findings": 1, "images": len(case.keys)}, findings=(mark,), stage_seconds={"think": 0.1})


def main() -> None:
    log.start("stand-in")
    open_database()
    written = steps.record

    def record(*given: object) -> int:
        halt("record")
        run_id = written(*given)  # type: ignore[arg-type]
        halt("recorded")
        return run_id

    steps.record = record
    serve(registered([StandIn("lung-ct"), StandIn("mammography")]))


if __name__ == "__main__":
    main()
