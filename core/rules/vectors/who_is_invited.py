"""Who is invited: NHS targeted lung health check, CMS, pack-years and the breast bands, at each limit from both sides."""

from datetime import date
from typing import Any

from core.rules import breast_bands, cms2022, pack_years, tlhc
from core.rules.breast_bands import NHS, Setting, own
from core.rules.pack_years import Spell
from core.rules.vectors.vector import of

Rows = list[tuple[dict[str, Any], Any]]
ON = date(2026, 11, 23)
TOMORROW = 24  # who was born on the 24th has the birthday tomorrow

SMOKER = {"on": ON, "birth": date(1961, 11, 23), "ever_smoker": True, "plco": 0.02, "llp": 0.01}
TLHC: Rows = [
    (SMOKER | changes, expected)
    for changes, expected in (
        ({"birth": date(1971, 11, TOMORROW)}, False),  # 54 years 364 days
        ({"birth": date(1971, 11, 23)}, True),  # 55 years 0 days
        ({"birth": date(1951, 11, TOMORROW)}, True),  # 74 years 364 days
        ({"birth": date(1951, 11, 23)}, False),  # 75 years 0 days
        ({"plco": 0.0150}, False), ({"plco": 0.0151}, True),
        ({"plco": 0.0, "llp": 0.0249}, False), ({"plco": 0.0, "llp": 0.0250}, True),
        ({"plco": None, "llp": 0.0250}, True), ({"plco": None, "llp": 0.0249}, None), ({"plco": 0.0150, "llp": None}, None),
        ({"ever_smoker": False, "plco": None, "llp": None}, False), ({"ever_smoker": None}, None),
    )
]  # fmt: skip

PERSON = {"age": 60, "current_smoker": True, "cigarettes_per_day": 20, "smoking_years": 30, "quit_years": 0}
CMS: Rows = [
    (PERSON | changes, expected)
    for changes, expected in (
        ({"age": 49}, False), ({"age": 50}, True), ({"age": 77}, True), ({"age": 78}, False), ({"smoking_years": 19.9}, False),
        ({"current_smoker": False, "quit_years": 15}, True), ({"current_smoker": False, "quit_years": 15.01}, False),
    )
]  # fmt: skip

PACKS: Rows = [
    ({"cigarettes_per_day": 20, "smoking_years": 19.9}, 19.9), ({"cigarettes_per_day": 20, "smoking_years": 20}, 20.0),
    ({"cigarettes_per_day": 10, "smoking_years": 40}, 20.0), ({"cigarettes_per_day": 0, "smoking_years": 40}, 0.0),
]  # fmt: skip
MEANS: Rows = [
    ({"years": 30, "usual": 20}, 20.0),
    ({"years": 30, "usual": 20, "others": (Spell(40, 10),)}, 26.666667),
    ({"years": 30, "usual": 20, "others": (Spell(40, 10), Spell(5, 10))}, 21.666667),
]

OURS = own("1.1", 730)
WOMAN = {"on": ON, "birth": date(1966, 11, 23), "female": True, "level": "routine"}
BANDS: Rows = [
    (WOMAN | changes, expected)
    for changes, expected in (
        ({"birth": date(1976, 11, TOMORROW)}, False),  # 49 years 364 days
        ({"birth": date(1976, 11, 23)}, True), ({"birth": date(1955, 11, TOMORROW)}, True), ({"birth": date(1955, 11, 23)}, False),
        ({"birth": date(1986, 11, TOMORROW), "level": "family_history"}, False),
        ({"birth": date(1986, 11, 23), "level": "family_history"}, True), ({"birth": date(1986, 11, 23)}, False),
        ({"birth": date(1996, 11, 23), "level": "high"}, None), ({"level": "high"}, True),
        ({"female": False}, False), ({"female": None}, None),
    )
]  # fmt: skip
LAST = {"level": "routine", "birth": date(1966, 11, 23), "last": ON}
DUE: Rows = [
    (LAST | {"setting": NHS}, date(2029, 11, 23)), (LAST | {"setting": OURS}, date(2028, 11, 22)),
    (LAST | {"setting": NHS, "level": "high"}, date(2027, 11, 23)),
    (LAST | {"setting": NHS, "level": "family_history", "birth": date(1980, 1, 31)}, date(2027, 11, 23)),
    (LAST | {"setting": NHS, "birth": date(1990, 1, 1)}, None), (LAST | {"setting": OURS, "level": "high"}, date(2027, 11, 23)),
    (LAST | {"setting": NHS, "level": "family_history"}, date(2029, 11, 23)),
]  # fmt: skip


def offered(**given: Any) -> bool:
    return not cms2022.why_not(**given)


def in_band(setting: Setting = NHS, **given: Any) -> bool | None:
    return breast_bands.eligible(setting, **given)


VECTORS = (
    *of(tlhc, tlhc.eligible, TLHC),
    *of(cms2022, offered, CMS),
    *of(pack_years, pack_years.pack_years, PACKS),
    *of(pack_years, pack_years.mean_per_day, MEANS),
    *of(breast_bands, in_band, BANDS),
    *of(breast_bands, breast_bands.due, DUE),
)
