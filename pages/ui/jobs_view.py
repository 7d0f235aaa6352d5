"""How the administrator sees the machine at work: processes, jobs, failures."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.access import Person
from core.alive import Life
from core.clock import now
from core.operations import JobLine, Operations, again
from pages.ui.i18n import N_, _, moment, n_, number, show
from pages.ui.session import did
from pages.ui.tables import Column, Row, Tone, chip, table, two

STATES: dict[str, tuple[str, Tone, str]] = {
    "waiting": (N_("Waiting"), "gray", "○"),
    "running": (N_("Running"), "blue", "◆"),
    "done": (N_("Done"), "green", "✓"),
    "failed": (N_("Failed"), "red", "▲"),
}
WORK = {
    "take_in": N_("Taking an upload in"), "score_exam": N_("AI scoring"), "compare_exams": N_("Comparing with an earlier exam"),
    "take_list": N_("Taking a list in"), "send_mailing": N_("Sending e-mails"),
}  # fmt: skip
PHASES = {
    "decode": N_("reading the images"),
    "infer": N_("computing"),
    "record": N_("writing the result"),
    "receiving": N_("receiving files"),
    "checking": N_("putting images together"),
}
PROCESS = {"worker": N_("Worker"), "receiver": N_("Receiver"), "web": N_("Web")}


def states() -> dict[str, str]:
    return {"": _("All"), **{key: _(word) for key, (word, _tone, _shape) in STATES.items()}}


def state_line(found: Operations) -> str:
    """Failures and silent processes first; otherwise that everything runs."""
    failed, dead = found.counts.get("failed", 0), sum(not life.alive for life in found.processes)
    parts = [f":red-badge[▲ {_('Job engine silent')}] {show(found.silent)}"] if found.silent else []
    if failed:
        parts.append(f":red-badge[▲ {n_('{n} job failed', '{n} jobs failed', failed)}]")
    if dead or not any(life.kind == "worker" for life in found.processes):
        parts.append(f":red-badge[▲ {_('No sign of life from a worker')}]" if not dead else f":red-badge[▲ {_('A process is silent')}]")
    running = n_("{n} job runs now.", "{n} jobs run now.", found.counts.get("running", 0))
    waiting = n_("{n} waits.", "{n} wait.", found.counts.get("waiting", 0))
    return " ".join([*parts, running, waiting])


def processes(found: Operations) -> None:
    """One line for each process: alive or silent, since when, on what it computes."""
    lines = [_process(life) for life in found.processes]
    columns = [
        Column("state", _("State"), "chip", "130px"),
        Column("name", _("Process"), "strong", "180px"),
        Column("host", _("Machine"), "text", "180px"),
        Column("device", _("Computes on"), "text", "220px"),
        Column("models", _("Models")),
        Column("since", _("Running since"), "text", "180px", "nowrap"),
    ]
    if lines:
        table("processes", columns, lines, label=_("Processes"))


def columns() -> list[Column]:
    return [
        Column("state", _("State"), "chip", "110px"),
        Column("work", _("Work"), "strong", "170px"),
        Column("subject", _("On what"), "text", "280px"),
        Column("created", _("Asked"), "text", "170px", "nowrap"),
        Column("took", _("Took"), "number", "80px", "right nowrap"),
        Column("reason", _("What happened")),
        Column("actions", "", "actions", "110px"),
    ]


def rows(lines: Sequence[JobLine], state: str) -> list[Row]:
    return [_row(line) for line in lines if state in ("", line.state)]


def try_again(user: Person, job_id: str) -> None:
    if did(again, user, job_id, done=_("The job is in the queue again."), aside=True):
        st.rerun(scope="fragment")


def _row(line: JobLine) -> Row:
    word, tone, shape = STATES[line.state]
    share = f" {line.fraction:.0%}" if line.fraction is not None and line.state == "running" else ""
    cells = {
        "state": chip(_(word) + share, tone, shape),
        "work": two(_(WORK.get(line.work, line.work)), _(PHASES.get(line.phase, line.phase)))
        if line.phase
        else _(WORK.get(line.work, line.work)),
        "subject": show(line.subject),
        "created": moment(line.created_at),
        "took": _took(line.created_at, line.finished_at),
        "reason": show(line.reason),
        "actions": [{"id": "again", "text": _("Try again")}] if line.state == "failed" else [],
    }
    return Row(line.id, cells, tone="action" if line.state == "failed" else "")


def _took(start: datetime | None, end: datetime | None) -> str:
    return f"{number((end - start).total_seconds(), 1)} s" if start and end else "–"


def _process(life: Life) -> Row:
    silent = int((now() - life.seen_at).total_seconds())
    ago = _("{n} s ago", n=silent) if silent < 120 else moment(life.seen_at)
    state = chip(_("Alive"), "green", "✓") if life.alive else chip(_("Silent"), "red", "▲")
    problems = "; ".join(f"{name}: {text}" for name, text in (life.detail.get("problems") or {}).items())
    cells = {
        "state": state,
        "name": two(_(PROCESS.get(life.kind, life.kind)), life.name),
        "host": two(life.host, _("seen {when}", when=ago)),
        "device": life.detail.get("device") or "–",
        "models": two(", ".join(life.detail.get("models") or ()) or "–", problems, "red")
        if problems
        else ", ".join(life.detail.get("models") or ()) or "–",
        "since": moment(life.started_at),
    }
    return Row(life.name, cells, tone="" if life.alive else "action")
