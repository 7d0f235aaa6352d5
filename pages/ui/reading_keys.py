"""Every key of the reading room, once: what the desk listens to and what the overlay of keys says. A test holds the viewer's against it."""

from collections.abc import Mapping, Sequence

from pages.ui.i18n import _
from pages.ui.viewer.words import words

NORMAL, OPINION, SIGN = "Shift-1", "Shift-O", "Ctrl-Enter"
DEFER, SKIP, PRIORS, BACK, REVEAL, END, HELP = "Shift-D", "Shift-S", "Shift-E", "Shift-B", "Shift-A", "Shift-Q", "?"
DESK = (NORMAL, OPINION, DEFER, SKIP, PRIORS, BACK, REVEAL, END, HELP)

IMAGES: Mapping[str, Sequence[tuple[str, str]]] = {
    "ct": (
        ("N", "next"), ("Shift-N", "previous"), ("H", "marks"), ("A", "saliency"), ("M", "three"), ("T", "slab"), ("Y", "thicker"),
        ("Shift-Y", "thinner"), ("P", "compare"), ("U", "linked"), ("0", "actual"), ("F", "full"), ("R", "reset"),
    ),
    "mg": (
        ("N", "next"), ("Shift-N", "previous"), ("H", "marks"), ("A", "heat"), ("G", "loupe"), ("2", "row"), ("3", "grid"), ("4", "cc"),
        ("5", "mlo"), ("P", "prior"), ("Shift-P", "beside"), ("T", "true_size"), ("0", "actual"), ("F", "full"), ("R", "reset"),
    ),
}  # fmt: skip
TOOLS: Mapping[str, Sequence[tuple[str, str]]] = {
    "ct": (
        ("1", "lung"), ("2", "soft"), ("3", "bone"), ("4", "fit"), ("I", "invert"), ("[", "narrower"), ("]", "wider"), (",", "brighter"),
        (".", "darker"), ("S", "tool_scroll"), ("W", "tool_window"), ("D", "tool_pan"), ("Z", "tool_zoom"), ("L", "tool_length"),
        ("B", "tool_diameters"),
    ),
    "mg": (
        ("1", "stored"), ("I", "invert"), ("[", "narrower"), ("]", "wider"), (",", "brighter"), (".", "darker"), ("W", "tool_window"),
        ("D", "tool_pan"), ("Z", "tool_zoom"), ("L", "tool_length"), ("B", "tool_diameters"),
    ),
}  # fmt: skip

Group = dict[str, object]


def groups(kind: str) -> list[Group]:
    """The overlay's groups of (key, what it does); `kind` is the viewer's, "ct" or "mg"."""
    return [
        {"title": _("Decide"), "keys": _decide()},
        {"title": _("The case and the sitting"), "keys": _case()},
        {"title": _("Images"), "keys": [*_scroll(kind), *_viewer(kind, IMAGES[kind])]},
        {"title": _("Contrast and tools"), "keys": _viewer(kind, TOOLS[kind])},
    ]


def _decide() -> list[tuple[str, str]]:
    return [
        (NORMAL, _("Normal: signs at once, when the lock-out is over")),
        (OPINION, _("Go to the opinion; arrows and Space choose, Tab moves on")),
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


def _scroll(kind: str) -> list[tuple[str, str]]:
    return [("↑ ↓", _("One slice")), ("PgUp PgDn", _("Ten slices"))] if kind == "ct" else []


def _viewer(kind: str, keys: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The viewer's keys with the viewer's own words for them."""
    said = words(kind)
    return [(key, str(said[f"{hint}_hint"])) for key, hint in keys]
