"""Every word that the viewer shows, in the present language."""

from typing import Any

from pages.ui.i18n import _


def words(kind: str) -> dict[str, Any]:
    """Words for a "ct" or "mg" scene; `…_hint` says what a button does, its key is added by the viewer."""
    return {**_common(), **(_ct() if kind == "ct" else _mg())}


def _common() -> dict[str, str]:
    return {
        "tools": _("Viewer tools"),
        "tool_scroll": _("Scroll"),
        "tool_scroll_hint": _("Drag to scroll through the slices"),
        "tool_window": _("Window"),
        "tool_window_hint": _("Drag to change brightness and contrast; the right mouse button does this at any time"),
        "tool_pan": _("Pan"),
        "tool_pan_hint": _("Drag to move the image; with Shift at any time"),
        "tool_zoom": _("Zoom"),
        "tool_zoom_hint": _("Drag to zoom; Ctrl and wheel at any time"),
        "tool_cross": _("Crosshair"),
        "tool_cross_hint": _("Click a point to see it in all planes"),
        "marks": _("AI marks"),
        "marks_hint": _("Show or hide the AI marks"),
        "previous_hint": _("Previous AI mark"),
        "next_hint": _("Next AI mark"),
        "invert": _("Invert"),
        "invert_hint": _("Swap black and white"),
        "actual_hint": _("One image pixel on one screen pixel"),
        "reset": _("Reset"),
        "reset_hint": _("Back to the first view"),
        "full": _("Full screen"),
        "full_hint": _("Use the whole screen"),
        "level": _("L"),
        "width": _("W"),
        "loading": _("Loading …"),
        "lost": _("The graphics card was taken away for a moment; the images come back by themselves."),
        "signed_out": _("Your sign-in has ended. Sign in again to see the images."),
        "gone": _("These images are not there any more. Reload the page."),
        "broken": _("Some images could not be loaded. Reload the page; if that does not help, tell an administrator."),
        "plain": _("This browser has no WebGL2: the server draws the pictures. Windows, marks and scrolling work; measuring does not."),
        "larger_hint": _("Larger"),
        "smaller_hint": _("Smaller"),
        "narrower_hint": _("Narrower window"),
        "wider_hint": _("Wider window"),
        "brighter_hint": _("Brighter"),
        "darker_hint": _("Darker"),
        "missing_slice": _("Slice missing"),
        "slider": _("Slice"),
        "slice": _("Slice {number} of {total}", number="{number}", total="{total}"),
        "opacity": _("Strength of the heat map"),
        "tool_length": _("Length"),
        "tool_length_hint": _("Drag a line to measure its length"),
        "tool_diameters": _("Diameters"),
        "tool_diameters_hint": _("Drag the long diameter; the short one stands across it, and every end can be moved"),
        "delete_hint": _("Delete the chosen measurement"),
        "place_hint": _("Set an end of a measurement at the crosshair"),
        "turn_hint": _("Next end, next measurement"),
        "point_hint": _("Place the finding that is being described under the pointer (or Alt and a click)"),
        "keys": _("Keys of the viewer"),
        "close": _("Close"),
    }


def _ct() -> dict[str, Any]:
    return {
        "position": _("Position {mm} mm", mm="{mm}"),
        "lung": _("Lung"),
        "lung_hint": _("Lung window"),
        "soft": _("Soft tissue"),
        "soft_hint": _("Soft tissue window"),
        "bone": _("Bone"),
        "bone_hint": _("Bone window"),
        "fit": _("Fit"),
        "fit_hint": _("Window that fits this slice"),
        "three": _("3 planes"),
        "three_hint": _("Axial, coronal and sagittal planes with a crosshair"),
        "coronal": _("Coronal"),
        "sagittal": _("Sagittal"),
        "smooth_hint": _("Smooth between the voxels, or every voxel as it is"),
        "moves": _moves(),
        **_slab(),
        **_compare(),
    }


