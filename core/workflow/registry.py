"""AI models: which versions are installed, which one counts, and who put it in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, case, col, func, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, Rejected
from core.words import N_
from core.workflow.opportunistic import MEASURES
from db.enums import ModelState, RunOutcome
from db.tables import ModelRun, ModelStatus, ModelVersion

WORDS = {ModelState.shadow: N_("in shadow"), ModelState.active: N_("in force"), ModelState.retired: N_("retired")}


@dataclass(frozen=True)
class ModelRow:
    """One version with its card, its state and how often it ran. `state_by` is a user id; None: the system."""

    id: int
    name: str
    tag: str
    weights_sha256: str
    card: Mapping[str, Any]
    synthetic: bool
    registered_at: datetime
    state: ModelState | None
    state_since: datetime | None
    state_by: int | None
    runs: int
    no_results: int
    last_run: datetime | None


@dataclass(frozen=True)
class InstalledCard:
    """A model as the worker finds it on its disk: identity, hash of its weights and the card in words and numbers."""

    name: str
    tag: str
    weights_sha256: str
    card: Mapping[str, Any]
    synthetic: bool = False


def models(session: Session) -> tuple[ModelRow, ...]:
    """Every version ever registered, by name, the newest first."""
    states = _states(session)
    failed = case((col(ModelRun.outcome) == RunOutcome.no_result, 1), else_=0)
    counted = select(col(ModelRun.version_id), func.count(), func.sum(failed), func.max(col(ModelRun.finished_at)))
    runs = {row[0]: (row[1], int(row[2]), row[3]) for row in session.exec(counted.group_by(col(ModelRun.version_id)))}
    rows = session.exec(select(ModelVersion).order_by(col(ModelVersion.name), col(ModelVersion.id).desc()))
    return tuple(_row(version, states.get(version.id or 0), *runs.get(version.id or 0, (0, 0, None))) for version in rows)


def counting_versions(session: Session) -> tuple[ModelVersion, ...]:
    """The versions whose runs count: for each model the newest active one, and beside it the newest active simulated one."""
    active = [version_id for version_id, status in _states(session).items() if status.state == ModelState.active]
    rows = session.exec(select(ModelVersion).where(col(ModelVersion.id).in_(active)).order_by(col(ModelVersion.id)))
    return tuple({(version.name, version.synthetic): version for version in rows}.values())


def retired_ids(session: Session) -> tuple[int, ...]:
    """Versions that have gone to rest; one that was only ever in shadow is not among them, because it never counted."""
    said: dict[ModelState, set[int]] = {state: set() for state in ModelState}
    for version_id, state in session.exec(select(ModelStatus.version_id, col(ModelStatus.state))):
        said[state].add(version_id)
    only_shadow = said[ModelState.shadow] - said[ModelState.active]
    resting = (version_id for version_id, status in _states(session).items() if status.state == ModelState.retired)
    return tuple(version_id for version_id in resting if version_id not in only_shadow)


def public_ids(session: Session) -> frozenset[int]:
    """Versions that count or counted: only their results are ever shown to readers; what ran in shadow stays there."""
    return frozenset({*(version.id or 0 for version in counting_versions(session)), *retired_ids(session)})


def register_installed(session: Session, cards: Iterable[InstalledCard]) -> tuple[ModelVersion, ...]:
    """Make known what is installed. A version that is new counts at once when the one before it can no longer run, else it is shadow.

    Conflict when a tag that is known comes with other weights: a changed network needs a new tag.
    """
    installed = list(cards)
    registered = [_registered(session, card) for card in installed]
    states = _states(session)
    for version in registered:
        same = [other for other in counting_versions(session) if (other.name, other.synthetic) == (version.name, version.synthetic)]
        runnable = [other for other in same if other.id in {here.id for here in registered}]
        if (version.id or 0) in states:
            continue
        for gone in same if not runnable else []:
            _append(session, gone, ModelState.retired, None)
        _append(session, version, ModelState.shadow if runnable else ModelState.active, None)
        audit.record(session, "worker", "model_registered", "model", f"{version.name}.{version.tag}")
    return tuple(registered)


def set_state(session: Session, person: Person, version_id: int, state: ModelState) -> None:
    """Put a version in shadow, in force or to rest; the version of that model that was in force before goes to rest."""
    person.must(Act.administer)
    version = session.get(ModelVersion, version_id)
    if version is None:
        raise Rejected(N_("There is no model version number {id}"), id=version_id)
    if version.name in MEASURES:
        raise Rejected(N_("{name} is switched on for each site by a validation report, not put in force"), name=version.name)
    before = _states(session).get(version_id)
    if before is not None and before.state == state:
        raise Conflict(N_("{name} {tag} is {state} already"), name=version.name, tag=version.tag, state=WORDS[state])
    if state == ModelState.active:
        for other in counting_versions(session):
            if (other.name, other.synthetic) == (version.name, version.synthetic):
                _append(session, other, ModelState.retired, person.user_id)
    _append(session, version, state, person.user_id)
    audit.record(session, person, "model_state", "model", f"{version.name}.{version.tag}", state=state.value)


def _states(session: Session) -> dict[int, ModelStatus]:
    """The last status of every version."""
    newest = (col(ModelStatus.at), col(ModelStatus.id))
    return {row.version_id: row for row in session.exec(select(ModelStatus).order_by(*newest))}


def _registered(session: Session, card: InstalledCard) -> ModelVersion:
    known = session.exec(select(ModelVersion).where(ModelVersion.name == card.name, ModelVersion.tag == card.tag)).first()
    if known is None:
        known = ModelVersion(
            name=card.name, tag=card.tag, weights_sha256=card.weights_sha256, card=dict(card.card), synthetic=card.synthetic,
            registered_at=now(),
        )  # fmt: skip
        session.add(known)
        session.flush()
    elif known.weights_sha256 != card.weights_sha256:
        raise Conflict(
            N_("{name} {tag} was registered with weights {known}, the installed ones are {found}; a changed network needs a new tag"),
            name=card.name, tag=card.tag, known=known.weights_sha256[:12], found=card.weights_sha256[:12],
        )  # fmt: skip
    return known


def _append(session: Session, version: ModelVersion, state: ModelState, author_id: int | None) -> None:
    session.add(ModelStatus(version_id=version.id or 0, state=state, at=now(), author_id=author_id))
    session.flush()


def _row(version: ModelVersion, status: ModelStatus | None, runs: int, no_results: int, last_run: datetime | None) -> ModelRow:
    return ModelRow(
        id=version.id or 0, name=version.name, tag=version.tag, weights_sha256=version.weights_sha256, card=version.card,
        synthetic=version.synthetic, registered_at=version.registered_at, state=status.state if status else None,
        state_since=status.at if status else None, state_by=status.author_id if status else None, runs=runs, no_results=no_results,
        last_run=last_run,
    )  # fmt: skip
