"""What a published rule would say about a case: offered with its reason, never filled in; a missing input is a named gap."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from core.rules import birads, lung_rads, lung_rads_error
from core.rules.conformance import unsound
from core.rules.lung_nodule import Nodule
from core.rules.reason import Reason
from core.rules.size import tenths
from core.words import N_, Sentence, say
from core.workflow.ai import FindingLine
from core.workflow.appearance import appearance, to_confirm
from core.workflow.follow_up import NO_TYPE, Change, as_nodule, if_solid_since, inputs, part_tenths
from core.workflow.follow_up import NOT_COMPARED as NO_CHANGE
from db.enums import ExamKind, FindingKind

if TYPE_CHECKING:
    from core.workflow.reading import Case

FLIPS = N_("Within an error of ±{error:.1f} mm the category may be {possible}")
NO_SIZE = N_("A nodule has no size; the rule needs it")


@dataclass(frozen=True)
class Suggestion:
    """`category` is None when `gaps` names what the rule lacks; `because` holds the rule's reasons, or what it would say if."""

    rule: str
    source: str
    category: str | None
    text: Sentence
    because: tuple[Sentence, ...]
    gaps: tuple[Sentence, ...]


def suggestion(case: "Case", nodules: Sequence[Nodule] = ()) -> Suggestion:
    """The rule's reading of the reader's `nodules` where given, else of the AI's marks. A suggestion only: the reader decides.

    A rule that fails its published examples on this machine says so and nothing else.
    """
    found = _said(case, nodules)
    problem = unsound(found.rule)
    return replace(found, category=None, text=_say(problem), because=(), gaps=(_say(problem),)) if problem else found


def _said(case: "Case", nodules: Sequence[Nodule]) -> Suggestion:
    if case.kind == ExamKind.mammography:
        return _birads(case)
    if nodules:
        return _assessed(lung_rads.categorise(nodules, baseline=case.baseline))
    return _of_marks(case)


def with_rule(findings: Sequence[FindingLine], *, baseline: bool, changes: Mapping[int, Change]) -> tuple[FindingLine, ...]:
    """Nodules with the rule's category and reason, or with what the rule lacks; other marks as they are."""
    return tuple(_with_rule(mark, baseline, changes.get(mark.number)) if mark.kind == FindingKind.nodule else mark for mark in findings)


def _with_rule(mark: FindingLine, baseline: bool, change: Change | None) -> FindingLine:
    problem, kind = unsound(lung_rads.NAME), _kind(mark)
    if problem is not None:
        return replace(mark, because=_say(problem))
    if mark.mean_diameter_mm is None:
        return replace(mark, because=say(NO_SIZE))
    if not baseline and change is None:
        return replace(mark, because=say(NO_CHANGE))
    if kind is None:
        return replace(mark, because=_if_solid(mark) if change is None or baseline else if_solid_since(mark, change))
    nodule = _nodule(mark, kind) if change is None or baseline else as_nodule(mark, change)
    verdict = lung_rads.categorise([nodule], baseline=baseline)
    return replace(mark, category=verdict.category, because=_say((*verdict.gaps, *verdict.because)[0]))


def _of_marks(case: "Case") -> Suggestion:
    if case.ai is None:
        return _gap(case.ai_reason or say(N_("There is no AI result")))
    marks = [mark for mark in case.ai.findings if mark.kind == FindingKind.nodule]
    if not marks:
        return _gap(say(N_("The AI marked no nodule; the rule needs the nodules that the reader sees")))
    if any(mark.mean_diameter_mm is None for mark in marks):
        return _gap(say(NO_SIZE))
    if not case.baseline:
        return _since_earlier(case, marks)
    untold = [mark for mark in marks if not _kind(mark)]
    if not untold:
        return _with_hints(_assessed(lung_rads.categorise([_nodule(mark, _kind(mark) or "solid") for mark in marks], baseline=True)), marks)
    return _gap(say(NO_TYPE, number=untold[0].number), because=tuple(map(_if_solid, untold)))


