"""Growth with its error of measurement, and four protocols side by side on the same pair of measurements."""

from math import log

import pytest

from core.rules import growth_error, lung_rads_error
from core.rules.growth_error import of_diameters, of_volumes
from core.rules.lung_nodule import Nodule
from core.rules.side_by_side import Pair, Said, disagree, side_by_side

LUNG_RADS, NELSON, BTS, EUPS = 0, 1, 2, 3


def solid(**given: object) -> Pair:
    return Pair(**{"kind": "solid", "days": 365, "months": 12} | given)  # type: ignore[arg-type]


def said(pair: Pair, which: int) -> Said:
    return side_by_side(pair)[which]


def band(size: int, limits: tuple[int, ...], names: tuple[str, ...]) -> str:
    """The table again, written another way."""
    return names[sum(size >= limit for limit in limits)]


def test_the_doubling_time_of_a_doubled_volume_is_the_time_that_passed() -> None:
    found = of_volumes(100, 200, 90)
    assert found.days == pytest.approx(90)
    assert found.fastest == pytest.approx(68.08, abs=0.01)  # 100 → 250
    assert found.slowest == pytest.approx(153.86, abs=0.01)  # 100 → 150


def test_a_growth_of_a_quarter_may_be_none() -> None:
    found = of_volumes(100, 125, 90)
    assert found.days == pytest.approx(279.57, abs=0.01)
    assert found.slowest is None
    assert of_volumes(200, 180, 90).days is None
    assert of_volumes(200, 180, 90).fastest == pytest.approx(90 / 0.16993, rel=1e-3)  # 225 mm³ would be growth
    assert of_volumes(200, 100, 90).fastest is None


def test_the_doubling_time_of_diameters_has_its_error_too() -> None:
    found = of_diameters(6.0, 7.5, 365)
    assert found.days == pytest.approx(377.9, abs=0.1)
    assert found.fastest == pytest.approx(of_diameters(6.0, 8.0, 365).days)
    assert found.slowest == pytest.approx(of_diameters(6.0, 7.0, 365).days)
    assert of_diameters(6.0, 6.4, 365).slowest is None


@pytest.mark.parametrize("bad", [0, -1, float("nan"), 1e9])
def test_an_impossible_size_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        of_volumes(100, bad, 90)
    with pytest.raises(ValueError, match="expected"):
        of_diameters(6, bad, 90)
    assert growth_error.VOLUME_ERROR == 0.25


def test_at_the_first_exam_an_error_flips_5_8_and_not_7_mm() -> None:
    def possible(size: int) -> tuple[str, ...]:
        return lung_rads_error.possible([Nodule(kind="solid", mean_tenths=size)], baseline=True)

    assert possible(58) == ("2", "3")
    assert possible(70) == ("3",)
    for size in range(10, 351):
        brute = {band(other, (60, 80, 150), ("2", "3", "4A", "4B")) for other in range(size - 5, size + 6)}
        assert set(possible(size)) == brute, size


def test_at_follow_up_every_flip_is_found() -> None:
    for size in range(10, 351):
        around = [one for one in range(size - 5, size + 6) if one >= 1]
        new = said(solid(new=True, now_mm=size / 10), LUNG_RADS)
        assert set(new.possible) == {band(one, (40, 60, 80), ("2", "3", "4A", "4B")) for one in around}, size
        assert new.label == band(size, (40, 60, 80), ("2", "3", "4A", "4B"))


def test_volumes_flip_within_a_quarter() -> None:
    assert said(solid(before_mm3=100.0, now_mm3=300.0), NELSON).possible == ("positive",)
    flipping = said(solid(days=90, before_mm3=100.0, now_mm3=125.0), NELSON)
    assert flipping.label == "positive"
    assert flipping.possible == ("negative", "positive")
    assert flipping.flips


def test_the_documented_pairs_divide_the_protocols() -> None:
    """domain/clinical-rules.md 2.2: +1.5 mm in a year is no growth for Lung-RADS and a doubling time of 378 days for the others."""
    yearly = side_by_side(solid(before_mm=6.0, now_mm=7.5, before_mm3=113.1, now_mm3=220.9))
    assert [one.action for one in yearly] == ["sooner", "work-up", "work-up", None]
    assert "no growth" in str(yearly[LUNG_RADS].words)
    assert disagree(yearly)
    quarter = side_by_side(solid(days=90, months=3, before_mm=5.8, now_mm=6.2, before_mm3=100.0, now_mm3=125.0))
    assert [one.action for one in quarter] == ["sooner", "work-up", "work-up", None]
    assert disagree(quarter)
    calm = side_by_side(solid(before_mm=4.0, now_mm=4.1, before_mm3=34.0, now_mm3=36.0))
    assert {one.action for one in calm} == {"routine", None}
    assert not disagree(calm)


def test_disagreements_over_a_grid_equal_brute_force() -> None:
    """5,000 nodules: 25 first sizes, 20 growths, 10 intervals; the volumes are those of spheres, measured beside the diameters."""
    found = expected = 0
    for first in range(40, 140, 4):
        for grown in range(0, 40, 2):
            for days in range(60, 660, 60):
                before, now = first / 10, (first + grown) / 10
                pair = solid(
                    days=days, months=round(days / 30.4375), before_mm=before, now_mm=now, before_mm3=sphere(before), now_mm3=sphere(now)
                )
                found += disagree(side_by_side(pair))
                expected += brute_lung_rads(first, first + grown, pair.months) != brute_volume(before, now, days)
    assert found == expected
    assert 500 < found < 4500


def sphere(mm: float) -> float:
    return 3.141592653589793 / 6 * mm**3


def brute_lung_rads(first: int, now: int, months: int) -> str:
    """The rows of the table for a solid nodule seen before, without an earlier category."""
    if now - first <= 15:
        return band(now, (60, 150), ("routine", "sooner", "work-up"))
    if months > 12 and (now - first) * 12 <= 15 * months:
        return "work-up"
    return "sooner" if now < 80 else "work-up"


def brute_volume(before: float, now: float, days: int) -> str:
    """NELSON and BTS take the same limits, only the ends of the bands differ, which no day of this grid hits."""
    ratio = (now / before) ** 3
    if ratio < 1.25:
        return "routine"
    doubling = days * 0.6931471805599453 / log(ratio)
    return "work-up" if doubling < 400 else "sooner" if doubling <= 600 else "routine"


def test_a_protocol_that_lacks_something_says_what() -> None:
    lines = side_by_side(Pair(kind="part-solid", days=90, months=3, now_mm=8.0, before_mm=6.0))
    assert [one.action for one in lines] == [None] * 4
    assert all(one.gap for one in lines)
    assert not disagree(lines)
    new = side_by_side(solid(new=True, now_mm=9.0, now_mm3=250.0))
    assert [one.action for one in new] == ["work-up", None, None, "work-up"]
    same_day = said(solid(days=0, months=0, before_mm3=10.0, now_mm3=20.0), NELSON)
    assert "same day" in str(same_day.gap)
