"""Cases whose reads do not settle them: who is shown what, who may settle them, and what follows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, col, select

from core.access import Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.workflow import arbitration, claims, reading
from core.workflow.opinion import Opinion
from core.workflow.state import CaseState
from db.engine import transaction
from db.enums import EpisodeStep, ProgrammeDecision, Role
from db.tables import Arbitration, ArbitrationAuthor, Decision, EpisodeEvent, Exam, Read, Recall, Reveal
from tests.build import a_person, a_policy, a_read, a_run, a_site, ago, an_exam

D = ProgrammeDecision
ASSESS = Opinion("4B", D.assessment, assessments={"L": "abnormal", "R": "normal"})
NORMAL = Opinion("1", D.routine_recall)
LONG_AGO = 0.5  # days: no read can be taken back any more


@pytest.fixture
def people(database: str) -> dict[str, Person]:
    with transaction() as session:
        return {login: a_person(session, login) for login in ("anna", "bert", "cleo", "dora")}


def discordant(people: dict[str, Person], *, days_ago: float = LONG_AGO, step: int | None = None, **settings: object) -> int:
    """A mammogram that Anna calls normal and Bert recalls."""
    with transaction() as session:
        if settings:
            a_policy(session, "breast", str(settings.pop("shows", "after_read")), **settings)
        exam = an_exam(session, programme="breast", images=4)
        a_read(session, exam, people["anna"], category="1", days_ago=days_ago)
        a_read(session, exam, people["bert"], category="4B", decision=D.assessment, days_ago=days_ago, opinion={"note": "Spiculated mass"})
        if step is not None:
            a_run(session, exam, step=step)
        return exam.id or 0


def listed(person: Person) -> list[int]:
    with transaction() as session:
        return [row.exam_id for row in arbitration.worklist(session, person)]


def opened(person: Person, exam_id: int) -> arbitration.ArbitrationCase:
    with transaction() as session:
        return arbitration.open_case(session, person, exam_id)


def settled(person: Person, exam_id: int, opinion: Opinion = ASSESS, *others: Person) -> arbitration.Arbitrated:
    with transaction() as session:
        authors = [other.user_id for other in others]
        return arbitration.submit(session, person, exam_id, opinion, opened_at=ago(0.001), authors=authors)


def state(exam_id: int, person: Person) -> CaseState:
    with transaction() as session:
        return reading.case(session, person, exam_id).state


def test_a_case_whose_reads_differ_waits_for_arbitration_and_is_in_it_while_somebody_has_it(people: dict[str, Person]) -> None:
    exam_id = discordant(people)
    assert state(exam_id, people["cleo"]) == CaseState.awaiting_arbitration
    opened(people["cleo"], exam_id)
    assert state(exam_id, people["cleo"]) == CaseState.in_arbitration
    with pytest.raises(Conflict, match="Cleo Test already has this case"):
        opened(people["dora"], exam_id)
    with transaction() as session:
        claims.release(session, people["cleo"], exam_id)
    assert state(exam_id, people["dora"]) == CaseState.awaiting_arbitration


def test_the_reads_are_shown_on_demand_and_a_row_says_so_before(people: dict[str, Person]) -> None:
    exam_id = discordant(people, step=10)
    before = opened(people["cleo"], exam_id)
    assert (before.shown, before.reads, before.case.reads, before.differs, before.case.ai) == (False, (), (), (), None)
    assert "Spiculated mass" not in str(before)
    assert "4B" not in str((before.why, before.reads, before.case.reads, before.case.timeline, before.compared))
    with transaction() as session:
        after = arbitration.show_opinions(session, people["cleo"], exam_id)
        rows = session.exec(select(Reveal.run_id).where(Reveal.user_id == people["cleo"].user_id)).all()
    assert [read.category for read in after.reads] == ["1", "4B"]
    assert [str(one) for one in after.differs] == ["The decisions differ: routine recall and recall for assessment"]
    assert after.case.ai is not None
    assert set(rows) == {None, after.case.ai.run_id}


def test_where_arbitration_is_blind_the_reads_stay_back(people: dict[str, Person]) -> None:
    exam_id = discordant(people, show_reads="blind")
    seen = opened(people["cleo"], exam_id)
    assert (seen.can_show, seen.reads) == (False, ())
    assert str(seen.why) == "A third opinion is asked for"
    with pytest.raises(NotAllowed, match="without sight"), transaction() as session:
        arbitration.show_opinions(session, people["cleo"], exam_id)
    settled(people["cleo"], exam_id)
    with transaction() as session:
        assert session.exec(select(Arbitration)).one().seen == {"run": None, "priors": [], "reads": []}


def test_settling_writes_the_arbitration_the_decision_and_the_recall(people: dict[str, Person]) -> None:
    exam_id = discordant(people)
    opened(people["cleo"], exam_id)
    with transaction() as session:
        arbitration.show_opinions(session, people["cleo"], exam_id)
    done = settled(people["cleo"], exam_id)
    with transaction() as session:
        row = session.exec(select(Arbitration)).one()
        reads = session.exec(select(Read.id).order_by(col(Read.id))).all()
        assert (row.id, row.decision, row.category, row.seen["reads"]) == (done.arbitration_id, D.assessment, "4B", list(reads))
        assert session.exec(select(ArbitrationAuthor.user_id)).all() == [people["cleo"].user_id]
        decision = session.exec(select(Decision)).one()
        assert (decision.id, decision.decision, decision.author_id) == (done.decision_id, D.assessment, people["cleo"].user_id)
        assert session.exec(select(Recall.due)).one() == done.recall
        steps = session.exec(select(EpisodeEvent.step).order_by(col(EpisodeEvent.id))).all()
        assert steps[-1] == EpisodeStep.recalled
    assert listed(people["cleo"]) == []
    with pytest.raises(Conflict, match="decided already"):
        settled(people["dora"], exam_id)


def test_a_reader_of_the_case_does_not_settle_it_alone(people: dict[str, Person]) -> None:
    exam_id = discordant(people)
    with pytest.raises(Rejected, match="You read this case yourself"):
        settled(people["anna"], exam_id)
    settled(people["anna"], exam_id, ASSESS, people["bert"])
    with transaction() as session:
        authors = session.exec(select(ArbitrationAuthor.user_id)).all()
        assert set(authors) == {people["anna"].user_id, people["bert"].user_id}
        assert "Anna Test, Bert Test" in session.exec(select(Decision.reason)).one()


def test_a_panel_holds_doctors_of_the_site_only(people: dict[str, Person]) -> None:
    exam_id = discordant(people)
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        far = a_person(session, "far", site=a_site(session, "SOUTH", name="South clinic"))
    for other in (carl, far):
        with pytest.raises(Rejected, match="not a doctor of this site"):
            settled(people["cleo"], exam_id, ASSESS, other)
        with pytest.raises(NotAllowed):
            settled(other, exam_id)


def test_a_reader_who_can_still_change_the_own_read_does_not_learn_that_the_other_differs(people: dict[str, Person]) -> None:
    exam_id = discordant(people, days_ago=10 / 1440)
    assert listed(people["anna"]) == []
    assert listed(people["cleo"]) == [exam_id]
    assert state(exam_id, people["anna"]) == CaseState.awaiting_finalisation
    with pytest.raises(Conflict, match="by you"):
        opened(people["anna"], exam_id)
    with transaction() as session:
        seen = reading.case(session, people["anna"], exam_id)
    assert [read.mine for read in seen.reads] == [True]
    assert "4B" not in str((seen.reads, seen.timeline, seen.because, seen.why_not))


def test_a_read_cannot_be_taken_back_once_an_arbitrator_has_looked(people: dict[str, Person]) -> None:
    exam_id = discordant(people, days_ago=10 / 1440)
    opened(people["cleo"], exam_id)
    with pytest.raises(Conflict, match="has begun"), transaction() as session:
        reading.take_back(session, people["anna"], exam_id)
    with transaction() as session:
        claims.release(session, people["cleo"], exam_id)
    with transaction() as session:
        reading.take_back(session, people["anna"], exam_id)
    with transaction() as session:
        reading.submit(session, people["anna"], exam_id, NORMAL, saw_ai=False, run_id=None, opened_at=now())
    opened(people["cleo"], exam_id)
    with transaction() as session:
        arbitration.show_opinions(session, people["cleo"], exam_id)
        claims.release(session, people["cleo"], exam_id)
    with pytest.raises(Conflict, match="has begun"), transaction() as session:
        reading.take_back(session, people["anna"], exam_id)


def test_of_two_who_settle_a_case_at_once_exactly_one_is_heard(people: dict[str, Person]) -> None:
    exam_id = discordant(people)

    def attempt(login: str) -> str:
        try:
            settled(people[login], exam_id)
            return "settled"
        except Conflict as late:
            return str(late)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(attempt, ["cleo", "dora"]))
    assert sorted(said)[-1] == "settled"
    assert said.count("settled") == 1
    with transaction() as session:
        assert len(session.exec(select(Decision)).all()) == len(session.exec(select(Arbitration)).all()) == 1


def test_the_ai_as_second_reader_that_disagrees_leads_to_arbitration(people: dict[str, Person]) -> None:
    with transaction() as session:
        a_policy(session, "breast", "after_read", role="second_reader", finalise_minutes=0)
        agreed, other = (_scored(session, step) for step in (3, 10))
    for exam_id in (agreed, other):
        with transaction() as session:
            reading.submit(session, people["anna"], exam_id, NORMAL, saw_ai=False, run_id=None, opened_at=now())
    assert state(agreed, people["cleo"]) == CaseState.concluded
    assert listed(people["cleo"]) == [other]
    opened(people["cleo"], other)
    with transaction() as session:
        shown = arbitration.show_opinions(session, people["cleo"], other)
    assert [str(one) for one in shown.differs] == ["The AI would recall (score 10, from 10 on), the reader would not"]


def _scored(session: Session, step: int) -> int:
    exam: Exam = an_exam(session, programme="breast", images=4)
    a_run(session, exam, step=step)
    return exam.id or 0
