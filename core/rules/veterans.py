"""VA (Gould) probability that a solitary pulmonary nodule is malignant; one reprint shows the last sign as a plus."""

from scipy.special import expit

from core.rules.checks import flag, number, positive

NAME = "VA (Gould)"
VERSION = "2007"
SOURCE = "Gould MK et al. Chest 2007;131:383"


def malignancy_probability(*, age: float, ever_smoker: bool, diameter_mm: float, quit_years: float) -> float:
    """Probability 0–1; quit_years is 0 for current and never-smokers."""
    years = number("quit_years", quit_years, 0, 100, "years")
    if not flag("ever_smoker", ever_smoker) and years:
        raise ValueError(f"quit_years is {quit_years} for a never-smoker; expected 0")
    size = positive("diameter_mm", diameter_mm, 100, "mm")
    return float(expit(-8.404 + 2.061 * ever_smoker + 0.0779 * number("age", age, 18, 110, "years") + 0.112 * size - 0.0567 * years))
