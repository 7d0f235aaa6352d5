"""Which breast and which view a mammogram shows, and where that is said. A wrong side is the worst error an image can carry, so
contradicting attributes are refused and what was only read from free text is marked as such."""

import re
from dataclasses import dataclass

from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.attributes import item, items, number, numbers, text, words
from core.imaging.kind import MAMMOGRAM_FOR_PROCESSING
from core.imaging.view_codes import MODIFIER_CODES, NAMED, PARTIAL, SPECIMEN_CODES, STANDARD_VIEWS, VIEW_CODES, VIEW_NAMES
from core.imaging.view_source import DIGITAL, source_of
from core.words import N_

MAGNIFIED = 1.3  # Estimated Radiographic Magnification Factor above this is a magnification view; contact views have up to 1.1
FREE_TEXT = ("SeriesDescription", "ProtocolName", "ImageComments", "StudyDescription", "PatientID")
SIDES = {"L": "L", "LEFT": "L", "R": "R", "RIGHT": "R"}
SHORT = re.compile(rf"^([LR])[ _-]?({'|'.join(VIEW_NAMES)})$")


@dataclass(frozen=True, slots=True)
class MammogramView:
    """`laterality`: L, R or ""; `view`: CC, MLO, … or ""; the sources name the attribute. `spacing_mm`: between rows, between columns."""

    laterality: str
    laterality_source: str
    view: str
    view_source: str
    modifiers: tuple[str, ...]
    implant: bool
    for_processing: bool
    spacing_mm: tuple[float, float] | None
    spacing_source: str
    chest_wall: str  # "left" or "right" edge of the stored image by Patient Orientation, "" where it does not say
    below: str = ""  # where the columns run to by Patient Orientation: "L", "R", "F", "FL", "H" …
    magnification: float | None = None  # Estimated Radiographic Magnification Factor, None where the file names none
    source: str = DIGITAL  # as `source_of` says: digital, film, synthetic, capture

    @property
    def standard(self) -> bool:
        """Whether this is one of the four screening views: whole breast, CC or MLO, side known."""
        return bool(self.laterality) and self.view in STANDARD_VIEWS and not PARTIAL.intersection(self.modifiers)

    @property
    def part(self) -> str:
        """ "L-CC", "R-MLO" …, "other" for everything that is no screening view."""
        return f"{self.laterality}-{self.view}" if self.standard else "other"


def read_view(dataset: Dataset) -> MammogramView:
    """Side, view, modifiers and pixel size of a mammogram; Rejected when the header contradicts itself about the side or the view."""
    laterality, laterality_source = _laterality(dataset)
    view, named_by = _view(dataset)
    spacing, spacing_source = _spacing(dataset)
    return MammogramView(
        laterality,
        laterality_source,
        view,
        named_by,
        _modifiers(dataset),
        text(dataset, "BreastImplantPresent").upper() == "YES",
        text(dataset, "SOPClassUID") == MAMMOGRAM_FOR_PROCESSING or text(dataset, "PresentationIntentType").upper() == "FOR PROCESSING",
        spacing,
        spacing_source,
        _chest_wall(dataset),
        _below(dataset),
        number(dataset, "EstimatedRadiographicMagnificationFactor"),
        source_of(dataset),
    )


def _laterality(dataset: Dataset) -> tuple[str, str]:
    """Image Laterality, then Laterality, then free text; both breasts (B) counts as unknown."""
    said = {keyword: SIDES.get(text(dataset, keyword).upper(), "") for keyword in ("ImageLaterality", "Laterality")}
    said = {keyword: side for keyword, side in said.items() if side}
    if len(set(said.values())) > 1:
        raise Rejected(
            N_("Image Laterality (0020,0062) says {image}, Laterality (0020,0060) says {series}; correct the side and send it again"),
            image=said["ImageLaterality"], series=said["Laterality"],
        )  # fmt: skip
    if said:
        keyword, side = next(iter(said.items()))
        return side, keyword
    return _from_free_text(dataset, 0)


