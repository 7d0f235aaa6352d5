"""Nodules of two exams: laid on each other, matched, corrected by a doctor; and every failure is named and blocks nothing."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlmodel import Session, select

from core import audit, jobs, sweep
from core.demonstration import phantom
from core.errors import NotAllowed, Rejected
from core.workflow import comparing, matching, registrations
from core.workflow.matching import match, matched, pair
from core.workflow.nodule_pairs import Spot, pairs
from db.engine import snapshot, transaction
from db.enums import ModelState, Role
from db.tables import AuditEvent, Exam, Finding, ModelRun, NoduleMatch, Registration
from tests.build import a_decision, a_model, a_person, a_site, an_exam
from tests.growth_build import NOW_MM, PLACES, a_scored, keep, scored_both, two_exams, with_voxels

HERE = np.eye(4).tolist()


def a_spot(number: int, place: tuple[float, float, float], diameter: float | None = 8.0) -> Spot:
    return Spot(number * 100, number, place, diameter)


def numbers(session: Session, run: ModelRun, known: dict[int, matching.Matched]) -> dict[int, int | None]:
    """Number now → number then."""
    rows = {row.id: row.number for row in session.exec(select(Finding))}
    return {rows[one]: rows.get(found.earlier_finding_id) for one, found in known.items()}


@pytest.fixture
def engine_ready(database: str) -> Iterator[None]:
    jobs.prepare()
    yield
    jobs.close()


def test_five_nodules_of_a_turned_and_shifted_phantom_find_their_partners(sqlite_database: str) -> None:
    with transaction() as session:
        two = two_exams(session)
        with_voxels(session, two)
        now, earlier = scored_both(session, two)
        ids, runs = (two.now.id or 0, two.earlier.id or 0), (now.id or 0, earlier.id or 0)
    assert comparing.compare(*ids) == 5
    with snapshot() as session:
        laid = registrations.registration(session, *ids)
        assert laid is not None
        assert laid.grade in ("good", "fair")  # the phantom has little in its lungs besides noise
        np.testing.assert_allclose(np.array(laid.matrix) @ two.moved, np.eye(4), atol=1.5)
        known = matched(session, runs[0], ids[1], runs[1])
        right = sum(now == then for now, then in numbers(session, now, known).items())
        assert right >= 4
        assert all(one.distance_mm is not None and one.distance_mm < 3 for one in known.values() if one.earlier_finding_id)
    assert comparing.compare(*ids) == 0
    with snapshot() as session:
        assert len(session.exec(select(Registration)).all()) == 1
        assert len(session.exec(select(NoduleMatch)).all()) == 5


def test_one_new_one_gone_and_two_neighbours_on_thicker_slices_are_told_apart(sqlite_database: str) -> None:
    """The same chest turned, shifted and in slices twice as thick; the AI's places are half a thick slice off in z."""
    places = np.array([*PLACES[:3], (70.0, 26.0, -150.0), (-60.0, -25.0, -190.0)])
    gone, sizes = (20.0, 40.0, -110.0), (8.0, 6.0, 10.0, 7.0, 5.0)
    with transaction() as session:
        two = two_exams(session)
        keep(session, two.earlier, phantom.thorax(nodules=[*zip(map(tuple, places[:4]), sizes, strict=False), (gone, 9.0)]))
        thick = phantom.thorax(nodules=[*zip(map(tuple, places), sizes, strict=True)], lies=two.moved, noise=2)
        keep(session, two.now, thick.reshape(40, 2, 176, 176).mean(1).astype(np.int16), thickness=2)
        there = (np.c_[places, np.ones(5)] @ two.moved.T)[:, :3] + (0, 0, 3.5)
        now = a_scored(session, two.now, sizes, there)
        earlier = a_scored(session, two.earlier, (*sizes[:4], 9.0), np.array([*places[:4], gone]))
        ids, runs = (two.now.id or 0, two.earlier.id or 0), (now.id or 0, earlier.id or 0)
    assert comparing.compare(*ids) == 5
    with snapshot() as session:
        known = matched(session, runs[0], ids[1], runs[1])
        assert numbers(session, now, known) == {1: 1, 2: 2, 3: 3, 4: 4, 5: None}


