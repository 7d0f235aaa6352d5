"""Nodule sizes as whole tenths of a millimetre, because 8.3 − 6.8 is more than 1.5 in binary numbers and would be called growth."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MONTH_DAYS = 30.4375


def tenths(mm: float | Decimal) -> int:
    """5.95 mm → 60; halves round up, as decimals are written, not as binary numbers lie."""
    value = Decimal(str(mm))
    if not value.is_finite() or not 0 <= value <= 1000:
        raise ValueError(f"size is {mm} mm; expected 0 to 1000 mm")
    return int((value * 10).quantize(Decimal(1), ROUND_HALF_UP))


def mean_tenths(long_mm: float | Decimal, short_mm: float | Decimal) -> int:
    """Mean of the long and the short diameter of one plane, to one decimal."""
    long, short = Decimal(str(long_mm)), Decimal(str(short_mm))
    if short > long:
        raise ValueError(f"short diameter is {short_mm} mm and long diameter {long_mm} mm; expected short not above long")
    return tenths((long + short) / 2)


def written(size_tenths: int) -> str:
    """59 → "5.9"."""
    return f"{size_tenths // 10}.{size_tenths % 10}"


def months_between(earlier: date, later: date) -> int:
    """Whole months, rounded to the nearest, so that an exam booked for 6 months and done after 178 days counts as 6."""
    if later < earlier:
        raise ValueError(f"the later date {later} lies before {earlier}; expected dates in order")
    return round((later - earlier).days / MONTH_DAYS)
