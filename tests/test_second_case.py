"""Images that answer an open recall belong to its round; after a technical recall they are a second case for the views named."""

from datetime import date, timedelta

import pytest
from pydicom.dataset import Dataset
from sqlmodel import Session, select

from core.access import Person
from core.clock import now, today
from core.words import Sentence
from core.workflow import claims, episodes, exams, reading, runs, second_case, triage
from core.workflow.opinion import Opinion, ViewToRepeat
from core.workflow.programmes import programme_row
from core.workflow.recalls import open_recalls
from core.workflow.timeline import timeline
from db.engine import transaction
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep, Role
from db.tables import AiPolicy, Arbitration, Decision, Episode, Exam, ExamInstance, Read, Recall, RecallEvent
from tests.build import a_decision, a_model, a_person, a_recall, ago
from tests.dicom_build import ct_series, mammogram
from tests.test_intake_files import taken_in

D = ProgrammeDecision
VIEWS = (("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO"))
FIRST = today() - timedelta(days=20)


def on(day: date) -> str:
    return f"{day:%Y%m%d}"


def views(*names: str, day: date = FIRST) -> list[Dataset]:
    return [mammogram(side=side, view=view, StudyDate=on(day)) for side, view in VIEWS if not names or f"{side}-{view}" in names]


def the_exams() -> list[Exam]:
    with transaction() as session:
        return list(session.exec(select(Exam).order_by(Exam.id)))  # type: ignore[arg-type]


def parts(exam: Exam) -> set[str]:
    with transaction() as session:
        return set(session.exec(select(ExamInstance.part).where(ExamInstance.exam_id == exam.id)))


def recalled(
    session: Session, person: Person, exam: Exam, *, kind: ProgrammeDecision = D.technical_recall, named: tuple[str, ...] = ()
) -> Recall:
    """The exam read and decided by one person, who names views; its recall is open."""
    said = {"views": [{"view": view, "reason": "motion"} for view in named]} if named else {}
    session.add(
        Read(
            exam_id=exam.id or 0, reader_id=person.user_id, category="0", decision=kind, opinion=said, saw_ai=False, opened_at=ago(1),
            committed_at=ago(1),
        )
    )  # fmt: skip
    for step in (EpisodeStep.read, EpisodeStep.recalled):
        episodes.append(session, exam.episode_id, step, now(), None)
    return a_recall(session, a_decision(session, exam, person, decision=kind, category="0"))


@pytest.fixture
def dana(database: str) -> Person:
    with transaction() as session:
        return a_person(session)


def recall_after(
    person: Person, images: list[Dataset], *, kind: ProgrammeDecision = D.technical_recall, named: tuple[str, ...] = ()
) -> Exam:
    """The exam of these images, recalled."""
    taken_in(images)
    (first,) = the_exams()
    with transaction() as session:
        recalled(session, person, first, kind=kind, named=named)
    return first


def last_step(exam: Exam) -> RecallStep:
    with transaction() as session:
        rows = select(RecallEvent).join(Recall).where(Recall.exam_id == exam.id).order_by(RecallEvent.id.desc())  # type: ignore[union-attr]
        return session.exec(rows).first().step  # type: ignore[union-attr]


def test_a_technical_recall_on_rcc_opens_a_second_case_for_that_view_only(dana: Person) -> None:
    first = recall_after(dana, views(), named=("R-CC",))
    taken_in(views("R-CC", day=today()))
    _, second = the_exams()
    assert (second.episode_id, second.follows_exam_id, second.expected_parts) == (first.episode_id, first.id, ["R-CC"])
    assert second.completed_at is not None
    assert second.problem == "", "no other view is missed"
    assert parts(second) == {"R-CC"}
    assert parts(first) == {"L-CC", "L-MLO", "R-CC", "R-MLO"}


def test_the_whole_way_from_two_technical_recalls_to_a_closed_round(dana: Person) -> None:
    """As it happens: two readers name R-CC, the recall opens by itself, the view comes, the same two read it, the round ends."""
    with transaction() as session:
        emil, carl = a_person(session, "emil"), a_person(session, "carl", role=Role.coordinator)
        programme = programme_row(session, "breast").id or 0
        at_once = {"finalise_minutes": 0, "readers": 2}
        session.add(AiPolicy(programme_id=programme, version=1, kind="after_read", valid_from=ago(1), settings=at_once))
    technical = Opinion(category="0", decision=D.technical_recall, views=(ViewToRepeat(view="R-CC", reason="motion"),))
    normal = Opinion(category="1", decision=D.routine_recall)
    taken_in(views(day=today() - timedelta(days=1)))
    (first,) = the_exams()
    sign(first, technical, dana, emil)
    with transaction() as session:
        (recall,) = open_recalls(session, carl)
    assert (recall.kind, recall.views) == (D.technical_recall, ("R-CC",))
    taken_in(views("R-CC", day=today()))
    first, second = the_exams()
    with transaction() as session:
        assert open_recalls(session, carl) == ()
        assert runs.due(session, second.id or 0) is None, "no model is installed"
        a_model(session, "mammography")
        assert runs.due(session, second.id or 0) is not None, "it is scored on the view it has"
        assert triage.claim_next(session, dana) == second.id
    sign(second, normal, dana, emil)
    with transaction() as session:
        assert episodes.current(session, first.episode_id) == EpisodeStep.closed
        decisions = session.exec(select(Decision.exam_id, Decision.decision).order_by(Decision.id)).all()  # type: ignore[arg-type]
        who = session.get_one(Episode, first.episode_id).participant_id
        listed = [event.exam_id for event in timeline(session, dana, who) if event.kind == "read"]
    assert decisions == [(first.id, D.technical_recall), (second.id, D.routine_recall)]
    assert sorted(one or 0 for one in listed) == [first.id, first.id, second.id, second.id]


