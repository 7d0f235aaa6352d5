"""The Gail model agrees with the reference outputs of the R package, for every group of women."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.rules import gail

RACES = (
    "white", "black", "hispanic_us", "other", "hispanic_foreign", "chinese", "japanese", "filipino", "hawaiian", "pacific_islander",
    "other_asian",
)  # fmt: skip
WOMAN: dict[str, Any] = {
    "age": 40, "horizon_years": 10, "biopsies": 1, "hyperplasia": None, "menarche_age": 12, "first_birth_age": 25, "relatives": 1,
    "race": "white",
}  # fmt: skip
PUBLISHED = [
    (WOMAN, 4.5136216073),
    ({**WOMAN, "age": 45, "biopsies": 2, "hyperplasia": True, "menarche_age": 10, "first_birth_age": 98, "relatives": 2}, 24.125253066),
    ({**WOMAN, "age": 30, "horizon_years": 5, "biopsies": 0, "menarche_age": 14, "first_birth_age": 22, "relatives": 0}, 0.095603326859),
    ({**WOMAN, "age": 70, "first_birth_age": 28, "relatives": 0}, 4.5936976595),
    ({**WOMAN, "race": "black"}, 2.7300575728),
    ({**WOMAN, "race": "hispanic_us"}, 1.8869997821),
    ({**WOMAN, "race": "hispanic_foreign"}, 3.337429861),
    ({**WOMAN, "race": "chinese"}, 3.9785550501),
    ({**WOMAN, "race": "other_asian"}, 3.0822121069),
]


@pytest.mark.parametrize(("woman", "percent"), PUBLISHED)
def test_published_examples(woman: dict[str, Any], percent: float) -> None:
    assert 100 * gail.absolute_risk(**woman) == pytest.approx(percent, rel=1e-9)


@pytest.mark.shared_data
@pytest.mark.parametrize("table", ["gail_reference_race.json", "gail_reference_numeric.json"])
def test_every_row_of_the_reference(shared_data: Path, table: str) -> None:
    rows = json.loads((shared_data / "tables" / table).read_text())
    assert len(rows) > 40
    for row in rows:
        risk = gail.absolute_risk(
            age=row["T1"], horizon_years=row["T2"] - row["T1"], biopsies=_known(row["N_Biop"]),
            hyperplasia={0: False, 1: True}.get(row["HypPlas"]) if _known(row["N_Biop"]) else None,
            menarche_age=_known(row["AgeMen"]), first_birth_age=_known(row["Age1st"]), relatives=_known(row["N_Rels"]),
            race=RACES[row["Race"] - 1],
        )  # fmt: skip
        assert 100 * risk == pytest.approx(row["AbsRisk"], rel=1e-9), row


def test_a_share_of_a_year_adds_up() -> None:
    short, long = ({**WOMAN, "horizon_years": years} for years in (2.5, 3))
    assert gail.absolute_risk(**{**WOMAN, "horizon_years": 2}) < gail.absolute_risk(**short) < gail.absolute_risk(**long)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"age": 19.9}, "age is 19.9"), ({"age": 85, "horizon_years": 10}, "end at 95"), ({"race": "martian"}, "race is 'martian'"),
        ({"biopsies": 0, "hyperplasia": True}, "no biopsy"), ({"menarche_age": 41}, "menarche_age is 41"),
        ({"first_birth_age": 45}, "first_birth_age is 45"), ({"relatives": -1}, "relatives is -1"),
        ({"horizon_years": 0}, "horizon_years is 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        gail.absolute_risk(**{**WOMAN, **change})


def _known(value: int) -> int | None:
    return None if value == 99 else value
