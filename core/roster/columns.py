"""Which column holds what: guessed from the names that registries use, in English and Chinese, and open to correction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Rejected
from core.words import N_


@dataclass(frozen=True)
class Field:
    """Something that a list may tell about a participant, and under which column names it is found."""

    key: str
    name: str
    known_as: tuple[str, ...]


FIELDS = (
    Field("identifier", N_("Patient number"), (
        "identifier", "patient id", "patient number", "hospital number", "nhs number", "mrn", "id", "病历号", "患者编号", "受检者编号",
        "住院号", "身份证号", "编号",
    )),
    Field("name", N_("Name"), ("name", "full name", "patient name", "姓名", "患者姓名", "受检者姓名")),
    Field("family_name", N_("Family name"), ("family name", "last name", "surname", "姓")),
    Field("given_name", N_("Given name"), ("given name", "first name", "forename", "名")),
    Field("birth_date", N_("Date of birth"), ("birth date", "date of birth", "dob", "birthdate", "born", "出生日期", "生日", "出生年月日")),
    Field("sex", N_("Sex"), ("sex", "gender", "性别")),
    Field("programme", N_("Programme"), ("programme", "program", "screening programme", "筛查项目", "项目")),
    Field("opted_out", N_("Opted out"), ("opted out", "opt out", "optout", "declined", "退出", "拒绝筛查")),
    Field("died_on", N_("Date of death"), ("died on", "died", "date of death", "death date", "deceased", "死亡日期", "死亡")),
    Field("moved_away", N_("Moved away"), ("moved away", "moved", "left area", "迁出", "搬离")),
    Field("address", N_("Address"), ("address", "postal address", "home address", "地址", "住址", "家庭住址")),
    Field("email", N_("E-mail"), ("email", "e mail", "mail", "email address", "电子邮件", "邮箱")),
    Field("phone", N_("Phone"), ("phone", "telephone", "phone number", "mobile", "tel", "电话", "手机", "联系电话")),
    Field("language", N_("Language of letters"), ("language", "preferred language", "语言")),
)  # fmt: skip
NEEDED = ("identifier", "birth_date")
CONTACT = ("address", "email", "phone", "language")


@dataclass(frozen=True)
class Mapping:
    """Field key → column counted from 0."""

    columns: dict[str, int]

    def cell(self, cells: Sequence[str], key: str) -> str:
        """The text under a field, "" where the list has no such column or the row ends before it."""
        place = self.columns.get(key, -1)
        return cells[place].strip() if 0 <= place < len(cells) else ""


def guess(head: Sequence[str]) -> Mapping:
    """The mapping by the names of the columns; a name fits one field, and the first such column counts."""
    plain = [_plain(name) for name in head]
    found = {field.key: next((plain.index(name) for name in field.known_as if name in plain), None) for field in FIELDS}
    return Mapping({key: place for key, place in found.items() if place is not None})


def named(head: Sequence[str], choices: dict[str, str]) -> Mapping:
    """The guess, corrected by `choices` (field key → column name); Rejected naming what is not there."""
    mapping = dict(guess(head).columns)
    keys = [field.key for field in FIELDS]
    for key, name in choices.items():
        if key not in keys:
            raise Rejected(N_("{field} is not a field of a participant; expected one of {known}"), field=key, known=", ".join(keys))
        if name not in head:
            raise Rejected(N_("The list has no column {column}; its columns are {known}"), column=name, known=", ".join(head))
        mapping[key] = list(head).index(name)
    return Mapping(mapping)


def check(mapping: Mapping, head: Sequence[str]) -> None:
    """Rejected when a column that cannot be done without was not found."""
    missing = [field.name for field in FIELDS if field.key in NEEDED and field.key not in mapping.columns]
    if not {"name", "family_name"} & set(mapping.columns):
        missing.append(FIELDS[1].name)
    if missing:
        raise Rejected(
            N_("No column was found for: {missing}. The list has: {known}. Say which column it is"),
            missing=", ".join(missing), known=", ".join(head),
        )  # fmt: skip
    for place in (places := list(mapping.columns.values())):
        if places.count(place) > 1:
            raise Rejected(N_("The column {column} was given to two fields; a column holds one thing"), column=head[place])


def by_place(head: Sequence[str], columns: dict[str, int]) -> Mapping:
    """The mapping as a person corrected it; Rejected for a field or a place that is not there."""
    keys = [field.key for field in FIELDS]
    for key, place in columns.items():
        if key not in keys:
            raise Rejected(N_("{field} is not a field of a participant; expected one of {known}"), field=key, known=", ".join(keys))
        if not 0 <= place < len(head):
            raise Rejected(N_("The list has no column {column}; its columns are {known}"), column=place + 1, known=", ".join(head))
    return Mapping(dict(columns))


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]+", " ", name.strip().casefold())
