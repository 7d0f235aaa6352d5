"""Lung: both risk models and three rules on one participant's facts. What is missing is named; a rule that fails its examples is silent."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.eligibility.lung_inputs import LungInputs
from core.eligibility.verdict import Risk, RuleSaid
from core.rules import cms2022, llpv2, plcom2012, tlhc, uspstf2021
from core.rules.conformance import unsound
from core.words import N_, say
from core.workflow.rule_line import worded

PLCO_WORDS = {
    "age": "birth_date", "race": "race", "education": "education", "bmi": "bmi", "copd": "copd", "personal_cancer": "personal_cancer",
    "family_lung_cancer": "family_history", "current_smoker": "current_smoker", "cigarettes_per_day": "cigarettes_per_day",
    "smoking_years": "smoking_years", "quit_years": "quit_years",
}  # fmt: skip
LLP_WORDS = {
    "age": "birth_date", "female": "sex", "smoking_years": "smoking_years", "pneumonia": "pneumonia", "asbestos": "asbestos",
    "prior_malignancy": "personal_cancer", "family_history": "family_history",
}  # fmt: skip
USPSTF_WORDS = {
    "age": "birth_date", "current_smoker": "current_smoker", "cigarettes_per_day": "cigarettes_per_day", "smoking_years": "smoking_years",
    "quit_years": "quit_years",
}  # fmt: skip
"""Input of the rule → the word for it in `INPUTS`."""

NO_SMOKER = N_("Only for people who have smoked")
IMPOSSIBLE = N_("The values do not fit together: {problem}")


def risks(of: LungInputs) -> tuple[Risk, Risk]:
    """PLCOm2012 and LLPv2, each with its limit in the lung health check."""
    return _plco(of), _llp(of)


def lung_health_check(of: LungInputs, plco: Risk, llp: Risk) -> RuleSaid:
    """The programme's own rule; None where a risk that would decide is not known."""
    given: dict[str, Any] = {"birth": of.birth, "on": of.on, "ever_smoker": of.ever_smoker, "plco": plco.value, "llp": llp.value}
    said = RuleSaid(tlhc.NAME, tlhc.VERSION, tlhc.SOURCE, None, given=given)
    problem = unsound(tlhc.NAME)
    if problem is not None:
        return replace(said, problem=worded(problem))
    if of.birth is None:
        return replace(said, missing=("birth_date",))
    if of.ever_smoker is None and not tlhc.why_not(birth=of.birth, on=of.on, ever_smoker=None, plco=None, llp=None):
        return replace(said, missing=("ever_smoker",))
    against = tuple(worded(reason) for reason in tlhc.why_not(**given))
    eligible = tlhc.eligible(**given)
    missing = dict.fromkeys((*plco.missing, *llp.missing)) if eligible is None else {}
    return replace(said, eligible=eligible, against=against, missing=tuple(missing), problem=plco.problem or llp.problem)


def american_rules(of: LungInputs) -> tuple[RuleSaid, RuleSaid]:
    """USPSTF 2021 and what CMS pays, side by side with the programme's rule."""
    return (
        _american(of, uspstf2021.NAME, uspstf2021.VERSION, uspstf2021.SOURCE, uspstf2021.why_not),
        _american(of, cms2022.NAME, cms2022.VERSION, cms2022.SOURCE, cms2022.why_not),
    )


def _plco(of: LungInputs) -> Risk:
    risk = Risk(plcom2012.NAME, plcom2012.VERSION, plcom2012.SOURCE, 6, limit=tlhc.PLCO_LIMIT)
    if of.ever_smoker is False:
        return replace(risk, problem=say(NO_SMOKER))
    given = {name: getattr(of, name) for name in PLCO_WORDS}
    return _computed(risk, given, PLCO_WORDS, plcom2012.six_year_risk)


def _llp(of: LungInputs) -> Risk:
    risk = Risk(llpv2.NAME, llpv2.VERSION, llpv2.SOURCE, 5, limit=tlhc.LLP_LIMIT)
    given = {
        "age": of.age, "female": of.female, "smoking_years": of.smoking_years, "family_history": of.family, "pneumonia": of.pneumonia,
        "asbestos": of.asbestos, "prior_malignancy": of.personal_cancer,
    }  # fmt: skip
    words = LLP_WORDS | ({"family_history": "relatives"} if of.family_lung_cancer else {})
    return _computed(risk, given, words, llpv2.five_year_risk)


def _computed(risk: Risk, given: Mapping[str, Any], words: Mapping[str, str], compute: Callable[..., float]) -> Risk:
    risk = replace(risk, given=given)
    problem = unsound(risk.rule)
    if problem is not None:
        return replace(risk, problem=worded(problem))
    missing = tuple(words[name] for name, value in given.items() if value is None)
    if missing:
        return replace(risk, missing=missing)
    try:
        return replace(risk, value=compute(**given))
    except ValueError as impossible:
        return replace(risk, problem=say(IMPOSSIBLE, problem=str(impossible)))


def _american(of: LungInputs, name: str, version: str, source: str, why_not: Callable[..., Any]) -> RuleSaid:
    given = {"age": of.full_years, **{key: getattr(of, key) for key in USPSTF_WORDS if key != "age"}}
    said = RuleSaid(name, version, source, None, given=given)
    problem = unsound(name)
    if problem is not None:
        return replace(said, problem=worded(problem))
    if of.ever_smoker is False:
        return replace(said, eligible=False, against=(say(tlhc.NEVER),))
    missing = tuple(USPSTF_WORDS[key] for key, value in given.items() if value is None)
    if missing:
        return replace(said, missing=missing)
    try:
        against = tuple(worded(reason) for reason in why_not(**given))
    except ValueError as impossible:
        return replace(said, problem=say(IMPOSSIBLE, problem=str(impossible)))
    return replace(said, eligible=not against, against=against)
