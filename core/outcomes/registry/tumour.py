"""What a registry calls a tumour, as our named histologies: ICD-10 for the organ, ICD-O-3 or a name for the tissue."""

import re
from collections.abc import Mapping

from core.outcomes.histology import Histology, histologies

ICD10 = re.compile(r"([A-Z]\d{2})(?:\.?(\d{1,2}|X))?")
ORGANS = {"C50": "breast", "D05": "breast", "C34": "lung"}
IN_SITU = ("D05",)
MORPHOLOGY: Mapping[str, Mapping[str, str]] = {
    "breast": {
        "8500/3": "invasive_ductal", "8500/2": "dcis", "8501/2": "dcis", "8520/3": "invasive_lobular", "8519/2": "pleomorphic_lcis",
        "8211/3": "tubular", "8480/3": "mucinous", "8050/3": "papillary", "8503/3": "papillary", "8504/3": "papillary",
    },
    "lung": {
        "8140/3": "adenocarcinoma", "8250/3": "adenocarcinoma", "8256/3": "minimally_invasive", "8140/2": "adenocarcinoma_in_situ",
        "8250/2": "adenocarcinoma_in_situ", "8070/3": "squamous", "8041/3": "small_cell", "8012/3": "large_cell", "8240/3": "carcinoid",
        "8249/3": "carcinoid",
    },
}  # fmt: skip
"""ICD-O-3 morphology codes (WHO) of the histologies that have a name here."""
UNSTATED = {"breast": "breast_unstated", "lung": "lung_unstated"}
OTHER = {"breast": "other_breast_cancer", "lung": "other_lung_cancer"}
SIDES = {
    **dict.fromkeys(("l", "left", "左", "左侧"), "L"), **dict.fromkeys(("r", "right", "右", "右侧"), "R"),
    **dict.fromkeys(("b", "both", "bilateral", "双侧"), "B"), **dict.fromkeys(("", "9", "unknown", "未知"), ""),
}  # fmt: skip


def organ(icd10: str) -> tuple[str, str] | None:
    """The three-character code and the programme it belongs to ("" for other organs); None when it is no ICD-10 code."""
    found = ICD10.fullmatch(icd10.strip().upper())
    return (found[1], ORGANS.get(found[1], "")) if found else None


def tissue(card_id: str, written: str) -> tuple[Histology, bool]:
    """The histology of a programme and whether it is one that we know by its name or code; an empty text is "not stated"."""
    named = histologies(card_id)
    text = written.strip()
    if not text:
        return named[UNSTATED[card_id]], True
    code = re.sub(r"^M-?", "", text.upper()).replace(" ", "")
    code = f"{code[:4]}/{code[4]}" if re.fullmatch(r"\d{5}", code) else code
    key = MORPHOLOGY[card_id].get(code) or next(
        (one.key for one in named.values() if text.casefold() in (one.key, one.name.casefold())), ""
    )
    return (named[key], True) if key else (named[OTHER[card_id]], False)
