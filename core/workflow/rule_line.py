"""What one published rule says beside an opinion: its words, its reasons, what it lacks, and where the reader says otherwise."""

from dataclasses import dataclass

from core.rules.reason import Reason
from core.words import Sentence


@dataclass(frozen=True)
class RuleLine:
    """`category` is None while `gaps` name what is missing. `warnings`: the reader says otherwise, or an error of measurement would.

    `folded` lines are for those who ask: other protocols and probabilities.
    """

    rule: str
    source: str
    said: Sentence
    category: str | None = None
    because: tuple[Sentence, ...] = ()
    gaps: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    folded: bool = False


def worded(reason: Reason) -> Sentence:
    """A reason of `core.rules` as a sentence."""
    return Sentence(reason.template, reason.values)
