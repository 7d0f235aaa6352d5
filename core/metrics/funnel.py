"""Control limits of a funnel plot: how far a reader or site may lie from the programme's rate by chance alone.

Exact binomial limits, because the normal limits are wrong in the tail of rare events such as cancers detected.
Spiegelhalter DJ. Stat Med 2005;24:1185.
"""

from dataclasses import dataclass

from scipy.stats import binom


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts of events that are still inside the limits, both ends included, among n."""

    low: int
    high: int
    n: int

    @property
    def rates(self) -> tuple[float, float]:
        return self.low / self.n, self.high / self.n


def limits(rate: float, n: int, *, confidence: float = 0.998) -> Limits:
    """Limits around the programme's rate for n cases; customary levels are 0.95 (watch) and 0.998 (act)."""
    if not 0 < confidence < 1 or not 0 <= rate <= 1 or n < 1:
        raise ValueError(f"rate {rate}, n {n}, confidence {confidence}; expected a rate and a level within 0–1 and n >= 1")
    tail = (1 - confidence) / 2
    return Limits(int(binom.ppf(tail, n, rate)), int(binom.ppf(1 - tail, n, rate)), n)
