"""Why an exam has no AI result, in one sentence; shared by the queue and the case, so that both say the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import now
from core.words import N_, Sentence, say

ARRIVAL = timedelta(hours=1)  # afterwards an exam is handed to a reader as it is, whatever still comes


@dataclass(frozen=True)
class Unscored:
    """What is known about an exam without a run that counts."""

    problem: Sentence | None
    arriving: bool
    with_images: bool
    model_installed: bool
    running: bool = False

    @property
    def pending(self) -> bool:
        """Whether a result may still come by itself."""
        return self.problem is None and (self.arriving or (self.with_images and self.model_installed))


def arriving(received_at: datetime, completed_at: datetime | None, problem: str | Sentence | None) -> bool:
    """Whether more images of an exam may still be on their way."""
    return completed_at is None and not problem and now() - received_at < ARRIVAL


def why(exam: Unscored) -> Sentence:
    """The reason, "Not scored: …" where somebody must act, else what is being waited for."""
    if exam.problem is not None:
        return not_scored(exam.problem)
    if exam.arriving:
        return say(N_("Images are still arriving"))
    if not exam.with_images:
        return not_scored(say(N_("no images are stored")))
    if not exam.model_installed:
        return not_scored(say(N_("no AI model is installed for this programme")))
    return say(N_("Being scored now") if exam.running else N_("Waiting to be scored"))


def not_scored(reason: Sentence | None) -> Sentence:
    return say(N_("Not scored: {reason}"), reason=reason or say(N_("the reason was not recorded")))
