"""A version in shadow runs on what comes in, after everything else, and no reader ever sees a word of it."""

import re
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from core import jobs, sweep
from core.access import Person
from core.clock import now
from core.errors import FirstlightError
from core.words import say
from core.workflow import heat, missed, reading, runs, saliency, timeline, trajectories, triage
from core.workflow.counting_runs import counting_runs
from core.workflow.intake.view import study_line
from core.workflow.registry import public_ids, retired_ids
from db.engine import snapshot, transaction
from db.enums import ModelState, OutcomeKind, Role, RunOutcome
from db.tables import Exam, ModelRun, ModelStatus, ModelVersion
from models.refusal import NoResult
from models.worker.load import registered
from tests.build import a_decision, a_finding, a_model, a_person, a_policy, a_run, ago, an_exam, an_outcome
from tests.test_intake_exams import a_refusal
from tests.test_worker_results import Model, refuse

TAG, SCORE = "hidden-version", 0.876543


@pytest.fixture
def engine_ready(database: str) -> Iterator[None]:
    jobs.prepare()
    yield
    jobs.close()


def a_shadow(session: Session, *, days_ago: float = 10) -> ModelVersion:
    """A version that went into shadow some days ago."""
    version = a_model(session, tag=TAG, state=None)
    session.add(ModelStatus(version_id=version.id or 0, state=ModelState.shadow, at=ago(days_ago)))
    session.flush()
    return version


def a_shadow_run(session: Session, exam: Exam, version: ModelVersion) -> ModelRun:
    """A scored run with everything that could show: score, step, finding, density, heat and saliency."""
    views = [{"sop_uid": "1.2", "heat": {"shape": [2, 2], "object": "run/x/heat"}}]
    kept = {"density": "D", "views": views}
    explained = {"shape": [1, 2, 2], "affine": [[1, 0, 0, 0]] * 4, "object": "run/x/saliency"}
    run = ModelRun(
        exam_id=exam.id or 0, version_id=version.id or 0, attempt=1, device="cpu", started_at=now(), finished_at=now(),
        outcome=RunOutcome.scored, score=SCORE, step=9, result=kept,
    )  # fmt: skip
    session.add(run)
    session.flush()
    a_finding(session, run, mean_diameter_mm=8.76543, malignancy=SCORE, detail={"explanation": explained})
    return run


def test_shadow_runs_are_due_for_what_came_since_and_only_once(database: str) -> None:
    with transaction() as session:
        active, shadow = a_model(session), a_shadow(session)
        new, old = an_exam(session, days_ago=3), an_exam(session, days_ago=30)
        an_exam(session, days_ago=2, complete=False)
        an_exam(session, days_ago=2, images=0)
        assert [(one.exam_id, one.version_id, one.shadow) for one in runs.all_due(session)] == [
            (old.id, active.id, False), (new.id, active.id, False), (new.id, shadow.id, True)
        ]  # fmt: skip
        due = runs.shadow_due(session)[0]
        runs.record(session, due, a_refusal(runs.input_uids(session, new.id or 0)))
        assert runs.shadow_due(session) == []


def test_an_exam_that_only_a_shadow_has_answered_still_waits_for_the_active_version(database: str) -> None:
    with transaction() as session:
        exam = an_exam(session, days_ago=3)
        a_shadow_run(session, exam, a_shadow(session))
        active = a_model(session)
        assert [one.version_id for one in runs.all_due(session)] == [active.id]


def test_a_version_that_is_no_longer_in_shadow_owes_nothing(database: str) -> None:
    with transaction() as session:
        shadow = a_shadow(session)
        an_exam(session, days_ago=3)
        session.add(ModelStatus(version_id=shadow.id or 0, state=ModelState.retired, at=ago(1)))
        session.flush()
        assert runs.all_due(session) == []


