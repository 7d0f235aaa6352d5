"""What the browser is told about mammograms: places, curves and what is doubtful, no pixels. `js/mg.js` reads these dictionaries."""

from collections.abc import Sequence
from typing import Any

from core.imaging.exam import SCREENING_VIEWS
from core.workflow.pictures import Picture
from pages.ui.i18n import _, show
from pages.ui.viewer.scene import Scene

WANTED = {"L": "left", "R": "right"}  # chest walls hang together in the middle: a left breast stands at its left edge
SAME = 0.01  # pixel sizes further apart than this share are said to differ


def mg_scene(exam_id: int, pictures: Sequence[Picture], *, expected: Sequence[str] = SCREENING_VIEWS) -> Scene:
    """All views of an exam; an expected view that did not come keeps its named place."""
    versions = "-".join(picture.version for picture in pictures)
    return {
        "kind": "mg",
        "exam": exam_id,
        "id": f"mg-{exam_id}-{versions}",
        "images": [mg_image(picture, exam_id) for picture in pictures],
        "expected": [part.split("-") for part in expected],
        "notice": [line for line in (_sizes_differ(pictures),) if line],
        "prior": None,
    }


def with_mg_prior(scene: Scene, prior: Scene, *, title: str) -> Scene:
    """The scene with an earlier exam beside it, view for view; `title` names it ("Prior, 12 Nov 2024"). No marks of the earlier exam."""
    beside = {**prior, "title": title, "link": {}}
    return {**scene, "id": f"{scene['id']}~{prior['id']}", "prior": beside}


def mg_image(picture: Picture, exam_id: int) -> Scene:
    """One mammogram. Hung with its chest wall towards the middle, so a left breast must have it at the left edge."""
    wanted = WANTED.get(picture.laterality, "")
    mirrored = bool(wanted and picture.chest_wall and picture.chest_wall != wanted)
    return {
        "id": picture.instance_id,
        "exam": exam_id,
        "sop": picture.sop_uid,
        "url": f"/api/exam/{exam_id}/mg/{picture.instance_id}",
        "version": picture.version,
        "size": list(picture.size),
        "spacing": list(picture.spacing_mm) if picture.spacing_mm else None,
        "caveat": _caveat(picture),
        "laterality": picture.laterality,
        "view": picture.view,
        "part": picture.part,
        "label": _label(picture),
        **_curve(picture),
        "mirrored": mirrored,
        "problem": show(picture.problem) if picture.problem else "",
        "doubts": [show(one) for one in picture.doubts],
        "notes": [_("mirrored for display")] if mirrored else [],
        "heat": None,
        "marks": [],
    }


def _curve(picture: Picture) -> dict[str, Any]:
    curve = picture.curve
    return {
        "window": list(curve.window),
        "function": curve.function,
        "lut": list(curve.lut) if curve.lut else None,
        "inverted": curve.inverted,
        "rescale": list(curve.rescale) if curve.rescale else None,
    }


def _label(picture: Picture) -> str:
    """Side and view as they stand on the film, then what makes the view a special one."""
    name = f"{picture.laterality} {picture.view}".strip() or _("Unknown view")
    return ", ".join([name, *(_modifier(one) for one in picture.modifiers)])


def _modifier(name: str) -> str:
    known = {
        "implant displaced": _("implant displaced"),
        "magnification": _("magnification"),
        "spot compression": _("spot compression"),
        "tangential": _("tangential"),
        "cleavage": _("cleavage"),
        "axillary tail": _("axillary tail"),
        "nipple in profile": _("nipple in profile"),
        "partial view": _("partial view"),
        "specimen": _("specimen"),
        "biopsy": _("biopsy"),
    }
    return known.get(name, name)


def _caveat(picture: Picture) -> str:
    """What a length in this image stands for: a mammogram is a shadow, so its scale holds in one plane only."""
    if picture.spacing_mm is None:
        return _("The file names no pixel size: no lengths.")
    if picture.spacing_source == "PixelSpacing":
        return _("Lengths by the calibrated pixel spacing of the file; in a projection they hold in the plane of that calibration.")
    if picture.magnification and picture.magnification != 1:
        return _(
            "Lengths at the detector divided by the magnification {factor}; nearer the tube they come out too large.",
            factor=f"{picture.magnification:g}",
        )
    return _("Lengths at the detector; the breast lies nearer the tube, so they come out too large.")


def _sizes_differ(pictures: Sequence[Picture]) -> str:
    sizes = sorted({picture.spacing_mm[0] for picture in pictures if picture.spacing_mm})
    if any(picture.spacing_mm is None and picture.problem is None for picture in pictures) and len(pictures) > 1 and sizes:
        return _("Not every view names its pixel size; those without one are not to scale.")
    if sizes and sizes[-1] - sizes[0] > SAME * sizes[0]:
        least, most = f"{sizes[0]:.3f}", f"{sizes[-1]:.3f}"
        return _("Pixel sizes differ ({least} to {most} mm); all views are shown at the same scale in mm.", least=least, most=most)
    return ""
