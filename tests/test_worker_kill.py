"""A worker that is killed in the middle of any step loses nothing and doubles nothing; another worker takes over what it left."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from core import jobs
from core.settings import settings
from core.words import Sentence
from core.workflow import intake
from db.engine import engine, snapshot, transaction
from db.enums import Role, RunOutcome
from db.tables import Finding, ModelRun, Process
from tests.build import a_person
from tests.dicom_build import ct_series, dicom_bytes
from tests.test_intake_files import a_batch, handed_in, only_exam

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120  # looks of half a second


class Worker:
    """A stand-in worker process; see `tests.stand_in_worker`."""

    def __init__(self, *arguments: str, name: str = "worker-1") -> None:
        address = engine().url.render_as_string(hide_password=False)
        given = {
            "FIRSTLIGHT_DATABASE_URL": address,
            "FIRSTLIGHT_DATA_DIR": str(settings().data_dir),
            "FIRSTLIGHT_WORKER_ID": name,
        }
        self.process = subprocess.Popen([sys.executable, "-m", "tests.stand_in_worker", *arguments], cwd=ROOT, env=os.environ | given)

    def until(self, reached: Callable[[], bool]) -> None:
        """Look again and again; fails when the worker ends or nothing happens."""
        for _ in range(PATIENCE):
            if reached():
                return
            try:
                self.process.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(f"the worker ended with {self.process.returncode}")
        pytest.fail("the worker did not get there")

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture
def start(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Worker]]:
    """Starts workers and ends those that are left. On PostgreSQL the job engine lives there too."""
    started: list[Worker] = []
    if database.startswith("postgresql"):
        monkeypatch.setenv("FIRSTLIGHT_JOBS_URL", database)
        settings.cache_clear()

    def one(*arguments: str, name: str = "worker-1") -> Worker:
        started.append(Worker(*arguments, name=name))
        return started[-1]

    jobs.prepare()
    yield one
    jobs.close()
    for worker in started:
        if worker.process.poll() is None:
            worker.end(signal.SIGKILL)


def uploaded(images: int) -> str:
    """An upload of a CT series that is handed over to the worker; the id of the batch."""
    batch_id = a_batch()
    handed_in(batch_id, {f"{k:02}.dcm": dicom_bytes(dataset) for k, dataset in enumerate(ct_series(images))})
    jobs.enqueue_intake(batch_id)
    return batch_id


def runs() -> list[ModelRun]:
    with snapshot() as session:
        return list(session.exec(select(ModelRun)))


def is_done(workflow_id: str) -> bool:
    found = jobs.progress(workflow_id)
    return found is not None and found.state == "done"


def scored() -> bool:
    return bool(runs()) and is_done(runs()[0].workflow_id)


def test_killed_in_every_step_there_is_exactly_one_run(start: Callable[..., Worker], tmp_path: Path) -> None:
    uploaded(20)
    for phase in ("decode", "infer", "record", "recorded"):
        marker = tmp_path / phase
        worker = start(phase, str(marker))
        worker.until(marker.exists)
        worker.end(signal.SIGKILL)
        assert len(runs()) == (1 if phase == "recorded" else 0)
    last = start()
    last.until(scored)
    assert last.end(signal.SIGTERM) == 0
    (run,) = runs()
    assert (run.outcome, run.step, run.attempt) == (RunOutcome.scored, 3, 1)
    assert run.result["images"] == 20
    assert len(run.input_uids) == 20
    with snapshot() as session:
        assert len(session.exec(select(Finding)).all()) == 1
    assert jobs.failures() == []


def test_another_worker_takes_over_from_one_that_fell_silent(start: Callable[..., Worker], tmp_path: Path) -> None:
    uploaded(20)
    marker = tmp_path / "marker"
    first = start("infer", str(marker), name="first")
    first.until(marker.exists)
    first.end(signal.SIGKILL)
    with transaction() as session:
        silent = session.get_one(Process, "first")
        silent.seen_at -= timedelta(minutes=5)
        session.add(silent)
    second = start(name="second")
    second.until(scored)
    assert len(runs()) == 1


def test_a_refusal_and_a_failure_are_answers_that_name_phase_and_reason(start: Callable[..., Worker]) -> None:
    for images in (3, 13):
        uploaded(images)
    worker = start()
    worker.until(lambda: len(runs()) == 2)
    refused, failed = sorted((str(Sentence.from_json(run.reason)) for run in runs()), reverse=True)
    assert refused == "Too few images (for) the stand-in"
    assert "“infer” after 3 tries (RuntimeError: thirteen)" in failed
    assert {run.outcome for run in runs()} == {RunOutcome.no_result}
    assert all(run.score is None and run.step is None for run in runs())


def test_the_batch_tells_how_far_it_is(start: Callable[..., Worker], tmp_path: Path) -> None:
    with transaction() as session:
        coordinator = a_person(session, "cora", role=Role.coordinator)
    batch_id = uploaded(20)
    with snapshot() as session:
        assert intake.batch(session, coordinator, batch_id).progress.phase == "waiting"
    marker = tmp_path / "marker"
    worker = start("infer", str(marker))
    worker.until(marker.exists)
    with snapshot() as session:
        view = intake.batch(session, coordinator, batch_id)
    assert (view.progress.phase, len(view.files)) == ("done", 20)
    (line,) = view.studies
    assert (line.exam_id, line.images, line.stage, line.fraction) == (only_exam().id, 20, "scoring", 0.25)
    worker.end(signal.SIGKILL)
    again = start()
    again.until(scored)
    with snapshot() as session:
        assert intake.batch(session, coordinator, batch_id).studies[0].stage == "queued"
