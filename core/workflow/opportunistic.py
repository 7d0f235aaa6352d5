"""More from the same scan: measures beside the nodules, each off at a site until an administrator names its validation there.

A measure is a version of a card (`ModelVersion` without a status: it never counts, ranks or is run in shadow). Whether it is on at a
site is a row of `IndicatorSetting` under the measure's name with the key "site-<site>"; a new version of the measure is off again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, Rejected
from core.words import N_
from db.tables import Exam, IndicatorSetting, ModelVersion, Site, User

MEASURES: Mapping[str, str] = {
    "lung-emphysema": N_("Low-attenuation lung (below −950 HU)"),
    "coronary-calcium": N_("Coronary calcium, class on an ungated scan"),
    "vertebral-bone": N_("Trabecular bone of one vertebra, level unknown"),
}
FEWEST = 30
"""Scans with a result and a reference value that a validation must have; below that its limits of agreement say next to nothing."""
TASK, KEY = "opportunistic", "site-"


@dataclass(frozen=True)
class MeasureCard:
    """A measure as the worker finds it installed: `parameters` are the numbers it decides by."""

    name: str
    tag: str
    card: Mapping[str, Any]
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Switch:
    """Whether one version of a measure is on at a site; `figures` and `report` of the validation it was switched on with."""

    site_id: int
    site: str
    on: bool
    since: datetime | None
    author: str
    report: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class BesideLine:
    """One measure of one scan: `value` in `unit` (a word for a class) or None with `reason`; `limits` and `sources` from its card."""

    name: str
    tag: str
    value: float | str | None
    unit: str
    parts: Mapping[str, Any]
    warnings: tuple[str, ...]
    reason: str | None
    limits: tuple[str, ...]
    intended_use: str


def register(session: Session, installed: Iterable[MeasureCard]) -> None:
    """Make the installed versions known; Conflict when a known tag comes with other parameters."""
    for one in installed:
        digest = hashlib.sha256(json.dumps(dict(one.parameters), sort_keys=True).encode()).hexdigest()
        known = session.exec(select(ModelVersion).where(ModelVersion.name == one.name, ModelVersion.tag == one.tag)).first()
        if known is None:
            session.add(ModelVersion(name=one.name, tag=one.tag, weights_sha256=digest, card=dict(one.card), registered_at=now()))
            audit.record(session, "worker", "model_registered", "model", f"{one.name}.{one.tag}")
        elif known.weights_sha256 != digest:
            raise Conflict(
                N_("{name} {tag} was registered with other parameters; changed parameters need a new tag"), name=one.name, tag=one.tag
            )
    session.flush()


def switched_on(session: Session, exam_id: int) -> Mapping[str, str]:
    """Measure → tag of the version that is on at the site of the exam."""
    site_id = session.exec(select(Exam.site_id).where(Exam.id == exam_id)).first()
    newest = {name: _newest(session, name).get(site_id or 0) for name in MEASURES}
    return {name: str(row.value["tag"]) for name, row in newest.items() if row is not None and row.value.get("on")}


def switches(session: Session, person: Person, version_id: int) -> tuple[Switch, ...]:
    """How that version stands at each site that this person administers."""
    person.must(Act.administer)
    version = _measure(session, version_id)
    sites = session.exec(select(Site).where(col(Site.id).in_(person.sites(Act.administer))).order_by(col(Site.name)))
    rows = _newest(session, version.name)
    return tuple(_switch(session, site, rows.get(site.id or 0), version.tag) for site in sites)


def switch_on(session: Session, person: Person, version_id: int, site_id: int, *, name: str, report: bytes) -> None:
    """From now on the measure is computed and shown at the site. `report` is the JSON of the validation command, `name` its file's.

    Raises Rejected when the report is not one of this version, or has too few scans.
    """
    person.must(Act.administer, site_id)
    version = _measure(session, version_id)
    figures = _validated(version, report)
    digest = hashlib.sha256(report).hexdigest()
    value = {"on": True, "tag": version.tag, "report": name.strip()[:120], "report_sha256": digest, "figures": figures}
    _append(session, person, version, site_id, value)
    _note(session, person, version, site_id, on=True, n=figures["n"], report=digest)


def switch_off(session: Session, person: Person, version_id: int, site_id: int) -> None:
    """From now on the measure is neither computed nor shown at the site; what was stored stays with its runs."""
    person.must(Act.administer, site_id)
    version = _measure(session, version_id)
    row = _newest(session, version.name).get(site_id)
    if row is None or not row.value.get("on"):
        raise Conflict(N_("{name} is off at this site already"), name=version.name)
    _append(session, person, version, site_id, {"on": False, "tag": version.tag})
    _note(session, person, version, site_id, on=False)


def shown(session: Session, person: Person, exam_id: int, result: Mapping[str, Any]) -> tuple[BesideLine, ...]:
    """The measures of a result that the person was given, as far as each is on at the exam's site in the version it was measured by.

    `result` is that of `core.workflow.ai.AiResult`, which is not handed to a reader who must not see it yet.
    """
    site_id = session.exec(select(Exam.site_id).where(Exam.id == exam_id)).one()
    person.must(Act.see_participants, site_id)
    on, measured = switched_on(session, exam_id), result.get("beside") or {}
    names = [name for name in MEASURES if name in measured and on.get(name) == measured[name]["tag"]]
    cards = _cards(session, names, on)
    return tuple(_line(name, measured[name], cards.get(name, {})) for name in names)


def _line(name: str, measured: Mapping[str, Any], card: Mapping[str, Any]) -> BesideLine:
    return BesideLine(
        name=name, tag=measured["tag"], value=measured["value"], unit=measured["unit"], parts=measured.get("parts") or {},
        warnings=tuple(measured.get("warnings") or ()), reason=measured.get("reason"), limits=tuple(card.get("limits") or ()),
        intended_use=str(card.get("intended_use") or ""),
    )  # fmt: skip


def _cards(session: Session, names: Sequence[str], tags: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    rows = session.exec(select(ModelVersion).where(col(ModelVersion.name).in_(names)))
    return {row.name: row.card for row in rows if tags.get(row.name) == row.tag}


def _measure(session: Session, version_id: int) -> ModelVersion:
    version = session.get(ModelVersion, version_id)
    if version is None or version.name not in MEASURES:
        raise Rejected(N_("There is no measure with the version number {id}"), id=version_id)
    return version


def _newest(session: Session, name: str) -> dict[int, IndicatorSetting]:
    """Site → the newest row of that measure."""
    rows = select(IndicatorSetting).where(IndicatorSetting.card_id == name, col(IndicatorSetting.key).startswith(KEY))
    return {int(row.key.removeprefix(KEY)): row for row in session.exec(rows.order_by(col(IndicatorSetting.id)))}


def _append(session: Session, person: Person, version: ModelVersion, site_id: int, value: dict[str, Any]) -> None:
    session.add(IndicatorSetting(card_id=version.name, key=f"{KEY}{site_id}", value=value, author_id=person.user_id, at=now()))
    session.flush()


def _note(session: Session, person: Person, version: ModelVersion, site_id: int, **detail: Any) -> None:
    audit.record(session, person, "measure_switched", "model", f"{version.name}.{version.tag}", site_id=site_id, **detail)


def _switch(session: Session, site: Site, row: IndicatorSetting | None, tag: str) -> Switch:
    value: Mapping[str, Any] = row.value if row is not None and row.value.get("tag") == tag else {}
    author = session.get(User, row.author_id) if row is not None and row.author_id and value else None
    return Switch(
        site_id=site.id or 0, site=site.name, on=bool(value.get("on")), since=row.at if row is not None and value else None,
        author=author.name if author else "", report=str(value.get("report", "")), figures=value.get("figures") or {},
    )  # fmt: skip


def _validated(version: ModelVersion, report: bytes) -> dict[str, Any]:
    """The figures of the measure in a validation report, without its scans."""
    try:
        told = json.loads(report)
        figures = dict(told["measures"][version.name]) if told.get("task") == TASK else None
    except (ValueError, KeyError, TypeError, AttributeError):
        figures = None
    if figures is None:
        raise Rejected(
            N_("This is no validation report of {name}; expected the JSON that python -m models.evaluate opportunistic prints"),
            name=version.name,
        )
    if figures.get("tag") != version.tag:
        raise Rejected(
            N_("The report is of version {found}, this is {tag}; validate the version that is installed"),
            found=str(figures.get("tag")), tag=version.tag,
        )  # fmt: skip
    n = figures.get("n")
    if not isinstance(n, int) or n < FEWEST or not figures.get("agreement"):
        raise Rejected(
            N_("The report compares {n} scans with a reference; at least {least}, and figures of agreement, are needed"),
            n=n if isinstance(n, int) else 0, least=FEWEST,
        )  # fmt: skip
    return figures
