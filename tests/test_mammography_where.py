"""Where the evidence is: peaks of the heat map, the nipple, and marks of two views at the same distance from it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.breast import field, heat, nipple
from models.breast.exam import ViewResult
from models.breast.heat import Mark, Seen
from models.breast.linking import assign, linked
from models.breast.nipple import Nipple
from models.breast.view import prepare
from models.evaluation import mammography_brightest, mammography_marks
from models.evaluation.mammography_marks import Film, Lesion
from tests.breast_build import mammogram

GRID = (40, 24)
TIP = Nipple(0.5, 0.5, 0.0, 0.5, False)


def seen(evidence: NDArray[np.float64]) -> Seen:
    return Seen(evidence.astype(np.float32), np.ones(evidence.shape, np.bool_))


def hill(shape: tuple[int, int], row: float, column: float, high: float, wide: float = 3.0) -> NDArray[np.float64]:
    rows, columns = np.indices(shape)
    return np.asarray(high * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * wide**2)))


def view(name: str, marks: list[tuple[float, float]], *, side: str = "R", tip: Nipple | None = TIP, mm: float | None = 0.1) -> ViewResult:
    """A view of 1000 × 800 pixels with marks of falling evidence; the nipple in the middle, the chest wall on the left."""
    drawn = tuple(Mark(x, y, 0.9 - number / 10) for number, (x, y) in enumerate(marks))
    spacing = None if mm is None else (mm, mm)
    return ViewResult(f"{side}-{name}", side, name, cancer=0.5, marks=drawn, shape=(1000, 800), spacing_mm=spacing, nipple=tip)


def test_marks_are_the_highest_peaks_and_carry_what_the_map_shows_there() -> None:
    evidence = sum((hill((96, 80), *place) for place in [(20, 20, 0.9), (50, 60, 0.8), (80, 20, 0.7), (80, 60, 0.6)]), np.zeros((96, 80)))
    found = heat.marks(seen(evidence))
    assert [round(mark.evidence, 2) for mark in found] == [0.9, 0.8, 0.7]
    assert (found[0].x, found[0].y) == (20.5 / 80, 20.5 / 96)


def test_the_slope_of_one_hill_is_not_a_second_mark() -> None:
    assert len(heat.marks(seen(hill((96, 80), 40, 40, 0.9, wide=20)))) == 1


def test_two_peaks_close_together_are_one_mark() -> None:
    assert len(heat.marks(seen(np.maximum(hill((96, 80), 40, 40, 0.9, 1.5), hill((96, 80), 40, 45, 0.8, 1.5))))) == 1


def test_no_mark_lies_in_the_muscle_or_on_its_rim() -> None:
    evidence = np.maximum(hill((96, 80), 10, 10, 0.9, 8), hill((96, 80), 60, 50, 0.5))
    muscle = np.tri(48, 40, -1)[::-1].astype(np.bool_) & (np.arange(48)[:, None] < 15)
    assert muscle[5, 5]
    found = heat.marks(seen(evidence), muscle)
    assert [round(mark.y * 96 - 0.5) for mark in found] == [60]


def test_no_evidence_makes_no_mark() -> None:
    assert heat.marks(seen(np.zeros((96, 80)))) == ()
    assert heat.marks(Seen(np.ones((9, 8), np.float32), np.zeros((9, 8), np.bool_))) == ()


@pytest.mark.parametrize("mirrored", [False, True])
def test_what_the_network_makes_of_the_background_is_no_mark(mirrored: bool) -> None:
    """Cells with less than a quarter of breast say much, one cell inside says less: the mark is there."""
    image = mammogram()
    prepared = prepare(image[:, ::-1].copy() if mirrored else image)
    breast = (prepared.crop > 0).reshape(40, 16, 24, 16).mean((1, 3))
    local = np.where(breast < 0.25, 1.0, 0.05).astype(np.float32)
    local[20, 10] = 0.6
    found = heat.marks(heat.to_view(local, prepared, image.shape))
    top, bottom, left, right = prepared.box
    x = (found[0].x - left) / (right - left)
    assert (1 - x if mirrored else x) * 24 == pytest.approx(10.5, abs=0.6)
    assert (found[0].y - top) / (bottom - top) * 40 == pytest.approx(20.5, abs=0.6)


@pytest.mark.parametrize("cell", [(20, 0), (1, 0), (20, 22)])
def test_evidence_at_the_chest_wall_and_under_the_skin_is_marked(cell: tuple[int, int]) -> None:
    image = mammogram()
    prepared = prepare(image)
    local = np.full(GRID, 0.02, np.float32)
    local[cell] = 0.9
    found = heat.marks(heat.to_view(local, prepared, image.shape))
    top, bottom, left, right = prepared.box
    assert (found[0].x - left) / (right - left) * 24 == pytest.approx(cell[1] + 0.5, abs=1)
    assert (found[0].y - top) / (bottom - top) * 40 == pytest.approx(cell[0] + 0.5, abs=1)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_nipple_is_the_tip_of_the_breast(mirrored: bool) -> None:
    image = mammogram(shape=(480, 400))
    found = nipple.find(field.find(image[:, ::-1].copy() if mirrored else image))
    assert found is not None
    assert (1 - found.x if mirrored else found.x) == pytest.approx(0.6, abs=0.03)
    assert found.y == pytest.approx(0.5, abs=0.02)
    assert (found.wall_x, found.wall_y) == (float(mirrored), found.y)


@pytest.mark.parametrize("mirrored", [False, True])
def test_on_an_oblique_view_the_nipple_lies_lower_with_the_muscle_known(mirrored: bool) -> None:
    image = mammogram(shape=(480, 400))
    found = field.find(image[:, ::-1].copy() if mirrored else image)
    rows, columns = np.indices(found.mask.shape)
    from_wall = columns[:, ::-1] if mirrored else columns
    muscle = found.mask & (from_wall < 90 - 0.6 * rows)
    straight, oblique = nipple.find(found), nipple.find(found, muscle)
    assert straight is not None
    assert oblique is not None
    assert oblique.from_muscle
    assert oblique.y > straight.y + 0.02
    height, width = found.mask.shape
    across, down = (oblique.wall_x - oblique.x) * width, (oblique.wall_y - oblique.y) * height
    along = np.array([0.6 if mirrored else -0.6, 1.0])  # the drawn line
    assert abs(np.dot([across, down], along)) / np.hypot(across, down) < 0.1  # at a right angle to it


def test_a_breast_that_runs_out_of_the_image_has_no_known_nipple() -> None:
    image = mammogram(shape=(480, 400))[:, :200]
    assert nipple.find(field.Field(image > 0, (0, 1, 0, 1), False, False)) is None


def test_marks_at_the_same_distance_are_linked_both_ways() -> None:
    """40 mm and 41 mm from the nipple."""
    cc, mlo = linked([view("CC", [(0.5, 0.9)]), view("MLO", [(0.5, 0.5 - 0.41)])])
    assert [(link.mark, link.partner_view, link.partner, link.unit) for link in cc.links] == [(1, "R-MLO", 1, "mm")]
    assert (cc.links[0].distance, cc.links[0].partner_distance) == (pytest.approx(40), pytest.approx(41))
    assert (mlo.links[0].distance, mlo.links[0].partner_distance) == (pytest.approx(41), pytest.approx(40))


def test_marks_too_far_apart_and_of_the_other_breast_are_not_linked() -> None:
    far = linked([view("CC", [(0.5, 0.9)]), view("MLO", [(0.5, 0.74)])])  # 40 mm and 24 mm
    other = linked([view("CC", [(0.5, 0.9)]), view("MLO", [(0.5, 0.9)], side="L")])
    unknown = linked([view("CC", [(0.5, 0.9)]), view("MLO", [(0.5, 0.9)], tip=None)])
    same = linked([view("CC", [(0.5, 0.9)]), view("CC", [(0.5, 0.9)])])
    assert [one.links for found in (far, other, unknown, same) for one in found] == [()] * 8


def test_without_the_size_of_a_pixel_the_share_of_the_depth_is_compared() -> None:
    """The depth is 400 pixels; 300 and 330 pixels from the nipple are 0.75 and 0.825 of it."""
    cc, _ = linked([view("CC", [(0.5, 0.8)], mm=None), view("MLO", [(0.5, 0.83)])])
    assert cc.links[0].unit == "depth"
    assert (cc.links[0].distance, cc.links[0].partner_distance) == (pytest.approx(0.75), pytest.approx(0.825))


def test_each_mark_has_one_partner_and_as_many_as_can_be_have_one() -> None:
    """The nearest pair, 20 and 21, would leave 6 and 34 alone."""
    assert sorted(assign([20, 6], [21, 34], tolerance=15)) == [(0, 1), (1, 0)]
    assert assign([20, 60], [21, 22], tolerance=15) == [(0, 0)]
    assert assign([], [1.0], tolerance=15) == []


def test_json_says_which_mark_is_linked_to_which() -> None:
    cc, _ = linked([view("CC", [(0.5, 0.6), (0.5, 0.9)]), view("MLO", [(0.5, 0.9)])])
    said = cc.as_json()
    assert said["marks"][0]["linked"] == []
    assert said["marks"][1]["linked"] == [{"view": "R-MLO", "mark": 1, "distance": 40.0, "partner_distance": 40.0, "unit": "mm"}]
    assert said["nipple"] == {"x": 0.5, "y": 0.5}


def film(name: str, lesions: list[tuple[bool, float, float, float]], marks: list[tuple[float, float, float]]) -> Film:
    drawn = tuple(Mark(x / 100, y / 200, evidence) for x, y, evidence in marks)
    return Film(name, (200, 100), tuple(Lesion(*one) for one in lesions), drawn, (0.1,) * len(lesions))


def test_sensitivity_by_false_marks_is_counted_by_hand() -> None:
    """Two films of one woman and one of another, each with a malignant lesion of radius 10 at (50, 50)."""
    there = (True, 50.0, 50.0, 10.0)
    films = [
        film("mdb001", [there], [(50, 52, 0.9), (10, 150, 0.2)]),
        film("mdb002", [there], [(90, 190, 0.8), (45, 55, 0.7)]),
        film("mdb003", [there], [(90, 190, 0.6)]),
    ]
    said = mammography_marks.figures(films)["malignant"]
    assert said["hit_by_highest_mark"]["hits"] == 1
    assert said["hit_by_any_mark"]["hits"] == 2
    by_rate = said["sensitivity_by_false_marks_per_film"]
    assert [by_rate[f"at_{rate}"]["value"] for rate in ("0.5", "1", "2", "3")] == [pytest.approx(2 / 3)] * 4
    assert mammography_marks.curve(films)[:2] == [
        (0.0, pytest.approx(1 / 3), None, None),
        (pytest.approx(1 / 3), pytest.approx(2 / 3), None, None),
    ]
    assert said["blind_any_mark_expected"] == pytest.approx(1 - 0.9**3)
    assert [one.woman for one in films] == ["mdb1", "mdb1", "mdb2"]


def test_a_mark_on_a_benign_lesion_is_neither_right_nor_wrong_for_malignant_ones() -> None:
    lesions = [(True, 50.0, 50.0, 10.0), (False, 20.0, 150.0, 10.0)]
    films = [film("mdb001", lesions, [(20, 150, 0.9), (50, 50, 0.5)]), film("mdb003", lesions[:1], [(50, 50, 0.4)])]
    assert mammography_marks.figures(films)["malignant"]["sensitivity_by_false_marks_per_film"]["at_0.5"]["value"] == 1
    assert mammography_marks.curve(films)[0] == (0.0, 1.0, None, None)


def test_the_brightest_blob_is_marked_but_never_the_muscle() -> None:
    image = mammogram(shape=(480, 400), structure=0.02)
    rows, columns = np.indices(image.shape)
    image[np.hypot(rows - 300, columns - 120) < 20] = 0.9
    corner = (columns < 90) & (rows < 160) & (image > 0)
    image[corner] = 1.0
    found = field.find(image)
    muscle = heat.resized(corner, found.mask.shape)
    first = mammography_brightest.marks(image, found, muscle)[0]
    assert (first.x * 400, first.y * 480) == (pytest.approx(120, abs=8), pytest.approx(300, abs=8))
    anywhere = mammography_brightest.marks(image, found, None)[0]
    assert corner[int(anywhere.y * 480), int(anywhere.x * 400)]
