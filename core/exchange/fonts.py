"""Fonts that are embedded in documents. What no font can draw is refused by name: a box in a letter or report misleads.

fpdf2 embeds subsets of TrueType and CFF outlines, also from a collection (.ttc), so Debian's Noto Sans CJK serves as it is.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

from core.errors import Rejected
from core.settings import settings
from core.words import N_

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
CHINESE = (("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"), ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
           ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"), ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"))  # fmt: skip
OTHERS = (("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"), ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
          ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"))  # fmt: skip
SETTING = "FIRSTLIGHT_DOCUMENT_FONT"
PROBE = "检结节"  # in every font that is meant for simplified Chinese


@dataclass(frozen=True)
class Face:
    """One font file; `number` is the face within a collection, `covers` the code points that it draws."""

    path: Path
    number: int
    covers: frozenset[int]


@dataclass(frozen=True)
class Fonts:
    """Regular and bold faces in the order in which they are asked; `chinese`: whether the first one knows simplified Chinese."""

    faces: tuple[tuple[Face, Face], ...]
    chinese: bool

    def check(self, text: str, language: str = "en") -> None:
        """Rejected when a sign of `text` cannot be drawn, or is of a script that is written from right to left."""
        if language.startswith("zh") and not self.chinese:
            raise Rejected(NO_CHINESE, name=SETTING)
        for sign in text:
            if sign not in "\n\t" and not self._draws(sign):
                if unicodedata.name(sign, "").startswith("CJK") and not self.chinese:
                    raise Rejected(NO_CHINESE, name=SETTING)
                raise Rejected(
                    N_("The sign “{sign}” ({code}) cannot be drawn with the fonts of this machine; write it otherwise or install a font"),
                    sign=sign, code=f"U+{ord(sign):04X}",
                )  # fmt: skip

    def needed(self, text: str) -> tuple[tuple[Face, Face], ...]:
        """The first face, and those others that draw what it lacks."""
        missing = {ord(sign) for sign in text} - self.faces[0][0].covers
        wanted = [self.faces[0]]
        for pair in self.faces[1:]:
            if missing & pair[0].covers:
                wanted.append(pair)
                missing -= pair[0].covers
        return tuple(wanted)

    def _draws(self, sign: str) -> bool:
        return unicodedata.bidirectional(sign) not in ("R", "AL") and any(ord(sign) in face.covers for face, _ in self.faces)


NO_CHINESE = N_(
    "No font with Chinese characters is installed, so this cannot be written; install Noto Sans CJK or name a font file in {name}"
)


@cache
def fonts() -> Fonts:
    """The fonts of this machine: the one that the settings name or the first known Chinese one, then others for what it lacks."""
    named = settings().document_font
    chinese = _pair(named, named) if named else _first(CHINESE)
    others = tuple(pair for pair in (_installed(*names) for names in OTHERS) if pair)
    faces = ((chinese,) if chinese else ()) + others
    if not faces:
        raise Rejected(N_("No font for documents is installed; install Noto Sans CJK or DejaVu Sans"))
    return Fonts(faces, all(ord(sign) in faces[0][0].covers for sign in PROBE))


def _first(known: tuple[tuple[str, str], ...]) -> tuple[Face, Face] | None:
    return next((pair for pair in (_installed(*names) for names in known) if pair), None)


def _installed(regular: str, bold: str) -> tuple[Face, Face] | None:
    """Both weights of a family where it is installed; the regular one twice where there is no bold one."""
    found = _find(regular)
    return _pair(found, str(Path(found).with_name(bold)) if Path(found).with_name(bold).is_file() else found) if found else None


def _find(name: str) -> str:
    found = (path for folder in FOLDERS if Path(folder).is_dir() for path in sorted(Path(folder).rglob(name)))
    return str(next(found, ""))


def _pair(regular: str, bold: str) -> tuple[Face, Face]:
    return _face(regular), _face(bold)


@cache
def _face(path: str) -> Face:
    """The face for simplified Chinese of a collection, or the only one of a file."""
    if not path.lower().endswith((".ttc", ".otc")):
        with TTFont(path, lazy=True) as font:
            return Face(Path(path), 0, frozenset(font.getBestCmap()))
    with TTCollection(path, lazy=True) as collection:
        names = [str(font["name"].getDebugName(1)) for font in collection.fonts]
        chinese = [i for i, name in enumerate(names) if name.endswith(" SC") and "Mono" not in name]
        number = chinese[0] if chinese else 0
        return Face(Path(path), number, frozenset(collection.fonts[number].getBestCmap()))
