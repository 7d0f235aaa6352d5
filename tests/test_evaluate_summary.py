"""What a person reads in the terminal after an evaluation: figures with n and interval, and what to look at first."""

from models.evaluation import summary
from tests.report_build import a_detection_report, a_malignancy_report


def test_a_malignancy_report_is_told_with_its_baseline_and_worst_cases():
    told = "\n".join(summary.lines(a_malignancy_report()))
    assert "853 nodules of 467 patients, 303 malignant" in told
    assert "AUC 0.900 (0.880–0.920); diameter alone 0.850 (0.820–0.880); above diameter 0.050 (0.010–0.090), p 0.01" in told
    assert "under 10 mm (n 622): AUC 0.820" in told
    assert "volume over readers' (from 6 mm, n 524): 0.98, limits 0.70–1.35" in told
    assert "most wrong: <b>n7</b>, malignant, score 0.11, 7.4 mm" in told


def test_a_detection_report_is_told_with_misses_memory_and_warnings():
    more = {"seconds": {"n": 40, "median": 18.0, "most": 31.0, "decode_median": 1.1}, "memory": {"process_mb": 1800, "gpu_mb": None}}
    told = "\n".join(summary.lines(a_detection_report(**more)))
    assert "40 scans (1 not scored), 50 nodules" in told
    assert "1.20 false marks per scan" in told
    assert "CPM 0.910; without a network 0.310" in told
    assert "peak memory 1800 MB process" in told
    assert "missed: s7 (-41.5, 12, -88) mm, 5.2 mm across, no mark at all" in told
    assert "! Scans that could not be scored: 1 of 41" in told


def test_a_report_without_a_figure_is_still_named():
    assert "no summary, because the report lacks 'seconds'" in "\n".join(summary.lines(a_detection_report()))
