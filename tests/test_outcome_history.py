"""Provisional to final: what was known of an exam on each day, who changed it, and which figures it entered or left."""

from datetime import date, timedelta
from typing import Any

import pytest

from core import outcomes as story
from core.access import Person
from core.clock import now, today
from core.errors import NotAllowed, Rejected
from core.outcomes import assessments, checking, pathology, proposal, registry, review
from core.outcomes.history import flips, known_by_day, minimal
from core.outcomes.history import story as told
from core.outcomes.known import Known
from core.outcomes.plausible import Report, doubts, problems
from core.outcomes.registry import lists
from core.sealing import unseal
from core.workflow import outcomes
from core.workflow.missed import missed
from core.workflow.timeline import timeline
from db.engine import snapshot, transaction
from db.enums import AssessmentKind, Certainty, CheckVerdict, OutcomeKind, ProgrammeDecision, Role
from db.tables import Episode, Exam, ModelRun, Participant, Pathology
from tests.build import a_check, a_decision, a_person, a_read, a_run, a_site, ago, an_exam, an_outcome


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


@pytest.fixture
def dana(carl: Person) -> Person:
    with transaction() as session:
        return a_person(session, "dana")


def an_assessed(dana: Person, *, programme: str = "breast", decision: ProgrammeDecision = ProgrammeDecision.assessment) -> Exam:
    with transaction() as session:
        exam = an_exam(session, programme=programme, images=4, days_ago=80)
        a_decision(session, exam, dana, decision=decision, days_ago=78)
        return exam


def done(
    person: Person, exam: Exam, result: str = "", *, kind: AssessmentKind = AssessmentKind.core_biopsy, number: int | None = None
) -> int:
    with transaction() as session:
        row = assessments.record(
            session, person, exam.id or 0, kind=kind, happened_on=today() - timedelta(days=9), result=result, source="R", number=number
        )
        return row.number


def report(person: Person, exam: Exam, certainty: Certainty = Certainty.final, **said: Any) -> Pathology:
    found = Report(**{"histology": "invasive_ductal", "reported_on": today()} | said)  # type: ignore[arg-type]
    with transaction() as session:
        return pathology.record(session, person, exam.id or 0, found, certainty=certainty, source="Report 7")


def proposed(exam: Exam) -> proposal.Proposal | None:
    with snapshot() as session:
        return proposal.propose(session, exam.id or 0)


def take(person: Person, exam: Exam) -> None:
    """Record what is proposed, as the page does."""
    found = proposed(exam)
    assert found is not None
    with transaction() as session:
        outcomes.record(
            session, person, exam.id or 0, kind=found.kind, certainty=found.certainty, happened_on=found.happened_on, source=found.source
        )


def test_pathology_flips_what_the_biopsy_said_and_both_versions_stay(carl: Person, dana: Person) -> None:
    """The acceptance test of row 44: benign by biopsy, malignant by pathology a month later."""
    with transaction() as session:
        exam = an_exam(session, programme="breast", images=4, days_ago=80)
        an_outcome(session, exam, kind=OutcomeKind.benign, certainty=Certainty.provisional, days_ago=60)
        an_outcome(session, exam, kind=OutcomeKind.cancer, certainty=Certainty.final, days_ago=30)
        said = Pathology(
            exam_id=exam.id or 0, certainty=Certainty.final, histology="invasive_ductal", invasive=True, size_mm=9.0, nodes_positive=False,
            stage="IA", reported_on=ago(30).date(), source="R", entered_at=ago(30),
        )  # fmt: skip
        session.add(said)
        session.flush()
        a_check(session, said, ago(28))
    with snapshot() as session:
        days = [ago(61), ago(60), ago(31), ago(30), ago(28)]
        known = [story.as_known_on(session, exam.id or 0, at.date()) for at in days]
        changes = story.history(session, exam.id or 0)
        by_day = known_by_day(session, exam.id or 0)
    kinds = [(one.kind, one.certainty) for one in known]
    assert kinds == [
        (None, None), (OutcomeKind.benign, Certainty.provisional), (OutcomeKind.benign, Certainty.provisional),
        (OutcomeKind.cancer, Certainty.final), (OutcomeKind.cancer, Certainty.final),
    ]  # fmt: skip
    assert [one.size_mm for one in known] == [None, None, None, None, 9.0]
    assert known[3].waiting == 1
    assert [day for day, _ in by_day] == [ago(60).date(), ago(30).date(), ago(28).date()]
    flipped = [{(flip.figure, flip.counts) for flip in change.flips} for change in changes if change.deed == "approved"]
    assert flipped[0] == {("benign results", True)}
    assert flipped[1] == {("benign results", False), ("cancers found by screening", True), ("final outcomes", True)}
    assert {("minimal cancers", True), ("node-negative invasive cancers", True), ("stage I or less", True)} <= flipped[2]
    assert all(change.flips == () for change in changes if change.deed == "entered")


