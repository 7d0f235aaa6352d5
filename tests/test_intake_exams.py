"""Images become exams: one series of a CT study, the views of one person and day; what is wrong is named and the exam goes on."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.clock import now
from core.words import Sentence, say
from core.workflow import exams, runs
from core.workflow.volumes import cached_volume, decoded_volume, inputs
from db.engine import snapshot, transaction
from db.enums import EpisodeStep
from db.tables import Episode, EpisodeEvent, Exam, ExamInstance, Instance, Participant
from tests.build import a_model
from tests.dicom_build import ct_series, mammogram
from tests.test_intake_files import only_exam, results, taken_in

VIEWS = (("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO"))


def parts() -> dict[str, str]:
    """SOP instance UID → part."""
    with snapshot() as session:
        joined = select(Instance.sop_uid, ExamInstance.part).join(ExamInstance, ExamInstance.instance_id == Instance.id)  # type: ignore[arg-type]
        return dict(session.exec(joined).all())


def problem(exam: Exam) -> str:
    return str(Sentence.from_json(exam.problem) or "")


def test_an_exam_opens_a_round_and_a_second_study_soon_after_joins_it(database: str) -> None:
    taken_in(ct_series(18))
    taken_in(ct_series(18, StudyDate="20250310"))
    with snapshot() as session:
        steps = session.exec(select(EpisodeEvent.step)).all()
        assert len(session.exec(select(Episode)).all()) == 1
    assert steps == [EpisodeStep.imaged, EpisodeStep.imaged]


def test_a_study_a_year_later_is_another_round(database: str) -> None:
    taken_in(ct_series(18))
    taken_in(ct_series(18, StudyDate="20260301"))
    with snapshot() as session:
        assert sorted(session.exec(select(Episode.round))) == [1, 2]


def test_missing_slices_are_named_and_the_exam_goes_to_the_readers(database: str) -> None:
    series = ct_series(24)
    taken_in(series[:10] + series[13:])
    exam = only_exam()
    assert exam.completed_at is not None
    assert "3 slices are missing" in problem(exam)
    assert set(parts().values()) == {"volume"}


def test_the_rest_of_a_series_heals_the_exam_and_makes_another_run_due(database: str) -> None:
    series = ct_series(40, spacing_mm=5.0)
    with transaction() as session:
        a_model(session)
    taken_in(series[:10] + series[13:])
    exam = only_exam()
    with transaction() as session:
        due = runs.due(session, exam.id or 0)
        assert due is not None
        runs.record(session, due, a_refusal(runs.input_uids(session, exam.id or 0)))
        assert runs.due(session, exam.id or 0) is None
    taken_in(series[10:13])
    assert problem(only_exam()) == ""
    with snapshot() as session:
        again = runs.due(session, exam.id or 0)
    assert again is not None
    assert again.attempt == 2


def test_the_thinner_series_of_a_study_is_the_volume(database: str) -> None:
    thin = ct_series(60, spacing_mm=1.0)
    thick = ct_series(12, spacing_mm=5.0, StudyInstanceUID=thin[0].StudyInstanceUID)
    taken_in([*thick, *thin])
    found = parts()
    assert {found[str(dataset.SOPInstanceUID)] for dataset in thin} == {"volume"}
    assert {found[str(dataset.SOPInstanceUID)] for dataset in thick} == {"other"}


def test_the_decoded_volume_is_kept_for_these_images_only(database: str) -> None:
    series = ct_series(30)
    taken_in(series[:20])
    exam_id = only_exam().id or 0
    with snapshot() as session:
        assert cached_volume(session, exam_id) is None
        keys = inputs(session, exam_id)
    decoded_volume(exam_id, keys)
    with snapshot() as session:
        cached = cached_volume(session, exam_id)
    assert cached is not None
    assert cached.shape == (20, 32, 24)
    assert cached.sop_instance_uids[0] == str(series[0].SOPInstanceUID)
    taken_in(series[20:])
    with snapshot() as session:
        assert cached_volume(session, exam_id) is None


def test_four_views_that_came_as_four_people_and_studies_are_one_exam(database: str) -> None:
    names = {"L": "LEFT", "R": "RIGHT"}
    views = [mammogram(side=side, view=view, PatientID=f"P_00173_{names[side]}_{view}") for side, view in VIEWS]
    for dataset in views:
        dataset.PatientName, dataset.PatientBirthDate = dataset.PatientID, ""
    assert results(taken_in(views)) == {"accepted": 4}
    exam = only_exam()
    assert exam.completed_at is not None
    assert sorted(parts().values()) == ["L-CC", "L-MLO", "R-CC", "R-MLO"]
    with snapshot() as session:
        assert len(session.exec(select(Participant)).all()) == 1


def test_a_view_that_comes_later_completes_the_exam(database: str) -> None:
    views = [mammogram(side=side, view=view) for side, view in VIEWS]
    taken_in(views[:3])
    assert only_exam().completed_at is None
    assert "Missing views: R-MLO" in problem(only_exam()).replace("L-MLO", "")
    taken_in(views[3:])
    assert only_exam().completed_at is not None
    assert only_exam().problem == ""


def test_after_a_quiet_time_an_exam_goes_on_without_the_missing_view(database: str) -> None:
    taken_in([mammogram(side=side, view=view) for side, view in VIEWS[:3]])
    with transaction() as session:
        exam = session.exec(select(Exam)).one()
        exam.received_at -= exams.WAIT_FOR_VIEWS + timedelta(seconds=1)
        session.add(exam)
    with transaction() as session:
        assert exams.unsettled(session) == [exam.id]
        exams.settle(session, exam.id or 0)
    assert only_exam().completed_at is not None
    assert "R-MLO" in problem(only_exam())


def test_of_two_images_of_one_view_one_is_read_and_the_other_kept(database: str) -> None:
    views = [mammogram(side=side, view=view) for side, view in VIEWS]
    twin = mammogram(side="L", view="CC", StudyInstanceUID=views[0].StudyInstanceUID)
    taken_in([*views, twin])
    assert sorted(parts().values()) == ["L-CC", "L-MLO", "R-CC", "R-MLO", "other"]


def test_mammograms_of_two_days_are_two_exams(database: str) -> None:
    views = [mammogram(side=side, view=view) for side, view in VIEWS]
    later = [mammogram(side=side, view=view, StudyDate="20250401") for side, view in VIEWS]
    taken_in([*views, *later])
    with snapshot() as session:
        assert len(session.exec(select(Exam)).all()) == 2


@pytest.mark.parametrize("day", ["", "29990101"])
def test_a_study_without_a_possible_date_is_dated_by_its_arrival(database: str, day: str) -> None:
    taken_in(ct_series(18, StudyDate=day))
    assert only_exam().exam_date == only_exam().received_at.date()


def a_refusal(uids: list[str]) -> runs.RunDraft:
    return runs.RunDraft(
        workflow_id="w", device="", started_at=now(), finished_at=now(), stage_seconds={}, thresholds={}, input_uids=uids, reason=say("No")
    )
