"""One participant through all rounds: every event once, lines only where something belongs together, nothing that must stay hidden."""

from itertools import pairwise

import pytest
from sqlmodel import Session

from core.access import Person
from core.errors import NotAllowed, Rejected
from core.rules.growth import volume_doubling_time_days
from core.workflow.missed import missed
from core.workflow.participants import timeline
from core.workflow.trajectories import trajectories
from core.workflow.two_exams import two_exams
from db.engine import transaction
from db.enums import Certainty, DocumentKind, EpisodeStep, ModelState, OutcomeKind, ProgrammeDecision, RecallStep, Role, RunOutcome
from db.tables import Document, Exam, Finding, ModelRun, ModelStatus, NoduleMatch, Participant
from pages.ui.history_nodules import step_words
from tests.build import (
    a_decision,
    a_finding,
    a_model,
    a_participant,
    a_person,
    a_read,
    a_recall,
    a_run,
    a_site,
    ago,
    an_episode,
    an_exam,
    an_outcome,
)
from tests.pages import open_page, words

D = ProgrammeDecision
STEPS = (EpisodeStep.invited, EpisodeStep.attended, EpisodeStep.imaged)
VOLUMES = (90.0, 140.0, 260.0, 520.0)
DAYS = (1100, 735, 370, 30)


@pytest.fixture
def dana(sqlite_database: str) -> Person:
    with transaction() as session:
        return a_person(session, "dana")


def a_round(session: Session, who: Participant, days: int, *, programme: str = "lung") -> Exam:
    return an_exam(session, an_episode(session, who, programme=programme, days_ago=days, steps=STEPS), days_ago=days, images=0)


def scored(session: Session, exam: Exam, volumes: tuple[float, ...], *, tag: str = "7") -> tuple[ModelRun, list[Finding]]:
    run = a_run(session, exam, step=4, version=a_model(session, tag=tag))
    made = [a_finding(session, run, number=n, volume_mm3=volume, mean_diameter_mm=6.0) for n, volume in enumerate(volumes, start=1)]
    return run, made


def matched(session: Session, now: tuple[ModelRun, list[Finding]], then: tuple[ModelRun, list[Finding]], pairs: dict[int, int]) -> None:
    for mine, theirs in pairs.items():
        session.add(
            NoduleMatch(
                finding_id=now[1][mine].id or 0, earlier_exam_id=then[0].exam_id, earlier_finding_id=then[1][theirs].id,
                at=ago(0), detail={"earlier_run": then[0].id},
            )
        )  # fmt: skip
    session.flush()


def four_rounds(session: Session, person: Person) -> Participant:
    who = a_participant(session, "陈^美玲")
    last = None
    for place, (days, volume) in enumerate(zip(DAYS, VOLUMES, strict=True)):
        exam = a_round(session, who, days)
        found = scored(session, exam, (volume, 30.0))
        if last is not None:
            matched(session, found, last, {0: 0})
        last = found
        decision = (D.routine_recall, D.routine_recall, D.short_term_recall, D.assessment)[place]
        a_read(session, exam, person, category="2", decision=decision, days_ago=days - 1)
        made = a_decision(session, exam, person, decision=decision, days_ago=days - 1)
        if place >= 2:
            a_recall(session, made, days_ago=days - 2, steps=(RecallStep.opened, RecallStep.attended))
    session.add(
        Document(
            exam_id=exam.id or 0, kind=DocumentKind.letter, language="en", template="lung.assessment", template_version="1.0",
            object_key="0" * 64, author_id=person.user_id, at=ago(5),
        )
    )  # fmt: skip
    an_outcome(session, exam, kind=OutcomeKind.cancer, days_ago=2)
    session.flush()
    return who


def test_a_participant_of_four_rounds_shows_every_event_once_and_in_order(dana: Person) -> None:
    with transaction() as session:
        who = four_rounds(session, dana)
        events = timeline(session, dana, who.id or 0)
    assert [event.at for event in events] == sorted(event.at for event in events)
    told = [(event.at, event.kind, str(event.text), event.exam_id) for event in events]
    assert len(told) == len(set(told)), "nothing twice"
    kinds = [event.kind for event in events]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "invited": 8, "exam": 4, "ai": 4, "read": 4, "decision": 4, "recall": 4, "outcome": 1, "document": 1,
    }  # fmt: skip
    texts = [str(event.text) for event in events]
    assert "Assessment attended" in texts
    assert "Short-term recall attended" in texts
    assert "Letter written" in texts


def test_matched_nodules_make_one_line_with_the_published_doubling_time(dana: Person) -> None:
    with transaction() as session:
        who = four_rounds(session, dana)
        found = trajectories(session, dana, who.id or 0)
    line, *others = found.nodules
    assert [point.volume_mm3 for point in line.points] == list(VOLUMES)
    assert [len(other.points) for other in others] == [1, 1, 1, 1], "what nobody matched stays alone"
    for (before, now), (days_then, days_now), step in zip(pairwise(VOLUMES), pairwise(DAYS), line.steps, strict=True):
        assert step.doubling is not None
        assert step.doubling.days == volume_doubling_time_days(before, now, days_then - days_now)
        assert step.percent == pytest.approx((now / before - 1) * 100)
    assert step_words(line.steps[-1]) == "+100 % in 340 days, doubling in 340 days (within the error of measurement 257 to 581)"


def test_a_change_within_the_error_of_measurement_is_told_as_such(dana: Person) -> None:
    with transaction() as session:
        who = a_participant(session)
        first, second = (scored(session, a_round(session, who, days), (volume,)) for days, volume in ((400, 100.0), (35, 103.0)))
        matched(session, second, first, {0: 0})
        step = trajectories(session, dana, who.id or 0).nodules[0].steps[0]
    assert step_words(step).startswith("+3 % in 365 days, within the error of measurement: doubling in ")


