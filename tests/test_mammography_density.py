"""Pectoral muscle and percent density on drawn breasts whose muscle and dense tissue are known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.breast import field, pectoral, percent_density
from models.evaluation.percent_density import agreement
from tests.breast_build import mammogram

SHAPE = (480, 400)


def oblique(*, dense: float = 0.0, muscle: bool = True, seed: int = 0) -> NDArray[np.float32]:
    """A breast of fat at 0.4 with a straight muscle at 0.8 and a dense disc at 0.8, `dense` of the rows wide."""
    rows, columns = np.indices(SHAPE)
    breast = mammogram(shape=SHAPE, structure=0) > 0
    image = np.where(breast, 0.4, 0) + 0.02 * np.random.default_rng(seed).normal(size=SHAPE) * breast
    if muscle:
        image[breast & in_muscle()] = 0.8
    image[breast & (np.hypot(rows - 270, columns - 90) < dense * SHAPE[0])] = 0.8
    return np.clip(image, 0, 1).astype(np.float32)


def in_muscle() -> NDArray[np.bool_]:
    rows, columns = np.indices(SHAPE)
    return columns / 150 + rows / 270 < 1


def muscle_of(image: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    return pectoral.find(field.find(image), image)


def percent(image: NDArray[np.float32], view: str = "MLO") -> float | None:
    found = field.find(image)
    return percent_density.of_view(view, found, image, pectoral.find(found, image) if view in pectoral.OBLIQUE else None)


def test_the_muscle_is_where_it_was_drawn() -> None:
    image = oblique()
    found, mask = muscle_of(image), field.find(image).mask
    assert found is not None
    drawn = field.shrink(in_muscle().astype(np.float32))[:, : mask.shape[1]] > 0.5
    drawn &= mask
    overlap = 2 * (found & drawn).sum() / (found.sum() + drawn.sum())
    assert overlap > 0.9


def test_mirrored_and_inverted_twins_have_the_same_muscle() -> None:
    image = oblique()
    first, mirrored, inverted = muscle_of(image), muscle_of(image[:, ::-1].copy()), muscle_of(1 - image)
    assert first is not None
    assert mirrored is not None
    assert inverted is not None
    assert (mirrored[:, ::-1] != first).mean() < 0.005
    assert (inverted != first).mean() < 0.005


def test_a_breast_without_a_muscle_has_none() -> None:
    assert muscle_of(oblique(muscle=False)) is None
    assert muscle_of(mammogram(seed=4)) is None


def test_more_dense_tissue_is_a_larger_percentage() -> None:
    found = [percent(oblique(dense=dense)) for dense in (0.0, 0.08, 0.15)]
    assert None not in found
    assert found == sorted(found)  # type: ignore[type-var]
    assert found[0] < 2 < 5 < found[2]  # type: ignore[operator]


def test_the_percentage_is_the_area_of_the_disc_of_what_was_looked_at() -> None:
    image = oblique(dense=0.12, muscle=False)
    found = percent(image, "CC")
    disc = np.pi * (0.12 * SHAPE[0]) ** 2 / (image > 0).sum()
    assert found == pytest.approx(100 * disc, rel=0.25)  # the skin is not looked at, so the share is a little larger


@pytest.mark.parametrize("change", [lambda x: 1 - x, lambda x: 0.5 * x, lambda x: 0.1 + 0.8 * x, lambda x: x[:, ::-1].copy()])
def test_polarity_window_exposure_and_side_change_nothing(change) -> None:  # type: ignore[no-untyped-def]
    image = oblique(dense=0.12)
    assert percent(change(image)) == pytest.approx(percent(image), abs=0.5)


def test_an_oblique_view_without_a_sure_muscle_has_no_percentage() -> None:
    assert percent(oblique(muscle=False)) is None


def test_breasts_count_alike_however_many_views_they_have() -> None:
    assert percent_density.mean_of([("L", 10.0), ("L", 20.0), ("L", None), ("R", 25.0)]) == 20
    assert percent_density.mean_of([("L", None)]) is None


def test_agreement_is_counted_by_woman_and_shows_every_class() -> None:
    women = [f"w{n}" for n in range(40)]
    labels = ["ABCD"[n // 10] for n in range(40)]
    report = agreement(women, labels, [float(n) for n in range(40)])
    assert report is not None
    assert report["n"] == 40
    assert report["spearman"]["low"] < report["spearman"]["value"] < report["spearman"]["high"]
    assert report["classes"]["B"] == {"n": 10, "median": 14.5, "quartiles": [12.25, 16.75]}
    assert agreement(women[:3], labels[:3], [1.0, 2.0, None]) is None
