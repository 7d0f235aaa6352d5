"""Codes of mammography views and their modifiers: PS3.16 CID 4014 and 4015, in SNOMED CT and in the older SRT spelling, and what names
pictures that are no screening view where no code does."""

import re

VIEW_CODES = {
    "399162004": "CC", "R-10242": "CC",
    "399368009": "MLO", "R-10226": "MLO",
    "399260004": "ML", "R-10224": "ML",
    "399352003": "LM", "R-10228": "LM",
    "399099002": "LMO", "R-10230": "LMO",
    "399196006": "FB", "R-10244": "FB",
    "399188001": "SIO", "R-102D0": "SIO",
    "441555000": "ISO", "R-40AAA": "ISO",
    "399192008": "XCCL", "R-1024A": "XCCL",
    "399101009": "XCCM", "R-1024B": "XCCM",
}  # fmt: skip
SPECIMEN_CODES = frozenset({"127457009", "G-8310"})  # tissue specimen from breast, a view code of its own

MODIFIER_CODES = {
    "399161006": "cleavage", "R-102D2": "cleavage",
    "399011000": "axillary tail", "R-102D1": "axillary tail",
    "399197002": "rolled lateral", "R-102D3": "rolled lateral",
    "399226006": "rolled medial", "R-102D4": "rolled medial",
    "415670009": "rolled superior", "R-102C9": "rolled superior",
    "414493004": "rolled inferior", "R-102CA": "rolled inferior",
    "399209000": "implant displaced", "R-102D5": "implant displaced",
    "399163009": "magnification", "R-102D6": "magnification",
    "399055006": "spot compression", "R-102D7": "spot compression",
    "399110001": "tangential", "R-102C2": "tangential",
    "442581004": "nipple in profile", "R-40AB3": "nipple in profile",
    "441752004": "anterior compression", "P2-00161": "anterior compression",
    "442593008": "infra-mammary fold", "R-40ABE": "infra-mammary fold",
    "442580003": "axillary tissue", "R-40AB2": "axillary tissue",
}  # fmt: skip

# View names as they stand in View Position (0018,5101) and in free text; longer names first.
VIEW_NAMES = ("XCCL", "XCCM", "LMO", "MLO", "SIO", "ISO", "CC", "ML", "LM", "FB")
STANDARD_VIEWS = ("CC", "MLO")
# Pictures of a part of the breast: they belong to an exam but are no screening view.
PARTIAL = frozenset(
    {
        "anterior compression",
        "axillary tail",
        "axillary tissue",
        "biopsy",
        "cleavage",
        "infra-mammary fold",
        "magnification",
        "partial view",
        "specimen",
        "spot compression",
        "tangential",
    }
)
# Words of descriptions and paddles for pictures that no modifier code exists for.
NAMED = {
    "specimen": re.compile(r"\bSPECIMEN\b"),
    "biopsy": re.compile(
        r"(?<!POST )(?<!POST-)\b(?:BIOPSY|STEREO(?:TACTIC|TAXIS)?|SCOUT|NEEDLE|WIRE[ _-]?LOC\w*|(?:PRE|POST)[ _-]?FIRE)\b"
    ),
    "spot compression": re.compile(r"\bSPOT\b"),
    "magnification": re.compile(r"\bMAG(?:NIFICATION|NIFIED)?\b"),
}