def test_the_nearest_within_the_gates_and_nobody_twice() -> None:
    now = [a_spot(1, (0, 0, 0)), a_spot(2, (9, 0, 0)), a_spot(3, (100, 0, 0))]
    earlier = [a_spot(7, (5, 0, 0)), a_spot(8, (-6, 0, 0)), a_spot(9, (300, 0, 0))]
    found = pairs(now, earlier, HERE, "good")
    assert [one.earlier.number if one.earlier else None for one in found] == [8, 7, None]
    assert found[1].distance_mm == pytest.approx(4)
    assert [one.earlier for one in pairs(now, [], HERE, "good")] == [None, None, None]


def test_a_partner_too_far_or_of_quite_another_size_is_none() -> None:
    one = [a_spot(1, (0, 0, 0), 6.0)]
    assert pairs(one, [a_spot(2, (17.9, 0, 0), 6.0)], HERE, "good")[0].earlier is not None
    assert pairs(one, [a_spot(2, (18.1, 0, 0), 6.0)], HERE, "good")[0].earlier is None
    assert pairs(one, [a_spot(2, (18.1, 0, 0), 6.0)], HERE, "fair")[0].earlier is not None
    assert pairs(one, [a_spot(2, (0, 0, 0), 19.0)], HERE, "good")[0].earlier is None
    assert pairs(one, [a_spot(2, (0, 0, 0), None)], HERE, "good")[0].ratio is None


def laid_and_matched(session: Session) -> tuple[int, int, int, int]:
    """Ids of two exams and of their AI results; matched over a registration that leaves everything in its place."""
    two = two_exams(session, moved=np.eye(4))
    now, earlier = scored_both(session, two)
    session.add(
        Registration(
            exam_id=two.now.id, earlier_exam_id=two.earlier.id, method="test", matrix=HERE, quality={"grade": "good"}, at=now.finished_at
        )
    )
    session.flush()
    assert match(session, two.now.id or 0, two.earlier.id or 0) == 5
    return two.now.id or 0, two.earlier.id or 0, now.id or 0, earlier.id or 0


def test_a_doctors_pair_counts_lasts_and_is_in_the_trail(database: str) -> None:
    with transaction() as session:
        person = a_person(session)
        now, earlier, run, earlier_run = laid_and_matched(session)
        a_decision(session, exam_of(session, earlier), person)
        pair(session, person, now, earlier, number=1, earlier_number=3)
        known = matched(session, run, earlier, earlier_run)
        assert numbers(session, run, known) == {1: 3, 2: 2, 3: None, 4: 4, 5: 5}
        assert {one.author for one in known.values()} == {"Dana Test", None}
        assert match(session, now, earlier) == 0
        assert numbers(session, run, matched(session, run, earlier, earlier_run))[1] == 3
        pair(session, person, now, earlier, number=1, earlier_number=None)
        assert numbers(session, run, matched(session, run, earlier, earlier_run))[1] is None
        trail = [event.action for event in session.exec(select(AuditEvent)) if event.action.startswith("nodule")]
        assert trail == ["nodule_paired", "nodule_unpaired"]
        assert audit.broken_link(session) is None


def exam_of(session: Session, exam_id: int) -> Exam:
    return session.get_one(Exam, exam_id)


def test_a_new_result_is_matched_anew(database: str) -> None:
    with transaction() as session:
        now, earlier, _, earlier_run = laid_and_matched(session)
        again = a_scored(session, exam_of(session, now), NOW_MM[:2], np.array(PLACES)[:2], attempt=2)
        assert match(session, now, earlier) == 2
        assert numbers(session, again, matched(session, again.id or 0, earlier, earlier_run)) == {1: 1, 2: 2}
        a_scored(session, exam_of(session, earlier), NOW_MM[:1], np.array(PLACES)[:1], attempt=2)
        assert matched(session, again.id or 0, earlier, matching.compared_run(session, earlier) or 0) == {}
        assert match(session, now, earlier) == 2


