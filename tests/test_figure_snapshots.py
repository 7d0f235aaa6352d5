"""How a programme counts is a setting with a day; figures are kept and asked again; two groups are compared; coverage as of a day."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from core.access import Person
from core.clock import today
from core.cohorts.standing import DIED
from core.errors import NotAllowed, Rejected
from core.figures import settings, snapshots
from core.figures.comparison import compare
from core.workflow.period import periods
from core.workflow.programme_figures import Group, ProgrammeFigures, Question, figures
from core.workflow.programmes import card
from db.engine import transaction
from db.enums import Certainty, OutcomeKind, ProgrammeDecision, Role, Sex
from db.tables import AuditEvent, ParticipantFact
from tests.build import a_participant, a_person, a_site, ago
from tests.cohort_build import a_screen, an_outcome_after
from tests.test_programme_measures import RECALLED, Tally, frame, terms

D = ProgrammeDecision
BREAST = card("breast")


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    with transaction() as opened:
        yield opened


@pytest.fixture
def manager(session: Session) -> Person:
    a_site(session)
    return a_person(session, "mona", role=Role.manager, everywhere=True)


def asked(day: date | None = None, **further: object) -> Question:
    return Question("breast", periods(day or today())["all"], as_of=day or today(), **further)  # type: ignore[arg-type]


def recalled(found: ProgrammeFigures) -> tuple[int, int]:
    one = found.whole.of("recall")
    return one.numerator, one.denominator


def a_history(session: Session) -> None:
    a_screen(session, days_ago=500, category="3", decision=D.short_term_recall)
    a_screen(session, days_ago=480, category="4B", decision=D.assessment, cancer_after=20)
    for days in range(400, 420):
        a_screen(session, days_ago=days)


def test_the_usual_definition_of_positive_counts_until_another_is_set(session: Session, manager: Person) -> None:
    a_history(session)
    before = figures(session, manager, asked())
    settings.set_positive(session, manager, BREAST, 1)
    after = figures(session, manager, asked())
    assert (recalled(before), recalled(after)) == ((2, 22), (1, 22))
    assert before.whole.of("recall").positive != after.whole.of("recall").positive
    assert recalled(figures(session, manager, asked(positive=0))) == (2, 22)
    assert before.settings.version != after.settings.version


def test_a_past_day_takes_the_settings_of_that_day(session: Session, manager: Person) -> None:
    a_history(session)
    past = today() - timedelta(days=1)
    kept = snapshots.keep(session, manager, figures(session, manager, asked(past)), "Board, yesterday")
    settings.set_positive(session, manager, BREAST, 1)
    settings.set_band(session, manager, BREAST, "technical", low=None, high=0.01, source="Our board, 3 May")
    found = snapshots.compare(session, manager, kept)
    assert found.same
    assert found.changes == ()
    assert found.definitions_now == found.kept.definitions
    assert recalled(figures(session, manager, asked())) == (1, 22)


def test_an_answer_that_has_changed_is_told_figure_by_figure(session: Session, manager: Person) -> None:
    a_history(session)
    kept = snapshots.keep(session, manager, figures(session, manager, asked()), "Board")
    assert snapshots.compare(session, manager, kept).same
    a_screen(session, days_ago=3, category="0", decision=D.assessment)
    found = snapshots.compare(session, manager, kept)
    assert not found.same
    (change,) = [one for one in found.changes if (one.part, one.key) == ("all", "recall")]
    assert (change.then[:2], change.now[:2]) == ((2, 22), (3, 23))  # type: ignore[index]


def test_changed_definitions_are_named_beside_both_answers(session: Session, manager: Person) -> None:
    a_history(session)
    kept = snapshots.keep(session, manager, figures(session, manager, asked()), "Board")
    settings.set_positive(session, manager, BREAST, 1)
    found = snapshots.compare(session, manager, kept)
    assert found.definitions_now != found.kept.definitions
    assert ("all", "recall") in {(one.part, one.key) for one in found.changes}


def test_a_snapshot_is_asked_again_for_its_own_sites_only(session: Session, manager: Person) -> None:
    a_history(session)
    kept = snapshots.keep(session, manager, figures(session, manager, asked()), "Board")
    south = a_site(session, "SOUTH", name="South clinic")
    a_screen(session, days_ago=400, site=south)
    boss = a_person(session, "bela", role=Role.manager, everywhere=True)
    assert snapshots.compare(session, boss, kept).same
    stranger = a_person(session, "sten", role=Role.manager, site=south)
    assert snapshots.snapshots(session, stranger, "breast") == ()
    with pytest.raises(NotAllowed):
        snapshots.compare(session, stranger, kept)


def test_a_snapshot_needs_a_name(session: Session, manager: Person) -> None:
    with pytest.raises(Rejected):
        snapshots.keep(session, manager, figures(session, manager, asked()), "  ")


def test_every_change_of_a_definition_has_an_author(session: Session, manager: Person) -> None:
    settings.set_ages(session, manager, BREAST, 45, 74)
    settings.set_band(session, manager, BREAST, "uptake", low=0.8, high=None, source="Our contract", verified=True)
    rows = settings.history(session, "breast")
    assert [(row.key, row.author) for row in rows] == [("band-uptake", manager.name), ("ages", manager.name)]
    assert len(session.exec(select(AuditEvent).where(AuditEvent.action == "definition_changed")).all()) == 2
    found = settings.in_force(session, BREAST, today())
    assert (found.ages, found.bands["uptake"].low, found.own) == ((45, 74), 0.8, {"uptake"})
    settings.set_band(session, manager, BREAST, "uptake", low=None, high=None, source="")
    assert settings.in_force(session, BREAST, today()).bands["uptake"].low == 0.7


@pytest.mark.parametrize(
    ("key", "low", "high", "source"),
    [
        ("recall", 0.2, 0.1, "x"),
        ("recall", None, 1.2, "x"),
        ("recall", 0.1, None, " "),
        ("days", 0.1, None, "x"),
        ("nothing", 0.1, None, "x"),
    ],
)
def test_a_band_that_cannot_be_is_refused(
    session: Session, manager: Person, key: str, low: float | None, high: float | None, source: str
) -> None:
    with pytest.raises(Rejected):
        settings.set_band(session, manager, BREAST, key, low=low, high=high, source=source)


def test_definitions_count_for_every_site_and_so_need_a_manager_of_all(session: Session, manager: Person) -> None:
    north = a_site(session)
    a_site(session, "SOUTH", name="South clinic")
    local = a_person(session, "lora", role=Role.manager, site=north)
    for person in (local, a_person(session, "dora", role=Role.doctor)):
        with pytest.raises(NotAllowed):
            settings.set_positive(session, person, BREAST, 1)


def test_provisional_outcomes_can_be_left_out(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="4B", decision=D.assessment)
    an_outcome_after(session, exam, OutcomeKind.cancer, after=20, known_after=20, certainty=Certainty.provisional)
    counted = figures(session, manager, asked())
    assert (counted.whole.of("detection").numerator, counted.counts.provisional) == (1, 1)
    assert figures(session, manager, asked(final_only=True)).whole.of("detection").numerator == 0
    an_outcome_after(session, exam, OutcomeKind.cancer, after=20, known_after=30)
    assert figures(session, manager, asked(final_only=True)).whole.of("detection").numerator == 1
    earlier = asked(exam.exam_date + timedelta(days=25), final_only=True)
    assert figures(session, manager, earlier).whole.of("detection").numerator == 0


def test_coverage_of_the_registered_women_of_the_age(session: Session, manager: Person) -> None:
    """Six women of 60: two screened lately, one too long ago, one never, one died, one whose exam came after the day."""
    born = today().replace(day=1) - timedelta(days=60 * 366)
    women = [a_participant(session, birth_date=born, sex=Sex.female) for _ in range(6)]
    a_participant(session, birth_date=born, sex=Sex.male)
    a_participant(session, birth_date=born - timedelta(days=30 * 366), sex=Sex.female)
    for who, days in zip(women, (10, 729, 731), strict=False):
        a_screen(session, days_ago=days, who=who)
    session.add(
        ParticipantFact(
            participant_id=women[4].id or 0, kind=DIED, value={"on": "2026-01-01"}, valid_from=date(2026, 1, 1), entered_at=ago(5)
        )
    )
    session.flush()
    now = figures(session, manager, asked()).whole.of("coverage")
    assert (now.numerator, now.denominator) == (2, 5)
    then = figures(session, manager, asked(today() - timedelta(days=11))).whole.of("coverage")
    assert (then.numerator, then.denominator) == (2, 6)


def test_two_groups_side_by_side() -> None:
    few = Group("a", 600, Tally(frame((30, RECALLED), (570, {})), terms()).indicators())  # type: ignore[arg-type]
    many = Group("b", 500, Tally(frame((60, RECALLED), (440, {})), terms()).indicators())  # type: ignore[arg-type]
    lines = {line.first.key: line for line in compare(few, many)}
    gap = lines["recall"].difference
    assert gap is not None
    assert (round(gap.value, 3), lines["recall"].apart) == (0.07, True)
    assert lines["days"].difference is None
    assert not lines["detection"].apart
