"""British Thoracic Society 2015: what follows the first sight of a solid nodule, and what its growth at follow-up means.

Its own tables in mm³ and mm are kept apart; 300 mm³ is no 8 mm sphere (that is 268 mm³), and nothing is converted.
"""

from core.rules.checks import MissingInput, number
from core.rules.growth import assess
from core.rules.reason import N_, Reason, say

NAME = "BTS pulmonary nodules"
VERSION = "2015"
SOURCE = "Callister MEJ et al. Thorax 2015;70 Suppl 2:ii1"

DISCHARGE = N_("Discharge")
CT_3_MONTHS = N_("CT in 3 months")
SURVEILLANCE = N_("CT surveillance")
PET = N_("PET/CT, then risk by Herder")
WORK_UP = N_("Further work-up: growing, doubling time of 400 days or less")
CHOICE = N_("Biopsy or surveillance by preference (unverified limit)")
SLOW = N_("Consider discharge or surveillance (unverified limit)")
TREAT = N_("Treatment is to be considered: probability above 70 %")
TISSUE = N_("Image-guided biopsy or surveillance, by the probability (unverified limits)")
WATCH = N_("CT surveillance (unverified limit)")
STABLE = N_("No growth: surveillance to 1 year by volumetry or 2 years by diameter")

SMALL_MM3, LARGE_MM3 = 80.0, 300.0
SMALL_MM, LARGE_MM = 5.0, 8.0
BROCK_LIMIT = 0.10
HERDER_LIMITS = (0.10, 0.70)
FAST_DAYS, SLOW_DAYS = 400.0, 600.0


def first_step(*, volume_mm3: float | None = None, diameter_mm: float | None = None, brock: float | None = None) -> Reason:
    """Next step from the volume, or from the diameter where no volume was measured; large nodules need the Brock probability (0–1)."""
    if volume_mm3 is None and diameter_mm is None:
        raise MissingInput("volume_mm3", "the volume or, without volumetry, the diameter")
    if volume_mm3 is not None:
        size, small, large = number("volume_mm3", volume_mm3, 0, 5_000_000, "mm³"), SMALL_MM3, LARGE_MM3
    else:
        size, small, large = number("diameter_mm", diameter_mm, 0, 300, "mm"), SMALL_MM, LARGE_MM
    if size < small:
        return say(DISCHARGE)
    if size < large:
        return say(CT_3_MONTHS)
    return say(SURVEILLANCE if number("brock", brock, 0, 1, "") < BROCK_LIMIT else PET)


def after_pet(*, herder: float) -> Reason:
    """Next step from Herder's probability (0–1) after PET/CT; only "above 70 % treat" was found in a primary source."""
    low, high = HERDER_LIMITS
    probability = number("herder", herder, 0, 1, "")
    return say(TREAT if probability > high else WATCH if probability < low else TISSUE)


def follow_up(v1_mm3: float, v2_mm3: float, days: float) -> Reason:
    """Next step from two volumes; growth is 25 % or more."""
    growth = assess(v1_mm3, v2_mm3, days)
    if growth.trend != "growing" or growth.doubling_time_days is None:
        return say(STABLE)
    if growth.doubling_time_days <= FAST_DAYS:
        return say(WORK_UP)
    return say(CHOICE if growth.doubling_time_days <= SLOW_DAYS else SLOW)
