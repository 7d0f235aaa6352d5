"""Mammograms that belong together: the views of one person on one day, even when each view came as its own study.

The rule is conservative, because two people must never be merged. Images are one exam when
1. they share the patient identifier and the study date (without a date: identifier and study), with the same birth date and sex; or
2. each stands in its own study and their identifiers differ by nothing but a side and view suffix ("P_00173_LEFT_CC") that agrees with
   the side and view of the image itself, on the same day, with the same birth date and sex, and no view twice.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.imaging.header import InstanceHeader
from core.imaging.kind import Kind
from core.imaging.view import named_in
from core.words import N_, Sentence, say

SCREENING_VIEWS = ("R-CC", "L-CC", "R-MLO", "L-MLO")
SUFFIX = re.compile(r"^(?P<person>.*[^_ -])[_ -]+(?P<suffix>(?:L|R|LEFT|RIGHT)[_ -]*(?:XCCL|XCCM|LMO|MLO|CC|ML|LM))$", re.IGNORECASE)
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamGroup:
    """`patient_id` is without the side and view suffix; `views` maps "R-CC"… to the image to read; `others` are extra images."""

    patient_id: str
    study_date: date | None
    study_instance_uids: tuple[str, ...]
    views: dict[str, InstanceHeader]
    others: tuple[InstanceHeader, ...]
    rule: Sentence
    warnings: tuple[Sentence, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Screening views that are not there."""
        return tuple(view for view in SCREENING_VIEWS if view not in self.views)

    @property
    def headers(self) -> tuple[InstanceHeader, ...]:
        return (*self.views.values(), *self.others)


def group_exams(headers: Iterable[InstanceHeader]) -> tuple[ExamGroup, ...]:
    """Mammograms grouped into exams by the rule above; other instances are left out."""
    groups: dict[Key, list[InstanceHeader]] = defaultdict(list)
    for header in headers:
        if header.kind is Kind.mammogram and header.view is not None:
            groups[_key(header)].append(header)
    return tuple(exam for key, members in groups.items() for exam in _exams(key, members))


def person_of(header: InstanceHeader) -> str:
    """The patient identifier without a side and view suffix that agrees with the image; as it is otherwise."""
    found = SUFFIX.match(header.patient_id)
    if not found or header.view is None:
        return header.patient_id
    side, view = named_in(found["suffix"])
    return found["person"] if (side, view) == (header.view.laterality, header.view.view) else header.patient_id


def _key(header: InstanceHeader) -> Key:
    """What must agree for two images to be one exam; without identifier or date only the study joins them."""
    day = header.study_date.isoformat() if header.study_date else ""
    if not header.patient_id or not day:
        return ("study", header.patient_id, header.study_instance_uid)
    person = person_of(header)
    kind = "person" if person == header.patient_id else "suffix"
    return (kind, person, day, str(header.birth_date), header.sex)


def _exams(key: Key, members: list[InstanceHeader]) -> list[ExamGroup]:
    """One exam, or one a study when a merge by suffix would put the same view together twice."""
    studies = {header.study_instance_uid for header in members}
    parts = [header.view.part for header in members if header.view and header.view.standard]
    if key[0] == "suffix" and len(studies) > 1 and len(parts) != len(set(parts)):
        return [_exam(("study", "", uid), [one for one in members if one.study_instance_uid == uid]) for uid in sorted(studies)]
    return [_exam(key, members)]


def _exam(key: Key, members: list[InstanceHeader]) -> ExamGroup:
    ordered = sorted(members, key=_preference)
    views: dict[str, InstanceHeader] = {}
    others = []
    for header in ordered:
        part = header.view.part if header.view else "other"
        if part == "other" or part in views:
            others.append(header)
        else:
            views[part] = header
    studies = tuple(dict.fromkeys(header.study_instance_uid for header in members))
    return ExamGroup(
        patient_id=person_of(members[0]) if key[0] == "suffix" else members[0].patient_id,
        study_date=members[0].study_date,
        study_instance_uids=studies,
        views={part: views[part] for part in SCREENING_VIEWS if part in views},
        others=tuple(others),
        rule=_rule(key, studies),
        warnings=_warnings(views, others),
    )


def _preference(header: InstanceHeader) -> tuple[bool, bool, bool, int, str]:
    """Which of two images of one view is read: for presentation, whole implant view, lossless, then the later one."""
    view = header.view
    assert view is not None  # only mammograms are grouped
    displaced = "implant displaced" in view.modifiers
    return (view.for_processing, displaced, header.lossy, -(header.instance_number or 0), header.sop_instance_uid)


def _rule(key: Key, studies: tuple[str, ...]) -> Sentence:
    if key[0] == "suffix" and len(studies) > 1:
        return say(N_("{count} studies put together: same day, and their identifiers differ only by side and view"), count=len(studies))
    if len(studies) > 1:
        return say(N_("{count} studies of the same person and day put together"), count=len(studies))
    return say(N_("One study"))


def _warnings(views: dict[str, InstanceHeader], others: list[InstanceHeader]) -> tuple[Sentence, ...]:
    unknown = [one for one in others if one.view and not (one.view.laterality and one.view.view)]
    one = N_("One image names no side or view and cannot be placed")
    several = N_("{count} images name no side or view and cannot be placed")
    found = [say(one if len(unknown) == 1 else several, count=len(unknown))] if unknown else []
    if any(header.view and header.view.implant for header in [*views.values(), *others]):
        found.append(say(N_("There is a breast implant")))
    return tuple(found)
