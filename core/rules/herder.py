"""Herder's probability of malignancy: Mayo's, updated by the uptake seen on FDG PET."""

from typing import Literal

from scipy.special import expit

from core.rules.checks import number, one_of

NAME = "Herder"
VERSION = "2005"
SOURCE = "Herder GJ et al. Chest 2005;128:2490"

Uptake = Literal["none", "faint", "moderate", "intense"]
UPTAKE = {"none": 0.0, "faint": 2.322, "moderate": 4.617, "intense": 4.771}


def malignancy_probability(*, mayo_probability: float, uptake: Uptake) -> float:
    """Probability 0–1 from `mayo.malignancy_probability` and the uptake class read by nuclear medicine."""
    before = number("mayo_probability", mayo_probability, 0, 1, "")
    return float(expit(-4.739 + 3.691 * before + UPTAKE[one_of("uptake", uptake, UPTAKE)]))
