"""Real mammograms: side and polarity from pixels agree with what the set says, film is read, and the installed weights score an exam."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from models import cards, compute, research_images
from models.breast import view
from models.mammography import CARD, Mammography
from models.refusal import NoResult

SHARED = Path(os.environ.get("FIRSTLIGHT_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
RSNA, MIAS = SHARED / "rsna_mammography", SHARED / "mini_mias"
EMPTY = "822_1942326353.jpg"  # a nearly black image of the set
WRONGLY_LABELLED = {"1893_1741146309.jpg", "2004_1533367273.jpg"}  # called not inverted, white background all the same
real = pytest.mark.skipif(not RSNA.is_dir(), reason="the real data is not here: set FIRSTLIGHT_SHARED_DATA")


def rows(step: int) -> list[dict[str, str]]:
    """Every n-th row of the set's labels."""
    with (RSNA / "labels.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))[::step]


@real
@pytest.mark.shared_data
def test_side_and_polarity_come_from_the_pixels() -> None:
    chosen = [row for row in rows(120) if row["file"] not in {EMPTY, *WRONGLY_LABELLED}]
    fields = [view.prepare(research_images.pixels(RSNA / "images" / row["file"])).field for row in chosen]
    agree = [field.inverted == (row["inverted"] == "True") for field, row in zip(fields, chosen, strict=True)]
    assert np.mean(agree) > 0.9
    for field, row, same in zip(fields, chosen, agree, strict=True):
        if same:  # where they differ, the label is the header's word and the pixels are right
            assert field.chest_wall_right == (row["breast_on_left"] == "False"), row["file"]


@real
@pytest.mark.shared_data
def test_an_image_called_not_inverted_is_seen_to_be_white() -> None:
    for name in WRONGLY_LABELLED:
        assert view.prepare(research_images.pixels(RSNA / "images" / name)).field.inverted


@real
@pytest.mark.shared_data
def test_the_empty_image_of_the_set_is_refused() -> None:
    with pytest.raises(NoResult):
        view.prepare(research_images.pixels(RSNA / "images" / EMPTY))


@real
@pytest.mark.shared_data
def test_film_is_cut_out_of_its_padding() -> None:
    prepared = view.prepare(research_images.pixels(MIAS / "mdb010.png"))
    assert not prepared.field.inverted
    assert prepared.box[2] > 0.15  # the black padding on the left is gone
    assert (prepared.crop > 0).mean() > 0.4


def test_the_installed_weights_fit_their_card() -> None:
    model = Mammography.load(compute.reference())
    assert model.card == cards.load(CARD)
    assert len(model.networks) == sum(part.fold is not None for part in model.card.weights)
    assert sum((cards.WEIGHTS / part.file).stat().st_size for part in model.card.weights) < 27_000_000


@real
@pytest.mark.shared_data
def test_a_real_exam_scores_alike_in_both_precisions() -> None:
    """Tolerance of the fast path: 0.05 in the probability (bfloat16 keeps three digits)."""
    chosen = [row for row in rows(1) if row["patient_id"] == "2859"][:2]
    pixels = [research_images.pixels(RSNA / "images" / row["file"]) for row in chosen]
    views = [view.View(values, row["laterality"], row["view"], row["file"]) for values, row in zip(pixels, chosen, strict=True)]
    exact, fast = Mammography.load(compute.reference()).score(views), Mammography.load().score(views)
    assert set(exact.breasts) == {row["laterality"] for row in chosen}
    for side, probability in exact.breasts.items():
        assert fast.breasts[side] == pytest.approx(probability, abs=0.05)
