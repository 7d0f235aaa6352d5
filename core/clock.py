"""The time, from one place, so that tests can freeze it and every row is written in UTC."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment, timezone-aware, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in UTC."""
    return now().date()
