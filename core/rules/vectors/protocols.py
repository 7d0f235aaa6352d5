"""NELSON, BTS 2015 and EUPS 2017 at their limits; BI-RADS under both printed definitions of positive."""

from typing import Any

from core.rules import birads, bts2015, eups2017, nelson
from core.rules.vectors.vector import of

Rows = list[tuple[dict[str, Any], Any]]
NELSON: Rows = [
    ({"kind": "solid", "volume_mm3": 49.9}, 2), ({"kind": "solid", "volume_mm3": 50}, 3), ({"kind": "solid", "volume_mm3": 500}, 3),
    ({"kind": "solid", "volume_mm3": 500.1}, 4), ({"kind": "non-solid", "diameter_mm": 7.9}, 2),
    ({"kind": "non-solid", "diameter_mm": 8}, 3),
    ({"kind": "part-solid", "volume_mm3": 20, "diameter_mm": 8}, 3), ({"kind": "part-solid", "volume_mm3": 60, "diameter_mm": 5}, 3),
    ({"kind": "part-solid", "volume_mm3": 20, "diameter_mm": 5}, 2), ({"kind": "solid", "benign": True}, 1),
    ({"kind": "part-solid", "volume_mm3": 500, "diameter_mm": 5}, 3), ({"kind": "part-solid", "volume_mm3": 500.1, "diameter_mm": 5}, 4),
    ({"kind": "part-solid", "volume_mm3": 20, "diameter_mm": 7.9}, 2), ({"kind": "non-solid", "diameter_mm": 40}, 3),
]  # fmt: skip
PLEURAL: Rows = [({"diameter_mm": 4.9}, 2), ({"diameter_mm": 5}, 3), ({"diameter_mm": 10}, 3), ({"diameter_mm": 10.1}, 4)]
NELSON_LATER: Rows = [
    ({"v1_mm3": 100, "v2_mm3": 200, "days": 399}, "positive"), ({"v1_mm3": 100, "v2_mm3": 200, "days": 400}, "indeterminate"),
    ({"v1_mm3": 100, "v2_mm3": 200, "days": 600}, "indeterminate"), ({"v1_mm3": 100, "v2_mm3": 200, "days": 601}, "negative"),
    ({"v1_mm3": 100, "v2_mm3": 124, "days": 30}, "negative"), ({"v1_mm3": 200, "v2_mm3": 100, "days": 90}, "negative"),
    ({"v1_mm3": 113.097, "v2_mm3": 220.893, "days": 365}, "positive"), ({"v1_mm3": 100, "v2_mm3": 125, "days": 90}, "positive"),
    ({"v1_mm3": 80, "v2_mm3": 112, "days": 91}, "positive"), ({"v1_mm3": 200, "v2_mm3": 180, "days": 90}, "negative"),
]  # fmt: skip
NELSON_NEW: Rows = [
    ({"v1_mm3": 30, "v2_mm3": 60, "days": 590}, True), ({"v1_mm3": 30, "v2_mm3": 60, "days": 591}, False),
    ({"v1_mm3": 190, "v2_mm3": 200, "days": 365}, True),
]  # fmt: skip
BTS: Rows = [
    ({"volume_mm3": 79.9}, bts2015.DISCHARGE), ({"volume_mm3": 80}, bts2015.CT_3_MONTHS), ({"volume_mm3": 299}, bts2015.CT_3_MONTHS),
    ({"volume_mm3": 300, "brock": 0.099}, bts2015.SURVEILLANCE), ({"volume_mm3": 300, "brock": 0.10}, bts2015.PET),
    ({"diameter_mm": 4.9}, bts2015.DISCHARGE), ({"diameter_mm": 5}, bts2015.CT_3_MONTHS), ({"diameter_mm": 7.9}, bts2015.CT_3_MONTHS),
    ({"diameter_mm": 8, "brock": 0.5}, bts2015.PET),
    ({"volume_mm3": 268}, bts2015.CT_3_MONTHS),
]  # fmt: skip
BTS_LATER: Rows = [
    ({"v1_mm3": 100, "v2_mm3": 124, "days": 30}, bts2015.STABLE), ({"v1_mm3": 100, "v2_mm3": 200, "days": 400}, bts2015.WORK_UP),
    ({"v1_mm3": 100, "v2_mm3": 200, "days": 401}, bts2015.CHOICE), ({"v1_mm3": 100, "v2_mm3": 200, "days": 601}, bts2015.SLOW),
]  # fmt: skip
BTS_PET: Rows = [
    ({"herder": 0.099}, bts2015.WATCH), ({"herder": 0.10}, bts2015.TISSUE), ({"herder": 0.70}, bts2015.TISSUE),
    ({"herder": 0.701}, bts2015.TREAT),
]  # fmt: skip
EUPS: Rows = [
    ({"volume_mm3": 301, "new": False}, eups2017.TEAM), ({"volume_mm3": 300, "new": False}, eups2017.CT_3_MONTHS),
    ({"volume_mm3": 99, "new": False}, eups2017.NEXT_ROUND), ({"volume_mm3": 201, "new": True}, eups2017.TEAM),
    ({"volume_mm3": 200, "new": True}, eups2017.CT_3_MONTHS), ({"volume_mm3": 29, "new": True}, eups2017.NEXT_ROUND),
    ({"volume_mm3": 100, "new": False}, eups2017.CT_3_MONTHS), ({"volume_mm3": 30, "new": True}, eups2017.CT_3_MONTHS),
]  # fmt: skip
POSITIVE: Rows = [
    ({"category": category, "definition": definition}, expected)
    for definition, positive in (("0, 4, 5", ("0", "4A", "5")), ("0, 3, 4, 5", ("0", "3", "4A", "5")))
    for category in ("0", "1", "2", "3", "4A", "5")
    for expected in (category in positive,)
]


def bts_first(**given: Any) -> str:
    return str(bts2015.first_step(**given))


def bts_later(**given: Any) -> str:
    return str(bts2015.follow_up(**given))


def bts_after_pet(**given: Any) -> str:
    return str(bts2015.after_pet(**given))


def eups(volume_mm3: float, new: bool) -> str:
    return str(eups2017.next_step(volume_mm3, new=new).words)


VECTORS = (
    *of(nelson, nelson.category, NELSON),
    *of(nelson, nelson.pleural_category, PLEURAL),
    *of(nelson, nelson.follow_up, NELSON_LATER),
    *of(nelson, nelson.new_nodule_suspicious, NELSON_NEW),
    *of(bts2015, bts_first, BTS),
    *of(bts2015, bts_later, BTS_LATER),
    *of(bts2015, bts_after_pet, BTS_PET),
    *of(eups2017, eups, EUPS),
    *of(birads, birads.is_positive, POSITIVE),
)