def test_the_sweep_queues_shadow_runs_behind_all_others(engine_ready: None) -> None:
    with transaction() as session:
        a_model(session)
        a_shadow(session)
        exam_id = an_exam(session, days_ago=1).id
    assert sweep.sweep().queued == 2
    assert sweep.sweep().queued == 0
    waiting = {row.workflow_id: row.priority for row in jobs.client().list_workflows()}
    assert waiting[f"score-{exam_id}-lung-ct.{TAG}"] == jobs.Priority.bulk
    assert waiting[f"score-{exam_id}-lung-ct.1"] == jobs.Priority.network


def test_a_version_installed_beside_the_one_in_force_runs_in_shadow(database: str) -> None:
    first, second = Model(refuse(NoResult(""))), Model(refuse(NoResult("")), tag="2")
    assert list(registered([first, second]).by_identity) == ["lung-ct.1", "lung-ct.2"]
    assert list(registered([first, second]).by_identity) == ["lung-ct.1", "lung-ct.2"], "a second start changes nothing"
    with transaction() as session:
        an_exam(session, days_ago=0)
        assert [(one.identity, one.shadow) for one in runs.all_due(session)] == [("lung-ct.1", False), ("lung-ct.2", True)]


def seen_by(session: Session, person: Person, exam: Exam, run_id: int, participant_id: int) -> str:
    """Everything that a reader or coordinator can ask about an exam, as text."""
    asked = [
        lambda: reading.case(session, person, exam.id or 0),
        lambda: triage.worklist(session, person),
        lambda: timeline.timeline(session, person, participant_id),
        lambda: trajectories.trajectories(session, person, participant_id),
        lambda: missed.missed(session, person, participant_id),
        lambda: heat.heats(session, person, exam.id or 0, run_id),
        lambda: saliency.maps(session, person, exam.id or 0, run_id),
        lambda: study_line(session, exam.id or 0),
        lambda: counting_runs(session, [exam.id or 0]),
    ]
    told = []
    for ask in asked:
        try:
            told.append(repr(ask()))
        except FirstlightError as problem:
            told.append(str(problem))
    return "\n".join(told)


@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize("later", [None, ModelState.retired])
def test_no_query_for_readers_returns_a_shadow_score(database: str, decided: bool, later: ModelState | None) -> None:
    with transaction() as session:
        a_policy(session, "lung", "beside")
        dana = a_person(session)
        exam = an_exam(session, days_ago=200)
        shadow = a_shadow(session, days_ago=300)
        run = a_shadow_run(session, exam, shadow)
        if decided:
            a_decision(session, exam, dana, days_ago=190)
            an_outcome(session, exam, kind=OutcomeKind.interval_cancer)
        if later:
            session.add(ModelStatus(version_id=shadow.id or 0, state=later, at=ago(1)))
        ids = exam.id or 0, run.id or 0
    with transaction() as session:
        exam = session.get_one(Exam, ids[0])
        people = [dana, a_person(session, "cora", role=Role.coordinator)]
        said = "\n".join(seen_by(session, person, exam, ids[1], 1) for person in people)
    assert "Doe" in said or "FL-" in said, "something was asked"
    for secret in (TAG, "876543", "AI score 9", r"\bstep=9\b", "run/x"):
        assert not re.search(secret, said), secret


def test_a_version_that_was_only_in_shadow_never_counted(database: str) -> None:
    with transaction() as session:
        shadow, active = a_shadow(session), a_model(session)
        gone = a_model(session, tag="0", state=ModelState.retired)
        assert public_ids(session) == {active.id, gone.id}
        session.add(ModelStatus(version_id=shadow.id or 0, state=ModelState.retired, at=ago(1)))
        session.flush()
        assert retired_ids(session) == (gone.id,)


def test_what_a_shadow_could_not_score_is_no_reason_for_readers(database: str) -> None:
    with transaction() as session:
        a_model(session)
        exam = an_exam(session)
        a_run(session, exam, no_result=say("the hidden version failed"), version=a_shadow(session))
        exam_id = exam.id or 0
    with snapshot() as session:
        assert "hidden version failed" not in repr(study_line(session, exam_id))
        assert session.exec(select(ModelRun)).one().score is None
