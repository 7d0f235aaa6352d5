"""What evaluations and their figures are called on the page."""

from collections.abc import Sequence

from core.metrics.interval import Interval
from pages.ui.i18n import N_, _, number

TASK = {
    "lung-detection": N_("Nodules found in whole scans"),
    "lung-malignancy": N_("Suspicion of malignancy"),
    "lung-crop-detection": N_("Nodules found in crops"),
    "mammography": N_("Cancers on mammograms"),
    "mammography-localisation": N_("Marks on mammograms"),
}
IMAGES = {"lung-ct": N_("scans"), "mammography": N_("mammograms")}
PER_FILM = "sensitivity_by_false_marks_per_film"
FIGURE = {
    "auc": N_("area under the curve"),
    "baselines": N_("beside it"),
    "diameter": N_("diameter alone"),
    "bright_places": N_("bright places, no network"),
    "above_diameter": N_("above the diameter alone"),
    "calibration": N_("calibration"),
    "slope": N_("slope"),
    "intercept": N_("intercept"),
    "sensitivity": N_("sensitivity"),
    "segmentation": N_("masks"),
    "measured": N_("measured at all"),
    "by_diameter": N_("by diameter"),
    "by_slice_distance": N_("by slice distance"),
    "under_10_mm": N_("under 10 mm"),
    "under_6_mm": N_("under 6 mm"),
    "6_to_8_mm": N_("6 to 8 mm"),
    "8_to_15_mm": N_("8 to 15 mm"),
    "from_15_mm": N_("15 mm and more"),
    "up_to_1.25_mm": N_("up to 1.25 mm"),
    "1.25_to_2.5_mm": N_("1.25 to 2.5 mm"),
    "over_2.5_mm": N_("over 2.5 mm"),
    "false_marks": N_("false marks"),
    "per_scan": N_("per scan"),
    "froc_interval": N_("sensitivity by false marks per scan"),
    "cpm_interval": N_("mean sensitivity (CPM)"),
    "image": N_("per image"),
    "breast": N_("per breast"),
    "woman": N_("per woman"),
    "within_machine": N_("within one machine"),
    "sensitivity_at_90_specificity": N_("sensitivity at 90 % specificity"),
    "metadata": N_("age and machine, no image"),
    "density": N_("density"),
    "dense_auc": N_("A, B against C, D"),
    "quadratic_kappa": N_("weighted kappa"),
    "same_class": N_("same class"),
    "hit_by_highest_mark": N_("hit by the first mark"),
    "hit_by_any_mark": N_("hit by any mark"),
    "brightest_blob": N_("brightest place, no network"),
    PER_FILM: N_("sensitivity by false marks"),
}
CASE = {
    "scan": N_("Scan"),
    "file": N_("File"),
    "x": N_("x, mm"),
    "y": N_("y, mm"),
    "z": N_("z, mm"),
    "diameter_mm": N_("Diameter, mm"),
    "best_probability": N_("Best mark in it"),
    "probability": N_("Probability"),
    "slice_distance_mm": N_("Slice distance, mm"),
    "malignant": N_("Malignant"),
    "score": N_("Score"),
}


def task(name: str) -> str:
    return _(TASK.get(name, name))


def figure(path: Sequence[str]) -> str:
    """under 10 mm · area under the curve; what is new to us with its underscores as spaces."""
    named = FIGURE | TASK
    return " · ".join(_(named[part]) if part in named else _rate(part, PER_FILM in path) for part in path)


def column(name: str) -> str:
    return _(CASE[name]) if name in CASE else name.replace("_", " ")


def limits(found: Interval, digits: int = 3) -> str:
    return f"{number(found.low, digits)}–{number(found.high, digits)}"


def value(found: Interval, digits: int = 3) -> str:
    """0.912 (0.880–0.940)."""
    return f"{number(found.value, digits)} ({limits(found, digits)})"


def _rate(part: str, per_film: bool) -> str:
    """at_0.125 is a rate of false marks per scan or film."""
    if not part.startswith("at_"):
        return part.replace("_", " ")
    rate = part.removeprefix("at_")
    return _("at {rate} per film", rate=rate) if per_film else _("at {rate} per scan", rate=rate)
