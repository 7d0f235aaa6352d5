"""Images come in: an upload, a folder, an association. See `batch` for what waits, `take` for the way in, `view` for what pages show."""

from core.workflow.intake.batch import PHANTOM, begin, folder, open_batch
from core.workflow.intake.instance import receive
from core.workflow.intake.lines import BatchLine, BatchView, FileLine, StudyLine
from core.workflow.intake.receipt import Receipt
from core.workflow.intake.take import finish, take_in
from core.workflow.intake.view import batch, batches, study_line

__all__ = [
    "PHANTOM", "BatchLine", "BatchView", "FileLine", "Receipt", "StudyLine", "batch", "batches", "begin", "finish", "folder", "open_batch",
    "receive", "study_line", "take_in",
]  # fmt: skip
