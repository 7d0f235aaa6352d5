"""The programme's figures as a FHIR MeasureReport (R4, summary): one group per figure with numerator, denominator and score.

http://hl7.org/fhir/R4/measurereport.html. A figure whose numerator is below 25 carries its counts and no score; so does one of nothing.
"""

from datetime import date, datetime
from typing import Any

from core.metrics.indicator import Indicator
from core.workflow.programme_figures import Group, ProgrammeFigures

CANONICAL = "https://firstlight.example/fhir/Measure"
POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
UCUM = "http://unitsofmeasure.org"
UNITS = {"%": ("%", "%", 100.0), "per 1000": ("per 1000", "/1000", 1000.0), "days": ("days", "d", 1.0), "kappa": ("kappa", "1", 1.0),
         "mGy": ("mGy", "mGy", 1.0), "mGy·cm": ("mGy·cm", "mGy.cm", 1.0)}  # fmt: skip


def measure_report(found: ProgrammeFigures, *, at: datetime) -> dict[str, Any]:
    """The report as JSON; scores in the units of the page (per cent, per 1000, days)."""
    first, last = found.first or found.as_of, found.last or found.as_of
    return {
        "resourceType": "MeasureReport", "status": "complete", "type": "summary",
        "measure": f"{CANONICAL}/{found.terms.programme}|{found.settings.version}", "date": at.isoformat(timespec="seconds"),
        "period": {"start": first.isoformat(), "end": last.isoformat()},
        "extension": [_said("as-of", found.as_of), _said("positive", ", ".join(found.terms.positive))],
        "group": [_group(one, found.by("site", {one.key})) for one in found.whole.indicators if one.absent is None],
    }  # fmt: skip


def _said(name: str, value: date | str) -> dict[str, Any]:
    kind = "valueDate" if isinstance(value, date) else "valueString"
    return {"url": f"{CANONICAL}/{name}", kind: value.isoformat() if isinstance(value, date) else value}


def _group(one: Indicator, sites: tuple[Group, ...]) -> dict[str, Any]:
    cut = [(group, group.of(one.key)) for group in sites if group.has(one.key)]
    made: dict[str, Any] = {"id": one.key.replace("_", "-"), "code": {"text": str(one.name)}, "population": _population(one)} | _score(one)
    if len(cut) > 1:
        made["stratifier"] = [{"code": [{"text": "site"}], "stratum": [_stratum(group, of_site) for group, of_site in cut]}]
    return made


def _stratum(group: Group, one: Indicator) -> dict[str, Any]:
    return {"value": {"text": str(group.name)}, "population": _population(one)} | _score(one)


def _population(one: Indicator) -> list[dict[str, Any]]:
    return [
        {"code": {"coding": [{"system": POPULATION, "code": code}]}, "count": count}
        for code, count in (("numerator", one.numerator), ("denominator", one.denominator))
    ]


def _score(one: Indicator) -> dict[str, Any]:
    if one.interval is None or not one.stable:
        return {}
    name, code, scale = UNITS[one.unit]
    return {"measureScore": {"value": round(one.interval.value * scale, 6), "unit": name, "system": UCUM, "code": code}}
