"""Which column of a cancer registry's list holds what: guessed from the names that registries use, and open to correction."""

from collections.abc import Mapping as Table
from collections.abc import Sequence

from core.errors import Rejected
from core.roster.columns import FIELDS as ROSTER
from core.roster.columns import Field, Mapping
from core.words import N_

FIELDS = (
    *(field for field in ROSTER if field.key in ("identifier", "birth_date")),
    Field("diagnosed_on", N_("Date of diagnosis"), (
        "diagnosis date", "date of diagnosis", "diagnosed on", "diagnosed", "incidence date", "date of incidence",
        "诊断日期", "确诊日期", "发病日期",
    )),
    Field("icd10", N_("Site (ICD-10)"), ("icd10", "icd 10", "icd", "site icd10", "topography", "site", "primary site", "部位", "诊断编码")),
    Field("histology", N_("Histology"), ("histology", "morphology", "icd o 3", "morphology code", "病理", "组织学", "形态学")),
    Field("stage", N_("Stage"), ("stage", "tnm stage", "stage group", "分期")),
    Field("size_mm", N_("Size (mm)"), ("size mm", "size", "tumour size", "tumor size", "tumour size mm", "大小", "肿瘤大小")),
    Field("side", N_("Side"), ("side", "laterality", "侧别", "侧")),
    Field("source", N_("Source"), ("source", "registry", "basis", "来源", "登记处")),
)  # fmt: skip
NEEDED = ("identifier", "birth_date", "diagnosed_on", "icd10")


def guess(head: Sequence[str]) -> Mapping:
    """The mapping by the names of the columns; the first name that is known counts."""
    plain = [" ".join(name.strip().casefold().replace("_", " ").replace("-", " ").split()) for name in head]
    found = {field.key: next((plain.index(name) for name in field.known_as if name in plain), None) for field in FIELDS}
    return Mapping({key: place for key, place in found.items() if place is not None})


def by_place(head: Sequence[str], chosen: Table[str, int]) -> Mapping:
    """The mapping as a person corrected it; Rejected for a place that is not there, a needed field without one, or one given twice."""
    for key, place in chosen.items():
        if key not in {field.key for field in FIELDS} or not 0 <= place < len(head):
            raise Rejected(N_("The list has no column {column}; its columns are {known}"), column=place + 1, known=", ".join(head))
    mapping = Mapping(dict(chosen))
    check(mapping, head)
    return mapping


def check(mapping: Mapping, head: Sequence[str]) -> None:
    """Rejected when a column that cannot be done without was not found."""
    missing = [field.name for field in FIELDS if field.key in NEEDED and field.key not in mapping.columns]
    if missing:
        raise Rejected(
            N_("No column was found for: {missing}. The list has: {known}. Say which column it is"),
            missing=", ".join(missing), known=", ".join(head),
        )  # fmt: skip
    places = list(mapping.columns.values())
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise Rejected(N_("The column {column} was given to two fields; a column holds one thing"), column=head[twice])
