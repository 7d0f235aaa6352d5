"""Earlier images that a reader asks for: who may say what, that the case waits and comes back, and that images answer by themselves."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access import Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.workflow import claims, episodes, exams, prior_requests, reading, triage
from core.workflow.earlier_images import for_comparison
from core.workflow.prior_requests import PriorRequestRow, PriorState
from core.workflow.reading import Opinion
from core.workflow.status import statuses
from core.workflow.today import overview
from core.workflow.triage import Filters, TriageRow
from core.workflow.whereabouts import Where
from db.engine import transaction
from db.enums import EpisodeStep, PriorStep, ProgrammeDecision, Role
from db.tables import AuditEvent, Claim, Episode, Exam, PriorRequest
from tests.build import a_decision, a_participant, a_person, a_site, ago, an_exam
from tests.dicom_build import ct_series, mammogram
from tests.test_intake_files import results, taken_in

P = PriorStep
VIEWS = (("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO"))


@pytest.fixture
def dana(database: str) -> Person:
    with transaction() as session:
        return a_person(session)


@pytest.fixture
def carl(dana: Person) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def an_exam_asked_for(person: Person, *, days_ago: float = 0.0, programme: str = "breast") -> int:
    """An exam for which the person asked for earlier images so many days ago."""
    with transaction() as session:
        exam_id = an_exam(session, programme=programme, days_ago=8).id or 0
        session.add(PriorRequest(exam_id=exam_id, step=P.pending, author_id=person.user_id, at=ago(days_ago), note="Mammograms of 2023"))
    return exam_id


def enter(person: Person, exam_id: int, step: PriorStep, note: str = "") -> None:
    with transaction() as session:
        prior_requests.enter(session, person, exam_id, step, note)


def state(exam_id: int) -> PriorState:
    with transaction() as session:
        return prior_requests.state_of(session, [exam_id])[exam_id]


def requests(person: Person) -> tuple[PriorRequestRow, ...]:
    with transaction() as session:
        return prior_requests.open_requests(session, person)


def in_list(person: Person) -> TriageRow:
    with transaction() as session:
        (row,) = triage.worklist(session, person, Filters(state="all")).rows
    return row


def handed_out(person: Person) -> int | None:
    with transaction() as session:
        try:
            return triage.claim_next(session, person)
        except Conflict:
            return None


def test_a_request_takes_the_case_from_the_readers_and_stays_in_the_coordinators_list(dana: Person, carl: Person) -> None:
    with transaction() as session:
        exam_id = an_exam(session, programme="breast").id or 0
        claims.claim(session, dana, exam_id)
        prior_requests.ask(session, dana, exam_id, "Mammograms of 2023, Westford")
        assert session.exec(select(Claim)).all() == []
    assert handed_out(dana) is None
    assert (in_list(carl).where, str(in_list(carl).state)) == (Where.blocked, f"Waiting for earlier images since {now():%Y-%m-%d}")
    (row,) = requests(carl)
    assert (row.exam_id, row.asked_by, row.note, row.state.step, row.state.days) == (
        exam_id, "Dana Test", "Mammograms of 2023, Westford", P.pending, 0,
    )  # fmt: skip
    assert set(row.next_steps) == {P.requested, P.received, P.not_available}
    assert set(requests(dana)[0].next_steps) == {P.not_needed}


@pytest.mark.parametrize("answer", [P.not_available, P.received])
def test_the_coordinators_answer_brings_the_case_back(dana: Person, carl: Person, answer: PriorStep) -> None:
    exam_id = an_exam_asked_for(dana)
    enter(carl, exam_id, P.requested, "Asked Westford by fax")
    assert (state(exam_id).step, requests(carl)[0].last_note) == (P.requested, "Asked Westford by fax")
    assert handed_out(dana) is None
    enter(carl, exam_id, answer)
    assert requests(carl) == ()
    assert handed_out(dana) == exam_id
    with transaction() as session:
        audited = [action for action in session.exec(select(AuditEvent.action).order_by(AuditEvent.id)) if action.startswith("priors_")]  # type: ignore[arg-type]
    assert audited == ["priors_requested", f"priors_{answer.value}"]


def test_the_reader_can_do_without_them(dana: Person) -> None:
    exam_id = an_exam_asked_for(dana)
    enter(dana, exam_id, P.not_needed)
    assert handed_out(dana) == exam_id


def test_after_five_days_the_case_comes_back_flagged_and_the_request_stays_open(dana: Person, carl: Person) -> None:
    exam_id = an_exam_asked_for(dana, days_ago=4.999)
    assert (state(exam_id).escalated, handed_out(dana), in_list(carl).escalated) == (False, None, False)
    other = an_exam_asked_for(dana, days_ago=5.0)
    assert state(other).escalated
    assert handed_out(dana) == other
    row = next(row for row in requests(carl) if row.exam_id == other)
    assert (row.state.open, row.state.days) == (True, 5)
    assert requests(carl)[0] == row, "the longest open leads"
    with transaction() as session:
        shown = next(row for row in triage.worklist(session, carl, Filters(state="all")).rows if row.exam_id == other)
        notes = [str(one) for one in reading.case(session, dana, other).notes]
        assert "Requests for earlier images without an answer: 1" in [str(one) for one in overview(session, carl).sentences]
    assert shown.escalated
    assert notes == [f"Earlier images asked for on {ago(5):%Y-%m-%d} have not come"]
    assert str(shown.because).startswith(f"Earlier images asked for on {ago(5):%Y-%m-%d} have not come; ")
    enter(carl, other, P.not_available)
    assert not state(other).escalated
    with transaction() as session:
        assert not any("without an answer" in str(one) for one in overview(session, carl).sentences)


def test_who_may_say_what(dana: Person, carl: Person) -> None:
    exam_id = an_exam_asked_for(dana)
    for person, step in ((dana, P.requested), (dana, P.received), (dana, P.not_available), (carl, P.not_needed)):
        with pytest.raises(NotAllowed):
            enter(person, exam_id, step)
    with transaction() as session, pytest.raises(NotAllowed):
        prior_requests.ask(session, carl, an_exam(session).id or 0, "Anything")
    with transaction() as session:
        far = a_person(session, "fay", role=Role.coordinator, site=a_site(session, "SOUTH"))
        assert prior_requests.open_requests(session, far) == ()
    with pytest.raises(NotAllowed):
        enter(far, exam_id, P.requested)


@pytest.mark.parametrize(
    ("taken", "refused"),
    [((), P.pending), ((P.requested,), P.requested), ((P.not_available,), P.received), ((P.received,), P.requested)],
)
def test_steps_follow_one_another_in_one_table(dana: Person, carl: Person, taken: tuple[PriorStep, ...], refused: PriorStep) -> None:
    exam_id = an_exam_asked_for(dana)
    for step in taken:
        enter(carl, exam_id, step)
    with pytest.raises(Conflict, match="Earlier images are"):
        enter(dana if refused == P.pending else carl, exam_id, refused)


def test_a_reader_can_ask_again_and_the_age_counts_from_then(dana: Person, carl: Person) -> None:
    exam_id = an_exam_asked_for(dana, days_ago=9)
    enter(carl, exam_id, P.not_available)
    with transaction() as session:
        prior_requests.ask(session, dana, exam_id, "Then those of 2021")
    assert (state(exam_id).days, state(exam_id).blocks, requests(carl)[0].note) == (0, True, "Then those of 2021")


def test_a_request_needs_words_and_a_case_that_nobody_else_has(dana: Person) -> None:
    with transaction() as session:
        emil = a_person(session, "emil")
        exam_id, decided = an_exam(session).id or 0, an_exam(session)
        a_decision(session, decided, emil)
        claims.claim(session, emil, exam_id)
    with transaction() as session, pytest.raises(Rejected, match="Say which earlier images"):
        prior_requests.ask(session, dana, exam_id, "  ")
    with transaction() as session, pytest.raises(Conflict, match="Emil Test already has this case"):
        prior_requests.ask(session, dana, exam_id, "2023")
    with transaction() as session, pytest.raises(Conflict, match="decided already"):
        prior_requests.ask(session, dana, decided.id or 0, "2023")


def four_views(day: str, skip: int = 0) -> tuple[object, ...]:
    return taken_in([mammogram(side=side, view=view, StudyDate=day) for side, view in VIEWS[skip:]])


def an_exam_read_in() -> int:
    """The exam of the four views of today, as it came through intake."""
    four_views(f"{now():%Y%m%d}")
    with transaction() as session:
        return session.exec(select(Exam.id)).one() or 0


def test_earlier_images_answer_the_request_and_are_compared_with_not_read(dana: Person, carl: Person) -> None:
    exam_id = an_exam_read_in()
    with transaction() as session:
        prior_requests.ask(session, dana, exam_id, "Mammograms of 2023")
    assert results(four_views("20230301")) == {"accepted": 4}  # type: ignore[arg-type]
    assert (state(exam_id).step, state(exam_id).open) == (P.received, False)
    with transaction() as session:
        prior = session.exec(select(Exam).where(Exam.id != exam_id)).one()
        assert prior.exam_date.year == 2023
        assert session.exec(for_comparison()).all() == [prior.id]
        assert len(session.exec(select(Episode)).all()) == 1, "no round is invented for another clinic's images"
        assert [row.exam_id for row in triage.worklist(session, carl, Filters(state="all")).rows] == [exam_id]
        with pytest.raises(Conflict, match="nobody reads them"):
            claims.claim(session, dana, prior.id or 0)
    assert handed_out(dana) == exam_id


def test_an_answer_waits_until_the_images_are_complete_or_nothing_more_comes(dana: Person) -> None:
    exam_id = an_exam_read_in()
    with transaction() as session:
        prior_requests.ask(session, dana, exam_id, "Mammograms of 2023")
    four_views("20230301", skip=2)
    assert state(exam_id).open
    with transaction() as session:
        prior = session.exec(select(Exam).where(Exam.id != exam_id)).one()
        prior.received_at -= timedelta(minutes=6)
        session.add(prior)
        session.flush()
        exams.settle(session, prior.id or 0)
    assert state(exam_id).step == P.received


def test_images_that_nobody_asked_for_are_a_round_of_their_own(dana: Person) -> None:
    exam_id = an_exam_read_in()
    four_views("20230301")
    with transaction() as session:
        assert session.exec(for_comparison()).all() == []
        assert len(session.exec(select(Episode)).all()) == 2
        assert prior_requests.state_of(session, [exam_id]) == {}


def test_images_of_somebody_else_answer_nothing(dana: Person) -> None:
    exam_id = an_exam_asked_for(dana)
    with transaction() as session:
        an_exam(session, participant=a_participant(session), programme="breast", days_ago=700)
    four_views("20230301")
    assert state(exam_id).open


def test_images_to_compare_with_are_never_read_and_do_not_keep_the_round_open(dana: Person) -> None:
    taken_in(ct_series(18, StudyDate=f"{now():%Y%m%d}"))
    with transaction() as session:
        exam = session.exec(select(Exam)).one()
        prior_requests.ask(session, dana, exam.id or 0, "The CT of 2023")
    taken_in(ct_series(18, StudyDate="20230301"))
    opinion = Opinion(category="2", decision=ProgrammeDecision.routine_recall)
    with transaction() as session:
        prior = session.exec(select(Exam).where(Exam.id != exam.id)).one()
        seen = reading.case(session, dana, prior.id or 0)
        assert (seen.can_read, str(seen.why_not)) == (False, "These are earlier images to compare with; nobody reads them")
        with pytest.raises(Conflict, match="nobody reads them"):
            reading.submit(session, dana, prior.id or 0, opinion, saw_ai=False, run_id=None, opened_at=now())
        reading.submit(session, dana, exam.id or 0, opinion, saw_ai=False, run_id=None, opened_at=now())
        assert episodes.current(session, exam.episode_id) == EpisodeStep.closed
        assert "waits to be read" not in str(statuses(session, [seen.participant.id])[seen.participant.id])
