"""Words of facts, selections and languages."""

from core.cohorts.selection import BREAST_RISK, SAID
from pages.ui.i18n import N_

YES_NO = {True: N_("yes"), False: N_("no")}
LANGUAGE = {"": N_("not said"), "en": N_("English"), "zh_CN": N_("Chinese")}
FACT = {
    "opted_out": N_("Opted out"),
    "died": N_("Died"),
    "moved_away": N_("Moved away"),
    "contact_details": N_("Contact details"),
    "listed_lung": N_("Listed for lung screening"),
    "listed_breast": N_("Listed for breast screening"),
    "breast_risk": N_("Breast risk"),
    "smoking": N_("Smoking"),
    "education": N_("Education"),
    "race": N_("Ethnicity"),
    "bmi": N_("Body mass index"),
    "relatives": N_("Relatives with lung cancer"),
    "gail_inputs": N_("Answers for the Gail model"),
    **SAID,
}
RISK = {f"breast_risk:{level}": word for level, word in BREAST_RISK.items()}
TAKING_PART = {"": N_("All"), "yes": N_("Takes part"), "no": N_("Opted out, died or moved away")}
