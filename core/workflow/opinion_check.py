"""An opinion that makes no sense is refused before it is signed, with what is wrong and what to do; the reader's judgement is never."""

from collections.abc import Iterable, Iterator

from core.errors import Rejected
from core.words import N_, Sentence, say
from core.workflow.nodule_check import measurement_problems, nodule_problems
from core.workflow.opinion import Opinion
from core.workflow.opinion_extent import Extent
from core.workflow.opinion_parts import ASSESSMENTS, CONCERN, LESIONS, REASONS, SIDES, Lesion
from core.workflow.programmes import Card
from db.enums import ExamKind, ProgrammeDecision

DENSITIES = ("A", "B", "C", "D")
WEIGHT = {"1": 0, "2": 0, "3": 1, "0": 2}
"""How much the BI-RADS category of one side weighs for the whole exam; every other category weighs 3."""
LARGEST_LESION_MM = 300.0


def check(opinion: Opinion, card: Card, extent: Extent | None = None) -> None:
    """Rejected when the opinion contradicts itself, the programme's card, or the images of `extent` (None: not compared with images)."""
    for problem in problems(opinion, card, extent):
        raise Rejected(problem.template, **problem.values)


def problems(opinion: Opinion, card: Card, extent: Extent | None = None) -> Iterator[Sentence]:
    """Everything that stands against signing, so that a form can say it before."""
    for code in (opinion.category, *opinion.per_side.values(), *(one.category for one in opinion.lesions if one.category)):
        if card.category(code) is None:
            template = N_("{scheme} has no category {category}; choose one of {known}")
            yield say(template, scheme=card.scheme, category=code, known=_list(one.code for one in card.categories))
    if opinion.density is not None and opinion.density not in DENSITIES:
        yield say(N_("Density {density} is not known; choose one of {known}"), density=opinion.density, known=_list(DENSITIES))
    yield from _of_this_kind(opinion, card)
    yield from _sides(opinion)
    yield from _contradictions(opinion)
    yield from _technical(opinion, card)
    for lesion in opinion.lesions:
        yield from _lesion(lesion, extent)
    yield from nodule_problems(opinion.nodules, extent)
    for measurement in opinion.measurements:
        yield from measurement_problems(measurement, opinion.nodules)


def _of_this_kind(opinion: Opinion, card: Card) -> Iterator[Sentence]:
    breast = opinion.density or opinion.assessments or opinion.per_side or opinion.lesions
    if card.kind is not ExamKind.mammography and breast:
        yield say(N_("Breasts are assessed on mammograms only; this case is a CT"))
    if card.kind is ExamKind.mammography and opinion.nodules:
        yield say(N_("Lung nodules are described on CT only; this case is a mammography"))


def _sides(opinion: Opinion) -> Iterator[Sentence]:
    """Words of each side are known, and a side that is described has its category as soon as one side has."""
    for side in (*opinion.per_side, *opinion.assessments, *(lesion.side for lesion in opinion.lesions)):
        if side not in SIDES:
            yield say(N_("Side {side} is not known; expected L or R"), side=side)
    for said in opinion.assessments.values():
        if said not in ASSESSMENTS:
            yield say(N_("Assessment {said} is not known; choose one of {known}"), said=said, known=_list(ASSESSMENTS))
    described = {*opinion.assessments, *(lesion.side for lesion in opinion.lesions)}
    missing = sorted(described - set(opinion.per_side)) if opinion.per_side else []
    if missing:
        yield say(N_("Side {side} is described but has no category; choose one for each breast or for none"), side=missing[0])


def _contradictions(opinion: Opinion) -> Iterator[Sentence]:
    """Between the decision, the assessments and the categories of the breasts."""
    routine, assess = opinion.decision is ProgrammeDecision.routine_recall, opinion.decision is ProgrammeDecision.assessment
    noted = sorted(side for side, said in opinion.assessments.items() if said != "normal")
    if routine and noted:
        template = N_("Breast {side} is {said}, but the decision is routine recall; change one of them")
        yield say(template, side=noted[0], said=opinion.assessments[noted[0]])
    if assess and set(opinion.assessments) == set(SIDES) and not noted:
        yield say(N_("Both breasts are normal, but the decision is recall for assessment; change one of them"))
    heavier = [code for code in opinion.per_side.values() if _weight(code) > _weight(opinion.category)]
    if heavier:
        template = N_("One breast is category {side}, but the whole exam is category {category}; it cannot be less than its breasts")
        yield say(template, side=heavier[0], category=opinion.category)


def _weight(code: str) -> int:
    return WEIGHT.get(code, 3)


def _technical(opinion: Opinion, card: Card) -> Iterator[Sentence]:
    """A technical recall names views with a reason each; another decision names none. A CT has one part only, which goes without saying."""
    technical = opinion.decision is ProgrammeDecision.technical_recall
    if opinion.views and not technical:
        yield say(N_("Views to repeat are named, but the decision is not technical recall; change one of them"))
    if technical and not opinion.views and len(card.expected_parts) > 1:
        yield say(N_("Technical recall names no view; choose at least one of {known}"), known=_list(card.expected_parts))
    for one in opinion.views:
        if one.view not in card.expected_parts:
            yield say(N_("View {view} is not one of this programme; choose from {known}"), view=one.view, known=_list(card.expected_parts))
        if one.reason not in REASONS:
            yield say(N_("View {view} is to be repeated for no known reason; choose one of {known}"), view=one.view, known=_list(REASONS))
    if len(opinion.views_named) < len(opinion.views):
        yield say(N_("A view to repeat is named twice; name each once"))


def _lesion(lesion: Lesion, extent: Extent | None) -> Iterator[Sentence]:
    if lesion.kind not in LESIONS:
        yield say(N_("Lesion type {kind} is not known; choose one of {known}"), kind=lesion.kind, known=_list(LESIONS))
    if lesion.concern not in CONCERN:
        yield say(N_("Level of concern is {concern}; expected 1 to 5"), concern=lesion.concern)
    if lesion.size_mm is not None and not 0 < lesion.size_mm <= LARGEST_LESION_MM:
        yield say(N_("Lesion size is {size} mm; expected more than 0, at most {most} mm"), size=lesion.size_mm, most=300)
    for view, (x, y) in lesion.positions.items():
        if not view.startswith(f"{lesion.side}-"):
            yield say(N_("A lesion of side {side} is placed on view {view}; place it on its own side"), side=lesion.side, view=view)
        if extent is not None:
            yield from _inside(view, x, y, extent)


def _inside(view: str, x: float, y: float, extent: Extent) -> Iterator[Sentence]:
    size = extent.views.get(view)
    if size is None:
        yield say(N_("A lesion is placed on view {view}, which this exam does not have"), view=view)
    elif not (0 <= x <= size[0] and 0 <= y <= size[1]):
        template = N_("A lesion lies at {x:.0f}, {y:.0f} on view {view}, outside its {columns} × {rows} pixels; place it again")
        yield say(template, x=x, y=y, view=view, columns=size[0], rows=size[1])


def _list(known: Iterable[str]) -> str:
    return ", ".join(known)
