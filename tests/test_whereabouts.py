"""No case falls out of every list: after any sequence of acts each undecided case is in exactly one, on a real database."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from core import clock
from core.access import Person
from core.errors import FirstlightError
from core.workflow import arbitration, claims, finalising, prior_requests, reading, sessions, triage
from core.workflow.opinion import Opinion, ViewToRepeat
from core.workflow.reading_list import reading_list
from core.workflow.standing import standing
from core.workflow.state import CaseState
from core.workflow.taking_back import take_back
from core.workflow.triage import Filters
from core.workflow.whereabouts import WORDS, Where, where
from db.engine import connect, engine, transaction
from db.enums import PriorStep, ProgrammeDecision, Role
from db.tables import Claim, Decision, Read
from tests.build import a_person, an_exam

D, P, S = ProgrammeDecision, PriorStep, CaseState
NORMAL = Opinion(category="1", decision=D.routine_recall)
OPINIONS = {
    "normal": NORMAL,
    "assess": Opinion(category="4B", decision=D.assessment),
    "technical": Opinion(category="0", decision=D.technical_recall, views=(ViewToRepeat(view="R-CC", reason="motion"),)),
}
WAITS = {"minutes": timedelta(minutes=20), "an hour": timedelta(minutes=61), "a day": timedelta(days=1), "a week": timedelta(days=6)}


@dataclass
class Room:
    """Three readers, a coordinator and three cases; the clock of the product is ours."""

    readers: list[Person]
    carl: Person
    exams: list[int]
    sittings: list[int]
    shift: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return REAL_NOW() + self.shift


REAL_NOW: Callable[[], datetime] = clock.now


def act(session: Session, room: Room, who: int, name: str, case: int) -> None:
    """One act of one person on one case, by the functions that pages call."""
    person, exam_id, sitting = room.readers[who], room.exams[case], room.sittings[who]
    tomorrow = room.now() + timedelta(days=1)
    if name in OPINIONS:
        reading.submit(session, person, exam_id, OPINIONS[name], saw_ai=False, run_id=None, opened_at=room.now())
    elif name in WAITS:
        room.shift += WAITS[name]
    elif name in (P.requested, P.received, P.not_available):
        prior_requests.enter(session, room.carl, exam_id, P(name))
    else:
        acts: dict[str, Callable[[], object]] = {
            "next": lambda: sessions.next_case(session, person, sitting),
            "skip": lambda: sessions.skip(session, person, sitting, exam_id),
            "put off in sitting": lambda: sessions.deferred(session, person, sitting, exam_id, "Later", tomorrow),
            "ask in sitting": lambda: sessions.priors_requested(session, person, sitting, exam_id, "2023"),
            "open": lambda: reading.open_case(session, person, exam_id),
            "give back": lambda: claims.release(session, person, exam_id),
            "free": lambda: claims.release(session, room.carl, exam_id),
            "put off": lambda: claims.defer(session, person, exam_id, "Later", tomorrow),
            "bring back": lambda: claims.resume(session, person, exam_id),
            "ask": lambda: prior_requests.ask(session, person, exam_id, "2023"),
            "not needed": lambda: prior_requests.enter(session, person, exam_id, P.not_needed),
            "take back": lambda: take_back(session, person, exam_id),
            "arbitrate": lambda: arbitration.open_case(session, person, exam_id),
            "settle": lambda: arbitration.submit(session, person, exam_id, NORMAL, opened_at=room.now()),
            "sweep": lambda: finalising.finalise_due(session),
            "finish": lambda: sessions.finish(session, person, sitting),
            "sit down": lambda: room.sittings.__setitem__(who, sessions.start(session, person, None, 25).sitting_id),
        }
        acts[name]()


NAMES = [
    *OPINIONS, *WAITS, "requested", "received", "not_available", "next", "skip", "put off in sitting", "ask in sitting", "open",
    "give back", "free", "put off", "bring back", "ask", "not needed", "take back", "arbitrate", "settle", "sweep", "finish", "sit down",
]  # fmt: skip
ACTS = st.tuples(st.integers(0, 2), st.sampled_from([*NAMES, "normal", "assess", "next", "next"]), st.integers(0, 2))


@pytest.fixture
def clock_of_ours(monkeypatch: pytest.MonkeyPatch) -> list[Room]:
    """Every module's `now` asks the room that is put into the list."""
    rooms: list[Room] = []

    def now() -> datetime:
        return rooms[-1].now() if rooms else REAL_NOW()

    for module in [module for name, module in sys.modules.items() if name.split(".")[0] == "core"]:
        if getattr(module, "now", None) is REAL_NOW:
            monkeypatch.setattr(module, "now", now)
    return rooms


