"""NELSON, BTS 2015 and EUPS 2017 beside Lung-RADS, and categories that flip within the measurement error."""

from math import pi

import pytest

from core.rules import bts2015, eups2017, growth, nelson
from core.rules.checks import MissingInput
from core.rules.lung_nodule import Nodule
from core.rules.lung_rads import categorise
from core.rules.lung_rads_error import possible


@pytest.mark.parametrize(("volume", "category"), [(49.9, 2), (50, 3), (500, 3), (500.1, 4)])
def test_nelson_solid(volume: float, category: int) -> None:
    assert nelson.category("solid", volume_mm3=volume) == category


@pytest.mark.parametrize(
    ("kind", "volume", "diameter", "category"),
    [("non-solid", None, 7.9, 2), ("non-solid", None, 8, 3), ("part-solid", 20, 8, 3), ("part-solid", 60, 5, 3), ("part-solid", 20, 5, 2)],
)
def test_nelson_subsolid(kind: str, volume: float | None, diameter: float, category: int) -> None:
    assert nelson.category(kind, volume_mm3=volume, diameter_mm=diameter) == category


@pytest.mark.parametrize(("diameter", "category"), [(4.9, 2), (5, 3), (10, 3), (10.1, 4)])
def test_nelson_pleural(diameter: float, category: int) -> None:
    assert nelson.pleural_category(diameter) == category


def test_nelson_benign_and_missing() -> None:
    assert nelson.category("solid", benign=True) == 1
    with pytest.raises(MissingInput, match="volume_mm3 is missing"):
        nelson.category("part-solid", diameter_mm=9)


@pytest.mark.parametrize(
    ("before", "now", "days", "result"),
    [
        (100, 200, 90, "positive"),
        (100, 200, 399, "positive"),
        (100, 200, 400, "indeterminate"),
        (100, 200, 600, "indeterminate"),
        (100, 200, 601, "negative"),
        (100, 124, 30, "negative"),
        (200, 100, 90, "negative"),
        (100, 100, 90, "negative"),
    ],
)
def test_nelson_doubling_time(before: float, now: float, days: float, result: str) -> None:
    assert nelson.follow_up(before, now, days) == result


@pytest.mark.parametrize(
    ("before", "now", "days", "suspicious"), [(30, 60, 590, True), (30, 60, 591, False), (190, 200, 365, True), (40, 30, 90, False)]
)
def test_nelson_new_nodules(before: float, now: float, days: float, suspicious: bool) -> None:
    assert nelson.new_nodule_suspicious(before, now, days) is suspicious


def test_lung_rads_and_nelson_disagree_on_the_same_pair() -> None:
    same = Nodule(kind="solid", mean_tenths=75, before_tenths=60, months=12)
    assert "no growth" in str(categorise([same], baseline=False).because[0])
    assert nelson.follow_up(pi / 6 * 6.0**3, pi / 6 * 7.5**3, 365) == "positive"
    assert growth.doubling_time_from_diameters_days(6.0, 7.5, 365) == pytest.approx(377.9, abs=0.05)


@pytest.mark.parametrize(
    ("volume", "brock", "step"),
    [
        (79.9, None, bts2015.DISCHARGE),
        (80, None, bts2015.CT_3_MONTHS),
        (299, None, bts2015.CT_3_MONTHS),
        (300, 0.099, bts2015.SURVEILLANCE),
        (300, 0.10, bts2015.PET),
    ],
)
def test_bts_by_volume(volume: float, brock: float | None, step: str) -> None:
    assert str(bts2015.first_step(volume_mm3=volume, brock=brock)) == step


@pytest.mark.parametrize(
    ("diameter", "step"), [(4.9, bts2015.DISCHARGE), (5, bts2015.CT_3_MONTHS), (7.9, bts2015.CT_3_MONTHS), (8, bts2015.PET)]
)
def test_bts_by_diameter(diameter: float, step: str) -> None:
    assert str(bts2015.first_step(diameter_mm=diameter, brock=0.5)) == step


def test_bts_needs_brock_for_large_nodules_and_some_size() -> None:
    with pytest.raises(MissingInput, match="brock is missing"):
        bts2015.first_step(diameter_mm=9)
    with pytest.raises(MissingInput, match="the volume or"):
        bts2015.first_step()


@pytest.mark.parametrize(
    ("now", "days", "step"),
    [(124, 30, bts2015.STABLE), (200, 400, bts2015.WORK_UP), (200, 401, bts2015.CHOICE), (200, 601, bts2015.SLOW)],
)
def test_bts_follow_up(now: float, days: float, step: str) -> None:
    assert str(bts2015.follow_up(100, now, days)) == step


@pytest.mark.parametrize(
    ("volume", "new", "step", "verified"),
    [
        (301, False, eups2017.TEAM, True),
        (300, False, eups2017.CT_3_MONTHS, False),
        (99, False, eups2017.NEXT_ROUND, False),
        (201, True, eups2017.TEAM, True),
        (200, True, eups2017.CT_3_MONTHS, False),
        (29, True, eups2017.NEXT_ROUND, False),
    ],
)
def test_eups(volume: float, new: bool, step: str, verified: bool) -> None:
    found = eups2017.next_step(volume, new=new)
    assert (str(found.words), found.verified) == (step, verified)


@pytest.mark.parametrize(("mm", "categories"), [(70, ("3",)), (62, ("2", "3")), (78, ("3", "4A")), (55, ("2", "3")), (54, ("2",))])
def test_categories_within_the_measurement_error(mm: int, categories: tuple[str, ...]) -> None:
    assert possible([Nodule(kind="solid", mean_tenths=mm)], baseline=True) == categories


def test_solid_part_moves_alone_and_stays_inside_the_nodule() -> None:
    assert possible([Nodule(kind="part-solid", mean_tenths=120, solid_tenths=58)], baseline=True) == ("3", "4A")
    assert possible([Nodule(kind="part-solid", mean_tenths=80, solid_tenths=80)], baseline=True) == ("4A", "4B")


def test_growth_within_the_error_flips() -> None:
    pair = Nodule(kind="solid", mean_tenths=75, before_tenths=60, months=12)
    assert possible([pair], baseline=False) == ("3", "4A", "4B")
