"""The lung questionnaire: nothing incomplete or impossible is handed in, once a year at most, and what it means arrives in time."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import col, select

from core import clock
from core.access import Person
from core.clock import now, today
from core.eligibility import questionnaire
from core.eligibility.questionnaire import ITEMS, Sheet, drafts, missing, problems
from core.eligibility.questionnaire.derive import facts
from core.eligibility.questionnaire.items import BY_KEY, asked
from core.eligibility.standing import eligible
from core.errors import Conflict, NotAllowed, Rejected
from core.rules.plcom2012 import EDUCATION
from core.rules.plcom2012 import RACES as MODEL_RACES
from core.workflow.beside import beside
from core.workflow.opinion import NoduleFinding
from core.workflow.programmes import card
from core.workflow.risk_facts import facts_of
from db.engine import transaction
from db.enums import ExamKind, Role
from db.tables import AuditEvent, Participant, ParticipantFact, ParticipantMerge, Questionnaire
from tests.build import a_participant, a_person, a_site
from tests.eligibility_build import ANSWERS

BORN = date(1961, 3, 15)
MORE_AND_LESS = {"cigarettes_more": 40, "cigarettes_more_years": 30, "cigarettes_less": 5, "cigarettes_less_years": 20}


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


@pytest.fixture
def jane(carl: Person) -> int:
    with transaction() as session:
        return a_participant(session, birth_date=BORN).id or 0


def look(person: Person, who: int) -> Sheet:
    with transaction() as session:
        return questionnaire.sheet(session, person, who)


def keep(person: Person, who: int, answers: dict[str, Any], seen: datetime | None = None) -> datetime:
    with transaction() as session:
        return questionnaire.save(session, person, who, answers, seen)


def hand_in(person: Person, who: int, answers: dict[str, Any]) -> int:
    with transaction() as session:
        return questionnaire.submit(session, person, who, answers, look(person, who).saved_at)


def days_from_now(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    at = clock.now() + timedelta(days=days)
    monkeypatch.setattr(drafts, "now", lambda: at)
    monkeypatch.setattr(drafts, "today", at.date)


def test_a_draft_is_kept_and_gone_on_with_and_there_is_only_one(carl: Person, jane: int) -> None:
    with transaction() as session:
        assert questionnaire.begin(session, carl, jane) == questionnaire.begin(session, carl, jane)
    kept = keep(carl, jane, {"ever_smoked": "yes", "started_age": None, "nonsense": 1}, look(carl, jane).saved_at)
    again = look(carl, jane)
    assert (again.answers, again.saved_at, again.saved_by, again.submitted_on) == ({"ever_smoked": "yes"}, kept, carl.name, None)
    with transaction() as session:
        assert len(session.exec(select(Questionnaire)).all()) == 1
        assert session.exec(select(ParticipantFact)).all() == []


def test_incomplete_is_blocked_and_what_is_open_is_named(carl: Person, jane: int) -> None:
    answers = {key: value for key, value in ANSWERS.items() if key not in ("asbestos", "quit_on")}
    with pytest.raises(Rejected, match="“Month of the last cigarette”, “Worked with asbestos”"):
        hand_in(carl, jane, answers)
    with transaction() as session:
        assert session.exec(select(ParticipantFact)).all() == []
        assert session.exec(select(Questionnaire)).all() == []


@pytest.mark.parametrize("key", sorted(ANSWERS))
def test_every_single_answer_is_needed(key: str) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != key}
    assert BY_KEY[key] in missing(answers)
    assert missing(ANSWERS) == ()


def test_not_known_is_an_answer_that_becomes_no_fact(carl: Person, jane: int) -> None:
    unsure = ANSWERS | {"asbestos": "unknown", "relatives": "unknown", "race": "unknown", "education": "unknown", "emphysema": "unknown"}
    assert missing(unsure) == ()
    hand_in(carl, jane, unsure)
    with transaction() as session:
        kinds = set(session.exec(select(ParticipantFact.kind)))
        said = eligible(session, jane, "lung", today())
    assert not {"asbestos", "family_history", "relatives", "race", "education", "emphysema", "copd"} & kinds
    assert said.eligible is None
    assert {"asbestos", "family_history", "race", "education", "copd"} <= set(said.missing)


def test_a_person_who_never_smoked_is_done_after_one_question(carl: Person, jane: int) -> None:
    assert hand_in(carl, jane, {"ever_smoked": "no"}) == 2
    with transaction() as session:
        said = eligible(session, jane, "lung", today())
    assert (said.eligible, str(said.because)) == (False, "No: Never smoked")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"started_age": 70}, "Smoking began at 70, but the person is 65"),
        ({"height_cm": 60}, "Height: 60; expected 120 to 230 cm"),
        ({"height_cm": 230, "weight_kg": 40}, "body mass index of 7.6; expected 12"),
        ({"height_cm": 120, "weight_kg": 290}, "body mass index of 201.4"),
        ({"quit_on": "1970-01"}, "before smoking began at 16"),
        ({"quit_on": "2090-01"}, "lies in the future"),
        ({"pause_years": 60}, "pauses are as long as all the years"),
        (MORE_AND_LESS, "More and less were smoked for 50"),
        ({"cigarettes_usual": 0}, "no cigarettes a day are given"),
        ({"cigarettes_usual": 500}, "expected 0 to 150 a day"),
        ({"tobacco": ["pipe"]}, "no cigarettes a day are given"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_with_value_and_expectation(changes: dict[str, Any], words: str) -> None:
    found = problems(ANSWERS | changes, BORN, date(2026, 11, 23))
    assert any(words in str(problem) for problem in found), [str(problem) for problem in found]
    assert problems(ANSWERS, BORN, date(2026, 11, 23)) == ()


def test_the_impossible_is_refused_before_the_incomplete(carl: Person, jane: int) -> None:
    with pytest.raises(Rejected, match="This cannot be right: Smoking began at 90"):
        hand_in(carl, jane, {"ever_smoked": "yes", "started_age": 90})


def test_the_answers_become_facts_of_one_day(carl: Person, jane: int) -> None:
    hand_in(carl, jane, ANSWERS | {"cigarettes_more": 40, "cigarettes_more_years": 10, "rolled_usual": 99})
    with transaction() as session:
        rows = session.exec(select(ParticipantFact)).all()
        events = session.exec(select(AuditEvent).where(col(AuditEvent.action).startswith("questionnaire"))).all()
    said = {row.kind: row.value for row in rows}
    assert {(row.valid_from, row.author_id) for row in rows} == {(today(), carl.user_id)}
    years = (date(2012, 6, 1) - date(1977, 3, 15)).days / 365.2425 - 2
    assert said["smoking"] == {
        "cigarettes_per_day": round((20 * (years - 10) + 40 * 10) / years, 3),
        "years": round(years, 3),
        "quit_on": "2012-06",
    }
    assert said["bmi"] == {"value": 26.78}
    assert (said["copd"], said["emphysema"], said["pneumonia"]) == ({"said": True}, {"said": True}, {"said": False})  # emphysema is COPD
    assert said["relatives"] == {"lung_before_60": False, "lung_later": True}
    assert (said["extrathoracic_cancer"], said["personal_cancer"]) == ({"said": False}, {"said": False})
    assert [event.action for event in events] == ["questionnaire_begun", "questionnaire_submitted"]
    assert all(str(jane) == event.object_id for event in events)


def test_answers_to_questions_that_are_no_longer_asked_become_no_facts(carl: Person, jane: int) -> None:
    hand_in(carl, jane, ANSWERS | {"cancer": "no", "cancer_elsewhere": "yes", "relatives": "no"})
    with transaction() as session:
        said = {row.kind: row.value for row in session.exec(select(ParticipantFact))}
    assert said["extrathoracic_cancer"] == {"said": False}
    assert said["relatives"] == {"lung_before_60": False, "lung_later": False}


def test_after_364_days_it_is_refused_and_after_365_accepted(carl: Person, jane: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(carl, jane, ANSWERS)
    again = look(carl, jane)
    assert (again.submitted_on, again.again_from, again.may_submit) == (today(), today() + timedelta(days=365), False)
    with monkeypatch.context() as later:
        days_from_now(later, 364)
        with pytest.raises(Rejected, match="answered again from"):
            hand_in(carl, jane, ANSWERS)
    with monkeypatch.context() as later:
        days_from_now(later, 365)
        assert look(carl, jane).may_submit
        hand_in(carl, jane, ANSWERS | {"asbestos": "yes"})
    with transaction() as session:
        assert len(session.exec(select(Questionnaire)).all()) == 2
        assert session.exec(
            select(ParticipantFact).where(ParticipantFact.kind == "asbestos").order_by(col(ParticipantFact.id).desc())
        ).first().value == {"said": True}  # type: ignore[union-attr]


def test_two_people_do_not_write_over_one_another(carl: Person, jane: int) -> None:
    with transaction() as session:
        dora = a_person(session, "dora", role=Role.coordinator)
    seen = keep(carl, jane, {"ever_smoked": "yes"})
    keep(dora, jane, {"ever_smoked": "yes", "current": "no"}, seen)
    with pytest.raises(Conflict, match="Dora Test changed these answers"):
        keep(carl, jane, {"ever_smoked": "no"}, seen)
    with pytest.raises(Conflict, match="Dora Test changed these answers"), transaction() as session:
        questionnaire.submit(session, carl, jane, ANSWERS, seen)
    assert look(carl, jane).answers == {"ever_smoked": "yes", "current": "no"}


def test_it_ends_at_the_sites_and_is_the_coordinators_work(carl: Person, jane: int) -> None:
    with transaction() as session:
        stranger = a_person(session, "stranger", role=Role.coordinator, site=a_site(session, "SOUTH", name="South clinic"))
        doctor = a_person(session, "doctor")
    for person in (stranger, doctor):
        with pytest.raises(NotAllowed):
            keep(person, jane, {"ever_smoked": "no"})
        with pytest.raises(NotAllowed):
            look(person, jane)


def test_without_a_birth_date_nothing_is_handed_in(carl: Person) -> None:
    with transaction() as session:
        nobody = a_participant(session, birth_date=None).id or 0
    with pytest.raises(Rejected, match="date of birth is not known"):
        hand_in(carl, nobody, ANSWERS)


def test_brock_and_mayo_beside_the_images_know_what_was_answered(carl: Person, jane: int) -> None:
    a_case: Any = SimpleNamespace(kind=ExamKind.lung_ct, baseline=True, card=card("lung"))
    nodule = NoduleFinding.from_json({"name": "1", "kind": "solid", "long_mm": 9.0, "short_mm": 8.0, "lobe": "RUL"})

    def said() -> str:
        with transaction() as session:
            known = facts_of(session, carl, jane, today())
        return " ".join(str(one) for line in beside(a_case, nodules=(nodule,), facts=known) for one in (*line.because, *line.gaps))

    before = said()
    assert "family history of lung cancer, emphysema" in before
    assert "whether ever a smoker, cancer outside the chest more than five years ago" in before
    hand_in(carl, jane, ANSWERS)
    after = said()
    assert "not computed" not in after
    assert after.count("probability of malignancy") == 2


def test_the_questions_cover_what_the_models_ask_for() -> None:
    known = facts(ANSWERS, BORN, date(2026, 11, 23))
    assert {
        "smoking",
        "education",
        "race",
        "bmi",
        "copd",
        "personal_cancer",
        "family_history",
        "relatives",
        "pneumonia",
        "asbestos",
    } <= set(known)
    assert set(BY_KEY["race"].answers or ()) - {"unknown"} == set(MODEL_RACES)
    assert set(BY_KEY["education"].answers or ()) - {"unknown"} == {str(level) for level in EDUCATION}
    for item in ITEMS:
        assert item.when is None or item.when[0] in BY_KEY
    assert not asked(BY_KEY["quit_on"], {"ever_smoked": "no", "current": "no"})


def test_a_merged_entry_is_answered_under_the_other_one(carl: Person, jane: int) -> None:
    with transaction() as session:
        other = a_participant(session)
        session.add(ParticipantMerge(from_id=jane, into_id=other.id or 0, reason="one person", author_id=carl.user_id, at=now()))
    with pytest.raises(Conflict, match="was merged into"):
        keep(carl, jane, {"ever_smoked": "no"})
    assert isinstance(other, Participant)
