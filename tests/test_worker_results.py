"""What the models say becomes rows that name their places, and what they cannot say becomes a reason."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from sqlmodel import select

from core.clock import now
from core.errors import Rejected, Retryable
from core.imaging.volume import Volume
from core.words import Sentence
from core.workflow import runs
from db.engine import snapshot, transaction
from db.enums import ExamKind, FindingKind, RunOutcome
from db.tables import Exam, Finding, ModelRun
from models.cards import Card, WeightFile
from models.lung.nodule import LungResult, Nodule, RunLength
from models.refusal import NoResult
from models.worker import lung, steps
from models.worker.load import registered
from models.worker.scorer import Case, Report, Scored
from tests.build import a_model, an_exam


def a_volume(depth: int = 12) -> Volume:
    affine = np.diag([2.0, 1.0, 1.0, 1.0])[[2, 1, 0, 3]]
    uids = tuple(f"1.2.{k}" for k in range(depth))
    return Volume(
        hu=np.zeros((depth, 8, 8), np.int16), affine=affine, spacing_mm=(2.0, 1.0, 1.0), series_instance_uid="1.2", sop_instance_uids=uids,
        frames=(0,) * depth, warnings=(),
    )  # fmt: skip


def a_nodule(malignancy: float, *, k: float = 4.4, side: str | None = "left") -> Nodule:
    mask = RunLength.of(np.ones((3, 2, 2), bool), np.array([3, 4, 5]))
    return Nodule(
        center_lps_mm=(5.5, 4.5, 8.8),
        center_kji=(k, 4.5, 5.5), long_axis_mm=9.0, short_axis_mm=7.0, mean_diameter_mm=8.0, volume_mm3=260.0,
        probability=0.9, malignancy=malignancy, box_kji=((3, 6), (4, 6), (5, 7)), mask=mask, side=side,
    )  # fmt: skip


def an_answer(*findings: Nodule) -> LungResult:
    return LungResult(findings, ("Thick slices",), {"field": 1.0, "infer": 2.0}, 4321.4, "lung-ct.1", "cpu")


def test_the_exam_is_as_suspicious_as_its_most_suspicious_finding() -> None:
    scored = lung.scored(an_answer(a_nodule(0.2), a_nodule(0.61), a_nodule(0.4)), a_volume())
    assert (scored.score, scored.step) == (0.61, 7)
    assert [mark.malignancy for mark in scored.findings] == [0.61, 0.4, 0.2]
    assert scored.result == {
        "findings": 3,
        "lung_volume_ml": 4321,
        "series_uid": "1.2",
        "quality": {},
        "warnings": ["Thick slices"],
    }


def test_a_scan_without_findings_says_so() -> None:
    scored = lung.scored(an_answer(), a_volume())
    assert (scored.score, scored.step, scored.result["findings"]) == (0.0, 1, 0)


@pytest.mark.parametrize(("malignancy", "step"), [(0.0, 1), (0.1, 1), (0.1001, 2), (0.95, 10), (1.0, 10)])
def test_the_step_is_the_tenth_of_the_suspicion(malignancy: float, step: int) -> None:
    assert lung.scored(an_answer(a_nodule(malignancy)), a_volume()).step == step


def test_a_finding_names_its_slice_and_its_voxels() -> None:
    (mark,) = lung.scored(an_answer(a_nodule(0.5)), a_volume()).findings
    assert (mark.sop_uid, mark.place["slice"], mark.laterality) == ("1.2.4", 4, "L")
    assert mark.place["slices"] == [3, 5]
    assert mark.place["box"] == [5, 4, 7, 6]
    assert mark.place["mask"] == {"first": [3, 4, 5], "shape": [3, 2, 2], "runs": [0, 12]}


def test_an_answer_survives_being_kept_as_json() -> None:
    scored = lung.scored(an_answer(a_nodule(0.5)), a_volume())
    assert Scored.from_json(json.loads(json.dumps(scored.as_json()))) == scored


class Model:
    """A scorer whose steps do what a test says."""

    device = "none"

    def __init__(self, infer: Callable[[], Scored], *, tag: str = "1", card_text: str = "") -> None:
        self.card = Card("lung-ct", tag, card_text, (), "", "", "", "", thresholds={"nodule": 0.4})
        self._infer = infer

    def decode(self, case: Case, report: Report) -> None:
        report(1.0)

    def infer(self, case: Case, report: Report) -> Scored:
        return self._infer()


def refuse(problem: Exception) -> Callable[[], Scored]:
    def infer() -> Scored:
        raise problem

    return infer


def recorded(model: Model) -> ModelRun:
    """Take one exam through the three steps."""
    with transaction() as session:
        a_model(session)
        exam_id = an_exam(session).id or 0
        due = runs.due(session, exam_id)
    assert due is not None
    case = steps.case_of(exam_id, due.attempt)
    decoded = steps.decode(lambda: model, case, lambda _: None)
    inferred = steps.infer(lambda: model, case, lambda _: None)
    first = steps.record(model, due, "job", decoded, inferred, None)
    assert steps.record(model, due, "job", decoded, inferred, None) == first
    with snapshot() as session:
        return session.exec(select(ModelRun)).one()


def test_a_run_keeps_where_it_comes_from(database: str) -> None:
    run = recorded(Model(lambda: lung.scored(an_answer(a_nodule(0.5)), a_volume())))
    assert (run.outcome, run.score, run.step, run.device, run.workflow_id) == (RunOutcome.scored, 0.5, 5, "none", "job")
    assert run.thresholds == {"nodule": 0.4}
    assert len(run.input_uids) == 1
    assert {"decode", "infer", "field", "record"} <= set(run.stage_seconds)
    with snapshot() as session:
        mark = session.exec(select(Finding)).one()
    assert (mark.number, mark.kind, mark.mean_diameter_mm, mark.volume_mm3) == (1, FindingKind.nodule, 8.0, 260.0)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (NoResult("No lungs {at all} in sight."), "No lungs (at all) in sight."),
        (Rejected("{n} slices are missing", n=3), "3 slices are missing"),
    ],
)
def test_a_refusal_is_recorded_without_any_number(database: str, problem: Exception, said: str) -> None:
    run = recorded(Model(refuse(problem)))
    assert str(Sentence.from_json(run.reason)) == said
    assert (run.outcome, run.score, run.step, run.result) == (RunOutcome.no_result, None, None, {})
    with snapshot() as session:
        assert session.exec(select(Finding)).all() == []


def test_trouble_that_may_pass_is_not_an_answer(database: str) -> None:
    with pytest.raises(Retryable):
        recorded(Model(refuse(Retryable("The disk is full"))))


def test_the_first_registered_card_counts_and_changed_weights_under_its_tag_do_not(database: str) -> None:
    assert list(registered([Model(refuse(NoResult("")))]).by_identity) == ["lung-ct.1"]
    changed = Model(refuse(NoResult("")))
    object.__setattr__(changed.card, "weights", (WeightFile("x.safetensors", "b" * 64),))
    again = registered([changed])
    assert not again.by_identity
    assert "new tag" in again.problems["lung-ct"]
    with snapshot() as session:
        version = runs.active_version(session, ExamKind.lung_ct)
    assert version is not None
    assert version.tag == "1"


def test_a_run_is_written_whole_or_not_at_all(database: str) -> None:
    with transaction() as session:
        a_model(session)
        exam_id = an_exam(session).id or 0
        due = runs.due(session, exam_id)
        assert due is not None
    broken = runs.FindingDraft(kind=FindingKind.nodule, sop_uid="x", place={"never": object()})
    draft = runs.RunDraft(
        workflow_id="w", device="", started_at=now(), finished_at=now(), stage_seconds={}, thresholds={}, input_uids=[], score=0.1, step=1,
        findings=(broken,),
    )  # fmt: skip
    with pytest.raises(Exception, match="JSON"), transaction() as session:
        runs.record(session, due, draft)
    with snapshot() as session:
        assert session.exec(select(ModelRun)).all() == []
        assert session.get(Exam, exam_id) is not None
