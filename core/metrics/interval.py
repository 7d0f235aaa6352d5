"""A value with its confidence interval: no rate or area leaves this package without one."""

from dataclasses import dataclass
from math import isfinite

from scipy.special import ndtri


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate between its limits; the confidence level is the one the producing function was asked for (95 % unless said)."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not all(isfinite(number) for number in (self.value, self.low, self.high)):
            raise ValueError(f"an interval needs three finite numbers; got {self.low}, {self.value}, {self.high}")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"an interval needs low <= value <= high; got {self.low}, {self.value}, {self.high}")


def normal_quantile(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.959964 for 0.95."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1, such as 0.95")
    return float(ndtri((1 + confidence) / 2))