def test_the_log_says_who_when_and_from_what_to_what(carl: Person, dana: Person) -> None:
    exam = an_assessed(dana)
    done(carl, exam, "malignant")
    take(carl, exam)
    with snapshot() as session:
        entered = story.history(session, exam.id or 0)
    assert [(change.who, change.deed, change.subject, change.flips) for change in entered] == [
        ("Carl Test", "entered", "assessment", ()), ("Carl Test", "entered", "outcome", ()),
    ]  # fmt: skip
    with transaction() as session:
        checking.approve(session, dana, "outcome", entered[1].row_id)
        checking.refuse(session, dana, "assessment", entered[0].row_id, "No report there")
    with snapshot() as session:
        *_, approved, refused = story.history(session, exam.id or 0)
    assert (approved.who, approved.deed, approved.before.kind, approved.after.kind) == ("Dana Test", "approved", None, OutcomeKind.cancer)
    assert set(approved.changed) == {"kind", "certainty", "happened_on", "source"}
    assert (refused.deed, refused.note, refused.changed, refused.after.biopsy) == ("refused", "No report there", (), None)
    assert str(refused.said).startswith("Core biopsy of")


def test_a_biopsy_proposes_a_provisional_outcome_and_final_pathology_a_final_one(carl: Person, dana: Person) -> None:
    exam = an_assessed(dana)
    assert proposed(exam) is None
    number = done(carl, exam)
    assert proposed(exam) is None  # no result yet
    done(carl, exam, "malignant", number=number)
    found = proposed(exam)
    assert found is not None
    assert (found.kind, found.certainty, found.happened_on) == (OutcomeKind.cancer, Certainty.provisional, today() - timedelta(days=9))
    with snapshot() as session:
        assert outcomes.latest(session, exam.id or 0) is None  # proposed, never written by itself
    take(carl, exam)
    assert proposed(exam) is None
    report(carl, exam)
    found = proposed(exam)
    assert found is not None
    assert (found.kind, found.certainty, found.happened_on) == (OutcomeKind.cancer, Certainty.final, today() - timedelta(days=9))
    take(carl, exam)
    assert proposed(exam) is None


@pytest.mark.parametrize(
    ("results", "kind"),
    [
        (("benign",), OutcomeKind.benign),
        (("benign", "malignant"), OutcomeKind.cancer),
        (("benign", "uncertain"), None),
        (("inadequate",), None),
    ],
)
def test_the_worst_biopsy_speaks(carl: Person, dana: Person, results: tuple[str, ...], kind: OutcomeKind | None) -> None:
    exam = an_assessed(dana)
    for result in results:
        done(carl, exam, result)
    found = proposed(exam)
    assert (found.kind if found else None) == kind


def test_imaging_proposes_nothing_and_a_biopsy_never_shakes_a_final_outcome(carl: Person, dana: Person) -> None:
    exam = an_assessed(dana)
    done(carl, exam, "malignant", kind=AssessmentKind.imaging)
    assert proposed(exam) is None
    with transaction() as session:
        an_outcome(session, exam, kind=OutcomeKind.cancer)
    done(carl, exam, "benign")
    assert proposed(exam) is None
    report(carl, exam, histology="fibroadenoma")  # but final pathology does
    found = proposed(exam)
    assert found is not None
    assert (found.kind, found.certainty) == (OutcomeKind.benign, Certainty.final)


