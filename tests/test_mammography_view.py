"""Reading a view: blank and foreign images are refused by name; side, polarity, labels and stretch make no difference to the crop."""

import numpy as np
import pytest
from PIL import Image

from models.breast import field, view
from models.refusal import NoResult
from tests.breast_build import mammogram


def apart(first: np.ndarray, second: np.ndarray) -> float:
    """Mean difference of two crops in grey values of 255."""
    return float(np.abs(first.astype(float) - second).mean())


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_a_constant_image_is_refused(value: float) -> None:
    with pytest.raises(NoResult, match="blank"):
        view.prepare(np.full((300, 200), value, np.float32))


def test_pixels_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(NoResult, match="blank"):
        view.prepare(np.full((300, 200), np.nan, np.float32))


def test_a_breast_without_any_structure_is_refused() -> None:
    with pytest.raises(NoResult, match="No tissue structure"):
        view.prepare(mammogram(structure=0.0))


def test_an_empty_detector_with_a_label_is_refused() -> None:
    empty = np.zeros((480, 400), np.float32)
    empty[20:40, 340:380] = 1
    with pytest.raises(NoResult, match="No breast"):
        view.prepare(empty)


def test_an_image_without_background_is_refused() -> None:
    photograph = np.random.default_rng(0).uniform(0.3, 0.9, (300, 400)).astype(np.float32)
    photograph[0, 0] = 0
    with pytest.raises(NoResult, match="photograph"):
        view.prepare(photograph)


def test_a_body_that_touches_no_side_is_refused() -> None:
    rows, columns = np.indices((400, 400))
    body = (rows - 200) ** 2 + (columns - 200) ** 2 < 120**2
    image = np.where(body, 0.5 + 0.2 * np.sin(rows / 9) * np.cos(columns / 7), 0).astype(np.float32)
    with pytest.raises(NoResult, match="cut off straight"):
        view.prepare(image)


def test_the_mirrored_twin_gives_the_same_crop() -> None:
    image = mammogram()
    assert not view.prepare(image).field.chest_wall_right
    twin = view.prepare(image[:, ::-1].copy())
    assert twin.field.chest_wall_right
    assert apart(twin.crop, view.prepare(image).crop) < 0.5


def test_the_inverted_twin_gives_the_same_crop() -> None:
    image = mammogram()
    twin = view.prepare(1 - image)
    assert twin.field.inverted
    assert not view.prepare(image).field.inverted
    assert apart(twin.crop, view.prepare(image).crop) < 0.5


def test_a_label_beside_the_breast_leaves_no_trace() -> None:
    image = mammogram()
    labelled = image.copy()
    labelled[30:60, 340:390] = 1
    assert apart(view.prepare(labelled).crop, view.prepare(image).crop) < 0.5


def test_a_stretched_image_gives_nearly_the_same_crop() -> None:
    image = mammogram()
    stretched = np.asarray(Image.fromarray(image).resize((640, 480), Image.Resampling.BILINEAR), np.float32)
    assert apart(view.prepare(stretched).crop, view.prepare(image).crop) < 6


def test_exposure_makes_no_difference() -> None:
    image = mammogram()
    assert apart(view.prepare(0.5 * image).crop, view.prepare(image).crop) < 1


def test_the_crop_has_the_fixed_shape_and_marks_the_outside() -> None:
    crop = view.prepare(mammogram()).crop
    assert crop.shape == view.SHAPE
    assert crop.dtype == np.uint8
    assert crop[:20, -20:].max() == 0  # background in the far corner
    assert crop[view.SHAPE[0] // 2, 5] > 0  # tissue at the chest wall


def test_the_field_is_found_at_the_right_place() -> None:
    found = field.find(mammogram())
    top, bottom, left, right = found.box
    assert left == 0
    assert 0.05 < top < 0.12
    assert 0.88 < bottom < 0.95
    assert 0.55 < right < 0.65
