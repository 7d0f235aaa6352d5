"""Where two opinions on one case differ, field by field and in words; what is discordant is `core.workflow.discordance`'s to say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import dist
from typing import Any

from core.words import N_, Sentence, say
from core.workflow.opinion import Lesion, NoduleFinding, Opinion
from core.workflow.opinion_extent import Extent
from core.workflow.opinion_parts import ASSESSMENTS, CHANGES, CONCERN, LESIONS, LOBES, NODULES, REASONS, SIDES
from db.enums import ProgrammeDecision

DECISIONS = {
    ProgrammeDecision.routine_recall: N_("Routine screening"),
    ProgrammeDecision.short_term_recall: N_("Short-term recall"),
    ProgrammeDecision.assessment: N_("Assessment"),
    ProgrammeDecision.technical_recall: N_("Technical recall"),
}
NOT_SAID = N_("not said")
NOT_NAMED = N_("not named")
SAME_NODULE_MM = 10.0
"""Two readers' nodules whose centres are no further apart are one, or no further than the larger one's diameter."""
SAME_LESION = 0.05
"""Two readers' places on one view are one when closer than this part of the view's longer side (about 12 mm)."""


@dataclass(frozen=True)
class FieldDifference:
    """`place`: where to look: {"view", "position"} on a mammogram, {"slice", "centre_lps_mm"} in a CT, or empty."""

    what: Sentence
    first: Sentence
    second: Sentence
    place: Mapping[str, Any] = field(default_factory=dict)


def between(first: Opinion, second: Opinion, extent: Extent | None = None) -> tuple[FieldDifference, ...]:
    """Everything in which the two differ, the weightiest first. `extent` tells how large the views are, so that places can be compared."""
    found = [*_whole(first, second), *_sides(first, second), *_views(first, second)]
    found += [*_nodules(first, second), *_lesions(first, second, extent or Extent())]
    if (first.density or second.density) and first.density != second.density:
        found.append(FieldDifference(say(N_("Breast density")), _text(first.density), _text(second.density)))
    return tuple(found)


def _whole(first: Opinion, second: Opinion) -> Iterator[FieldDifference]:
    if first.decision != second.decision:
        yield FieldDifference(say(N_("Decision")), say(DECISIONS[first.decision]), say(DECISIONS[second.decision]))
    if first.category != second.category:
        yield FieldDifference(say(N_("Category")), _text(first.category), _text(second.category))


def _sides(first: Opinion, second: Opinion) -> Iterator[FieldDifference]:
    """A side that is not named counts as normal where the other side is (as in `discordance`)."""
    for side, word in SIDES.items():
        said = [_assessed(one, side) for one in (first, second)]
        if said[0] != said[1]:
            yield FieldDifference(say(N_("Assessment, {side} breast"), side=say(word)), _assessment(said[0]), _assessment(said[1]))
        codes = [one.per_side.get(side) for one in (first, second)]
        if codes[0] != codes[1] and all(one.per_side for one in (first, second)):
            yield FieldDifference(say(N_("Category, {side} breast"), side=say(word)), _text(codes[0]), _text(codes[1]))


def _assessed(opinion: Opinion, side: str) -> str:
    return opinion.assessments.get(side, "normal" if opinion.assessments else "")


def _assessment(said: str) -> Sentence:
    return say(ASSESSMENTS.get(said, NOT_SAID))


def _views(first: Opinion, second: Opinion) -> Iterator[FieldDifference]:
    reasons = [{view.view: view.reason for view in one.views} for one in (first, second)]
    for view in sorted({*reasons[0], *reasons[1]}):
        said = [say(REASONS[one[view]]) if view in one and one[view] in REASONS else say(NOT_NAMED) for one in reasons]
        if said[0] != said[1]:
            yield FieldDifference(say(N_("View to repeat: {view}"), view=view), said[0], said[1], {"view": view})


def _nodules(first: Opinion, second: Opinion) -> Iterator[FieldDifference]:
    rest = list(second.nodules)
    for nodule in first.nodules:
        other = next((one for one in rest if _same_nodule(nodule, one)), None)
        if other is None:
            yield FieldDifference(say(N_("Nodule {name}"), name=nodule.name), nodule_words(nodule), say(NOT_NAMED), _place(nodule))
            continue
        rest.remove(other)
        if nodule_words(nodule) != nodule_words(other):
            yield FieldDifference(say(N_("Nodule {name}"), name=nodule.name), nodule_words(nodule), nodule_words(other), _place(nodule))
    for nodule in rest:
        yield FieldDifference(say(N_("Nodule {name}"), name=nodule.name), say(NOT_NAMED), nodule_words(nodule), _place(nodule))


def _same_nodule(one: NoduleFinding, other: NoduleFinding) -> bool:
    """By the AI mark both began as, else by their places; without a place nothing is matched."""
    if one.from_mark is not None and one.from_mark == other.from_mark:
        return True
    if one.centre_lps_mm is None or other.centre_lps_mm is None:
        return False
    reach = max(SAME_NODULE_MM, one.mean_diameter_mm or 0, other.mean_diameter_mm or 0)
    return dist(one.centre_lps_mm, other.centre_lps_mm) <= reach


def _place(nodule: NoduleFinding) -> Mapping[str, Any]:
    said = {"slice": nodule.slice, "centre_lps_mm": nodule.centre_lps_mm}
    return {name: value for name, value in said.items() if value is not None}


def nodule_words(nodule: NoduleFinding) -> Sentence:
    """Type, size, change and lobe: "Solid, 7.0 mm, new, right upper lobe"."""
    size = nodule.mean_diameter_mm
    parts = [say(NODULES.get(nodule.kind, NOT_SAID)), say(N_("{size:.1f} mm"), size=size) if size is not None else say(N_("no size"))]
    parts += [say(N_("solid part {size:.1f} mm"), size=nodule.solid_mm)] if nodule.solid_mm is not None else []
    parts += [say(CHANGES[nodule.change])] if nodule.change in CHANGES else []
    parts += [say(LOBES[nodule.lobe])] if nodule.lobe in LOBES else []
    return _joined(parts)


def _lesions(first: Opinion, second: Opinion, extent: Extent) -> Iterator[FieldDifference]:
    rest = list(second.lesions)
    for lesion in first.lesions:
        other = next((one for one in rest if _same_lesion(lesion, one, extent)), None)
        if other is not None:
            rest.remove(other)
        seen = say(NOT_NAMED) if other is None else lesion_words(other)
        if lesion_words(lesion) != seen:
            yield FieldDifference(_lesion(lesion), lesion_words(lesion), seen, _spot(lesion))
    for lesion in rest:
        yield FieldDifference(_lesion(lesion), say(NOT_NAMED), lesion_words(lesion), _spot(lesion))


def _same_lesion(one: Lesion, other: Lesion, extent: Extent) -> bool:
    """The same side, and the same mark or places close together; where they share no view, the same type."""
    if one.side != other.side:
        return False
    if one.from_mark is not None and one.from_mark == other.from_mark:
        return True
    shared = [view for view in one.positions if view in other.positions and view in extent.views]
    if shared:
        return any(dist(one.positions[view], other.positions[view]) <= SAME_LESION * max(extent.views[view]) for view in shared)
    return one.kind == other.kind


def lesion_words(lesion: Lesion) -> Sentence:
    """Type, level of concern, size: "Ill-defined mass, concern 4: suspicious of malignancy, 12 mm"."""
    concern = say(N_("concern {level}: {word}"), level=lesion.concern, word=say(CONCERN.get(lesion.concern, NOT_SAID)))
    parts = [say(LESIONS.get(lesion.kind, NOT_SAID)), concern]
    parts += [say(N_("{size:.1f} mm"), size=lesion.size_mm)] if lesion.size_mm is not None else []
    parts += [say(N_("category {category}"), category=lesion.category)] if lesion.category else []
    return _joined(parts)


def _lesion(lesion: Lesion) -> Sentence:
    return say(N_("Lesion, {side} breast"), side=say(SIDES.get(lesion.side, NOT_SAID)))


def _spot(lesion: Lesion) -> Mapping[str, Any]:
    return next(({"view": view, "position": list(position)} for view, position in lesion.positions.items()), {})


def _joined(parts: list[Sentence]) -> Sentence:
    """Up to six parts as one sentence."""
    template = ", ".join(f"{{part{place}}}" for place in range(len(parts)))
    return say(template, **{f"part{place}": part for place, part in enumerate(parts)})


def _text(value: str | None) -> Sentence:
    return say("{value}", value=value) if value else say(NOT_SAID)
