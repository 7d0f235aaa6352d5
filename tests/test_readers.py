"""Every reader side by side: blind reads only, rates by hand, funnels, discordant cancers, and only for managers of the site."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from core.access import Person
from core.clock import today
from core.errors import NotAllowed
from core.readers.lines import ReaderLine, Readers, readers
from core.workflow.period import periods
from core.workflow.programme_figures import Question
from db.engine import transaction
from db.enums import OutcomeKind, ProgrammeDecision, Role
from db.tables import Exam, Reveal, User
from tests.build import a_person, a_read, a_site, a_user, ago
from tests.cohort_build import a_screen

D = ProgrammeDecision


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    with transaction() as opened:
        yield opened


@pytest.fixture
def manager(session: Session) -> Person:
    a_site(session)
    return a_person(session, "mona", role=Role.manager)


@pytest.fixture
def doctors(session: Session) -> list[User]:
    return [a_user(session, f"reader{k}") for k in range(3)]


def read_by(session: Session, exam: Exam, *said: tuple[User, ProgrammeDecision], **fields: object) -> None:
    for who, decision in said:
        a_read(session, exam, who, decision=decision, days_ago=(today() - exam.exam_date).days - 1, **fields)  # type: ignore[arg-type]


def asked(**further: object) -> Question:
    return Question("breast", periods(today())["all"], **further)  # type: ignore[arg-type]


def line(found: Readers, who: User) -> ReaderLine:
    return next(one for one in found.lines if one.id == who.id)


def rate(one: ReaderLine, key: str) -> tuple[int, int]:
    return one.rates[key].numerator, one.rates[key].denominator


def test_rates_by_hand(session: Session, manager: Person, doctors: list[User]) -> None:
    """Reader 0 recalls two of four: a cancer and a healthy one, and leaves a cancer; reader 1 sees both cancers and nothing else."""
    a, b, _c = doctors
    found_cancer = a_screen(session, days_ago=500, category="0", decision=D.assessment, cancer_after=20)
    read_by(session, found_cancer, (a, D.assessment), (b, D.assessment))
    overlooked = a_screen(session, days_ago=490, category="0", decision=D.assessment, cancer_after=20)
    read_by(session, overlooked, (a, D.routine_recall), (b, D.assessment))
    healthy = a_screen(session, days_ago=480, category="0", decision=D.assessment, kind=OutcomeKind.benign)
    read_by(session, healthy, (a, D.assessment), (b, D.routine_recall))
    read_by(session, a_screen(session, days_ago=470), (a, D.routine_recall), (b, D.routine_recall))
    made = readers(session, manager, asked())
    one, other = line(made, a), line(made, b)
    assert (one.reads, one.first, one.second, other.second) == (4, 4, 0, 4)
    assert (rate(one, "recall"), rate(other, "recall")) == ((2, 4), (2, 4))
    assert (rate(one, "detection"), rate(other, "detection")) == ((1, 4), (2, 4))
    assert (rate(one, "ppv"), rate(other, "ppv")) == ((1, 2), (2, 2))
    assert (rate(one, "found"), rate(other, "found")) == ((1, 2), (2, 2))
    assert one.discordant is not None
    assert other.discordant is not None
    assert ((one.discordant.missed, one.discordant.n), (other.discordant.missed, other.discordant.n)) == ((1, 1), (0, 1))


def test_led_reads_are_counted_apart_and_nowhere_else(session: Session, manager: Person, doctors: list[User]) -> None:
    """10 reads: 3 with the AI in sight, 1 signed after the other read had been revealed: 6 count and 4 are excluded."""
    a, _b, _c = doctors
    exams = [a_screen(session, days_ago=300 + k) for k in range(10)]
    for place, exam in enumerate(exams):
        read_by(session, exam, (a, D.routine_recall), saw_ai=place < 3)
    session.add(Reveal(exam_id=exams[3].id or 0, user_id=a.id or 0, at=ago(305)))
    session.flush()
    made = readers(session, manager, asked())
    one = line(made, a)
    assert (one.reads, one.excluded, made.excluded) == (6, 4, 4)
    assert rate(one, "recall") == (0, 6)


def test_what_was_read_later_is_not_known_yet(session: Session, manager: Person, doctors: list[User]) -> None:
    a, _b, _c = doctors
    exam = a_screen(session, days_ago=300)
    read_by(session, exam, (a, D.routine_recall))
    assert readers(session, manager, asked(as_of=exam.exam_date)).lines == ()
    assert line(readers(session, manager, asked(as_of=exam.exam_date + timedelta(days=1))), a).reads == 1


def test_targets_count_the_last_365_days(session: Session, manager: Person, doctors: list[User]) -> None:
    a, b, _c = doctors
    for days in (10, 20, 500):
        read_by(session, a_screen(session, days_ago=days), (b, D.routine_recall), (a, D.routine_recall))
    made = readers(session, manager, asked())
    assert {target.of: done for target, done in line(made, a).targets} == {"cases": 2, "screening": 2, "first_reads": 0}
    assert {target.of: done for target, done in line(made, b).targets} == {"cases": 2, "screening": 2, "first_reads": 2}


def test_the_outlying_reader_leaves_the_funnel_and_the_others_do_not(session: Session, manager: Person, doctors: list[User]) -> None:
    for place, who in enumerate(doctors):
        for k in range(40):
            recalls = k < (20 if place == 2 else 2)
            exam = a_screen(session, days_ago=300, category="0" if recalls else "1", decision=D.assessment if recalls else D.routine_recall)
            read_by(session, exam, (who, D.assessment if recalls else D.routine_recall))
    drawn = readers(session, manager, asked()).funnel("recall")
    assert drawn is not None
    assert drawn.rate == pytest.approx(24 / 120)
    assert {point.key for point in drawn.points if point.standing == "act"} == {str(doctors[2].id)}


def test_only_a_manager_of_the_site(session: Session, manager: Person, doctors: list[User]) -> None:
    south = a_site(session, "SOUTH", name="South clinic")
    read_by(session, a_screen(session, days_ago=300, site=south), (doctors[0], D.routine_recall))
    assert readers(session, manager, asked()).lines == ()
    with pytest.raises(NotAllowed):
        readers(session, manager, asked(site_id=south.id))
    with pytest.raises(NotAllowed):
        readers(session, a_person(session, "dora", role=Role.doctor), asked())
