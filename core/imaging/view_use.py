"""Which mammograms a model for whole screening views may score, and why not the others. The reader sees all of them."""

from core.imaging.view import MammogramView
from core.imaging.view_codes import PARTIAL
from core.imaging.view_source import CAPTURE, FILM, SYNTHETIC
from core.words import N_, Sentence, say

REASONS = {
    "specimen": N_("This is the X-ray of a tissue specimen, not of a breast; it is not scored"),
    "biopsy": N_("This view was taken for a biopsy or a localisation; it is not scored"),
    "magnification": N_("This is a magnification view; it is not scored, because the model knows whole breasts only"),
    "spot compression": N_("This is a spot compression view; it is not scored, because the model knows whole breasts only"),
    "partial view": N_("This view shows a part of the breast (Partial View, 0028,1350); it is not scored"),
}
"""By modifier, the strongest reason first; other partial views are named by their modifier."""

CAUTIONS = {
    SYNTHETIC: N_("The view was computed from tomosynthesis (synthetic 2D); the model was trained on conventional mammograms"),
    FILM: N_("The view is digitised film; the model was trained on digital mammograms"),
    CAPTURE: N_("The view is a secondary capture; whether a digital detector or a film made it is not said"),
}


def not_scored(view: MammogramView) -> Sentence | None:
    """Why a view is left out of scoring; None for whole views of a breast."""
    for modifier, reason in REASONS.items():
        if modifier in view.modifiers:
            return say(reason)
    others = sorted(PARTIAL.intersection(view.modifiers))
    return say(N_("This view shows a part of the breast ({modifier}); it is not scored"), modifier=others[0]) if others else None


def cautions(view: MammogramView) -> tuple[Sentence, ...]:
    """What makes a model's answer on this view less certain: where the image comes from, an implant."""
    found = [say(CAUTIONS[view.source])] if view.source in CAUTIONS else []
    if view.implant or "implant displaced" in view.modifiers:
        found.append(say(N_("There is a breast implant; few women with implants were in training, so the result is less certain")))
    return tuple(found)
