"""Windows cover the whole mask with their central parts and nothing else; of findings at one place the best is kept."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models import windows

SHAPES = st.tuples(*[st.integers(1, 18)] * 3)


@st.composite
def layouts(draw):
    """(mask, size, overlap) of any kind, single voxels and full volumes included."""
    mask = draw(arrays.arrays(bool, draw(SHAPES), elements=st.booleans(), fill=st.booleans()))
    size = draw(st.integers(1, 12))
    return mask, size, draw(st.integers(0, size - 1))


@given(layouts())
@settings(max_examples=150, deadline=None)
def test_every_mask_voxel_lies_in_a_central_part_and_every_central_part_holds_mask(layout):
    mask, size, overlap = layout
    corners = windows.plan(mask.shape, mask, size, overlap)
    covered = np.zeros(mask.shape, bool)
    for low, high in zip(*windows.central(corners, mask.shape, size, overlap), strict=True):
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        assert mask[box].any()
        covered[box] = True
    assert not (mask & ~covered).any()


@given(layouts())
@settings(max_examples=150, deadline=None)
def test_windows_stay_inside_and_keep_their_margin_except_at_the_border(layout):
    mask, size, overlap = layout
    corners = windows.plan(mask.shape, mask, size, overlap)
    low, high = windows.central(corners, mask.shape, size, overlap)
    border = np.array(mask.shape)
    assert np.all(corners >= 0)
    assert np.all(corners <= np.maximum(border - size, 0))
    assert len(np.unique(corners, axis=0)) == len(corners)
    assert np.all((low - corners >= overlap // 2) | (low == 0))
    assert np.all((corners + size - high >= overlap // 2) | (high == border))
    assert np.all(high > low)


def test_no_window_lies_in_the_gap_between_two_parts():
    mask = np.zeros((16, 16, 64), bool)
    mask[:, :, :16] = mask[:, :, 48:] = True
    corners = windows.plan(mask.shape, mask, 16, 0)
    assert corners.tolist() == [[0, 0, 0], [0, 0, 48]]


def test_rows_follow_the_mask_where_a_fixed_grid_would_need_twice_as_many():
    mask = np.zeros((8, 8, 32), bool)
    mask[:, :4, 6:14] = mask[:, 4:, 18:26] = True
    assert len(windows.plan(mask.shape, mask, 8, 0)) == 2


def test_an_empty_mask_needs_no_window():
    assert windows.plan((5, 6, 7), np.zeros((5, 6, 7), bool), 4, 2).shape == (0, 3)


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="Mask"):
        windows.plan((5, 6, 7), np.zeros((5, 6, 8), bool), 4, 2)


@pytest.mark.parametrize("overlap", [-1, 4])
def test_windows_that_only_overlap_are_refused(overlap):
    with pytest.raises(ValueError, match="overlap"):
        windows.plan((5, 6, 7), np.ones((5, 6, 7), bool), 4, overlap)


def test_a_window_beyond_the_volume_repeats_its_edge():
    volume = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    padded = np.pad(volume, 3, mode="edge")
    for corner in ([-2, -1, 0], [0, 0, 1], [1, 2, 3], [-3, 0, 2]):
        first = np.array(corner) + 3
        np.testing.assert_array_equal(
            windows.cut(volume, np.array(corner), 3), padded[tuple(slice(a, a + 3) for a in first)], err_msg=str(corner)
        )


@given(layouts(), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_batches_hold_every_window_once_and_in_order(layout, batch):
    mask, size, overlap = layout
    volume = np.arange(mask.size, dtype=np.float32).reshape(mask.shape)
    corners = windows.plan(mask.shape, mask, size, overlap)
    parts = [part for (part,) in windows.batches(volume, corners, size, batch, lambda hu: hu / 2)]
    assert [len(part) for part in parts[:-1]] == [batch] * (len(parts) - 1)
    assert sum(map(len, parts)) == len(corners)
    for cube, corner in zip(torch.cat(parts) if parts else [], corners, strict=True):
        np.testing.assert_array_equal(2 * cube[0], windows.cut(volume, corner, size))


def test_nothing_is_cut_before_it_is_asked_for():
    asked = []
    stream = windows.batches(np.zeros((8, 8, 8), np.float32), np.zeros((5, 3), int), 4, 2, lambda hu: asked.append(len(hu)) or hu)
    assert asked == []
    next(stream)
    assert asked == [2]


FINDINGS = st.lists(
    st.tuples(*[st.integers(0, 60)] * 3, st.sampled_from([1.5, 3.0, 8.0, 15.0]), st.sampled_from([0.1, 0.4, 0.4001, 0.9])), max_size=40
)


def columns(rows):
    table = np.array(rows, float).reshape(-1, 5)
    return table[:, :3], table[:, 3], table[:, 4]


def too_near(findings, n, k, reach):
    centers, radius, _ = findings
    return np.linalg.norm(centers[n] - centers[k]) <= reach * max(radius[n], radius[k])


@given(FINDINGS, st.sampled_from([0.5, 1.0, 1.5]))
@settings(max_examples=150, deadline=None)
def test_what_is_kept_is_apart_and_what_is_dropped_has_a_better_neighbour(rows, reach):
    findings = columns(rows)
    kept = windows.suppress(*findings, reach)
    score = findings[2]
    assert not any(too_near(findings, n, k, reach) for n in kept for k in kept if n != k)
    for n in set(range(len(rows))) - set(kept.tolist()):
        assert any(score[k] >= score[n] and too_near(findings, n, k, reach) for k in kept)
    assert np.all(np.diff(score[kept]) <= 0)


@given(FINDINGS, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_findings_does_not_matter(rows, chance):
    mixed = rows[:]
    chance.shuffle(mixed)
    places = [
        [tuple(row) for row in np.array(given, float).reshape(-1, 5)[windows.suppress(*columns(given), 1.0)]] for given in (rows, mixed)
    ]
    assert places[0] == places[1]


def test_a_large_finding_takes_in_a_better_small_one_next_to_it_only_once():
    centers = np.array([[0.0, 0, 0], [0, 0, 9.0], [0, 0, 30.0]])
    kept = windows.suppress(centers, np.array([2.0, 10.0, 2.0]), np.array([0.9, 0.8, 0.7]), 1.0)
    assert kept.tolist() == [0, 2]


def test_many_findings_are_suppressed_without_comparing_all_pairs():
    """Twenty thousand findings: a table of all pairs would take 3 GB."""
    rng = np.random.default_rng(0)
    centers = rng.uniform(0, 400, (20_000, 3))
    kept = windows.suppress(centers, np.full(20_000, 4.0), rng.uniform(size=20_000), 1.0)
    assert 0 < len(kept) < 20_000


@pytest.mark.parametrize("where", [0, 1, 2])
def test_what_is_no_number_is_refused(where):
    findings = [np.zeros((2, 3)), np.ones(2), np.ones(2)]
    findings[where][1] = np.nan
    with pytest.raises(ValueError, match="not a number"):
        windows.suppress(*findings, 1.0)
