"""Paths → one line for every file: a checked header, or the reason why there is none. The command line, the upload and the demonstration
all begin here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import Rejected
from core.imaging.archive import Limits
from core.imaging.header import InstanceHeader, read_header
from core.imaging.members import Found, Refused, SetAside
from core.imaging.unpack import walk
from core.words import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One file. `header` where it is DICOM; `refusal` or `set_aside` says why it is not scored; `content` where it could be opened."""

    shown: str
    content: bytes | None = None
    header: InstanceHeader | None = None
    refusal: Sentence | None = None
    set_aside: Sentence | None = None

    @property
    def accepted(self) -> bool:
        return self.refusal is None and self.set_aside is None


def examine(paths: Iterable[Path], limits: Limits | None = None) -> Iterator[Examined]:
    """Every file under `paths`, opened and checked one at a time."""
    for member in walk(paths, limits):
        match member:
            case Refused(shown, reason):
                yield Examined(shown=shown, refusal=reason)
            case SetAside(shown, reason):
                yield Examined(shown=shown, set_aside=reason)
            case Found():
                yield examine_bytes(member.read(), shown=member.shown)


def examine_bytes(content: bytes, *, shown: str = "") -> Examined:
    """One file whose bytes are at hand; `content` is kept even when refused, because refused files go to quarantine."""
    try:
        header = read_header(content)
    except Rejected as problem:
        return Examined(shown=shown, content=content, refusal=problem.sentence)
    return Examined(shown=shown, content=content, header=header, set_aside=header.set_aside)
