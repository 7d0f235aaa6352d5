"""The places about which two readers differ, as marks in the readers' colour on the images."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.workflow.comparison import FieldDifference
from core.workflow.slices import Slices
from pages.ui.arbitration_compare import FIRST_PLACE
from pages.ui.viewer.scene import Scene

HALF_MM, HALF_SHARE = 10.0, 0.03
"""Half the side of a drawn box: in mm on a CT, as a share of the longer side on a mammogram."""


def with_places(scene: Scene, compared: Sequence[FieldDifference], slices: Slices | None) -> Scene:
    """The scene with a mark for each difference that has a place in these images; one without is left out, never drawn at a guess."""
    numbered = [(FIRST_PLACE + n, one.place) for n, one in enumerate(compared) if one.place]
    if scene["kind"] == "ct":
        found = [_on_slice(number, place, slices) for number, place in numbered] if slices is not None else []
        return {**scene, "marks": [*scene["marks"], *(mark for mark in found if mark)]}
    images = [{**image, "marks": [*image["marks"], *_on_view(image, numbered)]} for image in scene["images"]]
    return {**scene, "images": images, "marksShown": True}


def _on_slice(number: int, place: Mapping[str, Any], slices: Slices) -> Scene | None:
    """A square around a nodule's centre; the place of a measured slice alone has no middle to draw."""
    centre = place.get("centre_lps_mm")
    if centre is None:
        return None
    k, row, column = slices.voxel(centre)
    depth, rows, columns = slices.shape
    if not (0 <= round(k) < depth and 0 <= row < rows and 0 <= column < columns):
        return None
    z, y, x = slices.spacing_mm
    half_x, half_y, half_z = HALF_MM / x, HALF_MM / y, int(HALF_MM / z / 2)
    box = [column + 0.5 - half_x, row + 0.5 - half_y, column + 0.5 + half_x, row + 0.5 + half_y]
    middle = [column + 0.5, row + 0.5]
    shown = {"slice": round(k), "low": round(k) - half_z, "high": round(k) + half_z, "box": box, "centre": middle, "mask": None}
    return {**shown, "number": number, "text": "≠", "by": "reader"}


def _on_view(image: Scene, numbered: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Scene]:
    """Boxes on the one view that each place names; a whole view has no box."""
    half = HALF_SHARE * max(image["size"])
    part = f"{image['laterality']}-{image['view']}"
    spots = [(number, place["position"]) for number, place in numbered if place.get("view") == part and "position" in place]
    return [
        {"number": number, "box": [x - half, y - half, x + half, y + half], "contours": [], "text": "≠", "by": "reader"}
        for number, (x, y) in spots
    ]
