"""Where protocols disagree: the documented pairs, a grid counted by brute force, and a queue that shows nothing that is held back."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from core.access import Person
from core.errors import NotAllowed
from core.protocols import queue as page
from core.protocols.nodules import Judged, by_ai
from core.protocols.queue import Disagreements, disagreeing, queue
from core.rules.first_sight import Seen, first_sight
from core.rules.side_by_side import Pair, Said, side_by_side
from core.workflow.matching import match, pair
from db.engine import transaction
from db.enums import ProgrammeDecision, Role
from db.tables import NoduleMatch, Registration
from tests.build import a_decision, a_model, a_participant, a_person, a_policy, a_read, a_run, a_site, an_exam
from tests.growth_build import PLACES, TwoExams, a_scored, nodule, sphere, two_exams


def actions(said: tuple[Said, ...]) -> dict[str, str | None]:
    return {one.protocol.split()[0]: one.action for one in said}


def a_nodule(said: tuple[Said, ...]) -> Judged:
    return Judged(1, "ai", "m", "1", "solid", False, None, None, None, None, None, False, said)


@pytest.mark.parametrize(
    "measured",
    [
        {"before_mm": 5.76, "now_mm": 6.2, "before_mm3": 100, "now_mm3": 125, "days": 90, "months": 3},
        {"before_mm": 6.0, "now_mm": 7.5, "before_mm3": sphere(6.0), "now_mm3": sphere(7.5), "days": 365, "months": 12},
    ],
    ids=["100 to 125 mm3 in 90 days", "6.0 to 7.5 mm in 365 days"],
)
def test_the_documented_disagreements(measured: dict[str, Any]) -> None:
    """No growth in millimetres by Lung-RADS, and a doubling time of 280 and of 378 days, which are work-up elsewhere."""
    said = side_by_side(Pair(kind="solid", **measured))
    assert actions(said) == {"Lung-RADS": "sooner", "NELSON": "work-up", "BTS": "work-up", "European": None}
    assert a_nodule(said).disagree


def test_a_quarter_less_growth_and_nelson_and_bts_are_quiet() -> None:
    said = side_by_side(Pair(kind="solid", before_mm=5.76, now_mm=6.19, before_mm3=100, now_mm3=124.9, days=90, months=3))
    assert actions(said) == {"Lung-RADS": "sooner", "NELSON": "routine", "BTS": "routine", "European": None}


GRID = list(product(range(40, 140), range(30, 130, 2)))
"""5,000 nodules: mean diameters from 4.0 to 13.9 mm, doubled by what is seen a while later (percent of volume)."""


def brute_lung_rads(before: int, now: int, months: int) -> str:
    """Solid nodules at follow-up in tenths of a millimetre, read from the table."""
    grown = now - before > 15 and (months <= 12 or (now - before) * 12 > 15 * months)
    if grown:
        return "work-up" if now >= 80 else "sooner"
    if now < 60:
        return "routine"
    return "sooner" if now < 150 else "work-up"


def brute_volumes(before: float, now: float, days: int) -> tuple[str, str]:
    """NELSON and BTS from two volumes."""
    if (now - before) * 100 / before < 25:
        return "routine", "routine"
    doubling = days * np.log(2) / np.log(now / before)
    nelson = "work-up" if doubling < 400 else "sooner" if doubling <= 600 else "routine"
    return nelson, "work-up" if doubling <= 400 else "sooner" if doubling <= 600 else "routine"


def test_the_count_over_five_thousand_nodules_equals_brute_force() -> None:
    days, months = 365, 12
    found, expected = [], 0
    for before, percent in GRID:
        now = round(before * (1 + percent / 100) ** (1 / 3))
        v1, v2 = sphere(before / 10), sphere(now / 10)
        pair_ = Pair(
            kind="solid", days=days, months=months, before_mm=before / 10, now_mm=now / 10, before_mm3=v1, now_mm3=v2
        )  # fmt: skip
        found.append(a_nodule(side_by_side(pair_)))
        expected += len({brute_lung_rads(before, now, months), *brute_volumes(v1, v2, days)}) > 1
    assert len(found) == 5000
    assert len(disagreeing(found)) == expected
    assert 500 < expected < 4500


def brute_first(mean: int, volume: float) -> set[str]:
    rads = "routine" if mean < 60 else "sooner" if mean < 150 else "work-up"
    nelson = "routine" if volume < 50 else "sooner" if volume <= 500 else "work-up"
    eups = "routine" if volume < 100 else "sooner" if volume <= 300 else "work-up"
    bts = {"routine"} if volume < 80 else {"sooner"} if volume < 300 else set()
    return {rads, nelson, eups, *bts}


def test_first_sight_over_five_thousand_sizes_equals_brute_force() -> None:
    grid = [(mean, volume) for mean in range(30, 130) for volume in range(20, 1020, 20)]
    found = [a_nodule(first_sight(Seen(kind="solid", mean_mm=mean / 10, volume_mm3=volume))) for mean, volume in grid]
    assert len(found) == 5000
    assert [set(one.actions) for one in found] == [brute_first(mean, volume) for mean, volume in grid]
    assert len(disagreeing(found)) == sum(len(brute_first(mean, volume)) > 1 for mean, volume in grid)


@pytest.mark.parametrize(
    ("given", "gaps"),
    [
        ({"kind": "solid"}, 4), ({"kind": "solid", "volume_mm3": 400.0}, 2), ({"kind": "part-solid", "mean_mm": 9.0}, 4),
        ({"kind": "non-solid", "mean_mm": 9.0}, 2), ({"kind": "solid", "mean_mm": 7.0, "volume_mm3": 150.0}, 0),
        ({"kind": "solid", "mean_mm": 9.0, "volume_mm3": 400.0, "brock": 0.2}, 0),
    ],
)  # fmt: skip
def test_what_a_protocol_lacks_is_said_and_nothing_is_converted(given: dict[str, Any], gaps: int) -> None:
    said = first_sight(Seen(**given))
    assert sum(one.gap is not None for one in said) == gaps
    assert all((one.gap is None) is (one.action is not None) for one in said)


@pytest.fixture
def dana(database: str) -> Person:
    with transaction() as session:
        return a_person(session)


def matched_pair(sizes: tuple[float, ...] = (6.0, 4.0), now: tuple[float, ...] = (7.5, 4.0), *, decided: bool = True) -> TwoExams:
    """Two exams a year apart whose nodules are matched; the earlier one is decided."""
    with transaction() as session:
        reader = a_person(session, f"reader{np.random.default_rng().integers(1 << 40)}")
        two = two_exams(session, moved=np.eye(4))
        a_scored(session, two.now, now, np.array(PLACES[: len(now)]))
        a_scored(session, two.earlier, sizes, np.array(PLACES[: len(sizes)]))
        session.add(
            Registration(exam_id=two.now.id, earlier_exam_id=two.earlier.id, method="test", matrix=np.eye(4).tolist(),
                         quality={"grade": "good"}, at=two.now.received_at)
        )  # fmt: skip
        session.flush()
        match(session, two.now.id or 0, two.earlier.id or 0)
        a_decision(session, two.earlier, reader, days_ago=100)
        if decided:
            a_decision(session, two.now, reader)
    return two


def look(person: Person, **wanted: Any) -> Disagreements:
    with transaction() as session:
        return queue(session, person, **wanted)


def test_the_queue_holds_the_nodule_that_grew_and_not_the_one_that_did_not(dana: Person) -> None:
    two = matched_pair()
    found = [row for row in look(dana).rows if row.exam_id == two.now.id]
    (row,) = found
    assert (row.nodule.name, row.nodule.days, row.nodule.before_mm, row.nodule.now_mm) == ("1", 365, 6.0, 7.5)
    assert actions(row.nodule.said) == {"Lung-RADS": "routine", "NELSON": "work-up", "BTS": "work-up", "European": None}
    assert row.name == "Doe, Jane"


def test_the_first_exam_is_judged_by_the_tables_of_first_sight(dana: Person) -> None:
    two = matched_pair((5.0, 7.0))
    found = {row.nodule.name: row.nodule for row in look(dana).rows if row.exam_id == two.earlier.id}
    assert set(found) == {"1"}  # 5.0 mm is 65 mm³: nothing for Lung-RADS, BTS and the European statement, a CT for NELSON
    assert {one.action for one in found["1"].said} == {"routine", "sooner"}
    assert found["1"].days is None


def test_a_nodule_that_did_not_grow_steps_down_from_its_own_category_and_not_from_its_size(dana: Person) -> None:
    """8.1 mm is 4A at first sight; stable a year later it is 3, and 2 after another year, not 3 again by its size."""
    with transaction() as session:
        who = a_participant(session)
        exams = [an_exam(session, participant=who, days_ago=days) for days in (733, 368, 3)]
        runs = [a_run(session, exam) for exam in exams]
        marks = [nodule(session, run, 1, 8.1 - place / 10, np.array(PLACES[0])) for place, run in enumerate(runs)]
        for place in (1, 2):
            session.add(
                NoduleMatch(finding_id=marks[place].id or 0, earlier_exam_id=exams[place - 1].id or 0, at=exams[place].received_at,
                            earlier_finding_id=marks[place - 1].id, detail={"earlier_run": runs[place - 1].id})
            )  # fmt: skip
        session.flush()
        found = {one.exam_id: one for one in by_ai(session, [exam.id or 0 for exam in exams])}
        alone = {one.exam_id: one for one in by_ai(session, [exams[2].id or 0])}
    assert [found[exam.id or 0].said[0].label for exam in exams] == ["4A", "3", "2"]
    assert alone[exams[2].id or 0].said[0].label == "2"


def test_a_corrected_match_counts_at_once(dana: Person) -> None:
    two = matched_pair()
    with transaction() as session:
        pair(session, dana, two.now.id or 0, two.earlier.id or 0, number=1, earlier_number=None)
    with transaction() as session:
        (corrected,) = [one for one in by_ai(session, [two.now.id or 0]) if one.name == "1"]
    assert corrected.new
    assert corrected.before_mm is None


def test_a_match_with_an_ai_result_that_no_longer_counts_is_left_out(dana: Person) -> None:
    two = matched_pair()
    with transaction() as session:
        a_run(session, two.earlier, attempt=2)
    with transaction() as session:
        assert list(by_ai(session, [two.now.id or 0])) == []


def test_only_concluded_exams_of_one_s_own_sites(dana: Person) -> None:
    two = matched_pair(decided=False)
    with transaction() as session:
        stranger = a_person(session, "stranger", site=a_site(session, "SOUTH", name="South clinic"))
        coordinator = a_person(session, "carl", role=Role.coordinator)
    assert two.now.id not in {row.exam_id for row in look(dana).rows}
    assert look(stranger) == Disagreements((), None, 0, 0, 0)
    with pytest.raises(NotAllowed):
        look(coordinator)


def test_ai_marks_stay_back_while_an_exam_of_the_participant_is_to_be_read_blind(dana: Person) -> None:
    """The earlier exam is concluded, but its marks would tell something about the one that waits."""
    with transaction() as session:
        a_policy(session, "lung", "after_read")
    two = matched_pair((5.0,), (5.0,), decided=False)
    held = look(dana)
    assert [row for row in held.rows if row.nodule.origin == "ai"] == []
    assert held.held_back == 1
    with transaction() as session:
        a_decision(session, two.now, dana)
    shown = look(dana)
    assert {row.exam_id for row in shown.rows} >= {two.earlier.id}
    assert shown.held_back == 0


def test_ai_marks_stay_out_where_the_policy_shows_no_ai(dana: Person) -> None:
    with transaction() as session:
        a_policy(session, "lung", "off")
    matched_pair()
    found = look(dana)
    assert (found.rows, found.held_back) == ((), 2)


def test_readers_nodules_are_compared_too_and_what_they_call_benign_is_not(dana: Person) -> None:
    small = {"name": "a", "kind": "solid", "long_mm": 5.2, "short_mm": 4.8, "volume_mm3": 65.0}
    benign = {**small, "name": "b", "flags": ["benign_calcification"]}
    with transaction() as session:
        exam = an_exam(session, participant=a_participant(session))
        a_read(session, exam, dana, opinion={"nodules": [small, benign, {"name": "c", "kind": "cyst"}]})
        a_decision(session, exam, dana, decision=ProgrammeDecision.routine_recall, category="2")
    (row,) = look(dana, origin="reader").rows
    assert (row.nodule.name, row.nodule.by, row.category) == ("a", "Dana Test", "2")
    assert look(dana, origin="ai").rows == ()


def test_pages_go_on_with_older_exams_and_hold_each_once(dana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "SIZE", 2)
    monkeypatch.setattr(page, "AT_ONCE", 2)
    monkeypatch.setattr(page, "LOOKED_AT", 4)
    with transaction() as session:
        a_model(session)
        exams = [an_exam(session, days_ago=days) for days in (9, 3, 3, 40, 5, 3, 400)]
        for exam in exams:
            run = a_run(session, exam)
            nodule(session, run, 1, 5.0, np.array(PLACES[0]))
            a_decision(session, exam, dana)
    found, before = [], None
    while True:
        some = look(dana, before=before)
        found += [row.exam_id for row in some.rows]
        before = some.before
        if before is None:
            break
    assert found == [exam.id for exam in sorted(exams, key=lambda exam: (exam.exam_date, exam.id or 0), reverse=True)]
