"""What a document says, apart from how it looks: words, tables and pictures in reading order. Every text is already in its language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A paragraph; `quiet` is smaller and grey, `strong` is bold."""

    words: str
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Facts:
    """Pairs of a label and a value, two pairs in a row."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """Rows under a head; `widths` are shares of the line."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True)
class Picture:
    """A PNG with what it shows; `width` and `height` in pixels."""

    png: bytes
    width: int
    height: int
    caption: str


@dataclass(frozen=True)
class Pictures:
    """Pictures side by side, two in a row, as they are."""

    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Signature:
    """A line to sign on, with what stands below it."""

    below: str


Block = Text | Facts | Table | Pictures | Signature


@dataclass(frozen=True)
class Section:
    """Blocks under a title; "" for none."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Content:
    """A whole document. `warnings` stand in a band at the top, `running` and `foot` on every page; `page` is "Page {n} of {all}"."""

    language: str
    title: str
    subtitle: str
    running: str
    foot: str
    page: str
    warnings: Sequence[str]
    sections: Sequence[Section]
    letter: bool = False

    def words(self) -> Iterator[str]:
        """Every text of the document in reading order."""
        yield from (self.title, self.subtitle, *self.warnings)
        for section in self.sections:
            yield section.title
            for block in section.blocks:
                yield from _words(block)
        yield from (self.running, self.foot, self.page)


def _words(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        yield block.words
    elif isinstance(block, Facts):
        yield from (text for pair in block.pairs for text in pair)
    elif isinstance(block, Table):
        yield from (text for row in (block.head, *block.rows) for text in row)
    elif isinstance(block, Pictures):
        yield from (picture.caption for picture in block.pictures)
    else:
        yield block.below
