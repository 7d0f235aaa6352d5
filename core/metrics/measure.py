"""What an indicator is: its name and definition in words, its unit and theme, and which rows it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.metrics.labels import Floats
from core.metrics.screening import Cohort, Masks, Terms
from core.words import N_, Sentence, say

Unit = Literal["%", "per 1000", "days", "kappa", "mGy", "mGy·cm"]
MIDDLES: frozenset[Unit] = frozenset({"days", "mGy", "mGy·cm"})
"""Units of which the median is shown."""
Theme = Literal["detection", "recall", "follow_up", "timeliness", "participation", "quality"]
Rows = Literal["exams", "invitations", "people"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator; `masks` picks (numerator, denominator) from the table named by `of`.

    It exists only where the table has the columns that it `needs`, in the programme that it is for (`only`; "" for both) and with rounds
    of at least `rounds_of` days. `values` gives the numbers whose median is shown.
    """

    key: str
    name: str
    masks: Callable[[Cohort], Masks]
    definition: str
    unit: Unit = "%"
    of: Rows = "exams"
    theme: Theme = "detection"
    needs: tuple[str, ...] = ()
    only: str = ""
    rounds_of: int = 0
    values: Callable[[Cohort], Floats] | None = None
    marked: bool = False
    """Counted from what somebody must have written down: where nobody ever did, there is no figure instead of nought."""

    def defined(self, terms: Terms) -> Sentence:
        """The definition with the programme's own terms in it."""
        rule = say(N_("Positive: category {categories}, or recalled for assessment."), categories=", ".join(terms.positive))
        least, most = terms.ages
        return say(self.definition, positive=rule, limit=terms.limit_days, interval=terms.interval_days, least=least, most=most)

    @property
    def of_positives(self) -> bool:
        """Whether it depends on what is called positive."""
        return "{positive}" in self.definition

    def exists(self, cohort: Cohort) -> bool:
        terms = cohort.terms
        return cohort.has(*self.needs) and self.only in ("", terms.programme) and terms.interval_days >= self.rounds_of
