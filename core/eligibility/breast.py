"""Breast: the band of age and risk in the programme's own setting, and the Gail model where somebody entered what it asks for."""

from dataclasses import replace

from core.eligibility.known import Known
from core.eligibility.lung import IMPOSSIBLE
from core.eligibility.verdict import Risk, RuleSaid
from core.rules import breast_bands, gail
from core.rules.birthdays import completed_years
from core.rules.breast_bands import Setting
from core.rules.conformance import unsound
from core.words import say
from core.workflow.programmes import card
from core.workflow.rule_line import worded
from db.enums import Sex

GAIL_YEARS, GAIL_LIMIT = 5, 0.0167
"""1.67 % in five years is the usual mark of a raised risk; it decides nothing here."""
GAIL_INPUTS = ("biopsies", "hyperplasia", "menarche_age", "first_birth_age", "relatives", "race")


def setting() -> Setting:
    """The bands in force: the programme's own interval from its card, which names the version."""
    mine = card("breast")
    return breast_bands.own(mine.version, mine.screening_interval_days)


def level(of: Known) -> str:
    """The level of risk that somebody entered; routine where nobody entered another one."""
    entered = of.values.get("breast_risk", {}).get("level")
    return str(entered) if entered in breast_bands.LEVELS else "routine"


def bands(of: Known, used: Setting) -> RuleSaid:
    """What the bands of a setting say on the day of `of`."""
    female = {Sex.female: True, Sex.male: False}.get(of.sex)
    given = {"birth": of.birth, "on": of.on, "female": female, "level": level(of)}
    said = RuleSaid(used.name, used.version, used.source, None, given=given)
    problem = unsound(breast_bands.NAME)
    if problem is not None:
        return replace(said, problem=worded(problem))
    if female is False:
        return replace(said, eligible=False, against=(say(breast_bands.OTHER_SEX),))
    if of.birth is None:
        return replace(said, missing=("birth_date",))
    asked = {"birth": of.birth, "on": of.on, "level": level(of)}
    against = tuple(worded(reason) for reason in breast_bands.why_not(used, female=female, **asked))  # type: ignore[arg-type]
    found = breast_bands.eligible(used, female=female, **asked)  # type: ignore[arg-type]
    missing = ("sex",) if female is None else ("high_risk_ages",)
    return replace(said, eligible=found, against=against, missing=missing if found is None else ())


def gail_risk(of: Known) -> Risk | None:
    """The five-year risk; None where nobody entered anything for it."""
    entered = of.values.get("gail_inputs")
    if entered is None:
        return None
    risk = Risk(gail.NAME, gail.VERSION, gail.SOURCE, GAIL_YEARS, limit=GAIL_LIMIT)
    given = {name: entered.get(name) for name in GAIL_INPUTS} | {"age": None if of.birth is None else completed_years(of.birth, of.on)}
    risk = replace(risk, given=given)
    problem = unsound(gail.NAME)
    if problem is not None:
        return replace(risk, problem=worded(problem))
    missing = [word for name, word in (("age", "birth_date"), ("race", "race")) if given[name] is None]
    if missing:
        return replace(risk, missing=tuple(missing))
    try:
        return replace(risk, value=gail.absolute_risk(horizon_years=GAIL_YEARS, **given))  # type: ignore[arg-type]
    except (ValueError, TypeError) as impossible:
        return replace(risk, problem=say(IMPOSSIBLE, problem=str(impossible)))
