"""Facts about one participant as the lung models ask for them on a day: years are counted on from the day of the questionnaire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from core.eligibility.known import Known
from core.rules.birthdays import completed_years
from core.rules.forecast import YEAR_DAYS, Smoker
from core.rules.llpv2 import FAMILY, FamilyHistory
from core.rules.plcom2012 import RACES
from db.enums import Sex


@dataclass(frozen=True)
class LungInputs:
    """None is "not known", never no. Years with decimals; `quit_years` is 0 for who smokes now; `family` by the age of the relatives."""

    on: date
    birth: date | None
    female: bool | None
    ever_smoker: bool | None
    current_smoker: bool | None
    cigarettes_per_day: float | None
    smoking_years: float | None
    quit_years: float | None
    race: str | None
    education: int | None
    bmi: float | None
    copd: bool | None
    personal_cancer: bool | None
    family_lung_cancer: bool | None
    family: FamilyHistory | None
    pneumonia: bool | None
    asbestos: bool | None

    @property
    def age(self) -> float | None:
        """In years with decimals, as both models are computed here."""
        return None if self.birth is None else (self.on - self.birth).days / YEAR_DAYS

    @property
    def full_years(self) -> int | None:
        return None if self.birth is None else completed_years(self.birth, self.on)

    def smoker(self) -> Smoker | None:
        """Everything at once for the forecast; None when something is missing."""
        if any(getattr(self, name) is None for name in self.__dataclass_fields__) or not self.ever_smoker:
            return None
        wanted = {name: getattr(self, name) for name in Smoker.__dataclass_fields__ if name not in ("day", "family_history")}
        return Smoker(day=self.on, family_history=cast(FamilyHistory, self.family), **wanted)


def lung_inputs(of: Known) -> LungInputs:
    """The inputs of both models, of USPSTF and of the lung health check on the day of `of`."""
    ever, current = of.said("ever_smoker"), of.said("current_smoker")
    current = False if ever is False else current
    years, since_quit = _years(of, ever, current)
    family = of.said("family_history")
    education, race = of.number("education", "level"), of.values.get("race", {}).get("code")
    return LungInputs(
        on=of.on, birth=of.birth, female={Sex.female: True, Sex.male: False}.get(of.sex), ever_smoker=ever, current_smoker=current,
        cigarettes_per_day=0.0 if ever is False else of.number("smoking", "cigarettes_per_day"), smoking_years=years, quit_years=since_quit,
        race=race if race in RACES else None, education=None if education is None else int(education), bmi=of.number("bmi", "value"),
        copd=of.said("copd"), personal_cancer=of.said("personal_cancer"), family_lung_cancer=family,
        family=_family(family, of.values.get("relatives", {})), pneumonia=of.said("pneumonia"), asbestos=of.said("asbestos"),
    )  # fmt: skip


def _years(of: Known, ever: bool | None, current: bool | None) -> tuple[float | None, float | None]:
    """Years smoked and years since quitting on that day."""
    if ever is False:
        return 0.0, 0.0
    years = of.number("smoking", "years")
    if current:
        gone = (of.on - of.since.get("smoking", of.on)).days / YEAR_DAYS
        return None if years is None else years + gone, 0.0
    quit_on = _end_of_month(of.values.get("smoking", {}).get("quit_on"))
    if current is None or quit_on is None:
        return years, None
    return years, max((of.on - quit_on).days / YEAR_DAYS, 0.0)


def _end_of_month(written: object) -> date | None:
    """ "2011-03" → the last day of that month: fifteen years since quitting still count, so the month is taken in favour of the person."""
    try:
        first = date.fromisoformat(f"{str(written)[:7]}-01")
    except ValueError:
        return None
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _family(said: bool | None, relatives: Mapping[str, Any]) -> FamilyHistory | None:
    """Early when a relative fell ill before 60, late when all did later; None while the age is not known."""
    early, later = relatives.get("lung_before_60"), relatives.get("lung_later")
    if said is False:
        return "none"
    if said is None or (early is None and later is None):
        return None
    found = "early" if early else "late" if later else None
    return cast("FamilyHistory | None", found if found in FAMILY else None)
