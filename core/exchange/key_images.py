"""The images that a report shows: the slices with the reader's nodules, or the views, with what was measured and marked on them."""

from collections.abc import Sequence

import numpy as np
from sqlmodel import Session

from core.access import Person
from core.errors import FirstlightError
from core.exchange.content import Picture
from core.exchange.drawing import Drawing
from core.imaging.render import grey, slice_image
from core.tongue import Tongue
from core.words import N_, Sentence, say
from core.workflow import images, pictures
from core.workflow.ai import AiResult, FindingLine
from core.workflow.opinion import Measurement, NoduleFinding, Opinion
from core.workflow.reading import Case
from core.workflow.slices import Slices
from db.enums import ExamKind

MOST = 4  # slices
CHEST_WALL = {"L": "left", "R": "right"}  # edges that meet in the middle when the views hang side by side
NEAR = 0.6  # of a slice: a measurement lies on the slice that its points are closest to
NO_IMAGES = N_("There are no images: this exam is part of a simulated history.")
NOTHING_MARKED = N_("No key image: no place in the images was marked.")


def key_images(session: Session, person: Person, case: Case, said: Sequence[Opinion], tongue: Tongue) -> tuple[list[Picture], list[str]]:
    """Pictures and what has to be said about them; an image that cannot be shown is named with its reason, never left out in silence."""
    if not case.images:
        return [], [tongue.say(NO_IMAGES)]
    try:
        if case.kind is ExamKind.lung_ct:
            return _ct(session, person, case, said, tongue)
        return _mammograms(session, person, case, said, tongue)
    except FirstlightError as problem:
        return [], [tongue.say(N_("No key image, because: {reason}"), reason=problem.sentence)]


def _ct(session: Session, person: Person, case: Case, said: Sequence[Opinion], tongue: Tongue) -> tuple[list[Picture], list[str]]:
    found = images.ct(session, person, case.exam_id)
    slices, nodules = found.slices, [nodule for opinion in said for nodule in opinion.nodules]
    measured = [one for opinion in said for one in opinion.measurements]
    marks = case.ai.findings if case.ai else ()
    wanted: list[int] = []
    for k in [*(place for nodule in nodules if (place := _slice(nodule, slices)) is not None),
              *(place for one in measured if (place := _level(one, slices)) is not None),
              *(mark.slice_index for mark in marks if _noted(mark, case))]:  # fmt: skip
        if k is not None and 0 <= k < len(slices.planes) and k not in wanted:
            wanted.append(k)
    made = [_slice_picture(session, person, case, k, slices, nodules, measured, tongue) for k in wanted[:MOST]]
    left = len(wanted) - len(made)
    notes = [] if made else [tongue.say(NOTHING_MARKED)]
    notes += [tongue.say(N_("{n} more slices with marks are not shown here"), n=left)] if left > 0 else []
    return made, [*notes, *([tongue.show(found.refusal)] if found.refusal else [])]


def _slice_picture(
    session: Session, person: Person, case: Case, k: int, slices: Slices,
    nodules: Sequence[NoduleFinding], measured: Sequence[Measurement], tongue: Tongue,
) -> Picture:  # fmt: skip
    _, row_mm, column_mm = slices.spacing_mm
    drawing = Drawing(slice_image(images.ct_slice(session, person, case.exam_id, k)), pixel_ratio=row_mm / column_mm)
    drawing.letter(slices.edges[0][0], right=False)
    drawing.letter(slices.edges[0][1], right=True)
    drawn: list[Sentence] = []
    for mark in case.ai.findings if case.ai else ():
        box = mark.place.get("box")
        low, high = mark.place.get("slices", (mark.slice_index, mark.slice_index))
        if box and low is not None and low <= k <= high:
            drawing.ai_box(box, f"AI {mark.number}")
            drawn.append(say(N_("AI mark {n}, dashed"), n=mark.number))
    for nodule in nodules:
        if _slice(nodule, slices) == k and nodule.centre_lps_mm is not None:
            _, row, column = slices.voxel(nodule.centre_lps_mm)
            drawing.ring((column + 0.5, row + 0.5), (nodule.mean_diameter_mm or 0) / 2 / column_mm, nodule.name)
            drawn.append(say(N_("nodule {name} by the reader"), name=nodule.name))
    for one in measured:
        if _level(one, slices) == k:
            points = [slices.voxel(point) for point in one.points]
            _lines(drawing, [(float(point[2]) + 0.5, float(point[1]) + 0.5) for point in points], one)
            drawn.append(say(N_("measured by the reader: {mm} mm"), mm=" × ".join(f"{mm:.1f}" for mm in one.mm)))
    where = tongue.say(N_("Slice {n} of {all}, lung window"), n=slices.number(k), all=len(slices.planes))
    return drawing.picture("; ".join([where, *(tongue.show(one) for one in drawn)]))