def sign(exam: Exam, opinion: Opinion, *readers: Person) -> None:
    for reader in readers:
        with transaction() as session:
            reading.submit(session, reader, exam.id or 0, opinion, saw_ai=False, run_id=None, opened_at=now())


def test_both_reads_are_listed_and_the_same_reader_may_read_the_second_case(dana: Person) -> None:
    first = recall_after(dana, views(), named=("R-CC",))
    taken_in(views("R-CC", day=today()))
    _, second = the_exams()
    with transaction() as session:
        assert triage.claim_next(session, dana) == second.id
        claims.drop(session, second.id or 0)
        read = {"category": "1", "decision": D.routine_recall, "saw_ai": False, "opened_at": ago(0.01), "committed_at": ago(0)}
        session.add(Read(exam_id=second.id, reader_id=dana.user_id, **read))
        a_decision(session, second, dana, category="1")
        assert second_case.cases_of(session, second.id or 0) == second_case.cases_of(session, first.id or 0) == (first.id, second.id)
        who = session.get_one(Episode, first.episode_id).participant_id
        listed = [(event.exam_id, str(event.text)) for event in timeline(session, dana, who) if event.kind == "read"]
    assert listed == [(first.id, "Read by Dana Test, category 0"), (second.id, "Read by Dana Test, category 1")]


def test_the_recall_ends_when_the_images_have_come(dana: Person) -> None:
    first = recall_after(dana, views(), named=("R-CC", "L-MLO"))
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        assert [row.views for row in open_recalls(session, carl)] == [("L-MLO", "R-CC")]
    taken_in(views("R-CC", day=today()))
    assert last_step(first) == RecallStep.opened, "one of the two views has not come"
    with transaction() as session:
        assert [row.views for row in open_recalls(session, carl)] == [("L-MLO",)]
    taken_in(views("L-MLO", day=today()))
    _, second = the_exams()
    assert (parts(second), second.problem, last_step(first)) == ({"R-CC", "L-MLO"}, "", RecallStep.closed)
    with transaction() as session:
        assert open_recalls(session, carl) == ()
        event = session.exec(select(RecallEvent).order_by(RecallEvent.id.desc())).first()  # type: ignore[union-attr]
    assert event is not None
    assert (event.author_id, event.note) == (None, "L-MLO, R-CC")


def test_a_view_that_does_not_come_is_named_and_the_recall_stays_open(dana: Person) -> None:
    first = recall_after(dana, views(), named=("R-CC", "L-MLO"))
    taken_in(views("R-CC", day=today() - timedelta(days=2)))
    _, second = the_exams()
    with transaction() as session:
        late = session.get_one(Exam, second.id)
        late.received_at -= exams.WAIT_FOR_VIEWS
        session.add(late)
        session.flush()
        exams.settle(session, second.id or 0)
    _, second = the_exams()
    assert second.completed_at is not None
    assert str(Sentence.from_json(second.problem)) == "Missing views: L-MLO"
    assert last_step(first) == RecallStep.opened
    taken_in(views("L-MLO", day=today()))
    third = the_exams()[2]
    assert (third.follows_exam_id, third.expected_parts, last_step(first)) == (first.id, ["L-MLO"], RecallStep.closed)
    with transaction() as session:
        assert second_case.cases_of(session, third.id or 0) == (first.id, second.id, third.id)


def test_without_a_named_view_all_are_expected_again(dana: Person) -> None:
    recall_after(dana, views())
    taken_in(views(day=today()))
    _, second = the_exams()
    assert second.expected_parts == ["L-CC", "L-MLO", "R-CC", "R-MLO"]


def test_more_views_than_asked_for_are_welcome(dana: Person) -> None:
    first = recall_after(dana, views(), named=("R-CC",))
    taken_in(views(day=today()))
    _, second = the_exams()
    assert (second.expected_parts, parts(second), last_step(first)) == (
        ["R-CC"], {"L-CC", "L-MLO", "R-CC", "R-MLO"}, RecallStep.closed,
    )  # fmt: skip