def test_no_doubling_time_across_model_versions(dana: Person) -> None:
    with transaction() as session:
        who = a_participant(session)
        old = a_model(session, tag="6", state=ModelState.active)
        first_exam, second_exam = a_round(session, who, 400), a_round(session, who, 30)
        first = scored(session, first_exam, (100.0,), tag="6")
        second = scored(session, second_exam, (200.0,), tag="7")
        session.add(ModelStatus(version_id=old.id or 0, state=ModelState.retired, at=ago(100)))
        matched(session, second, first, {0: 0})
        line = trajectories(session, dana, who.id or 0).nodules[0]
        scores = trajectories(session, dana, who.id or 0).scores
    assert len(line.points) == 2
    assert line.steps[0].doubling is None
    assert step_words(line.steps[0]) == "no doubling time: measured by different model versions"
    assert {score.model for score in scores} == {"lung-ct.6", "lung-ct.7"}


def test_last_years_ai_stays_back_while_a_blind_read_waits(dana: Person) -> None:
    with transaction() as session:
        emil = a_person(session, "emil")
        who = a_participant(session)
        before, waiting = a_round(session, who, 770, programme="breast"), a_round(session, who, 3, programme="breast")
        for exam in (before, waiting):
            a_run(session, exam, step=9, version=a_model(session, "mammography", tag="3"), result={"density": "D"})
        for reader in (dana, emil):
            a_read(session, before, reader, days_ago=769)
        a_decision(session, before, emil, days_ago=769)
        blind = trajectories(session, dana, who.id or 0)
        assert not [event for event in timeline(session, dana, who.id or 0) if event.kind == "ai"]
        assert (blind.scores, blind.densities, len(blind.held_back)) == ((), (), 2)
        a_decision(session, waiting, emil, days_ago=0)
        seen = trajectories(session, dana, who.id or 0)
    assert len(seen.scores) == 2
    assert seen.held_back == ()


def test_two_exams_are_set_side_by_side_and_unmatched_nodules_are_not_called_new(dana: Person) -> None:
    with transaction() as session:
        who = four_rounds(session, dana)
        exams = [event.exam_id or 0 for event in timeline(session, dana, who.id or 0) if event.kind == "exam"]
        found = two_exams(session, dana, exams[3], exams[2])
        other = a_round(session, a_participant(session, "Other^One"), 10)
        with pytest.raises(Rejected, match="one participant"):
            two_exams(session, dana, exams[0], other.id or 0)
        with pytest.raises(Rejected):
            two_exams(session, dana, exams[0], exams[0])
    rows = {str(row.what): (str(row.before), str(row.now), str(row.change)) for row in found.rows}
    assert (found.earlier.exam_id, found.later.exam_id, found.days) == (exams[2], exams[3], 340)
    assert rows["Decision"][:2] == ("short-term recall", "recall for assessment")
    assert rows["Nodule 1 → 1 (AI marks)"] == ("6.0 mm, 260 mm³", "6.0 mm, 520 mm³", "volume +100 %")
    assert rows["Nodule 2 (AI marks)"][2] == "not matched"
    assert rows["Outcome"][1] == "Cancer"


def test_an_interval_cancer_leads_to_both_reads_and_the_score_of_that_day(dana: Person) -> None:
    with transaction() as session:
        emil = a_person(session, "emil")
        who = a_participant(session)
        exam = a_round(session, who, 300, programme="breast")
        version = a_model(session, "mammography", tag="3")
        for attempt, (step, days) in enumerate(((3, 299), (10, 1)), start=1):
            session.add(
                ModelRun(
                    exam_id=exam.id or 0, version_id=version.id or 0, attempt=attempt, started_at=ago(days), finished_at=ago(days),
                    outcome=RunOutcome.scored, score=step / 10, step=step,
                )
            )  # fmt: skip
        session.flush()
        for reader in (dana, emil):
            a_read(session, exam, reader, category="1", days_ago=298)
        a_decision(session, exam, emil, category="1", days_ago=298)
        an_outcome(session, exam, kind=OutcomeKind.interval_cancer, certainty=Certainty.final, days_ago=60)
        (found,) = missed(session, dana, who.id or 0)
    assert [read.reader for read in found.reads] == ["Dana Test", "Emil Test"]
    assert found.days_after == 240
    assert found.ai is not None
    assert (found.ai.step, found.ai.model) == (3, "mammography.3"), "not the 10 of a later run"


def test_nobody_sees_a_participant_of_another_site(dana: Person) -> None:
    with transaction() as session:
        who = a_participant(session, site=a_site(session, "SOUTH"))
        mona = a_person(session, "mona", role=Role.manager)
        for person in (dana, mona):
            for ask in (trajectories, missed, timeline):
                with pytest.raises(NotAllowed):
                    ask(session, person, who.id or 0)


def test_the_page_shows_it_and_says_when_nobody_is_chosen(dana: Person) -> None:
    with transaction() as session:
        who = four_rounds(session, dana)
        cora = a_person(session, "cora", role=Role.coordinator)
    for person in (dana, cora):
        page = open_page("doctor/participant", person, participant=str(who.id))
        assert not page.exception
        text = words(page)
        for expected in ("陈, 美玲", "Nodule volume", "AI score", "Compare two exams", "Reports and letters"):
            assert expected in text, expected
    assert "No participant is chosen." in words(open_page("doctor/participant", dana, participant="x"))
    assert "not at one of your sites" in words(open_page("doctor/participant", dana, participant="999"))
