"""A report in a few lines that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Report = Mapping[str, Any]


def lines(report: Report) -> list[str]:
    """What was measured on how many, with intervals, and what to look at first."""
    made = f"{report['task']}: {report['model']} on {report['device']}, {report['made_at']}"
    try:
        told = list(BY_TASK.get(report["task"], _any)(report))
    except (KeyError, TypeError) as lacking:  # the report is what counts; a line about it must never cost it
        told = [f"no summary, because the report lacks {lacking}; its figures stand in it"]
    return [made, *told, *(f"! {warning}" for warning in report.get("warnings", ()))]


def _detection(report: Report) -> Iterator[str]:
    yield f"{report['n_scans']} scans ({report['not_scored']} not scored), {report['n_nodules']} nodules"
    rate = f"{report['false_marks_per_scan']:.2f} false marks per scan (median {report['false_marks']['median']:g}, most "
    yield f"found {interval(report['sensitivity'])} at {report['threshold']}, {rate}{report['false_marks']['most']})"
    if report.get("froc"):
        yield "sensitivity by false marks per scan: " + _rates(report, report.get("froc_interval"))
        beside = report["baselines"]["bright_places"]
        yield f"CPM {report['cpm']:.3f}; without a network {beside['cpm']:.3f} ({beside['what']})"
    yield from _calibrated(report["calibration"])
    time, memory = report["seconds"], report["memory"]
    yield f"seconds per scan: median {time['median']}, most {time['most']} (decoding {time['decode_median']}); peak memory " + _memory(
        memory
    )
    yield from (_missed(miss) for miss in report["misses"][:10])


def _rates(report: Report, limits: Report | None) -> str:
    told = ((key.removeprefix("at_"), value, (limits or {}).get(key)) for key, value in report["froc"].items())
    return ", ".join(f"{rate}: {interval(found) if found else f'{value:.3f}'}" for rate, value, found in told)


def _memory(memory: Report) -> str:
    parts = [f"{value:.0f} MB {name.removesuffix('_mb')}" for name, value in memory.items() if value is not None]
    return ", ".join(parts) or "not counted on this system"


def _missed(miss: Report) -> str:
    seen = "no mark at all" if miss["best_probability"] is None else f"best mark {miss['best_probability']:.2f}"
    return f"missed: {miss['scan']} ({miss['x']:g}, {miss['y']:g}, {miss['z']:g}) mm, {miss['diameter_mm']:g} mm across, {seen}"


def _malignancy(report: Report) -> Iterator[str]:
    yield f"{report['n']} nodules of {report['patients']} patients, {report['malignant']} malignant ({report['truth']})"
    yield f"AUC {interval(report['auc'])}; diameter alone {interval(report['baselines']['diameter']['auc'])}{_above(report)}"
    small = report["under_10_mm"]
    yield f"under 10 mm (n {small['n']}): AUC {interval(small['auc'])}; diameter alone {interval(small['baselines']['diameter']['auc'])}"
    yield from _calibrated(report["calibration"])
    yield f"masks: Dice median {report['segmentation']['dice_median']:.3f}, measured {interval(report['segmentation'].get('measured'))}"
    for name, part in report["segmentation"].items():
        if isinstance(part, Mapping) and "volume_mm3" in part:
            ratio = part["volume_mm3"]
            spread = f"{ratio['lower_ratio']:.2f}–{ratio['upper_ratio']:.2f}"
            yield f"volume over readers' ({name.replace('_', ' ')}, n {part['n']}): {ratio['geometric_mean_ratio']:.2f}, limits {spread}"
    yield from (_wrong(miss) for miss in report["misses"][:10])


def _above(report: Report) -> str:
    found = report.get("above_diameter")
    return f"; above diameter {interval(found)}, p {found['p_value']:.3g}" if found else ""


def _wrong(miss: Report) -> str:
    truth = "malignant" if miss["malignant"] else "benign"
    return f"most wrong: {miss['file']}, {truth}, score {miss['score']:.2f}, {miss['diameter_mm']:g} mm"


def _crops(report: Report) -> Iterator[str]:
    yield f"{report['n_crops']} crops; {report['scan_equivalents']} scan-equivalents of {report['n_scans']} scans"
    for name, part in report["at"].items():
        what = f"{name} false mark per scan-equivalent (p ≥ {part['threshold']:.3f})" if part["threshold"] is not None else name
        yield f"found {interval(part['sensitivity'])} at {what}"


def _mammography(report: Report) -> Iterator[str]:
    seen = f"{report['women_seen_in_training']} of the women in training, scored by {report['women_scored_by']}"
    yield f"{report['n']} images ({len(report['refused'])} not scored); {seen}"
    for name in ("image", "breast", "woman"):
        part = report[name]
        found = f"at 90 % specificity found {interval(part['sensitivity_at_90_specificity'])}"
        yield f"per {name} (n {part['n']}, {part['cancers']} cancers): AUC {interval(part['auc'])}; {found}"
    within = {name: report["breast"].get(f"within_{name}") for name in ("machine", "site", "density")}
    yield "pairs within " + ", ".join(f"{name}: {interval(found['auc'] if found else None)}" for name, found in within.items())
    for name, part in report["baselines"].items():
        yield f"{name.replace('_', ' ')}: " + (interval(part["breast"]["auc"]) if "breast" in part else part["reason"])
    found = report["calibration"]
    yield f"calibration ({found['shown'].replace('_', ' ')}): Brier {found['brier']:.3f}, error in 15 bins {found['ece_15_bins']:.3f}"
    if report["density"]:
        yield f"density (n {report['density']['n']}): quadratic kappa {interval(report['density']['quadratic_kappa'])}"
    if report["screening"]:
        yield f"score 10 holds {interval(report['screening']['exam_score']['sensitivity_of_10'])} of the cancers"


def _calibrated(found: Report) -> Iterator[str]:
    if "brier" in found:
        slope = f", slope {interval(found['slope'])}" if "slope" in found else ""
        yield f"calibration: Brier {found['brier']:.3f}, error in 10 bins {found['ece_10_bins']:.3f}{slope}"


def _any(report: Report) -> Iterator[str]:
    yield f"{report['data']['cases']} cases; the figures stand in the report"


def interval(found: Report | None) -> str:
    """0.912 (0.880–0.940), or that there is none."""
    return f"{found['value']:.3f} ({found['low']:.3f}–{found['high']:.3f})" if found else "not known"


BY_TASK = {
    "lung-detection": _detection,
    "lung-malignancy": _malignancy,
    "lung-crop-detection": _crops,
    "mammography": _mammography,
}
