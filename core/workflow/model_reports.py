"""Reports of models: what evaluations on labelled images said, shipped with a card or handed in by the hospital. Rows are only added."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, Rejected
from core.words import N_
from core.workflow import report_form
from core.workflow.report_form import Report
from db.tables import ModelReport, ModelVersion, User

TASKS: Mapping[str, tuple[str, ...]] = {
    "lung-ct": ("lung-detection", "lung-malignancy"),
    "mammography": ("mammography", "mammography-localisation"),
}
"""Model → the evaluations that a hospital can make on its own images, the first one first."""
CLOCKS_APART = timedelta(days=1)


@dataclass(frozen=True)
class ReportRow:
    """One report with everything it says. `author` is the name of who handed it in; None: it came with the model's card."""

    id: int
    version_id: int
    task: str
    made_at: datetime
    added_at: datetime
    author: str | None
    cases: int
    sha256: str
    content: Mapping[str, Any]

    @property
    def own(self) -> bool:
        """Whether the hospital made it itself."""
        return self.author is not None


@dataclass(frozen=True)
class Validated:
    """The newest own report of a version: which evaluation, when it was made, on how many cases."""

    task: str
    made_at: datetime
    cases: int


def command(model: str, task: str | None = None) -> str:
    """What to type to evaluate a model on the hospital's own images."""
    return f"python -m models.evaluate {task or TASKS.get(model, (model,))[0]} --data FOLDER --out report.json"


def reports(session: Session, person: Person, version_id: int) -> tuple[ReportRow, ...]:
    """Every report of a version, the newest evaluation first."""
    _must_see(person)
    rows = session.exec(
        select(ModelReport, User.name)
        .join(User, col(User.id) == ModelReport.author_id, isouter=True)
        .where(ModelReport.version_id == version_id)
        .order_by(col(ModelReport.made_at).desc(), col(ModelReport.id).desc())
    )
    return tuple(_row(report, name) for report, name in rows)


def validated(session: Session, person: Person) -> Mapping[int, Validated]:
    """Version → its newest own report; a version that nobody validated here is missing."""
    _must_see(person)
    columns = (ModelReport.version_id, ModelReport.task, ModelReport.made_at, ModelReport.cases)
    rows = session.exec(
        select(*columns).where(col(ModelReport.author_id).is_not(None)).order_by(col(ModelReport.made_at), col(ModelReport.id))
    )
    return {version_id: Validated(task, made_at, cases) for version_id, task, made_at, cases in rows}


def hand_in(session: Session, person: Person, version_id: int, content: bytes) -> int:
    """Keep a report that the hospital made; its id.

    Raises Rejected when it is none, or one of another version or of other weights; Conflict when it is here already.
    """
    person.must(Act.administer)
    version = session.get(ModelVersion, version_id)
    if version is None:
        raise Rejected(N_("There is no model version number {id}"), id=version_id)
    kept = _kept(session, version, content, person.user_id)
    identity = f"{version.name}.{version.tag}"
    audit.record(session, person, "model_report_added", "model", identity, report=kept.id, task=kept.task, cases=kept.cases)
    return kept.id or 0


def ship(session: Session, version_id: int, content: bytes) -> bool:
    """Keep a report that came with the card of a version; False when it is here already. Raises Rejected as `hand_in` does."""
    version = session.get_one(ModelVersion, version_id)
    try:
        _kept(session, version, content, None)
    except Conflict:
        return False
    return True


def _kept(session: Session, version: ModelVersion, content: bytes, author_id: int | None) -> ModelReport:
    form, said = report_form.read(content)
    _require_of(session, version, form)
    sha256 = hashlib.sha256(content).hexdigest()
    same = session.exec(select(ModelReport).where(ModelReport.version_id == version.id, ModelReport.sha256 == sha256)).first()
    if same is not None:
        raise Conflict(N_("This report is here already, since {day}"), day=same.added_at.date())
    row = ModelReport(
        version_id=version.id or 0, task=form.task, made_at=form.made_at, added_at=now(), author_id=author_id, cases=form.data.cases,
        sha256=sha256, content=said,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _require_of(session: Session, version: ModelVersion, form: Report) -> None:
    """Rejected unless the report was measured with exactly this version."""
    identity = f"{version.name}.{version.tag}"
    if version.synthetic:
        raise Rejected(N_("{name} stands for simulated scores; there is no network that could have been evaluated"), name=identity)
    if form.model != identity:
        raise Rejected(_of_another(session, form.model), found=form.model, name=identity)
    if form.weights_sha256 != version.weights_sha256:
        text = N_("The report was measured with the weights {found}, {name} has {known}. Evaluate the installed model again.")
        raise Rejected(text, found=form.weights_sha256[:12], name=identity, known=version.weights_sha256[:12])
    if form.task not in TASKS.get(version.name, (form.task,)):
        text = N_("The evaluation {task} is not one for {name}; expected: {tasks}")
        raise Rejected(text, task=form.task, name=version.name, tasks=", ".join(TASKS[version.name]))
    if form.made_at > now() + CLOCKS_APART:
        text = N_("The report says that it was made on {day}, which is yet to come. Check the clock of the machine that made it.")
        raise Rejected(text, day=form.made_at.date())


def _of_another(session: Session, identity: str) -> str:
    """What to say of a report of another version, depending on whether that one is known here."""
    name, _dot, tag = identity.partition(".")
    known = session.exec(select(ModelVersion.id).where(ModelVersion.name == name, ModelVersion.tag == tag)).first()
    if known is not None:
        return N_("This is a report of {found}, not of {name}. Choose {found} in the list of models and hand it in there.")
    return N_("This is a report of {found}, a version that was never installed here; expected one of {name}")


def _must_see(person: Person) -> None:
    if not person.may(Act.administer):
        person.must(Act.see_figures)


def _row(report: ModelReport, author: str | None) -> ReportRow:
    return ReportRow(
        id=report.id or 0, version_id=report.version_id, task=report.task, made_at=report.made_at, added_at=report.added_at, author=author,
        cases=report.cases, sha256=report.sha256, content=report.content,
    )  # fmt: skip
