"""Reading a case: what is shown, what is held back, what signing does, and that nobody reads a case twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, func, select

from core.access import Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed, Rejected
from core.words import say
from core.workflow import programmes, reading, triage
from core.workflow.reading import Case, Opinion
from core.workflow.recalls import open_recalls
from core.workflow.state import CaseState
from db.engine import transaction
from db.enums import EpisodeStep, ModelState, ProgrammeDecision, Role
from db.tables import AuditEvent, Claim, Decision, EpisodeEvent, Read, Reveal
from tests.build import (
    a_decision,
    a_finding,
    a_model,
    a_participant,
    a_person,
    a_policy,
    a_read,
    a_run,
    a_site,
    ago,
    an_episode,
    an_exam,
    an_outcome,
)  # fmt: skip

ROUTINE = Opinion(category="2", decision=ProgrammeDecision.routine_recall)
ASSESSMENT = Opinion(category="4B", decision=ProgrammeDecision.assessment, note="Spiculated")


def sign(person: Person, exam_id: int | None, opinion: Opinion = ROUTINE, **said: object) -> reading.Signed:
    seen = {"saw_ai": False, "run_id": None, "opened_at": now()} | said
    with transaction() as session:
        return reading.submit(session, person, exam_id or 0, opinion, **seen)  # type: ignore[arg-type]


def look(person: Person, exam_id: int | None) -> Case:
    with transaction() as session:
        return reading.case(session, person, exam_id or 0)


def steps(session: Session, episode_id: int) -> list[EpisodeStep]:
    events = select(EpisodeEvent).where(EpisodeEvent.episode_id == episode_id).order_by(EpisodeEvent.id)  # type: ignore[arg-type]
    return [event.step for event in session.exec(events)]


def test_the_case_shows_participant_images_and_what_the_ai_saw(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam = an_exam(session, participant=a_participant(session, "Doe^Jane"), images=3)
        run = a_run(session, exam, step=9)
        a_finding(session, run, mean_diameter_mm=23.4, malignancy=0.97, volume_mm3=6709.0)
    seen = look(dana, exam.id)
    assert (seen.participant.name, seen.programme, seen.round, len(seen.images.parts)) == ("Doe, Jane", "lung", 1, 3)
    assert seen.ai is not None
    assert (seen.ai.model, seen.ai.tag, seen.ai.step, seen.ai.run_id) == ("lung-ct", "1", 9, run.id)
    assert seen.ai.limits == ("Not tested on other scanners",)
    assert (seen.ai.findings[0].mean_diameter_mm, seen.ai.findings[0].slice_index) == (23.4, 7)
    assert (seen.can_read, seen.why_not, seen.ai_reason, seen.state) == (True, None, None, CaseState.awaiting_first_read)


def test_without_a_result_the_case_says_why(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        failed, waiting, empty = an_exam(session), an_exam(session), an_exam(session, images=0)
        a_run(session, failed, no_result=say("{missing} slices are missing", missing=4))
    said = [(look(dana, exam.id).ai, str(look(dana, exam.id).ai_reason)) for exam in (failed, waiting, empty)]
    assert said == [
        (None, "Not scored: 4 slices are missing"),
        (None, "Waiting to be scored"),
        (None, "Not scored: no images are stored"),
    ]
    assert look(dana, failed.id).can_read


def test_signing_routine_recall_decides_and_closes_the_round(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam = an_exam(session)
    signed = sign(dana, exam.id)
    assert (signed.recall, str(signed.sentence)[:20]) == (None, "Signed, category 2. ")
    with transaction() as session:
        decision = session.exec(select(Decision)).one()
        assert (decision.id, decision.decision, decision.category) == (signed.decision_id, ProgrammeDecision.routine_recall, "2")
        assert steps(session, exam.episode_id) == [EpisodeStep.imaged, EpisodeStep.read, EpisodeStep.closed]
        assert "read_signed" in session.exec(select(AuditEvent.action)).all()


def test_signing_a_recall_opens_it_with_the_date_said_before(database: str) -> None:
    with transaction() as session:
        dana, carl = a_person(session), a_person(session, "carl", role=Role.coordinator)
        exam = an_exam(session)
    before = programmes.consequence(programmes.card("lung"), ProgrammeDecision.assessment, today(), "4B")
    signed = sign(dana, exam.id, ASSESSMENT)
    assert signed.sentence.values["consequence"] == before
    with transaction() as session:
        (row,) = open_recalls(session, carl)
        assert (row.exam_id, row.kind, row.due) == (exam.id, ProgrammeDecision.assessment, signed.recall)
        assert steps(session, exam.episode_id) == [EpisodeStep.imaged, EpisodeStep.read, EpisodeStep.recalled]


def test_the_read_keeps_what_was_said_and_seen(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam = an_exam(session)
        run = a_run(session, exam)
    opened = ago(0.01)
    sign(dana, exam.id, ASSESSMENT, saw_ai=True, run_id=run.id, opened_at=opened)
    with transaction() as session:
        read = session.exec(select(Read)).one()
        assert (read.saw_ai, read.run_id, read.opened_at, read.opinion) == (True, run.id, opened, {"note": "Spiculated"})
    seen = look(dana, exam.id)
    assert seen.my_read is not None
    assert (seen.my_read.note, seen.can_read, str(seen.why_not)[:24]) == ("Spiculated", False, "You signed this case on ")


def test_nobody_reads_a_case_twice_and_the_second_is_told_who_was_first(database: str) -> None:
    with transaction() as session:
        dana, emil = a_person(session), a_person(session, "emil")
        exam = an_exam(session)
    sign(dana, exam.id)
    with pytest.raises(Conflict, match="nobody reads a case twice"):
        sign(dana, exam.id)
    with pytest.raises(Conflict, match="Dana Test decided"):
        sign(emil, exam.id)
    assert "Dana Test decided" in str(look(emil, exam.id).why_not)


def test_of_readers_who_sign_at_once_exactly_one_is_heard(database: str) -> None:
    with transaction() as session:
        people = [a_person(session, f"reader{k}") for k in range(5)]
        exam = an_exam(session)

    def attempt(person: Person) -> str:
        try:
            sign(person, exam.id)
            return "signed"
        except Conflict as late:
            return str(late)

    with ThreadPoolExecutor(5) as pool:
        said = list(pool.map(attempt, people))
    assert said.count("signed") == 1
    with transaction() as session:
        assert session.exec(select(func.count()).select_from(Read)).one() == 1
        assert session.exec(select(func.count()).select_from(Decision)).one() == 1


def test_a_case_in_someones_hands_is_not_signed_by_another(database: str) -> None:
    with transaction() as session:
        dana, emil = a_person(session), a_person(session, "emil")
        exam = an_exam(session)
        triage.claim(session, dana, exam.id or 0)
    with pytest.raises(Conflict, match="Dana Test already has this case"):
        sign(emil, exam.id)
    assert not look(emil, exam.id).can_read
    sign(dana, exam.id)
    with transaction() as session:
        assert session.exec(select(Claim)).all() == []


def test_opening_claims_the_case_and_leaves_a_trace(database: str) -> None:
    with transaction() as session:
        dana, emil = a_person(session), a_person(session, "emil")
        exam = an_exam(session)
    with transaction() as session:
        assert reading.open_case(session, dana, exam.id or 0).claimed_by == "Dana Test"
        late = reading.open_case(session, emil, exam.id or 0)
    assert (late.can_read, late.claimed_by) == (False, "Dana Test")
    with transaction() as session:
        trail = session.exec(select(AuditEvent.actor).where(AuditEvent.action == "case_opened")).all()
    assert list(trail) == ["dana", "emil"]


def test_a_blind_reader_gets_the_ai_only_after_the_own_read(database: str) -> None:
    with transaction() as session:
        dana, carl = a_person(session), a_person(session, "carl", role=Role.coordinator)
        a_policy(session, shows="after_read", finalise_minutes=60)
        exam = an_exam(session)
        run = a_run(session, exam, step=10, nodules=((20.0, 0.9),))
    seen = look(dana, exam.id)
    assert (seen.ai, str(seen.ai_reason)) == (None, "AI hidden until you decide")
    assert "ai" not in [event.kind for event in seen.timeline]
    assert look(carl, exam.id).ai is not None
    with pytest.raises(Rejected, match="not in sight"):
        sign(dana, exam.id, saw_ai=True, run_id=run.id)
    sign(dana, exam.id)
    signed = look(dana, exam.id)
    assert (signed.ai, signed.can_reveal) == (None, True)
    with transaction() as session:
        after = reading.open_case(session, dana, exam.id or 0)
    assert after.ai is not None
    assert "ai" in [event.kind for event in after.timeline]
    with transaction() as session:
        assert session.exec(select(Reveal.user_id, Reveal.run_id)).all() == [(dana.user_id, run.id)]


def test_where_ai_is_off_nobody_gets_it(database: str) -> None:
    with transaction() as session:
        dana, carl = a_person(session), a_person(session, "carl", role=Role.coordinator)
        a_policy(session, shows="off")
        exam = an_exam(session)
        a_run(session, exam)
    for person in (dana, carl):
        assert (look(person, exam.id).ai, str(look(person, exam.id).ai_reason)) == (None, "AI is not used in this programme")


def test_a_decided_case_keeps_the_result_that_was_in_sight(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam = an_exam(session)
        first = a_run(session, exam, step=4)
    sign(dana, exam.id, saw_ai=True, run_id=first.id)
    with transaction() as session:
        a_run(session, exam, step=9, version=a_model(session, tag="2"))
    seen = look(dana, exam.id)
    assert seen.ai is not None
    assert seen.ai.step == 4


def test_a_decided_case_keeps_the_result_of_a_version_that_went_to_rest(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        old = a_model(session, tag="old", state=ModelState.retired)
        decided, waiting = an_exam(session), an_exam(session)
        for exam in (decided, waiting):
            a_run(session, exam, step=4, version=old)
        a_run(session, decided, step=9, version=a_model(session, tag="trial", state=ModelState.shadow))
        a_decision(session, decided, dana)
    seen = look(dana, decided.id).ai
    assert seen is not None
    assert seen.tag == "old"
    assert look(dana, waiting.id).ai is None


@pytest.mark.parametrize(
    ("opinion", "words"),
    [
        (Opinion(category="7", decision=ProgrammeDecision.assessment), "no category 7"),
        (Opinion(category="2", decision=ProgrammeDecision.routine_recall, density="E"), "Density E"),
        (Opinion(category="2", decision=ProgrammeDecision.routine_recall, per_side={"L": "9"}), "no category 9"),
    ],
)
def test_an_opinion_that_makes_no_sense_is_refused(database: str, opinion: Opinion, words: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam = an_exam(session)
    with pytest.raises(Rejected, match=words):
        sign(dana, exam.id, opinion)


def test_a_run_of_another_case_cannot_have_been_in_sight(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam, other = an_exam(session), an_exam(session)
        run = a_run(session, other)
    with pytest.raises(Rejected, match="not one of this case"):
        sign(dana, exam.id, saw_ai=True, run_id=run.id)


def test_only_readers_of_the_site_sign_and_only_its_people_look(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        stranger = a_person(session, "stranger", site=a_site(session, "SOUTH", name="South clinic"))
        mia = a_person(session, "mia", role=Role.manager)
        exam = an_exam(session)
    for person in (carl, stranger, mia):
        with pytest.raises(NotAllowed):
            sign(person, exam.id)
    for person in (stranger, mia):
        with pytest.raises(NotAllowed):
            look(person, exam.id)
    assert "Only doctors" in str(look(carl, exam.id).why_not)


def test_two_readers_decide_together_and_blind(database: str) -> None:
    with transaction() as session:
        dana, emil = a_person(session), a_person(session, "emil")
        a_policy(session, readers=2)
        exam = an_exam(session)
    assert sign(dana, exam.id).decision_id is None
    seen = look(emil, exam.id)
    assert (seen.state, seen.reads, seen.can_read) == (CaseState.awaiting_second_read, (), True)
    assert "read" not in [event.kind for event in seen.timeline]
    assert sign(emil, exam.id).decision_id is not None
    assert len(look(emil, exam.id).reads) == 2


def test_two_readers_who_disagree_leave_the_case_to_arbitration(database: str) -> None:
    with transaction() as session:
        dana, emil, fred = a_person(session), a_person(session, "emil"), a_person(session, "fred")
        a_policy(session, readers=2)
        exam = an_exam(session)
    sign(dana, exam.id)
    assert sign(emil, exam.id, ASSESSMENT).decision_id is None
    assert look(dana, exam.id).state == CaseState.awaiting_arbitration
    with pytest.raises(Conflict, match="arbitration"):
        sign(fred, exam.id)


def test_a_round_stays_open_while_another_exam_of_it_waits(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        episode = an_episode(session)
        first, second = an_exam(session, episode), an_exam(session, episode)
    sign(dana, first.id)
    with transaction() as session:
        assert steps(session, episode.id or 0)[-1] == EpisodeStep.read
    sign(dana, second.id)
    with transaction() as session:
        assert steps(session, episode.id or 0)[-1] == EpisodeStep.closed


def test_the_timeline_tells_the_rounds_in_order(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        jane = a_participant(session)
        earlier = an_exam(session, participant=jane, days_ago=400)
        a_read(session, earlier, dana, days_ago=398)
        a_decision(session, earlier, dana, days_ago=398)
        an_outcome(session, earlier, days_ago=100)
        exam = an_exam(session, participant=jane, days_ago=2)
        a_run(session, exam, step=3)
    seen = look(dana, exam.id)
    assert [(event.kind, event.round) for event in seen.timeline] == [
        ("exam", 1), ("read", 1), ("decision", 1), ("outcome", 1), ("exam", 2), ("ai", 2),
    ]  # fmt: skip
    assert not seen.baseline
    assert look(dana, earlier.id).baseline


def test_the_rule_names_what_it_lacks_and_what_it_would_say(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam = an_exam(session)
        a_run(session, exam, step=10, nodules=((23.4, 0.97),))
    said = reading.suggestion(look(dana, exam.id))
    assert (said.rule, said.category) == ("Lung-RADS v2022", None)
    assert [str(gap) for gap in said.gaps] == ["Nodule 1: its type is not known; the rule needs it"]
    assert [str(line) for line in said.because] == ["Nodule 1: 23.4 mm at the first exam; if it is solid, category 4B"]


def test_the_rule_speaks_when_the_model_says_the_type(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        exam = an_exam(session)
        a_finding(session, a_run(session, exam), mean_diameter_mm=6.0, detail={"type": "solid"})
    seen = look(dana, exam.id)
    said = reading.suggestion(seen)
    assert (said.category, said.gaps) == ("3", ())
    assert seen.ai is not None
    assert seen.ai.findings[0].category == "3"
    assert "suggests category 3" in str(said.text)


def test_the_rule_is_silent_at_follow_up_without_nodules_and_without_a_result(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        jane = a_participant(session)
        an_exam(session, participant=jane, days_ago=400)
        follow_up = an_exam(session, participant=jane)
        a_run(session, follow_up, nodules=((6.0, 0.5),))
        clean, unscored = an_exam(session), an_exam(session)
        a_run(session, clean)
        breast = an_exam(session, programme="breast", images=4)
        a_run(session, breast, step=10, result={"density": "C"})
    gaps = [str(reading.suggestion(look(dana, exam.id)).gaps[0]) for exam in (follow_up, clean, unscored, breast)]
    assert gaps == [
        "It is not known which nodules are new or have grown since the earlier exam; the rule needs it",
        "The AI marked no nodule; the rule needs the nodules that the reader sees",
        "Waiting to be scored",
        "The category is the reader's own assessment; no rule derives it from a score",
    ]
    assert all(reading.suggestion(look(dana, exam.id)).category is None for exam in (follow_up, clean, unscored, breast))
