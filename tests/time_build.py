"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from core import clock


@dataclass
class Clock:
    """Stands in for `datetime` in `core.clock`, the one place where the time is asked."""

    moment: datetime

    def now(self, zone: object = None) -> datetime:
        return self.moment.astimezone(UTC)

    def pass_days(self, days: float) -> None:
        self.moment += timedelta(days=days)


def frozen(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> Clock:
    """From here on it is `moment`."""
    still = Clock(moment)
    monkeypatch.setattr(clock, "datetime", still)
    return still
