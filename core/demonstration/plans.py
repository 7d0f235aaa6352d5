"""Who takes part in the simulated programme, and on which days they are invited and come."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from db.enums import Sex


@dataclass(frozen=True)
class Plan:
    """One simulated participant: who, and the days of the rounds, attended or not."""

    programme: str
    sex: Sex
    birth_date: date
    exam_dates: tuple[date, ...]
    missed_dates: tuple[date, ...]  # invited, but did not come
    waits: str = ""  # for what the newest round waits, see Round

    def round_of(self, day: date) -> int:
        """The number of the invitation for that day, from 1."""
        return sorted(self.exam_dates + self.missed_dates).index(day) + 1


def plan(rng: random.Random, programme: str, today: date, years: int = 3) -> Plan:
    """A participant with yearly (lung) or two-yearly (breast) rounds; some miss a round, the newest exam is over a week old."""
    lung = programme == "lung"
    age = rng.randint(55, 73) if lung else rng.randint(50, 69)
    sex = rng.choice((Sex.female, Sex.male)) if lung else Sex.female
    birth = today - timedelta(days=round(age * 365.25) + rng.randint(0, 364))
    interval = 365 if lung else 730
    first = today - timedelta(days=rng.randint(9, min(years * 365, round(interval * 3))))
    days = [first + timedelta(days=interval * number + rng.randint(-12, 25)) for number in range(4)]
    due = [day for day in days if day < today - timedelta(days=8)]
    came = {day for number, day in enumerate(due) if rng.random() < (0.93 if number == 0 else 0.86)}
    attended = tuple(_to_weekday(day) for day in due if day in came)
    return Plan(programme, sex, birth, attended, tuple(_to_weekday(day) for day in due if day not in came))


def recent(rng: random.Random, today: date, waits: str) -> Plan:
    """A woman whose first mammogram of the last days has been read twice."""
    birth = today - timedelta(days=round(rng.randint(50, 69) * 365.25) + rng.randint(0, 364))
    return Plan("breast", Sex.female, birth, (today - timedelta(days=rng.randint(2, 6)),), (), waits)


def _to_weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))
