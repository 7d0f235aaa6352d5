"""How a case was settled reaches those who look back at it, and nobody before it is decided."""

from core.workflow.settled import settlement
from db.engine import transaction
from db.enums import ProgrammeDecision
from db.tables import Arbitration, ArbitrationAuthor
from tests.build import a_decision, a_person, a_site, ago, an_exam


def test_an_arbitration_is_shown_after_the_decision_and_at_the_own_sites_only(database: str) -> None:
    with transaction() as session:
        dana, emil = a_person(session), a_person(session, "emil")
        stranger = a_person(session, "stranger", site=a_site(session, "SOUTH", name="South clinic"))
        exam = an_exam(session)
        said = {"note": "Both are right", "nodules": [{"name": "1", "kind": "solid"}]}
        made = Arbitration(
            exam_id=exam.id or 0, category="3", decision=ProgrammeDecision.short_term_recall, opinion=said, seen={"reads": [1, 2]},
            opened_at=ago(0), at=ago(0),
        )  # fmt: skip
        session.add(made)
        session.flush()
        session.add_all(ArbitrationAuthor(arbitration_id=made.id or 0, user_id=person.user_id) for person in (dana, emil))
    with transaction() as session:
        assert settlement(session, dana, exam.id or 0) is None
        a_decision(session, exam, dana, category="3", decision=ProgrammeDecision.short_term_recall)
    with transaction() as session:
        found = settlement(session, dana, exam.id or 0)
        assert settlement(session, stranger, exam.id or 0) is None
    assert found is not None
    assert (found.authors, found.said.category, found.said.note, found.said.nodules[0].kind) == (
        ("Dana Test", "Emil Test"), "3", "Both are right", "solid",
    )  # fmt: skip
    assert found.seen["reads"] == [1, 2]