def _since_earlier(case: "Case", marks: Sequence[FindingLine]) -> Suggestion:
    """At follow-up: what the matched nodules make of the rule, or the gap; and where only the AI says that a nodule is new."""
    found = inputs(marks, case.changes)
    if found.gap is not None:
        known = [(mark, case.changes[mark.number]) for mark in marks if mark.number in case.changes and not _kind(mark)]
        return _gap(found.gap, because=tuple(if_solid_since(mark, change) for mark, change in known) if len(known) == len(marks) else ())
    said = _assessed(lung_rads.categorise(found.nodules, baseline=False))
    return _with_hints(replace(said, because=(*said.because, *found.remarks)), marks)


def _with_hints(said: Suggestion, marks: Sequence[FindingLine]) -> Suggestion:
    """With what the AI saw and only the reader can turn into a category: nothing of it is in the category."""
    hints = [hint for mark in marks for hint in to_confirm(mark.number, appearance(mark.detail), mark.mean_diameter_mm)]
    return replace(said, because=(*said.because, *hints))


def _if_solid(mark: FindingLine) -> Sentence:
    """What the rule would say of one nodule at a baseline exam, were it solid."""
    found = lung_rads.categorise([_nodule(mark, "solid")], baseline=True)
    template = N_("Nodule {number}: {size:.1f} mm at the first exam; if it is solid, category {category}")
    return say(template, number=mark.number, size=mark.mean_diameter_mm, category=found.category)


def _nodule(mark: FindingLine, kind: str) -> Nodule:
    named, mean = cast(Literal["solid", "part-solid", "non-solid"], kind), max(tenths(mark.mean_diameter_mm or 0.0), 1)
    part = part_tenths(appearance(mark.detail).solid_mm, mean) if kind == "part-solid" else None
    return Nodule(kind=named, name=str(mark.number), mean_tenths=mean, solid_tenths=part)


def _kind(mark: FindingLine) -> str | None:
    """The type of a nodule where the model says one, in the words of the rule."""
    return appearance(mark.detail).kind


def _assessed(found: lung_rads.Assessment) -> Suggestion:
    template = N_("{rule} suggests category {category}: {management}")
    text = say(template, rule=found.rule, category=found.label, management=_say(found.management))
    gap = say(N_("{rule} gives no category yet; at least {category} by what is known"), rule=found.rule, category=found.at_least)
    because, gaps = tuple(map(_say, found.because)), tuple(map(_say, found.gaps))
    if found.category is None:
        return Suggestion(found.rule, lung_rads.SOURCE, None, gap, (*gaps, *because), gaps)
    return Suggestion(found.rule, lung_rads.SOURCE, found.label, text, (*_flips(found), *because), gaps)


def _flips(found: lung_rads.Assessment) -> Iterator[Sentence]:
    """Where half a millimetre more or less would change the category."""
    possible = lung_rads_error.possible(found.nodules, baseline=found.baseline)
    if len(possible) > 1:
        yield say(FLIPS, error=lung_rads_error.ERROR_TENTHS / 10, possible=" / ".join(possible))


def _gap(reason: Sentence, because: tuple[Sentence, ...] = ()) -> Suggestion:
    rule = f"{lung_rads.NAME} {lung_rads.VERSION}"
    text = say(N_("{rule} gives no category yet: {reason}"), rule=rule, reason=reason)
    return Suggestion(rule, lung_rads.SOURCE, None, text, because, (reason,))


def _birads(case: "Case") -> Suggestion:
    rule = f"{birads.NAME} {birads.VERSION}"
    reason = say(N_("The category is the reader's own assessment; no rule derives it from a score"))
    density = case.ai.result.get("density") if case.ai else None
    because: tuple[Sentence, ...] = ()
    if density in birads.DENSITIES:
        because = (say(N_("Density {density} by the AI: {meaning}"), density=density, meaning=say(birads.DENSITIES[density])),)
    text = say(N_("{rule} gives no category: {reason}"), rule=rule, reason=reason)
    return Suggestion(rule, birads.SOURCE, None, text, because, (reason,))


def _say(reason: Reason) -> Sentence:
    return Sentence(reason.template, reason.values)