def _mammograms(session: Session, person: Person, case: Case, said: Sequence[Opinion], tongue: Tongue) -> tuple[list[Picture], list[str]]:
    """The views as they hang: right beside left, CC above MLO."""
    order = {"R-CC": 0, "L-CC": 1, "R-MLO": 2, "L-MLO": 3}
    found = [one for one in pictures.pictures(session, person, case.exam_id) if one.part in order]
    strong = case.ai is not None and (case.ai.step or 0) >= case.card.triage.soon_step
    ai = case.ai if strong else None
    broken = [tongue.say(N_("{view} is not shown, because: {reason}"), view=one.part, reason=one.problem) for one in found if one.problem]
    shown = sorted((one for one in found if one.problem is None), key=lambda one: order[one.part])
    made = [_view_picture(session, person, case.exam_id, one, said, ai, tongue) for one in shown]
    quiet = case.ai is not None and case.ai.findings and not strong
    notes = [tongue.say(N_("The AI score is low, so its marks are not drawn."))] if quiet else []
    return made, [*broken, *notes, *([] if made else [tongue.say(NOTHING_MARKED)])]


def _view_picture(
    session: Session, person: Person, exam_id: int, picture: pictures.Picture, said: Sequence[Opinion], ai: AiResult | None, tongue: Tongue
) -> Picture:
    values = pictures.shown(session, person, exam_id, picture.instance_id)[0]  # (Y, X) in [0, 1]
    wanted = CHEST_WALL.get(picture.laterality, "")
    mirrored = bool(wanted and picture.chest_wall and picture.chest_wall != wanted)
    across, down = picture.spacing_mm or (1.0, 1.0)
    drawing = Drawing(np.ascontiguousarray(grey(values)), mirrored=mirrored, pixel_ratio=down / across)
    drawing.letter(picture.part.replace("-", " "), right=picture.laterality == "L")
    drawn: list[Sentence] = []
    for mark in ai.findings if ai else ():
        if mark.sop_uid == picture.sop_uid and mark.place.get("box"):
            drawing.ai_box(mark.place["box"], f"AI {mark.number}")
            drawn.append(say(N_("AI mark {n}, dashed"), n=mark.number))
    for opinion in said:
        for number, lesion in enumerate(opinion.lesions, start=1):
            if picture.part in lesion.positions:
                drawing.ring(lesion.positions[picture.part], (lesion.size_mm or 0) / 2 / across, str(number))
                drawn.append(say(N_("lesion {n} by the reader"), n=number))
        for one in opinion.measurements:
            if {str(value) for value in one.image.values()} & {str(picture.instance_id), picture.sop_uid, picture.part}:
                _lines(drawing, [(point[0], point[1]) for point in one.points], one)
                drawn.append(say(N_("measured by the reader: {mm} mm"), mm=" × ".join(f"{mm:.1f}" for mm in one.mm)))
    notes = [say(N_("mirrored for display"))] if mirrored else []
    return drawing.picture("; ".join([picture.part.replace("-", " "), *(tongue.show(one) for one in (*notes, *drawn, *picture.doubts))]))


def _lines(drawing: Drawing, points: Sequence[tuple[float, float]], one: Measurement) -> None:
    """A length, or a long and a short diameter, with the millimetres beside the first line."""
    if len(points) >= 2:
        drawing.length(points[0], points[1], " x ".join(f"{mm:.1f}" for mm in one.mm) + " mm")
    if len(points) >= 4:
        drawing.length(points[2], points[3])


def _slice(nodule: NoduleFinding, slices: Slices) -> int | None:
    """The slice through a nodule: as it was said, else through its centre; None where neither is known or it lies outside."""
    k = nodule.slice
    if k is None and nodule.centre_lps_mm is not None:
        k = round(float(slices.voxel(nodule.centre_lps_mm)[0]))
    return k if k is not None and 0 <= k < len(slices.planes) else None


def _level(one: Measurement, slices: Slices) -> int | None:
    """The axial slice on which a measurement was drawn; None for one on another plane."""
    levels = [float(slices.voxel(point)[0]) for point in one.points if len(point) == 3]
    if not levels or any(abs(level - levels[0]) > NEAR for level in levels):
        return None
    return round(levels[0])


def _noted(mark: FindingLine, case: Case) -> bool:
    """Whether an AI mark is shown although no reader marked its place: where it moved the case up in the queue."""
    return (mark.malignancy or 0) >= case.card.triage.suspicion