def test_only_a_doctor_of_the_site_who_may_see_the_marks_pairs_nodules(database: str) -> None:
    with transaction() as session:
        doctor, other = a_person(session), a_person(session, "olaf", site=a_site(session, "SOUTH"))
        coordinator = a_person(session, "cora", role=Role.coordinator)
        now, earlier, *_ = laid_and_matched(session)
        for person in (other, coordinator):
            with pytest.raises(NotAllowed, match="not at one of your sites"):
                pair(session, person, now, earlier, number=1, earlier_number=2)
        with pytest.raises(NotAllowed, match="hidden"):  # the earlier exam has not been decided
            pair(session, doctor, now, earlier, number=1, earlier_number=2)
        a_decision(session, exam_of(session, earlier), doctor)
        for number, earlier_number in ((9, 1), (1, 9)):
            with pytest.raises(Rejected, match="not there any more"):
                pair(session, doctor, now, earlier, number=number, earlier_number=earlier_number)


def test_a_registration_that_is_only_rough_matches_nothing(database: str) -> None:
    with transaction() as session:
        two = two_exams(session, moved=np.eye(4))
        now, _ = scored_both(session, two)
        session.add(
            Registration(
                exam_id=two.now.id, earlier_exam_id=two.earlier.id, method="test", matrix=HERE, quality={"grade": "low"}, at=now.finished_at
            )
        )
        session.flush()
        assert match(session, two.now.id or 0, two.earlier.id or 0) == 0


def test_a_scan_without_lungs_leaves_its_reason(sqlite_database: str) -> None:
    with transaction() as session:
        two = two_exams(session)
        scored_both(session, two)
        for exam in (two.now, two.earlier):
            keep(session, exam, np.full((80, 176, 176), 40, np.int16))
        ids = (two.now.id or 0, two.earlier.id or 0)
    assert comparing.compare(*ids) == 0
    with snapshot() as session:
        laid = registrations.registration(session, *ids)
        assert laid is not None
        assert laid.matrix is None
        assert "No complete lungs were found" in str(laid.reason)
        assert not registrations.is_due(session, registrations.pair_of(session, *ids))


def test_the_sweep_finds_pairs_that_nobody_began_once(engine_ready: None) -> None:
    with transaction() as session:
        two = two_exams(session)
        an_exam(session)
        simulated = two_exams(session, images=0)
        pending = an_exam(session, complete=False, days_ago=0)
        ids = two.now.id, two.earlier.id
        assert registrations.never_laid(session) == [ids]
        assert registrations.neighbours(session, two.earlier.id or 0) == [ids]
        assert registrations.neighbours(session, two.now.id or 0) == [ids]
        assert registrations.neighbours(session, simulated.now.id or 0) == []
        assert registrations.neighbours(session, pending.id or 0) == []
    assert sweep.sweep().compared == 1
    assert sweep.sweep().compared == 0
    assert [(job.name, job.subject) for job in jobs.jobs()] == [("compare_exams", str(ids[0]))]


def test_a_pair_whose_job_was_given_up_says_so(engine_ready: None) -> None:
    with transaction() as session:
        two = two_exams(session)
        ids = two.now.id or 0, two.earlier.id or 0
    jobs.client().cancel_workflow(jobs.enqueue_comparing(*ids))
    sweep.sweep()
    with snapshot() as session:
        laid = registrations.registration(session, *ids)
        assert laid is not None
        assert "given up" in str(laid.reason)
        assert registrations.never_laid(session) == []


def test_a_shadow_models_marks_are_never_compared(database: str) -> None:
    with transaction() as session:
        two = two_exams(session)
        shadow = a_model(session, tag="9", state=ModelState.shadow)
        a_scored(session, two.now, (6.0,), np.array(PLACES)[:1], version=shadow)
        assert matching.compared_run(session, two.now.id or 0) is None
        retired = a_model(session, tag="0", state=ModelState.retired)
        run = a_scored(session, two.now, (6.0,), np.array(PLACES)[:1], version=retired)
        assert matching.compared_run(session, two.now.id or 0) == run.id
