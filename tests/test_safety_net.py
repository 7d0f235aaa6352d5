"""The safety net: a task for what somebody must do, until an exam, an answer or a reason closes it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from core.access import Person
from core.clock import now, today
from core.cohorts import facts
from core.errors import Conflict, NotAllowed, Rejected
from core.safety_net import acts
from core.safety_net.generating import Netted
from core.workflow import recalls
from core.workflow.recalls import open_recalls
from db.engine import transaction
from db.enums import (
    AppointmentStep,
    Channel,
    CheckVerdict,
    DocumentKind,
    EpisodeStep,
    ProgrammeDecision,
    RecallStep,
    Role,
    TaskKind,
    TaskStep,
)
from db.tables import AuditEvent, Contact, Document, Episode, EpisodeEvent, Exam, Read, Recall, RecallEvent, SecondCheck, Task
from tests.build import a_decision, a_participant, a_person, a_recall, a_site, ago, an_episode, an_exam, an_outcome
from tests.dicom_build import ct_series, mammogram
from tests.safety_net_build import a_contact, an_appointment, cast, decide, ends, listed
from tests.test_intake_files import taken_in
from tests.time_build import Clock, frozen

D, K, S = ProgrammeDecision, TaskKind, TaskStep
NEW_YEAR = datetime(2026, 1, 31, 9, tzinfo=UTC)


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


@pytest.fixture
def still(database: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return frozen(monkeypatch, NEW_YEAR)


def an_exam_of(name: str = "Doe^Jane", *, days_ago: float = 3, programme: str = "lung") -> Exam:
    with transaction() as session:
        return an_exam(session, participant=a_participant(session, name), days_ago=days_ago, programme=programme)


def an_exam_after(exam: Exam, *, days_ago: float = 0, complete: bool = True) -> Exam:
    """A later exam of the same participant, in a round of its own."""
    with transaction() as session:
        who = session.get_one(Episode, exam.episode_id).participant_id
        round_ = session.get_one(Episode, exam.episode_id)
        later = Episode(participant_id=who, programme_id=round_.programme_id, round=round_.round + 1, opened_at=ago(days_ago))
        session.add(later)
        session.flush()
        return an_exam(session, later, days_ago=days_ago, complete=complete)


def test_a_short_term_recall_of_31_january_is_due_on_31_july_within_its_window(still: Clock, carl: Person) -> None:
    decide(carl, an_exam_of())
    (task,) = listed(carl)
    assert (task.kind, task.due) == (K.short_term_recall, date(2026, 7, 31))
    assert (task.window_from, task.window_until) == (date(2026, 7, 17), date(2026, 8, 28))
    assert (task.rule, task.rule_version) == ("recall.short-term", "1.0")
    assert str(task.why) == "Lung-RADS 3 on 2026-01-31: a repeat exam is due 2026-07-31"


def test_the_task_is_there_with_the_decision_and_made_once(carl: Person) -> None:
    decide(carl, an_exam_of(), D.assessment)
    assert len(listed(carl)) == 1, "before the net is cast"
    assert cast() == Netted(0, 0, 0)
    assert cast() == Netted(0, 0, 0)
    assert len(listed(carl)) == 1


def test_recalls_without_a_task_are_found(carl: Person) -> None:
    with transaction() as session:
        a_recall(session, a_decision(session, an_exam(session), carl, decision=D.technical_recall, category="0"))
        closed = a_recall(session, a_decision(session, an_exam(session), carl, decision=D.assessment))
        session.add_all([RecallEvent(recall_id=closed.id or 0, step=RecallStep.closed, at=now())])
    assert cast().made == 1
    assert [task.kind for task in listed(carl)] == [K.technical_recall]


@pytest.mark.parametrize(("decision", "closes"), [(D.short_term_recall, True), (D.assessment, False)])
def test_a_later_exam_closes_what_waited_for_it(carl: Person, decision: ProgrammeDecision, closes: bool) -> None:
    exam = an_exam_of(days_ago=100)
    decide(carl, exam, decision)
    (task,) = listed(carl)
    later = an_exam_after(exam)
    cast()
    assert (listed(carl) == ()) is closes
    assert (S.closed, "exam_arrived", None) in ends(task.task_id) or not closes
    with transaction() as session:
        assert (open_recalls(session, carl) == ()) is closes, "the recall ends with its task"
        assert later.id is not None


def test_an_exam_of_another_time_or_programme_closes_nothing(carl: Person) -> None:
    exam = an_exam_of(days_ago=100)
    with transaction() as session:
        before = session.get_one(Episode, exam.episode_id)
        who = before.participant_id
    decide(carl, exam)
    an_exam_after(exam, days_ago=200)
    with transaction() as session:
        breast = an_episode(session, a_participant(session, "Other^One"), programme="breast")
        breast.participant_id = who
        session.add(breast)
        an_exam(session, breast, days_ago=0)
    cast()
    assert len(listed(carl)) == 1


def test_the_exam_closes_the_task_in_the_transaction_of_its_arrival(carl: Person) -> None:
    with transaction() as session:
        site = a_site(session)
    taken_in(ct_series(StudyDate=f"{today() - timedelta(days=200):%Y%m%d}"))
    with transaction() as session:
        (exam,) = session.exec(select(Exam)).all()
    decide(carl, exam)
    (task,) = listed(carl)
    taken_in(ct_series(StudyDate=f"{today():%Y%m%d}"))
    assert site.id == exam.site_id
    assert listed(carl) == ()
    assert ends(task.task_id) == [(S.closed, "exam_arrived", None)]


def test_the_views_of_a_technical_recall_end_its_task_when_all_have_come(carl: Person) -> None:
    views = [mammogram(side=side, view=view, StudyDate=f"{ago(9):%Y%m%d}") for side in "LR" for view in ("CC", "MLO")]
    taken_in(views)
    with transaction() as session:
        (exam,) = session.exec(select(Exam)).all()
        said = {"views": [{"view": view, "reason": "motion"} for view in ("R-CC", "L-MLO")]}
        told = {"category": "0", "decision": D.technical_recall, "opinion": said, "saw_ai": False, "opened_at": ago(1)}
        session.add(Read(exam_id=exam.id, reader_id=carl.user_id, committed_at=ago(1), **told))
    decide(carl, exam, D.technical_recall)
    (task,) = listed(carl)
    taken_in([mammogram(side="R", view="CC", StudyDate=f"{today():%Y%m%d}")])
    assert len(listed(carl)) == 1, "one of the two views has not come"
    taken_in([mammogram(side="L", view="MLO", StudyDate=f"{today():%Y%m%d}")])
    assert listed(carl) == ()
    assert ends(task.task_id) == [(S.closed, "exam_arrived", None)]


def test_closing_the_recall_closes_its_task(carl: Person) -> None:
    exam = an_exam_of()
    decide(carl, exam, D.assessment)
    (task,) = listed(carl)
    with transaction() as session:
        an_outcome(session, exam)
        recalls.append(session, carl, task.recall_id or 0, RecallStep.closed)
    assert listed(carl) == (), "before the net is cast"
    assert ends(task.task_id)[-1] == (S.closed, "recall_closed", None)


def test_a_recall_closed_because_nobody_could_be_reached_is_lost_and_not_gone(carl: Person) -> None:
    decide(carl, an_exam_of(), D.assessment)
    (task,) = listed(carl)
    with transaction() as session:
        for step in (RecallStep.contacted, RecallStep.unreachable, RecallStep.closed):
            recalls.append(session, carl, task.recall_id or 0, step, "three letters")
    cast()
    cast()
    assert [row.told.lost for row in listed(carl, "lost")] == ["not_reachable"]
    assert ends(task.task_id) == [(S.lost, "not_reachable", None)]


def test_a_declined_recall_says_so(carl: Person) -> None:
    decide(carl, an_exam_of(), D.assessment)
    (task,) = listed(carl)
    with transaction() as session:
        for step in (RecallStep.declined, RecallStep.closed):
            recalls.append(session, carl, task.recall_id or 0, step, "by letter")
    cast()
    assert ends(task.task_id) == [(S.closed, "declined", None)]


def test_an_assessment_without_an_outcome_is_asked_for(still: Clock, carl: Person) -> None:
    exam = an_exam_of()
    decide(carl, exam, D.assessment)
    (task,) = listed(carl)
    with transaction() as session:
        recalls.append(session, carl, task.recall_id or 0, RecallStep.attended)
    still.pass_days(41)
    assert cast().made == 0
    still.pass_days(1)
    assert cast().made == 1
    assert {row.kind for row in listed(carl)} == {K.assessment, K.outcome_missing}
    with transaction() as session:
        refused = an_outcome(session, exam, checked=False)
        session.add(SecondCheck(subject="outcome", row_id=refused.id or 0, verdict=CheckVerdict.refused, at=now()))
    cast()
    assert len(listed(carl)) == 2, "an entry that was refused is no outcome"
    with transaction() as session:
        an_outcome(session, exam)
    cast()
    assert {row.kind for row in listed(carl)} == {K.assessment}


def test_an_invitation_without_an_answer_is_a_task_until_there_is_one(still: Clock, carl: Person) -> None:
    with transaction() as session:
        episode = an_episode(session, days_ago=0, steps=(EpisodeStep.invited,))
    still.pass_days(41)
    assert cast().made == 0
    still.pass_days(1)
    assert cast().made == 1
    (task,) = listed(carl)
    assert (task.kind, task.due, str(task.why)) == (K.no_answer, today(), "Invited on 2026-01-31, and no answer since")
    with transaction() as session:
        session.add(EpisodeEvent(episode_id=episode.id or 0, step=EpisodeStep.invited, happened_at=now(), entered_at=now()))
    cast()
    assert listed(carl) == (), "a reminder was sent"
    still.pass_days(42)
    cast()
    assert [row.due for row in listed(carl)] == [today()]


def test_a_missed_appointment_is_a_task_until_there_is_a_later_one(still: Clock, carl: Person) -> None:
    with transaction() as session:
        site_id = a_site(session).id or 0
        episode = an_episode(session, days_ago=0, steps=(EpisodeStep.invited,))
        kept, missed, unnoted = (
            (AppointmentStep.screened,),
            (AppointmentStep.booked, AppointmentStep.did_not_attend),
            (AppointmentStep.booked,),
        )
        an_appointment(session, episode, site_id, steps=missed)
        an_appointment(session, an_episode(session, days_ago=0, steps=(EpisodeStep.invited,)), site_id, steps=kept)
        an_appointment(session, an_episode(session, days_ago=0, steps=(EpisodeStep.invited,)), site_id, steps=unnoted)
    assert cast().made == 1
    assert [row.kind for row in listed(carl)] == [K.missed_appointment]
    still.pass_days(1.1)
    assert cast().made == 1, "of one nobody noted what became of it"
    with transaction() as session:
        an_appointment(session, session.get_one(Episode, episode.id), site_id, starts_at=now() + timedelta(days=3))
    cast()
    assert len(listed(carl)) == 1


def test_who_died_or_opted_out_is_left_alone(carl: Person) -> None:
    with transaction() as session:
        episode = an_episode(session, days_ago=60, steps=(EpisodeStep.invited,))
        other = an_episode(session, days_ago=60, steps=(EpisodeStep.invited, EpisodeStep.did_not_attend))
        facts.opt_out(session, carl, other.participant_id, said=True, programme="lung")
    cast()
    assert [row.participant_id for row in listed(carl)] == [episode.participant_id]
    decide(carl, an_exam_of("Roe^Joan"), D.assessment)
    with transaction() as session:
        recalled = session.exec(select(Task).where(Task.kind == K.assessment)).one()
        facts.opt_out(session, carl, recalled.participant_id, said=True)
        facts.died(session, carl, episode.participant_id, today())
    cast()
    (left,) = listed(carl)
    assert left.kind == K.assessment, "an opt-out does not end a recall; somebody has to say so"


def test_results_not_told_are_asked_for_where_letters_are_written(still: Clock, carl: Person) -> None:
    first, second = an_exam_of(), an_exam_of("Roe^Joan")
    decide(carl, first, D.routine_recall)
    still.pass_days(30)
    assert cast().made == 0, "nobody writes letters here"
    with transaction() as session:
        letter = {"kind": DocumentKind.letter, "language": "en", "template": "x", "template_version": "1", "object_key": "0" * 64}
        session.add(Document(exam_id=first.id, at=now(), **letter))
    still.pass_days(1)
    decide(carl, second, D.routine_recall)
    still.pass_days(14)
    assert cast().made == 1
    (task,) = listed(carl)
    assert (task.kind, task.exam_id) == (K.result_not_told, second.id)
    with transaction() as session:
        session.add(Document(exam_id=second.id, at=now(), **letter))
    cast()
    assert listed(carl) == ()


def test_escalation_follows_the_window_and_stops_for_the_lost(still: Clock, carl: Person) -> None:
    decide(carl, an_exam_of(), D.assessment)
    (task,) = listed(carl)
    still.pass_days(14 + 7)
    assert cast().escalated == 0, "the window is open until the end of its last day"
    still.pass_days(1)
    assert (cast().escalated, cast().escalated) == (1, 0)
    still.pass_days(28)
    assert cast().escalated == 1
    assert listed(carl, "escalated")[0].told.level == 2
    assert [reason for step, reason, _ in ends(task.task_id)] == ["1", "2"]


def test_lost_to_follow_up_needs_the_attempts_and_can_be_found_again(carl: Person) -> None:
    exam = an_exam_of()
    decide(carl, exam, D.assessment)
    (task,) = listed(carl)
    for number in range(3):
        with pytest.raises(Rejected, match=f"needs 3 recorded attempts; there are {number}"), transaction() as session:
            acts.lose(session, carl, task.task_id, "not_reachable")
        with transaction() as session:
            acts.tried(session, carl, task.task_id, Channel.phone, reached=False, note="no reply")
    with transaction() as session:
        acts.lose(session, carl, task.task_id, "not_reachable", "moved without an address")
    assert (len(listed(carl, "lost")), len(listed(carl, "overdue")), len(listed(carl))) == (1, 0, 1)
    with pytest.raises(Conflict, match="Carl Test marked this as lost"), transaction() as session:
        acts.lose(session, carl, task.task_id, "not_reachable")
    with transaction() as session:
        (recall,) = open_recalls(session, carl)
        assert (recall.last_step, recall.last_note) == (RecallStep.unreachable, "moved without an address")
        assert len(session.exec(select(Contact)).all()) == 3
        acts.found_again(session, carl, task.task_id, "called back")
    assert listed(carl, "lost") == ()
    with pytest.raises(Conflict, match="does not count as lost"), transaction() as session:
        acts.found_again(session, carl, task.task_id, "again")


def test_closing_with_a_reason_closes_the_recall_and_the_second_one_is_told_who_was_first(carl: Person) -> None:
    decide(carl, an_exam_of(), D.assessment)
    (task,) = listed(carl)
    for reason, note, problem in (("because", "x", "no reason"), ("declined", " ", "from whom and when")):
        with pytest.raises(Rejected, match=problem), transaction() as session:
            acts.close(session, carl, task.task_id, reason, note)
    with transaction() as session:
        cora = a_person(session, "cora", role=Role.coordinator)
        acts.close(session, carl, task.task_id, "seen_elsewhere", "letter of the chest clinic")
    with pytest.raises(Conflict, match="Carl Test closed this task"), transaction() as session:
        acts.close(session, cora, task.task_id, "declined", "by phone")
    with transaction() as session:
        assert open_recalls(session, carl) == ()
        assert "task_closed" in session.exec(select(AuditEvent.action)).all()
    assert ends(task.task_id) == [(S.closed, "seen_elsewhere", carl.user_id)]


def test_tasks_end_at_the_sites_and_only_coordinators_act(carl: Person) -> None:
    decide(carl, an_exam_of(), D.assessment)
    (task,) = listed(carl)
    with transaction() as session:
        stranger = a_person(session, "stranger", role=Role.coordinator, site=a_site(session, "SOUTH", name="South clinic"))
        doctor = a_person(session, "doctor")
    assert listed(stranger) == ()
    assert len(listed(doctor)) == 1
    for person in (stranger, doctor):
        with pytest.raises(NotAllowed), transaction() as session:
            acts.close(session, person, task.task_id, "died", "told by the family")


def test_after_a_merge_the_task_is_of_whoever_the_round_belongs_to(carl: Person) -> None:
    exam = an_exam_of()
    decide(carl, exam)
    with transaction() as session:
        other = a_participant(session, "Doe^Janet")
        episode = session.get_one(Episode, exam.episode_id)
        episode.participant_id = other.id or 0
        session.add(episode)
        a_contact(session, episode)
    (task,) = listed(carl)
    assert (task.participant_id, task.participant_name, task.told.attempts) == (other.id, "Doe, Janet", 1)


def test_a_recall_has_its_task_whoever_closed_others(carl: Person) -> None:
    """A recall is one task: two recalls of one participant are two."""
    exam = an_exam_of(days_ago=30)
    decide(carl, exam, D.assessment)
    decide(carl, an_exam_after(exam, days_ago=1), D.assessment)
    with transaction() as session:
        ids = session.exec(select(Recall.id)).all()
    assert sorted(task.recall_id or 0 for task in listed(carl)) == sorted(ids)