def _view(dataset: Dataset) -> tuple[str, str]:
    """View Code Sequence, then View Position, then a view name in Patient Orientation (old secondary captures), then free text."""
    coded = item(dataset, "ViewCodeSequence")
    by_code = VIEW_CODES.get(text(coded, "CodeValue"), "") if coded is not None else ""
    position = text(dataset, "ViewPosition").upper()
    by_position = position if position in VIEW_NAMES else ""
    if by_code and by_position and by_code != by_position:
        raise Rejected(
            N_("View Code Sequence (0054,0220) says {code}, View Position (0018,5101) says {position}; correct it and send it again"),
            code=by_code, position=by_position,
        )  # fmt: skip
    if by_code or by_position:
        return (by_code, "ViewCodeSequence") if by_code else (by_position, "ViewPosition")
    named = [value for value in words(dataset, "PatientOrientation") if value in VIEW_NAMES]
    return (named[0], "PatientOrientation") if named else _from_free_text(dataset, 1)


def _from_free_text(dataset: Dataset, which: int) -> tuple[str, str]:
    """Side (0) or view (1) from the first text that names exactly one of them."""
    for keyword in FREE_TEXT:
        found = {pair[which] for pair in [named_in(text(dataset, keyword))] if pair[which]}
        if found:
            return found.pop(), keyword
    return "", ""


def named_in(free_text: str) -> tuple[str, str]:
    """(side, view) named in a text such as "L MLO", "RCC" or "..._LEFT_CC"; "" where none or several are named."""
    tokens = re.split(r"[^A-Z]+", free_text.upper())
    sides, views = set[str](), set[str]()
    for token in tokens:
        if joined := SHORT.match(token):
            sides.add(joined[1])
            views.add(joined[2])
        elif token in SIDES:
            sides.add(SIDES[token])
        elif token in VIEW_NAMES:
            views.add(token)
    return sides.pop() if len(sides) == 1 else "", views.pop() if len(views) == 1 else ""


def _modifiers(dataset: Dataset) -> tuple[str, ...]:
    """Modifiers by code, by the words of paddle and descriptions, by the magnification factor and by Partial View (0028,1350)."""
    coded = item(dataset, "ViewCodeSequence")
    holders = [dataset] if coded is None else [coded, dataset]
    found = {MODIFIER_CODES.get(text(one, "CodeValue"), "") for holder in holders for one in items(holder, "ViewModifierCodeSequence")}
    found |= {"specimen"} if coded is not None and text(coded, "CodeValue") in SPECIMEN_CODES else set()
    found |= _named_modifiers(dataset)
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor")
    found |= {"magnification"} if (factor or 1) > MAGNIFIED else set()
    found |= {"partial view"} if text(dataset, "PartialView").upper() == "YES" else set()
    return tuple(sorted(found - {""}))


def _named_modifiers(dataset: Dataset) -> set[str]:
    """Modifiers that the paddle's name, Series Description or Protocol Name give in words; a paddle's words may be run together."""
    paddle = text(dataset, "PaddleDescription").upper()
    found = {"spot compression"} if "SPOT" in paddle else set()
    found |= {"magnification"} if "MAG" in paddle else set()
    said = [paddle, *(text(dataset, keyword).upper() for keyword in ("SeriesDescription", "ProtocolName"))]
    return found | {name for name, pattern in NAMED.items() if any(pattern.search(one.replace("_", " ")) for one in said)}


def _spacing(dataset: Dataset) -> tuple[tuple[float, float] | None, str]:
    """Pixel Spacing, else Imager Pixel Spacing divided by the magnification (PS3.3 10.7.1.3); None where neither is there."""
    calibrated, imager = numbers(dataset, "PixelSpacing", count=2), numbers(dataset, "ImagerPixelSpacing", count=2)
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor") or 1.0
    if calibrated and min(calibrated) > 0:
        return (calibrated[0], calibrated[1]), "PixelSpacing"
    if imager and min(imager) > 0 and factor > 0:
        return (imager[0] / factor, imager[1] / factor), "ImagerPixelSpacing"
    return None, ""


def _chest_wall(dataset: Dataset) -> str:
    """Rows running to anterior start at the chest wall (PS3.3 C.7.6.1.1.1)."""
    rows = words(dataset, "PatientOrientation")[:1]
    return {"A": "left", "P": "right"}.get(rows[0], "") if rows else ""


def _below(dataset: Dataset) -> str:
    """The direction of the columns, unless an old secondary capture keeps a view name there."""
    columns = words(dataset, "PatientOrientation")[1:2]
    return columns[0] if columns and columns[0] not in VIEW_NAMES else ""