def a_room(template: Path, folder: Path) -> Room:
    path = folder / "room.sqlite"
    shutil.copyfile(template, path)
    connect(f"sqlite:///{path}")
    with transaction() as session:
        readers = [a_person(session, name) for name in ("dana", "emil", "fay")]
        carl = a_person(session, "carl", role=Role.coordinator)
        made = [an_exam(session, programme="breast", images=4), an_exam(session, programme="lung", images=1)]
        made.append(an_exam(session, programme="breast", images=4, days_ago=0.02, complete=False))
        sittings = [sessions.start(session, reader).sitting_id for reader in readers]
    return Room(readers, carl, [exam.id or 0 for exam in made], sittings)


def check(room: Room) -> None:
    """Each undecided case has its place, and the readers' lists hold nothing but what waits and is not their own."""
    with transaction() as session:
        decided = set(session.exec(select(Decision.exam_id)))
        places = {row.exam_id: row.where for row in triage.worklist(session, room.carl, Filters(state="all")).rows}
        assert sorted(places) == sorted(exam_id for exam_id in room.exams if exam_id not in decided)
        held = set(session.exec(select(Claim.exam_id).where(Claim.expires_at > room.now())))
        reads = session.exec(select(Read).where(standing())).all()
        assert len({(read.exam_id, read.reader_id) for read in reads}) == len(reads), "somebody read a case twice"
        assert all(sum(read.exam_id == exam_id for read in reads) <= 2 for exam_id in room.exams)
        for reader in room.readers:
            mine = {read.exam_id for read in reads if read.reader_id == reader.user_id}
            assert all(places[exam_id] == Where.waiting and exam_id not in held | mine for exam_id in reading_list(session, reader))


def check_filters(room: Room) -> None:
    """The coordinator finds each case under exactly one of the filters."""
    with transaction() as session:
        everything = [row.exam_id for row in triage.worklist(session, room.carl, Filters(state="all")).rows]
        lists = [triage.worklist(session, room.carl, Filters(state=place.value)).rows for place in Where]
    assert sorted(row.exam_id for rows in lists for row in rows) == sorted(everything)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ACTS, min_size=1, max_size=25))
def test_every_undecided_case_is_in_exactly_one_list(
    sqlite_template: Path, clock_of_ours: list[Room], steps: list[tuple[int, str, int]]
) -> None:
    clock_of_ours.clear()
    with TemporaryDirectory() as folder:
        room = a_room(sqlite_template, Path(folder))
        clock_of_ours.append(room)
        check(room)
        for who, name, case in steps:
            try:
                with transaction() as session:
                    act(session, room, who, name, case)
            except FirstlightError:
                continue  # refused: nothing happened
            check(room)
        check_filters(room)
        engine().dispose()


def test_a_case_goes_through_every_list(sqlite_template: Path, clock_of_ours: list[Room], tmp_path: Path) -> None:
    room = a_room(sqlite_template, tmp_path)
    clock_of_ours.append(room)
    journey = (
        (0, "minutes", Where.waiting), (0, "open", Where.claimed), (0, "ask", Where.blocked), (0, "not_available", Where.waiting),
        (0, "put off", Where.deferred), (1, "bring back", Where.waiting), (0, "normal", Where.waiting), (1, "assess", Where.arbitration),
        (1, "take back", Where.claimed), (1, "normal", Where.finalisation), (0, "take back", Where.claimed),
        (0, "assess", Where.arbitration), (0, "an hour", Where.arbitration), (2, "arbitrate", Where.claimed), (2, "settle", None),
    )  # fmt: skip
    with transaction() as session:
        arriving = triage.worklist(session, room.carl, Filters(state="arriving"))
    assert [row.exam_id for row in arriving.rows] == [room.exams[2]]
    for who, name, place in journey:
        with transaction() as session:
            act(session, room, who, name, 0)
        check(room)
        check_filters(room)
        with transaction() as session:
            rows = triage.worklist(session, room.carl, Filters(state="all")).rows
        assert next((row.where for row in rows if row.exam_id == room.exams[0]), None) == place, name
    engine().dispose()


@pytest.mark.parametrize("state", [state for state in CaseState if state != S.concluded])
@pytest.mark.parametrize("claimed", [True, False])
@pytest.mark.parametrize("put_off", [True, False])
@pytest.mark.parametrize("arriving", [True, False])
def test_the_place_of_a_case_follows_from_its_state(state: CaseState, claimed: bool, put_off: bool, arriving: bool) -> None:
    place = where(state, claimed=claimed, put_off=put_off, arriving=arriving)
    if state == S.awaiting_priors:
        assert place == Where.blocked
    elif state == S.awaiting_finalisation:
        assert place == Where.finalisation
    elif put_off or claimed:
        assert place == (Where.deferred if put_off else Where.claimed)
    elif state in (S.awaiting_arbitration, S.in_arbitration):
        assert place == Where.arbitration
    else:
        assert place == (Where.arriving if arriving else Where.waiting)


def test_every_list_has_a_name_for_people() -> None:
    assert set(WORDS) == set(Where)