def _slab() -> dict[str, str]:
    return {
        "slab": _("Slab"),
        "slab_hint": _("Thick slices: highest, lowest or mean value; again for the next"),
        "thicker_hint": _("Thicker slab"),
        "thinner_hint": _("Thinner slab"),
        "mip": _("MIP"),
        "minip": _("MinIP"),
        "mean": _("Mean"),
        "slab_text": _("{kind} {mm} mm, {n} slices", kind="{kind}", mm="{mm}", n="{n}"),
        "missing_in_slab": _("Missing slices in this slab: {n}", n="{n}"),
        **_saliency(),
    }


def _saliency() -> dict[str, str]:
    return {
        "saliency": _("Reaction"),
        "saliency_hint": _("Show or hide what the network reacted to in the chosen AI mark"),
        "saliency_of": _("AI mark {number}: the network’s reaction", number="{number}"),
        "saliency_against": _("speaks against malignancy"),
        "saliency_for": _("speaks for malignancy"),
        "saliency_note": _("What this network reacted to, not where cancer is"),
        "saliency_none": _("There is no map of AI mark {number}; the most suspicious marks have one", number="{number}"),
        "saliency_value": _("{word}, odds × {odds}", word="{word}", odds="{odds}"),
    }


def _compare() -> dict[str, str]:
    return {
        "compare": _("Prior"),
        "compare_hint": _("Show or hide the earlier exam beside this one"),
        "linked": _("Linked"),
        "linked_hint": _("Move both exams together, or each alone"),
        "link_here": _("Link here"),
        "link_here_hint": _("The two slices in sight belong together from now on"),
        "link_registered": _("Linked by anatomy (registration)"),
        "grade_fair": _("The two scans fit each other fairly; look twice"),
        "grade_low": _("The two scans fit each other badly; check the level by eye"),
        "link_hand": _("Linked by hand: table position {mm} mm", mm="{mm}"),
        "link_loose": _("Not registered: scroll each side, then link by hand"),
        "link_off": _("Not linked"),
        "beyond": _("This place lies outside this scan"),
    }


def _moves() -> list[tuple[str, str]]:
    """Keys that no button has."""
    return [
        ("↑ ↓", _("One slice")),
        ("PgUp PgDn", _("Ten slices")),
        ("Home End", _("First and last slice")),
        ("Shift ← → ↑ ↓", _("Move the crosshair")),
        ("+ −", _("Larger, smaller")),
        ("?", _("Show or close these keys")),
    ]


def _mg() -> dict[str, str]:
    return {
        "stored": _("Original"),
        "stored_hint": _("Window of the image file"),
        "row": _("Row"),
        "row_hint": _("All views in a row"),
        "grid": _("2 × 2"),
        "grid_hint": _("One pair of views above the other"),
        "cc": _("CC"),
        "cc_hint": _("CC views only"),
        "mlo": _("MLO"),
        "mlo_hint": _("MLO views only"),
        "heat": _("Heat map"),
        "heat_hint": _("Show or hide where the AI saw evidence"),
        "loupe": _("Magnifier"),
        "loupe_hint": _("Magnify around the pointer"),
        "missing": _("{view} did not come", view="{view}"),
        "single": _("One view"),
        "single_hint": _("One view after the other in the whole place, then all again"),
        "extra": _("Extra"),
        "extra_hint": _("Extra images: magnification, spot, implant displaced, second takes"),
        "prior": _("Prior"),
        "prior_hint": _("The earlier exam in the same places, and back"),
        "beside": _("Prior below"),
        "beside_hint": _("The earlier exam below the present one, view for view"),
        "no_prior": _("The earlier exam has no {view}", view="{view}"),
        "no_image": _("This image could not be loaded. Reload the page; if that does not help, tell an administrator."),
        "not_to_scale": _("not to scale: pixel size unknown"),
        "no_size": _("The file names no pixel size, so its true size is unknown."),
        "true_size": _("True size"),
        "true_size_hint": _("A millimetre of the breast as a millimetre of the screen; needs calibration once a monitor"),
        "times_true": _("{times} × true size", times="{times}"),
        "calibrate": _("Calibrate"),
        "calibrate_hint": _("Tell how large this monitor's pixels are"),
        "calibrate_how": _(
            "True size needs calibration. Hold a bank card to the screen and move the slider until the frame is as large as the card."
        ),
        "calibrate_save": _("Save for this monitor"),
        "calibrate_cancel": _("Cancel"),
    }
