"""The images that a report shows: the slices with the reader's nodules, or the views, with what was measured and marked on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
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

Said = Mapping[str, Opinion]
"""Opinions by the letter that their marks carry; "" where there is only one."""
Nodule = tuple[str, NoduleFinding]
Measured = tuple[str, Measurement]
MOST = 4  # slices
AROUND_MM = 35.0  # to each side of a place that is shown enlarged
CHEST_WALL = {"L": "left", "R": "right"}  # edges that meet in the middle when the views hang side by side
NEAR = 0.6  # of a slice: a measurement lies on the slice that its points are closest to
NO_IMAGES = N_("There are no images: this exam is part of a simulated history.")
NOTHING_MARKED = N_("No key image: no place in the images was marked.")


def key_images(session: Session, person: Person, case: Case, said: Said, tongue: Tongue) -> tuple[list[Picture], list[str]]:
    """Pictures and what has to be said about them; an image that cannot be shown is named with its reason, never left out in silence."""
    if not case.images:
        return [], [tongue.say(NO_IMAGES)]
    try:
        if case.kind is ExamKind.lung_ct:
            return _ct(session, person, case, said, tongue)
        return _mammograms(session, person, case, said, tongue)
    except FirstlightError as problem:
        return [], [tongue.say(N_("No key image, because: {reason}"), reason=problem.sentence)]


def _ct(session: Session, person: Person, case: Case, said: Said, tongue: Tongue) -> tuple[list[Picture], list[str]]:
    found = images.ct(session, person, case.exam_id)
    slices = found.slices
    nodules = [(letter + nodule.name, nodule) for letter, opinion in said.items() for nodule in opinion.nodules]
    measured = [(letter, one) for letter, opinion in said.items() for one in opinion.measurements]
    marks = case.ai.findings if case.ai else ()
    noted = [_slice(nodule, slices) for _, nodule in nodules] + [_level(one, slices) for _, one in measured]
    noted += [mark.slice_index for mark in marks if (mark.malignancy or 0) >= case.card.triage.suspicion]
    wanted = list(dict.fromkeys(k for k in noted if k is not None and 0 <= k < len(slices.planes)))
    made = []
    for k in wanted[:MOST]:
        made += _slice_pictures(images.ct_slice(session, person, case.exam_id, k), _Level(k, slices, marks, nodules, measured), tongue)
    left = len(wanted) - min(len(wanted), MOST)
    notes = [] if made else [tongue.say(NOTHING_MARKED)]
    notes += [tongue.say(N_("{n} more slices with marks are not shown here"), n=left)] if left > 0 else []
    return made, [*notes, *([tongue.show(found.refusal)] if found.refusal else [])]


@dataclass(frozen=True)
class _Level:
    """What lies on slice `k`."""

    k: int
    slices: Slices
    marks: Sequence[FindingLine]
    nodules: Sequence[Nodule]
    measured: Sequence[Measured]

    def draw(self, drawing: Drawing) -> tuple[list[tuple[float, float]], list[Sentence]]:
        """Draw everything; where it lies as (column, row), and what was drawn."""
        places, drawn = [], []
        for mark in self.marks:
            box, (low, high) = mark.place.get("box"), mark.place.get("slices", (mark.slice_index, mark.slice_index))
            if box and low is not None and low <= self.k <= high:
                drawing.ai_box(box, f"AI {mark.number}")
                places.append(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
                drawn.append(say(N_("AI mark {n}, dashed"), n=mark.number))
        for name, nodule in self.nodules:
            if _slice(nodule, self.slices) == self.k and nodule.centre_lps_mm is not None:
                centre = self._place(nodule.centre_lps_mm)
                drawing.ring(centre, (nodule.mean_diameter_mm or 0) / 2 / self.slices.spacing_mm[2], name)
                places.insert(0, centre)
                drawn.append(say(N_("nodule {name} by the reader"), name=name))
        for letter, one in self.measured:
            if _level(one, self.slices) == self.k:
                points = [self._place(point) for point in one.points]
                _lines(drawing, points, one, letter)
                places.append(points[0])
                drawn.append(say(N_("measured by the reader: {mm} mm"), mm=" × ".join(f"{mm:.1f}" for mm in one.mm)))
        return places, drawn

    def _place(self, lps_mm: Sequence[float]) -> tuple[float, float]:
        _, row, column = self.slices.voxel(lps_mm)
        return float(column) + 0.5, float(row) + 0.5


def _slice_pictures(hu: NDArray[np.int16], level: _Level, tongue: Tongue) -> list[Picture]:
    """The slice, and beside it the surroundings of the first place on it, enlarged."""
    _, row_mm, column_mm = level.slices.spacing_mm
    values = slice_image(hu)
    whole = Drawing(values, pixel_ratio=row_mm / column_mm)
    whole.letter(level.slices.edges[0][0], right=False)
    whole.letter(level.slices.edges[0][1], right=True)
    places, drawn = level.draw(whole)
    where = tongue.say(N_("Slice {n} of {all}, lung window"), n=level.slices.number(level.k), all=len(level.slices.planes))
    made = [whole.picture("; ".join([where, *(tongue.show(one) for one in drawn)]))]
    if places:
        across, down = round(AROUND_MM / column_mm), round(AROUND_MM / row_mm)
        left, top = max(int(places[0][0]) - across, 0), max(int(places[0][1]) - down, 0)
        part = np.ascontiguousarray(values[top : top + 2 * down, left : left + 2 * across])
        enlarged = Drawing(part, pixel_ratio=row_mm / column_mm, origin=(left, top))
        level.draw(enlarged)
        made.append(enlarged.picture(tongue.say(N_("The same slice enlarged, {mm} mm across"), mm=round(part.shape[1] * column_mm))))
    return made


def _mammograms(session: Session, person: Person, case: Case, said: Said, tongue: Tongue) -> tuple[list[Picture], list[str]]:
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
    session: Session, person: Person, exam_id: int, picture: pictures.Picture, said: Said, ai: AiResult | None, tongue: Tongue
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
    for letter, opinion in said.items():
        for number, lesion in enumerate(opinion.lesions, start=1):
            if picture.part in lesion.positions:
                drawing.ring(lesion.positions[picture.part], _radius_px(lesion.size_mm, picture), f"{letter}{number}")
                drawn.append(say(N_("lesion {name} by the reader"), name=f"{letter}{number}"))
        for one in opinion.measurements:
            if {str(value) for value in one.image.values()} & {str(picture.instance_id), picture.sop_uid, picture.part}:
                _lines(drawing, [(point[0], point[1]) for point in one.points], one, letter)
                drawn.append(say(N_("measured by the reader: {mm} mm"), mm=" × ".join(f"{mm:.1f}" for mm in one.mm)))
    notes = [say(N_("mirrored for display"))] if mirrored else []
    return drawing.picture("; ".join([picture.part.replace("-", " "), *(tongue.show(one) for one in (*notes, *drawn, *picture.doubts))]))


def _radius_px(size_mm: float | None, picture: pictures.Picture) -> float:
    """Half of a size in pixels; 0 where the size or the size of a pixel is not known: then the ring only points to the place."""
    return size_mm / 2 / picture.spacing_mm[0] if size_mm and picture.spacing_mm else 0.0


def _lines(drawing: Drawing, points: Sequence[tuple[float, float]], one: Measurement, letter: str) -> None:
    """A length, or a long and a short diameter, with the millimetres beside the first line."""
    if len(points) >= 2:
        drawing.length(points[0], points[1], f"{letter} " * bool(letter) + " x ".join(f"{mm:.1f}" for mm in one.mm) + " mm")
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