def test_one_malignant_side_is_a_cancer_and_final_only_when_its_report_is(carl: Person, dana: Person) -> None:
    exam = an_assessed(dana)
    report(carl, exam, side="R", histology="fibroadenoma")
    report(carl, exam, Certainty.provisional, side="L")
    found = proposed(exam)
    assert found is not None
    assert (found.kind, found.certainty) == (OutcomeKind.cancer, Certainty.provisional)


def test_a_later_row_with_the_same_number_replaces_the_earlier_one_once_approved(carl: Person, dana: Person) -> None:
    exam = an_assessed(dana)
    number = done(carl, exam)
    again = done(carl, exam, "malignant", number=number)
    further = done(carl, exam, kind=AssessmentKind.surgery)
    assert (number, again, further) == (1, 1, 2)
    with snapshot() as session:
        rows = assessments.standing(session, exam.id or 0)
        assert [(row.number, row.result) for row in rows] == [(1, "malignant"), (2, "")]
        assert assessments.standing(session, exam.id or 0, only_approved=True) == ()
    with transaction() as session:
        checking.approve(session, dana, "assessment", rows[0].id or 0)
    with snapshot() as session:
        assert story.as_known_on(session, exam.id or 0).biopsy == "malignant"
    with pytest.raises(Rejected, match="no assessment 7"):
        done(carl, exam, number=7)


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [
        ("histology", "from the list", {"histology": "adenocarcinoma"}),
        ("size_mm", "cannot be", {"size_mm": 0}),
        ("size_mm", "cannot be", {"size_mm": 251}),
        ("grade", "1, 2 or 3", {"grade": 4}),
        ("grade", "benign has no grade", {"histology": "fibroadenoma", "grade": 1}),
        ("stage", "is no stage here", {"stage": "IA1"}),
        ("stage", "Stage 0 is in situ", {"stage": "0"}),
        ("stage", "Stage 0 is in situ", {"histology": "dcis", "stage": "IA"}),
        ("stage", "benign has no stage", {"histology": "papilloma", "stage": "0"}),
        ("nodes_positive", "in situ has no involved nodes", {"histology": "dcis", "nodes_positive": True}),
        ("nodes_positive", "benign has no involved nodes", {"histology": "papilloma", "nodes_positive": False}),
        ("invasive", "does not go with", {"histology": "dcis", "invasive": True}),
        ("invasive", "leave it open", {"histology": "papilloma", "invasive": False}),
        ("tnm", "pT1c pN0 M0", {"tnm": "very small"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field(carl: Person, dana: Person, field: str, words: str, said: dict[str, Any]) -> None:
    found = problems("breast", Report(**{"histology": "invasive_ductal", "reported_on": today()} | said))  # type: ignore[arg-type]
    assert [problem.field for problem in found] == [field]
    exam = an_assessed(dana)
    with pytest.raises(Rejected, match=words):
        report(carl, exam, **said)


def test_what_can_be_is_kept_as_it_was_said(carl: Person, dana: Person) -> None:
    breast, lung = an_assessed(dana), an_assessed(dana, programme="lung")
    row = report(carl, breast, histology="dcis", size_mm=22.5, grade=3, stage="0", tnm="pTis pN0(sn) M0", side="L")
    assert (row.invasive, row.size_mm, row.grade, row.stage, row.detail) == (False, 22.5, 3, "0", {"tnm": "pTis pN0(sn) M0"})
    row = report(carl, lung, histology="adenocarcinoma", size_mm=18, stage="IA2", nodes_positive=False, tnm="pT1b N0 M0")
    assert (row.invasive, row.stage, row.entered_by) == (True, "IA2", carl.user_id)


def test_what_is_rare_is_doubted_and_not_refused() -> None:
    def said(**fields: object) -> list[str]:
        return [str(one) for one in doubts("lung", Report(**{"histology": "adenocarcinoma", "reported_on": today()} | fields))]  # type: ignore[arg-type]

    assert said(size_mm=20, stage="IA2") == []
    assert said(size_mm=20.1, stage="IA2") == ["20.1 mm is more than the 20 mm of stage IA2"]
    assert said(nodes_positive=True, stage="IA1") == ["Involved nodes do not go with stage IA1"]
    assert len(said(size_mm=0.9, invasive=True)) == 1


@pytest.mark.parametrize(("on", "words"), [(1, "future"), (-90, "before the exam")])
def test_days_that_cannot_be_are_refused(carl: Person, dana: Person, on: int, words: str) -> None:
    exam = an_assessed(dana)
    day = today() + timedelta(days=on)
    with pytest.raises(Rejected, match=words):
        report(carl, exam, reported_on=day)
    with pytest.raises(Rejected, match=words), transaction() as session:
        assessments.record(session, carl, exam.id or 0, kind=AssessmentKind.surgery, happened_on=day, source="R")


def test_entries_are_made_at_the_own_sites_with_a_known_result_side_and_source(carl: Person, dana: Person) -> None:
    exam = an_assessed(dana)
    said = {"kind": AssessmentKind.core_biopsy, "happened_on": today(), "source": "R"}
    for wrong, words in (({"result": "good"}, "no result"), ({"side": "X"}, "no side"), ({"source": " "}, "Say where")):
        with pytest.raises(Rejected, match=words), transaction() as session:
            assessments.record(session, carl, exam.id or 0, **said | wrong)  # type: ignore[arg-type]
    with transaction() as session:
        south = a_person(session, "sam", site=a_site(session, "SOUTH", name="South clinic"))
    with pytest.raises(NotAllowed):
        done(south, exam)
    with pytest.raises(NotAllowed):
        report(south, exam)
    with snapshot() as session, pytest.raises(NotAllowed):
        told(session, south, exam.id or 0)


@pytest.mark.parametrize(
    ("invasive", "size", "counts"), [(False, None, True), (True, 10.0, True), (True, 10.1, False), (True, None, False), (None, 5.0, False)]
)
def test_minimal_cancers_are_in_situ_or_of_at_most_a_centimetre(invasive: bool | None, size: float | None, counts: bool) -> None:
    assert minimal(invasive, size) is counts


def test_flips_name_what_an_exam_leaves_and_enters() -> None:
    before = Known(kind=OutcomeKind.cancer, certainty=Certainty.provisional, stage="IIA", invasive=True)
    after = Known(kind=OutcomeKind.cancer, certainty=Certainty.final, stage="IA", invasive=True, nodes_positive=False)
    assert {(flip.figure, flip.counts) for flip in flips(before, after)} == {
        ("final outcomes", True), ("stage I or less", True), ("node-negative invasive cancers", True),
    }  # fmt: skip
    assert flips(after, after) == ()


def interval_cancer(dana: Person, *, checked: bool = True) -> Exam:
    exam = an_assessed(dana, decision=ProgrammeDecision.routine_recall)
    with transaction() as session:
        an_outcome(session, exam, kind=OutcomeKind.interval_cancer, days_ago=20, checked=checked)
    return exam


def test_a_doctor_reviews_the_images_before_an_interval_cancer(carl: Person, dana: Person) -> None:
    exam = interval_cancer(dana)
    with transaction() as session:
        row = review.record(session, dana, exam.id or 0, 2, "Asymmetry in the upper quadrant")
    with snapshot() as session:
        assert review.of(session, exam.id or 0) is None  # waits for its check like every entry
    with transaction() as session:
        checking.approve(session, carl, "outcome", row.id or 0)
    with snapshot() as session:
        assert review.of(session, exam.id or 0) == 2
        known = story.as_known_on(session, exam.id or 0)
        assert story.as_known_on(session, exam.id or 0, ago(1).date()).review is None
    assert (known.kind, known.happened_on) == (OutcomeKind.interval_cancer, ago(20).date())


def test_only_doctors_review_and_only_what_counts_as_an_interval_cancer(carl: Person, dana: Person) -> None:
    exam, waits = interval_cancer(dana), interval_cancer(dana, checked=False)
    with pytest.raises(NotAllowed, match="Only doctors"), transaction() as session:
        review.record(session, carl, exam.id or 0, 1)
    for other, words in ((exam, "no class"), (waits, "No interval cancer")):
        with pytest.raises(Rejected, match=words), transaction() as session:
            review.record(session, dana, other.id or 0, 4 if other is exam else 1)


def test_an_outcome_refused_later_leaves_the_earlier_one_standing(dana: Person) -> None:
    exam = an_assessed(dana)
    with transaction() as session:
        an_outcome(session, exam, kind=OutcomeKind.benign, days_ago=10)
        wrong = an_outcome(session, exam, kind=OutcomeKind.cancer, days_ago=5, checked=False)
        a_check(session, wrong, now(), CheckVerdict.refused)
    with snapshot() as session:
        found = [outcomes.latest(session, exam.id or 0), outcomes.counting(session, exam.id or 0)]
        assert [row.kind for row in found if row] == [OutcomeKind.benign, OutcomeKind.benign]
        assert story.as_known_on(session, exam.id or 0, date.today()).kind == OutcomeKind.benign


def test_the_timeline_tells_assessment_pathology_and_checks(carl: Person, dana: Person) -> None:
    exam = an_assessed(dana)
    done(carl, exam, "malignant")
    row = report(carl, exam, size_mm=12.5, stage="IA")
    with transaction() as session:
        checking.approve(session, dana, "pathology", row.id or 0)
        checking.refuse(session, dana, "assessment", 1, "No such report")
        who = session.get_one(Episode, exam.episode_id).participant_id
        told_in_order = [(event.kind, str(event.text)) for event in timeline(session, dana, who) if event.at >= today() - timedelta(days=9)]
    kinds = [kind for kind, _text in told_in_order]
    assert kinds == ["assessment", "pathology", "check", "check"]
    said = [text for _kind, text in told_in_order]
    assert "Core biopsy of" in said[0]
    assert said[1].startswith("Pathology: Invasive carcinoma of no special type (ductal), 12.5 mm, stage IA (final)")
    assert any(text.startswith("Second check by Dana Test, refused: Core biopsy") for text in said[2:])


def test_from_a_registry_to_the_reads_and_the_ai_of_that_day_and_its_review(carl: Person, dana: Person) -> None:
    """Row 31: the case of the earlier exam is one click from the card that the participant's page begins with."""
    exam = an_assessed(dana, decision=ProgrammeDecision.routine_recall)
    with transaction() as session:
        emil = a_person(session, "emil")
        for reader in (dana, emil):
            a_read(session, exam, reader, category="1", days_ago=79)
        run = a_run(session, exam, step=3)
        then = ModelRun.model_validate(
            run.model_dump(exclude={"id"}) | {"attempt": 2, "finished_at": ago(79), "started_at": ago(79), "step": 6}
        )
        session.add(ModelRun.model_validate(then))
        who = session.get_one(Participant, session.get_one(Episode, exam.episode_id).participant_id)
        text = f"id,born,diagnosed,icd10\n{unseal(who.identifier_sealed)},{who.birth_date},{today()},C50.1\n"
        made = lists.hand_in(session, carl, site_id=exam.site_id, name="registry.csv", content=text.encode())
    assert registry.take(made)["interval_cancer"] == 1
    with transaction() as session:
        (before,) = missed(session, dana, who.id or 0)
        assert (before.counts, before.may_review) == (False, False)
        checking.approve_list(session, dana, made)
    with transaction() as session:
        waits = review.record(session, dana, exam.id or 0, 3)
    with transaction() as session:
        checking.approve(session, emil, "outcome", waits.id or 0)
        (found,) = missed(session, dana, who.id or 0)
    assert (found.exam_id, found.counts, found.review, found.days_after) == (exam.id, True, 3, 80)
    assert {read.reader for read in found.reads} == {"Dana Test", "Emil Test"}
    assert found.ai is not None
    assert found.ai.step == 6, "the score of the day of the decision, not the one of today"
