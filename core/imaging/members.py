"""What an upload turns out to hold: every file becomes one of three, so that the receipt can list them all."""

from dataclasses import dataclass
from pathlib import Path

from core.words import Sentence

SHOWN_LONGEST = 200  # characters of a name on a receipt


@dataclass(frozen=True, slots=True)
class Found:
    """A file to look into. `shown` is the name for people; its bytes lie in `content`, or in `path` (until the walk goes on)."""

    shown: str
    size: int
    content: bytes | None = None
    path: Path | None = None

    def read(self) -> bytes:
        """All bytes of the file."""
        if self.content is not None:
            return self.content
        assert self.path is not None  # one of the two is always there
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that could not or must not be opened."""

    shown: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file that belongs to no examination: a text, a table, a program of the disc."""

    shown: str
    reason: Sentence


Member = Found | Refused | SetAside


def shown_name(*parts: str) -> str:
    """Names nested in archives as one line: unprintable characters replaced, the middle of a very long name left out."""
    name = " › ".join("".join(letter if letter.isprintable() else "�" for letter in part) for part in parts)
    half = SHOWN_LONGEST // 2
    return name if len(name) <= SHOWN_LONGEST else f"{name[:half]}…{name[-half:]}"
