"""Every key of the reading room, once: what the desk listens to and what the overlay of keys says. A test holds the viewer's against it."""

from pages.ui.i18n import _

NORMAL, OPINION, SIGN = "Shift-1", "Shift-O", "Ctrl-Enter"
DEFER, SKIP, PRIORS, BACK, REVEAL, END, HELP = "Shift-D", "Shift-S", "Shift-E", "Shift-B", "Shift-A", "Shift-Q", "?"
DESK = (NORMAL, OPINION, DEFER, SKIP, PRIORS, BACK, REVEAL, END, HELP)

Group = dict[str, object]


def groups(kind: str) -> list[Group]:
    """The overlay's groups of (key, what it does); `kind` is the viewer's, "ct" or "mg"."""
    return [
        {"title": _("Decide"), "keys": _decide()},
        {"title": _("The case and the sitting"), "keys": _case()},
        {"title": _("Images"), "keys": _images(kind)},
        {"title": _("Contrast and tools"), "keys": _tools(kind)},
    ]


def _decide() -> list[tuple[str, str]]:
    return [
        (NORMAL, _("Normal: signs at once, when the lock-out is over")),
        (OPINION, _("Go to the opinion; Tab moves on, Space chooses")),
        (SIGN, _("Sign the opinion chosen below")),
        (BACK, _("Take the last read back")),
        (REVEAL, _("Show what the AI said of the last case")),
    ]


def _case() -> list[tuple[str, str]]:
    return [
        (SKIP, _("Skip: the case stays in the list for others")),
        (DEFER, _("Put the case off for everybody, with a reason")),
        (PRIORS, _("Ask for earlier images")),
        (END, _("End the sitting")),
        (HELP, _("Show or close these keys")),
    ]


def _images(kind: str) -> list[tuple[str, str]]:
    own = [("M", _("Three planes"))] if kind == "ct" else [("A", _("Heat map")), ("G", _("Magnifier"))]
    scroll = [("↑ ↓", _("One slice")), ("PgUp PgDn", _("Ten slices"))] if kind == "ct" else []
    return [
        *scroll,
        ("N", _("Next AI mark")),
        ("Shift-N", _("Previous AI mark")),
        ("H", _("Show or hide the AI marks")),
        *own,
        ("+ -", _("Larger, smaller")),
        ("0", _("One image pixel on one screen pixel")),
        ("F", _("Use the whole screen")),
    ]


def _tools(kind: str) -> list[tuple[str, str]]:
    windows = [("1 2 3 4", _("Lung, soft tissue, bone, fitted window"))] if kind == "ct" else [("1", _("Window of the image file"))]
    hangings = [] if kind == "ct" else [("2 3 4 5", _("Row, two by two, CC only, MLO only"))]
    return [
        *windows,
        *hangings,
        ("I", _("Swap black and white")),
        ("R", _("Back to the first view")),
        ("W P Z", _("Window, move or zoom with the left button")),
    ]