def test_what_the_arbitrators_named_counts(dana: Person) -> None:
    first = recall_after(dana, views(), named=("R-CC",))
    with transaction() as session:
        said = {"views": [{"view": "L-CC", "reason": "positioning"}]}
        row = {"category": "0", "decision": D.technical_recall, "opinion": said, "opened_at": ago(1), "at": ago(1)}
        session.add(Arbitration(exam_id=first.id, **row))
    taken_in(views("L-CC", day=today()))
    assert the_exams()[1].expected_parts == ["L-CC"]


def test_a_view_taken_again_on_the_same_day_does_not_change_what_was_read(dana: Person) -> None:
    first = recall_after(dana, views(day=today()), named=("R-CC",))
    taken_in(views("R-CC", day=today()))
    _, second = the_exams()
    assert (second.follows_exam_id, parts(second), parts(first)) == (first.id, {"R-CC"}, {"L-CC", "L-MLO", "R-CC", "R-MLO"})


def test_a_chest_ct_is_repeated_as_a_whole(dana: Person) -> None:
    first = recall_after(dana, ct_series(18, StudyDate=on(FIRST)))
    taken_in(ct_series(18, StudyDate=on(today())))
    _, second = the_exams()
    assert (second.episode_id, second.follows_exam_id, second.expected_parts) == (first.episode_id, first.id, ["volume"])
    assert last_step(first) == RecallStep.closed
    with transaction() as session:
        said = second_case.rests_on(session, session.get_one(Exam, second.id))
        assert second_case.rests_on(session, session.get_one(Exam, first.id)) is None
    assert str(said) == f"Repeat of the exam of {FIRST} after a technical recall"


def test_a_second_case_says_what_it_rests_on(dana: Person) -> None:
    recall_after(dana, views(), named=("R-CC",))
    taken_in(views("R-CC", day=today()))
    first, second = the_exams()
    with transaction() as session:
        (said,) = (str(one) for one in reading.case(session, dana, second.id or 0).notes)
        assert reading.case(session, dana, first.id or 0).notes == ()
    assert said == f"Repeat of the exam of {FIRST} after a technical recall: R-CC only; the other views are in that exam"


def test_a_repeat_of_the_repeat_follows_the_second_case(dana: Person) -> None:
    first = recall_after(dana, views(day=FIRST), named=("R-CC",))
    taken_in(views("R-CC", day=FIRST + timedelta(days=7)))
    second = the_exams()[1]
    with transaction() as session:
        recalled(session, dana, second, named=("R-CC",))
    taken_in(views("R-CC", day=FIRST + timedelta(days=14)))
    third = the_exams()[2]
    assert third.follows_exam_id == second.id
    with transaction() as session:
        assert second_case.cases_of(session, first.id or 0) == (first.id, second.id, third.id)


@pytest.mark.parametrize("kind", [D.short_term_recall, D.assessment])
def test_images_that_answer_another_recall_stay_in_its_round_and_are_read_whole(dana: Person, kind: ProgrammeDecision) -> None:
    first = recall_after(dana, ct_series(18, StudyDate=on(today() - timedelta(days=185))), kind=kind)
    taken_in(ct_series(18, StudyDate=on(today())))
    _, second = the_exams()
    assert (second.episode_id, second.follows_exam_id, second.expected_parts) == (first.episode_id, None, [])
    assert last_step(first) == RecallStep.opened, "the coordinator closes it"


@pytest.mark.parametrize(("days", "same"), [(270, True), (271, False)])
def test_an_open_recall_claims_images_for_nine_months(dana: Person, days: int, same: bool) -> None:
    first = recall_after(dana, ct_series(18, StudyDate=on(today() - timedelta(days=days))), kind=D.short_term_recall)
    taken_in(ct_series(18, StudyDate=on(today())))
    assert (the_exams()[1].episode_id == first.episode_id) == same
    with transaction() as session:
        assert len(session.exec(select(Episode)).all()) == (1 if same else 2)


def test_once_the_recall_is_closed_new_images_are_a_new_round(dana: Person) -> None:
    first = recall_after(dana, views(), named=("R-CC",))
    with transaction() as session:
        recall = session.exec(select(Recall)).one()
        session.add(RecallEvent(recall_id=recall.id, step=RecallStep.closed, at=ago(0.1), author_id=dana.user_id, note="Declined"))
    taken_in(views(day=today()))
    _, second = the_exams()
    assert second.episode_id != first.episode_id
    assert second.follows_exam_id is None


def test_a_decision_is_never_made_by_the_arrival_of_images(dana: Person) -> None:
    recall_after(dana, views(), named=("R-CC",))
    taken_in(views("R-CC", day=today()))
    with transaction() as session:
        assert len(session.exec(select(Decision)).all()) == 1
