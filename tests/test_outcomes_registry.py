"""Lists of a cancer registry: every cancer at the exam before it, told apart, nothing half done or twice, nothing counted unchecked."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import Workbook
from sqlmodel import Session, col, select

from core import handed_in
from core.access import Person
from core.clock import today
from core.errors import NotAllowed, Rejected
from core.outcomes import checking, registry
from core.outcomes.known import as_known_on
from core.outcomes.registry import job, lists
from core.outcomes.registry.becomes import Becomes
from core.outcomes.registry.tumour import organ, tissue
from core.roster.kept import problems
from core.roster.sheet import read_sheet
from core.workflow import outcomes
from db.engine import snapshot, transaction
from db.enums import Certainty, EpisodeStep, OutcomeKind, ProgrammeDecision, Role
from db.tables import AuditEvent, Exam, HandedInList, Outcome, Participant, ParticipantMerge, Pathology
from tests.build import a_decision, a_participant, a_person, a_site, ago, an_episode, an_exam, an_outcome

HEAD = "identifier,birth_date,diagnosis date,icd10,morphology,stage,size_mm,laterality,source"
D = ProgrammeDecision


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


@pytest.fixture
def dana(carl: Person) -> Person:
    with transaction() as session:
        return a_person(session, "dana")


def screened(person: Person, number: str, decision: D | None = D.routine_recall, *, days_ago: int = 400, programme: str = "breast") -> Exam:
    """An exam of the participant with this hospital number, decided two days later."""
    with transaction() as session:
        exam = an_exam(session, participant=a_participant(session, identifier=number), programme=programme, images=0, days_ago=days_ago)
        if decision is not None:
            a_decision(session, exam, person, decision=decision, days_ago=days_ago - 2)
        return exam


def row(
    number: str, after: Exam | None = None, days: int = 100, *, born: str = "1960-05-04", icd10: str = "C50.4",
    rest: str = "8500/3,IIA,17,left,Registry North",
) -> str:  # fmt: skip
    day = (after.exam_date if after else today() - timedelta(days=300)) + timedelta(days=days)
    return f"{number},{born},{day},{icd10},{rest}"


def handed(person: Person, *rows: str, head: str = HEAD, name: str = "registry.csv", content: bytes | None = None) -> str:
    with transaction() as session:
        site = a_site(session).id or 0
        return lists.hand_in(session, person, site_id=site, name=name, content=content or "\n".join([head, *rows]).encode())


def becomes(person: Person, *rows: str, head: str = HEAD) -> list[str]:
    """What the dry run says of each row, in the order of the lines."""
    with snapshot() as session:
        site = session.exec(select(Exam.site_id)).first() or 1
        made = registry.plan(session, person, read_sheet("r.csv", "\n".join([head, *rows]).encode()), site)
    said = {one.tumour.line: one.becomes.value for one in made.rows} | {one.line: f"{one.column}: {one.said}" for one in made.problems}
    return [said[line] for line in sorted(said)]


def stored(session: Session) -> list[Outcome]:
    return list(session.exec(select(Outcome).order_by(col(Outcome.id))))


def test_every_cancer_finds_its_exam_and_says_what_it_is(carl: Person) -> None:
    missed, recalled, old = screened(carl, "A"), screened(carl, "B", D.assessment), screened(carl, "C", days_ago=1200)
    known, waits = screened(carl, "D", D.assessment), screened(carl, "E", None)
    lung = screened(carl, "F", programme="lung")
    with transaction() as session:
        an_outcome(session, known, kind=OutcomeKind.cancer, days_ago=380)
        stayed_away = a_participant(session, identifier="G")
        an_episode(session, stayed_away, programme="breast", days_ago=350, steps=(EpisodeStep.invited, EpisodeStep.did_not_attend))
        a_participant(session, identifier="H")
    found = becomes(
        carl, row("A", missed), row("B", recalled, 20), row("C", old, 731), row("D", known, 25), row("E", waits, 30),
        row("F", lung, 200, icd10="C34.1", rest="8140/3,IA2,18,,"), row("G"), row("H"), row("NOBODY"), row("A", missed, icd10="C61"),
    )  # fmt: skip
    assert found == [
        "interval_cancer", "screen_detected", "outside", "known", "undecided", "interval_cancer", "after_non_attendance", "outside",
        "not_ours", "elsewhere",
    ]  # fmt: skip


def test_the_last_exam_before_the_diagnosis_counts_and_the_interval_is_that_of_the_programme(carl: Person) -> None:
    first, second = screened(carl, "A", days_ago=900), screened(carl, "A", days_ago=500)
    with snapshot() as session:
        made = registry.plan(session, carl, read_sheet("r.csv", "\n".join([HEAD, row("A", second, 3), row("A", first, 399)]).encode()), 1)
    assert {one.exam_id for one in made.rows} == {second.id, first.id}
    lung = screened(carl, "L", programme="lung", days_ago=700)
    inside, outside = (row("L", lung, days, icd10="C34.9", rest=",,,,") for days in (365, 366))
    assert becomes(carl, inside) == ["interval_cancer"]
    assert becomes(carl, outside) == ["outside"]


def test_an_invitation_within_the_round_after_an_exam_is_still_an_interval_cancer(carl: Person) -> None:
    """Invited again and stayed away, but diagnosed before the round was over: the exam before it counts."""
    exam = screened(carl, "A", days_ago=700)
    with transaction() as session:
        who = session.exec(select(Participant)).one()
        an_episode(session, who, programme="breast", days_ago=60, steps=(EpisodeStep.invited,))
    assert becomes(carl, row("A", exam, 650)) == ["interval_cancer"]
    late = screened(carl, "B", days_ago=1000)
    with transaction() as session:
        who = session.exec(select(Participant).where(Participant.id == 2)).one()
        an_episode(session, who, programme="breast", days_ago=200, steps=(EpisodeStep.invited,))
    assert becomes(carl, row("B", late, 900), row("B", late, 750)) == ["after_non_attendance", "outside"]


def test_a_provisional_cancer_is_confirmed_and_keeps_its_day(carl: Person, dana: Person) -> None:
    exam = screened(carl, "A", D.assessment)
    with transaction() as session:
        early = an_outcome(session, exam, kind=OutcomeKind.cancer, certainty=Certainty.provisional, days_ago=380)
    made = handed(carl, row("A", exam, 33))
    assert registry.take(made)["confirms"] == 1
    with transaction() as session:
        _, final = stored(session)
        assert (final.certainty, final.happened_on) == (Certainty.final, early.happened_on)
        checking.approve_list(session, dana, made)
    with snapshot() as session:
        known = as_known_on(session, exam.id or 0)
    assert (known.certainty, known.histology, known.size_mm, known.stage, known.invasive) == (
        Certainty.final,
        "invasive_ductal",
        17.0,
        "IIA",
        True,
    )


def test_what_is_taken_in_waits_for_another_person_and_counts_from_then_on(carl: Person, dana: Person) -> None:
    missed, recalled = screened(carl, "A"), screened(carl, "B", D.assessment)
    made = handed(carl, row("A", missed), row("B", recalled, 20))
    result = handed_in.work(made, False, job.silent)
    assert (result["rows"], result["new"], result["interval_cancer"], result["screen_detected"]) == (2, 2, 1, 1)
    with transaction() as session:
        first, second = stored(session)
        assert [(one.kind, one.list_id, one.entered_by, one.source) for one in (first, second)] == [
            (OutcomeKind.interval_cancer, made, carl.user_id, "Registry North"), (OutcomeKind.cancer, made, carl.user_id, "Registry North"),
        ]  # fmt: skip
        assert outcomes.counting(session, missed.id or 0) is None
        assert [(one.own, one.entries) for one in lists.waiting(session, carl)] == [(True, 2)]
        with pytest.raises(NotAllowed):
            checking.approve_list(session, carl, made)
        assert checking.approve_list(session, dana, made) == 4  # two outcomes and their two reports
        assert lists.waiting(session, dana) == ()
    with snapshot() as session:
        found = outcomes.counting(session, missed.id or 0)
        assert found is not None
        assert found.kind == OutcomeKind.interval_cancer
        report = session.get_one(Pathology, found.detail["pathology"])
        assert (report.side, report.histology, report.detail["written"]) == ("L", "invasive_ductal", "8500/3")
        assert len(session.exec(select(AuditEvent).where(AuditEvent.action == "registry_taken")).all()) == 1


def test_approving_one_entry_of_a_list_approves_the_report_that_came_with_it(carl: Person, dana: Person) -> None:
    exam = screened(carl, "A")
    registry.take(handed(carl, row("A", exam)))
    with transaction() as session:
        checking.approve(session, dana, "outcome", stored(session)[0].id or 0)
    with snapshot() as session:
        assert as_known_on(session, exam.id or 0).size_mm == 17.0
        assert as_known_on(session, exam.id or 0).waiting == 0


def test_the_same_list_again_brings_nothing_checked_or_not(carl: Person, dana: Person) -> None:
    exam = screened(carl, "A")
    rows = (row("A", exam), row("NOBODY"))
    first = handed(carl, *rows)
    assert registry.take(first)["new"] == 1
    assert registry.take(first)["new"] == 1  # the job ran twice: the first result stands
    again = registry.take(handed(carl, *rows))
    assert (again["new"], again["known"], again["not_ours"]) == (0, 1, 1)
    with transaction() as session:
        (only,) = stored(session)
        checking.refuse(session, dana, "outcome", only.id or 0, "Other person of the same name")
    third = registry.take(handed(carl, *rows))
    assert (third["new"], third["refused_before"]) == (0, 1)
    with snapshot() as session:
        assert len(stored(session)) == 1


@pytest.mark.parametrize(
    ("wrong", "column", "words"),
    [
        ({"born": "1961-05-04"}, "birth_date", "has another date of birth, 1960-05-04"),
        ({"born": "4/5/1960"}, "birth_date", "no date that is clear"),
        ({"icd10": "breast"}, "icd10", "no ICD-10 code"),
        ({"days": 5000}, "diagnosed_on", "future"),
        ({"days": -40000}, "diagnosed_on", "before the birth"),
        ({"rest": "8500/2,0,17,left,R"}, "histology", "does not go with C50"),
        ({"icd10": "D05.1", "rest": "8500/3,0,17,left,R"}, "histology", "does not go with D05"),
        ({"rest": "Fibroadenoma,,,,"}, "histology", "does not go with C50"),
        ({"rest": "8500/3,V,17,left,R"}, "stage", "no stage here"),
        ({"rest": "8500/3,IIA,large,left,R"}, "size_mm", "no size in millimetres"),
        ({"rest": "8500/3,IIA,900,left,R"}, "size_mm", "cannot be"),
        ({"rest": "8500/3,IIA,17,up,R"}, "side", "no side"),
    ],
)  # fmt: skip
def test_a_row_with_a_fault_stays_out_and_says_why(carl: Person, wrong: dict[str, object], column: str, words: str) -> None:
    exam, other = screened(carl, "A"), screened(carl, "B")
    made = handed(carl, row("A", exam, **wrong), row("B", other))  # type: ignore[arg-type]
    result = registry.take(made)
    assert (result["new"], result["out"]) == (1, 1)
    (said,) = [problem for problem in problems(made) if not problem.doubt]
    assert (said.line, said.column) == (2, column)
    assert words in str(said.said)
    with snapshot() as session:
        assert [one.exam_id for one in stored(session)] == [other.id]


def test_a_participant_without_date_of_birth_is_not_matched_by_the_number_alone(carl: Person) -> None:
    with transaction() as session:
        an_exam(session, participant=a_participant(session, identifier="A", birth_date=None), programme="breast", images=0, days_ago=300)
    (said,) = becomes(carl, row("A"))
    assert "has no date of birth here" in said


def test_two_cancers_of_one_exam_write_the_earlier_one_and_name_the_other(carl: Person) -> None:
    exam = screened(carl, "A")
    made = handed(carl, row("A", exam, 200), row("A", exam, 90))
    assert registry.take(made)["new"] == 1
    with snapshot() as session:
        assert [one.happened_on for one in stored(session)] == [exam.exam_date + timedelta(days=90)]
    (doubt,) = problems(made)
    assert (doubt.line, doubt.doubt) == (2, True)
    assert "Line 3 brings a cancer of the same exam" in str(doubt.said)


def test_merged_participants_are_found_under_whom_they_are_now(carl: Person) -> None:
    exam = screened(carl, "KEPT")
    with transaction() as session:
        gone, kept = a_participant(session, identifier="GONE"), session.exec(select(Participant).where(Participant.id == 1)).one()
        session.add(ParticipantMerge(from_id=gone.id, into_id=kept.id, reason="same", author_id=carl.user_id, at=ago(1)))  # type: ignore[arg-type]
    assert becomes(carl, row("GONE", exam)) == ["interval_cancer"]


def test_unknown_histologies_are_kept_as_written_and_said(carl: Person) -> None:
    exam = screened(carl, "A")
    made = handed(carl, row("A", exam, rest="8982/3,IIA,17,left,R"))
    registry.take(made)
    (doubt,) = problems(made)
    assert "8982/3 has no name here" in str(doubt.said)
    with snapshot() as session:
        report = session.exec(select(Pathology)).one()
    assert (report.histology, report.invasive, report.detail["written"]) == ("other_breast_cancer", True, "8982/3")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("8500/3", "invasive_ductal"),
        ("M-85003", "invasive_ductal"),
        ("Invasive lobular carcinoma", "invasive_lobular"),
        ("", "breast_unstated"),
    ],
)
def test_tissue_is_known_by_code_or_name(written: str, key: str) -> None:
    assert tissue("breast", written)[0].key == key


@pytest.mark.parametrize(
    ("icd10", "found"),
    [("C50", ("C50", "breast")), ("c50.9", ("C50", "breast")), ("D051", ("D05", "breast")), ("C34.12", ("C34", "lung")),
     ("C61", ("C61", "")), ("breast", None), ("", None)],
)  # fmt: skip
def test_organs_are_told_by_icd_10(icd10: str, found: tuple[str, str] | None) -> None:
    assert organ(icd10) == found


def test_a_list_without_a_needed_column_is_refused_by_name(carl: Person) -> None:
    made = handed(carl, "A,1960-05-04,C50", head="identifier,birth_date,icd10")
    with pytest.raises(Rejected, match="Date of diagnosis"), transaction() as session:
        lists.look(session, carl, made)
    assert "refused" in registry.take(made)
    with snapshot() as session:
        assert stored(session) == []


def test_columns_are_corrected_and_chinese_gb18030_lists_and_workbooks_are_read(carl: Person) -> None:
    exam = screened(carl, "A")
    text = f"患者编号,出生日期,确诊,诊断编码\nA,1960年5月4日,{exam.exam_date + timedelta(days=50)},C50.1"
    made = handed(carl, content=text.encode("gb18030"))
    with transaction() as session:
        assert "diagnosed_on" not in session.get_one(HandedInList, made).mapping
        lists.set_columns(session, carl, made, {"identifier": 0, "birth_date": 1, "diagnosed_on": 2, "icd10": 3})
        lists.look(session, carl, made)
        assert session.get_one(HandedInList, made).looked["interval_cancer"] == 1
    book = Workbook()
    for cells in ([*HEAD.split(",")], ["A", date(1960, 5, 4), exam.exam_date + timedelta(days=50), "C50.1", "8500/3", "", 12.5, "", ""]):
        book.active.append(cells)
    content = io.BytesIO()
    book.save(content)
    assert registry.look(handed(carl, name="r.xlsx", content=content.getvalue()))["interval_cancer"] == 1


def test_lists_belong_to_who_uploads_and_records_at_the_site(carl: Person, dana: Person) -> None:
    with transaction() as session:
        south = a_person(session, "sue", role=Role.coordinator, site=a_site(session, "SOUTH", name="South clinic"))
    for person in (dana, south):
        with pytest.raises(NotAllowed):
            handed(person, row("A"))
    made = handed(carl, row("A"))
    with pytest.raises(NotAllowed), transaction() as session:
        lists.look(session, south, made)
    with pytest.raises(NotAllowed), transaction() as session:
        checking.approve_list(session, south, made)


def test_what_each_row_becomes_is_kept_for_the_page_without_a_name(carl: Person) -> None:
    exam = screened(carl, "A")
    made = handed(carl, row("NOBODY"), row("A", exam))
    registry.look(made)
    first, second = job.rows(made)
    assert first[:4] == [3, Becomes.interval_cancer.value, "FL-000001", exam.id]
    assert second[:3] == [2, Becomes.not_ours.value, ""]
