"""Mayo (Swensen) probability that a solitary pulmonary nodule is malignant; the first step of Herder's."""

from scipy.special import expit

from core.rules.checks import flag, number, positive

NAME = "Mayo (Swensen)"
VERSION = "1997"
SOURCE = "Swensen SJ et al. Arch Intern Med 1997;157:849"


def malignancy_probability(
    *, age: float, ever_smoker: bool, extrathoracic_cancer: bool, diameter_mm: float, spiculated: bool, upper_lobe: bool
) -> float:
    """Probability 0–1; extrathoracic cancer means one diagnosed more than five years ago (a later one is outside the model)."""
    return float(
        expit(
            -6.8272
            + 0.0391 * number("age", age, 18, 110, "years")
            + 0.7917 * flag("ever_smoker", ever_smoker)
            + 1.3388 * flag("extrathoracic_cancer", extrathoracic_cancer)
            + 0.1274 * positive("diameter_mm", diameter_mm, 100, "mm")
            + 1.0407 * flag("spiculated", spiculated)
            + 0.7838 * flag("upper_lobe", upper_lobe)
        )
    )
