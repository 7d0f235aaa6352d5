"""The worker's life: launch the job engine, show signs of life, take over from workers that fell silent, sweep, stop when told."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from dbos import DBOS, DBOSConfig
from sqlalchemy.exc import SQLAlchemyError

from core import alive, jobs, sweep
from core.errors import FirstlightError
from core.settings import settings
from db.engine import snapshot, transaction
from models.worker.workflows import Scorers, register

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 30.0
POLL_S = 0.1  # of the queues; the default of 1 s would be added to every job


def serve(scorers: Scorers) -> None:
    """Work until SIGTERM or SIGINT. A job that is running then goes on at its last finished step when a worker starts again."""
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    name = settings().worker_id
    with transaction() as session:
        alive.start(session, name, "worker", **_detail(scorers))
    _launch(name, scorers)
    log.info("worker %s is ready: %s", name, ", ".join(scorers.by_identity) or "no model")
    _watch(name, stop)
    log.info("worker %s stops", name)
    os._exit(0)  # a network in the middle of a scan cannot be interrupted; its job resumes at the next start


def _launch(name: str, scorers: Scorers) -> None:
    config: DBOSConfig = {
        "name": jobs.APPLICATION,
        "system_database_url": settings().jobs_database,
        "application_version": jobs.VERSION,
        "executor_id": name,
        "log_level": "WARNING",
        "enable_otlp": False,
    }
    DBOS(config=config)
    register(scorers)
    DBOS.launch()
    for queue in (jobs.INTAKE_QUEUE, jobs.SCORING_QUEUE):
        DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=POLL_S, on_conflict="always_update")
    DBOS.register_queue(jobs.MAIL_QUEUE, concurrency=1, polling_interval_sec=1.0, on_conflict="always_update")  # nobody is written to twice


def _watch(name: str, stop: threading.Event) -> None:
    swept = -SWEEP_EVERY_S
    while not stop.is_set():
        try:
            _show_life(name)
            if time.monotonic() - swept >= SWEEP_EVERY_S:
                swept = time.monotonic()
                sweep.sweep()
        except (SQLAlchemyError, FirstlightError) as problem:
            log.warning("the watch goes on after: %s", problem)
        stop.wait(alive.EVERY_S)


def _show_life(name: str) -> None:
    """Say that this worker lives, and hand the jobs of silent workers to the others."""
    with transaction() as session:
        alive.beat(session, name)
    with snapshot() as session:
        silent = [life.name for life in alive.processes(session) if life.kind == "worker" and not life.alive and life.name != name]
    if handed := jobs.hand_over(silent):
        log.warning("took over %d jobs of %s", handed, ", ".join(silent))


def _detail(scorers: Scorers) -> dict[str, object]:
    """What the operations page shows of this worker."""
    devices = sorted({scorer.device for scorer in scorers.by_identity.values()})
    return {"device": ", ".join(devices), "models": sorted(scorers.by_identity), "problems": dict(scorers.problems)}
