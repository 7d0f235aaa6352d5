"""Plots keep the house rules in both themes: tokens only, bars from zero, direct labels, counts on hovering; sheets are safe to open."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import numpy as np
import plotly.graph_objects as go
import pytest

from core.clock import today
from core.exchange.tabular import csv_text
from core.metrics.accuracy import accuracy
from core.metrics.programme import Tally
from core.metrics.proportions import proportion
from core.words import say
from core.workflow.programme_figures import Group
from pages.ui import indicators, score_figures
from pages.ui.figures import DARK, LIGHT, Palette
from pages.ui.trend import trend
from tests.cohort_build import frame, terms

POSITIVE = {"category": "4B", "decision": "assessment"}
TRUTH = np.array([True] * 6 + [False] * 30)
SCORE = np.concatenate([np.linspace(0.5, 0.9, 6), np.linspace(0.02, 0.6, 30)])


def group(name: str, positives: int, n: int = 200) -> Group:
    cohort = frame((positives, POSITIVE), (n - positives, {}))
    return Group(say(name), n, Tally(cohort, terms()).indicators())


def plots(look: Palette) -> list[go.Figure]:
    found = accuracy(TRUTH, SCORE, np.arange(36))
    return [
        trend([group("2026 Q1", 30), group("2026 Q2", 3)], "recall_first", look),
        score_figures.roc(found, look),
        score_figures.reliability(found, look),
        score_figures.distribution(TRUTH, SCORE, look),
    ]


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("look", "page"), [(LIGHT, "#F7F9FA"), (DARK, "#0F1518")])
def test_text_is_legible_on_the_page_in_both_themes(look: Palette, page: str) -> None:
    for colour in (look.text, look.muted, look.accent):
        assert contrast(colour, page) >= 4.5
    for colour in (look.first, look.second):
        assert contrast(colour, page) >= 3


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_every_plot_is_drawn_in_the_colours_of_its_theme(look: Palette) -> None:
    other = DARK if look is LIGHT else LIGHT
    for plot in plots(look):
        drawn = plot.to_json()
        assert look.muted in drawn
        assert other.muted not in drawn
        assert not plot.layout.template.layout.showlegend


def test_bars_begin_at_zero_and_each_row_sums_to_one() -> None:
    bars = score_figures.distribution(TRUTH, SCORE, LIGHT)
    assert {bars.layout.yaxis.rangemode, bars.layout.yaxis2.rangemode} == {"tozero"}
    assert [float(np.sum(row.y)) for row in bars.data] == pytest.approx([1.0, 1.0])


def test_hovering_a_quarter_shows_its_counts() -> None:
    line = trend([group("2026 Q1", 30), group("2026 Q2", 3)], "recall_first", LIGHT).data[-1]
    assert line.customdata[0] == "30 of 200 (15.0 %, 10.7–20.6)"
    assert line.customdata[1] == "3 of 200, too few for a rate (95 % 0.5–4.3 %)"
    assert list(line.marker.color) == [LIGHT.accent, LIGHT.surface]


def test_a_quarter_without_cases_leaves_a_gap_in_its_place() -> None:
    plot = trend([group("2026 Q1", 30), group("2026 Q2", 0, 0), group("2026 Q3", 30)], "recall_first", LIGHT)
    assert list(plot.data[-1].x) == ["2026 Q1", "2026 Q3"]
    assert list(plot.layout.xaxis.categoryarray) == ["2026 Q1", "2026 Q2", "2026 Q3"]


def test_a_trend_without_any_case_is_an_empty_plot() -> None:
    assert not trend([group("2026 Q1", 0, 0)], "recall_first", LIGHT).data


def test_the_band_of_the_benchmark_is_drawn_where_it_lies() -> None:
    (band,) = trend([group("2026 Q1", 30)], "recall_first", LIGHT).layout.shapes
    assert (band.y0, band.y1) == (0, pytest.approx(7.0))


GATED, RATE = ("24 of 200", "too few for a rate (fewer than 25)"), ("12.5 %", "8.6–17.8 · 25 of 200")


@pytest.mark.parametrize(("positives", "written"), [(24, GATED), (25, RATE)])
def test_a_rate_is_written_only_from_25_on(positives: int, written: tuple[str, str]) -> None:
    one = group("x", positives).of("recall_first")
    assert (indicators.value(one), indicators.beside(one)) == written


@pytest.mark.parametrize(
    ("days", "written"), [(900, "too few for a rate until "), (4000, "too few for a rate for more than ten years at this pace")]
)
def test_a_date_is_named_only_when_it_is_near(days: int, written: str) -> None:
    one = replace(group("x", 3).of("recall_first"), stable_on=today() + timedelta(days=days))
    assert indicators.unstable(one).startswith(written)


def test_a_verified_band_alarms_and_an_unverified_one_only_remarks() -> None:
    found = group("x", 60)
    assert indicators.standing(found.of("recall_first")) == ("at most 7.0 %", "red", "▲")
    assert indicators.standing(found.of("specificity"))[1] == "orange"


def test_small_rates_keep_their_digits() -> None:
    one = group("x", 0).of("interval")
    assert indicators.standing(one)[0].endswith("0.55 per 1000")


def test_nothing_to_divide_by_is_written_as_counts() -> None:
    assert score_figures.percent(proportion(0, 0)) == "0 of 0"
    assert score_figures.percent(proportion(12, 431)) == "12 of 431 (2.8 %, 1.6–4.8)"


def test_cells_that_would_run_as_formulas_are_text() -> None:
    text = csv_text(["name", "n"], [("=cmd()", 1), ("+1", None), ("plain", 0.12345678)])
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:])))[1:] == [["'=cmd()", "1"], ["'+1", ""], ["plain", "0.123457"]]
