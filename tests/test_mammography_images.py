"""Research images: tables and single files are read, and everything that is wrong with one is named."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models import research_images
from models.refusal import NoResult
from tests.breast_build import mammogram


def save(folder: Path, name: str, pixels: np.ndarray | None = None) -> Path:
    """A drawn mammogram as an image file."""
    values = mammogram() if pixels is None else pixels
    Image.fromarray((values * 255).astype(np.uint8)).save(folder / name)
    return folder / name


def test_a_table_gives_its_exams_in_order(tmp_path: Path) -> None:
    save(tmp_path, "a.png")
    save(tmp_path, "b.jpg")
    (tmp_path / "t.csv").write_text("file,exam,laterality,view\na.png,e1,R,CC\nb.jpg,e1,left,mlo\na.png,e2,L,CC\n")
    first, second = research_images.read(tmp_path / "t.csv")
    assert (first.exam, second.exam) == ("e1", "e2")
    assert [(view.laterality, view.view, view.key) for view in first.views] == [("R", "CC", "a.png"), ("L", "MLO", "b.jpg")]
    assert first.views[0].pixels.dtype == np.float32
    assert not first.refused


def test_what_is_wrong_with_one_image_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    save(tmp_path, "a.png")
    (tmp_path / "broken.png").write_bytes(b"no image at all")
    colour = np.zeros((60, 60, 3), np.uint8)
    colour[..., 0] = 200
    Image.fromarray(colour).save(tmp_path / "photo.jpg")
    rows = ["a.png,e,R,CC", "gone.png,e,R,CC", "broken.png,e,R,CC", "photo.jpg,e,R,CC", "a.png,e,X,CC"]
    (tmp_path / "t.csv").write_text("\n".join(["file,exam,laterality,view", *rows]))
    (exam,) = research_images.read(tmp_path / "t.csv")
    assert len(exam.views) == 1
    reasons = [str(view.reason) for view in exam.refused]
    assert [word in reason for word, reason in zip(("not exist", "no readable", "colour", "'X'"), reasons, strict=True)] == [True] * 4


def test_a_single_image_needs_side_and_view(tmp_path: Path) -> None:
    path = save(tmp_path, "R_CC.png")
    with pytest.raises(NoResult, match="--laterality"):
        research_images.read(path)
    (exam,) = research_images.read(path, laterality="L", view="mlo")
    assert (exam.views[0].laterality, exam.views[0].view) == ("L", "MLO")


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("file,view\na.png,CC\n")
    with pytest.raises(NoResult, match="exam, laterality"):
        research_images.read(tmp_path / "t.csv")


def test_sixteen_bits_are_scaled_to_the_unit_range(tmp_path: Path) -> None:
    Image.fromarray((mammogram() * 4095).astype(np.uint16)).save(tmp_path / "deep.png")
    pixels = research_images.pixels(tmp_path / "deep.png")
    assert (float(pixels.min()), float(pixels.max())) == (0, 1)


def test_an_enormous_image_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(research_images, "MOST_PIXELS", 1000)
    with pytest.raises(NoResult, match="400 × 480"):
        research_images.pixels(save(tmp_path, "a.png"))
