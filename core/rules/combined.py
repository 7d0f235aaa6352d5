"""The image model's suspicion of one nodule, moved by what Brock says of the participant. NOT VALIDATED.

combined = logit⁻¹(logit(model) + Brock 2b's terms of age, sex, family history, emphysema and number of nodules)

Only these terms: the size, type, place and spiculation of the nodule are in the image, so adding Brock's terms for them would count them
twice. The model never saw who the participant is, so nothing of them is in its number.

What this takes for granted: that model and participant tell independent things of the odds, and that the model speaks of Brock's centre
person (62 years, male, no family history, no emphysema, four nodules), for whom nothing moves. The model learnt the suspicion of
radiologists and not outcomes, and no outcomes with age and sex were at hand to check the sum against. So it stands beside Brock and the
model for those who look, and nothing is ranked, recalled or compared with a threshold by it (decision 0010).
"""

from scipy.special import expit, logit

from core.rules.brock import participant_logit
from core.rules.checks import number

NAME = "Image model with Brock's participant terms"
VERSION = "1, not validated"
SOURCE = "This project (decision 0010), with coefficients of McWilliams A et al. N Engl J Med 2013;369:910, model 2b"

FLAGS = ("family_history", "emphysema")
"""Yes-or-no inputs over which a probability can be bounded while they are not known; age and sex cannot."""


def malignancy_probability(
    *, model_probability: float, age: float, female: bool, family_history: bool, emphysema: bool, nodule_count: int
) -> float:
    """Probability 0–1. Raises ValueError for an impossible value and MissingInput for None."""
    image = number("model_probability", model_probability, 0, 1, "")
    person = participant_logit(
        age=age, female=female, family_history=family_history, emphysema=emphysema, nodule_count=nodule_count, model="2b"
    )
    return float(expit(logit(image) + person))
