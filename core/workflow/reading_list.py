"""The cases that one reader may be handed now, in order: what waits, is complete, and was not read by this person."""

from collections.abc import Collection, Iterable

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.errors import Conflict
from core.workflow.case_facts import facts_of
from core.workflow.claims import claim, held_by, put_off_until
from core.workflow.ranking import Filters, order, ranked, ready
from core.workflow.state import TO_READ
from core.workflow.unscored import arriving
from db.tables import Exam


def reading_list(session: Session, person: Person, *, programme: str | None = None, without: Collection[int] = ()) -> list[int]:
    """Exam ids, the most urgent and then the oldest first; a case in anybody's hands, put off or blocked is not among them."""
    person.must(Act.read_cases)
    context, cases = ranked(session, person, Filters(programme=programme), act=Act.read_cases)
    mine = [case for case in cases if person.user_id not in context.around.cases[case.exam.exam_id].readers]
    open_ones = [case for case in mine if "waiting" in case.states and ready(case.exam) and case.exam.exam_id not in without]
    return [case.exam.exam_id for case in sorted(open_ones, key=order)]


def take_first(session: Session, person: Person, exam_ids: Iterable[int]) -> int | None:
    """Claim the first of these cases that nobody else is taking at this moment; None when none is left.

    On PostgreSQL a case whose row another transaction holds is passed over instead of waited for, so that two readers who ask at once
    never wait for each other and never get the same case.
    """
    for exam_id in exam_ids:
        row = select(col(Exam.id)).where(Exam.id == exam_id).with_for_update(skip_locked=True, key_share=True)
        if session.exec(row).first() is None or not offered(session, person, exam_id):
            continue
        try:
            claim(session, person, exam_id)
        except Conflict:  # taken at this moment
            continue
        return exam_id
    return None


def offered(session: Session, person: Person, exam_id: int) -> bool:
    """Whether this case could be handed to this person at this moment, whatever a list said that was made before."""
    exam = session.get(Exam, exam_id)
    if exam is None or exam.site_id not in person.sites(Act.read_cases) or arriving(exam.received_at, exam.completed_at, exam.problem):
        return False
    facts, holder = facts_of(session, exam_id), held_by(session, exam_id)
    wanted = facts.stands.state in TO_READ and not facts.for_comparison and person.user_id not in facts.readers
    return wanted and (holder is None or holder[0] == person.user_id) and put_off_until(session, exam_id) is None
