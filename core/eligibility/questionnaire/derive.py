"""The facts that a complete questionnaire becomes; what was answered with "not known" becomes no fact."""

from datetime import date
from typing import Any

from core.eligibility.questionnaire.check import bmi, month, number, years
from core.eligibility.questionnaire.items import BY_KEY as ITEM
from core.eligibility.questionnaire.items import COUNTED, ILLNESSES, NO, UNKNOWN, YES, Answers, asked
from core.rules.pack_years import Spell, mean_per_day

Facts = dict[str, dict[str, Any]]
LUNGS = ("copd", "emphysema", "bronchitis")
"""Any of them counts as COPD, as PLCOm2012 asks for it."""


def facts(answers: Answers, birth: date, on: date) -> Facts:
    """Kind → value, as `ParticipantFact` holds them from that day on."""
    if answers.get("ever_smoked") != YES:
        return {"ever_smoker": {"said": False}, "current_smoker": {"said": False}}
    found: Facts = {"ever_smoker": {"said": True}, "current_smoker": {"said": answers.get("current") == YES}}
    found["smoking"] = _smoking(answers, birth, on)
    found |= {key: {"said": said} for key, said in _yes_no(answers).items() if said is not None}
    if answers.get("education") != UNKNOWN:
        found["education"] = {"level": int(answers["education"])}
    if answers.get("race") != UNKNOWN:
        found["race"] = {"code": answers["race"]}
    body = bmi(answers)
    if body is not None:
        found["bmi"] = {"value": round(body, 2)}
    return found | _relatives(answers)


def _smoking(answers: Answers, birth: date, on: date) -> dict[str, Any]:
    smoked = years(answers, birth, on) or 0.0
    quit_on = month(answers, "quit_on") if answers.get("current") == NO else None
    return {
        "cigarettes_per_day": round(sum(_per_day(answers, kind, smoked) for kind in COUNTED), 3),
        "years": round(smoked, 3),
        "quit_on": quit_on.strftime("%Y-%m") if quit_on else None,
    }


def _per_day(answers: Answers, kind: str, smoked: float) -> float:
    """Weighted by the years of each amount, so that the most that was ever smoked does not stand for all years."""
    if kind not in (answers.get("tobacco") or ()):
        return 0.0
    spells = [Spell(number(answers, f"{kind}_{name}") or 0.0, number(answers, f"{kind}_{name}_years") or 0.0) for name in ("more", "less")]
    return mean_per_day(smoked, number(answers, f"{kind}_usual") or 0.0, [spell for spell in spells if spell.years])


def _yes_no(answers: Answers) -> dict[str, bool | None]:
    ill = {key: _said(answers, key) for key in ILLNESSES}
    lungs = [ill[key] for key in LUNGS]
    cancer = _said(answers, "cancer")
    return {
        "copd": True if any(lungs) else None if None in lungs else False,
        "emphysema": ill["emphysema"],
        "pneumonia": ill["pneumonia"],
        "asbestos": _said(answers, "asbestos"),
        "personal_cancer": cancer,
        "extrathoracic_cancer": False if cancer is False else _said(answers, "cancer_elsewhere"),
        "family_history": _said(answers, "relatives"),
    }


def _relatives(answers: Answers) -> Facts:
    """Before 60, or all of them later."""
    early = _said(answers, "relatives_before_60")
    if _said(answers, "relatives") is False:
        return {"relatives": {"lung_before_60": False, "lung_later": False}}
    return {} if early is None else {"relatives": {"lung_before_60": early, "lung_later": not early}}


def _said(answers: Answers, key: str) -> bool | None:
    return {YES: True, NO: False}.get(str(answers.get(key))) if asked(ITEM[key], answers) else None
