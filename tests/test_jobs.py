"""The job engine seen from outside the worker: queued once, named when it does not answer, and nothing is left lying."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from core import jobs, sweep
from core.errors import Retryable
from core.words import Sentence
from core.workflow import intake, runs
from db.engine import snapshot, transaction
from db.enums import RunOutcome
from db.tables import Exam, IntakeBatch, ModelRun
from tests.build import a_model, an_exam
from tests.test_intake_exams import a_refusal
from tests.test_intake_files import a_batch


@pytest.fixture
def engine_ready(database: str) -> Iterator[None]:
    """The job engine's own tables, empty, and no worker."""
    jobs.prepare()
    yield
    jobs.close()


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    jobs.close()


def a_due_exam() -> int:
    with transaction() as session:
        a_model(session)
        return an_exam(session).id or 0


def test_an_exam_is_queued_once(engine_ready: None) -> None:
    exam_id = a_due_exam()
    first, second = jobs.enqueue_scoring(exam_id), jobs.enqueue_scoring(exam_id)
    assert first == second == f"score-{exam_id}-lung-ct.1"
    assert [job.workflow_id for job in jobs.jobs()] == [first]
    progress = jobs.progress(str(first))
    assert progress is not None
    assert progress.state == "waiting"


def test_an_answered_exam_is_queued_only_when_asked_again(engine_ready: None) -> None:
    exam_id = a_due_exam()
    with transaction() as session:
        due = runs.due(session, exam_id)
        assert due is not None
        runs.record(session, due, a_refusal(runs.input_uids(session, exam_id)))
    assert jobs.enqueue_scoring(exam_id) is None
    assert jobs.enqueue_scoring(exam_id, again=True) == f"score-{exam_id}-lung-ct.1-2"


def test_an_exam_without_an_installed_model_is_not_queued(engine_ready: None) -> None:
    with transaction() as session:
        exam_id = an_exam(session).id or 0
    assert jobs.enqueue_scoring(exam_id) is None


def test_an_exam_that_waits_for_views_is_not_queued(engine_ready: None) -> None:
    with transaction() as session:
        a_model(session, "mammography")
        exam_id = an_exam(session, programme="breast", complete=False).id or 0
    assert jobs.enqueue_scoring(exam_id) is None


def test_an_unknown_job_has_no_progress(engine_ready: None) -> None:
    assert jobs.progress("score-1-nothing.1") is None
    assert jobs.failures() == []


def test_without_the_engine_the_caller_is_told_to_try_again(database: str) -> None:
    exam_id = a_due_exam()
    with pytest.raises(Retryable, match="Nothing is lost"):
        jobs.enqueue_scoring(exam_id)
    with pytest.raises(Retryable):
        jobs.progress("anything")


def test_the_sweep_queues_an_exam_that_nobody_queued(engine_ready: None) -> None:
    exam_id = a_due_exam()
    assert sweep.sweep().queued == 1
    assert sweep.sweep().queued == 0
    assert [job.subject for job in jobs.jobs()] == [str(exam_id)]


def test_the_sweep_queues_an_upload_that_the_engine_did_not_take(database: str) -> None:
    batch_id = a_batch()
    with pytest.raises(Retryable):
        jobs.enqueue_intake(batch_id)
    jobs.close()
    jobs.prepare()
    assert sweep.sweep().uploads == 1
    assert [job.workflow_id for job in jobs.jobs()] == [f"intake-{batch_id}"]


def test_the_sweep_leaves_an_upload_alone_whose_files_are_still_coming(engine_ready: None) -> None:
    a_batch()
    assert sweep.sweep().uploads == 0


def test_the_sweep_leaves_a_simulated_exam_alone(engine_ready: None) -> None:
    with transaction() as session:
        a_model(session, "mammography")
        exam_id = an_exam(session, programme="breast", complete=False, images=0, synthetic=True).id
    assert sweep.sweep() == sweep.Swept(0, 0, 0, 0, 0)
    with snapshot() as session:
        assert session.get_one(Exam, exam_id).completed_at is None


def test_an_exam_whose_job_was_given_up_gets_a_named_answer(engine_ready: None) -> None:
    exam_id = a_due_exam()
    workflow_id = str(jobs.enqueue_scoring(exam_id))
    jobs.client().cancel_workflow(workflow_id)
    assert sweep.sweep().given_up == 1
    with snapshot() as session:
        run = session.exec(select(ModelRun)).one()
    assert run.outcome == RunOutcome.no_result
    assert "given up" in str(Sentence.from_json(run.reason))
    assert [job.workflow_id for job in jobs.failures()] == [workflow_id]
    assert sweep.sweep() == sweep.Swept(0, 0, 0, 0, 0)


def test_finishing_a_batch_without_images_closes_it(engine_ready: None) -> None:
    batch_id = a_batch()
    assert intake.take_in(batch_id) == ()
    with snapshot() as session:
        assert session.get_one(IntakeBatch, batch_id).finished_at is not None
