"""Content on A4 pages, black on white: fonts embedded, page numbers on every page, nothing that depends on colour."""

import io
import unicodedata
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace, TTFFont

from core.exchange.content import Block, Content, Facts, Picture, Pictures, Section, Signature, Table, Text
from core.exchange.fonts import Face, fonts

MARGIN, WIDTH = 20.0, 170.0  # mm
BODY, SMALL, LINE = 9.5, 8.0, 5.0  # points, points, mm of a line of body text
LETTER = 11.0
PICTURE = (82.5, 78.0)  # mm across and down at most
GREY, HAIR = (90, 107, 120), (170, 178, 184)


def pdf(content: Content, *, at: datetime) -> bytes:
    """The document; Rejected, before anything is drawn, where a sign cannot be drawn. The same content and moment give the same bytes."""
    known, text = fonts(), _plain("".join(content.words()))
    known.check(text, content.language)
    paper = Paper(content, known.needed(text), at)
    paper.add_page()
    paper.head()
    for section in content.sections:
        paper.section(section)
    return finished(paper)


def finished(paper: FPDF) -> bytes:
    """The bytes of a drawn document; its font files are closed."""
    made = bytes(paper.output())
    for font in paper.fonts.values():
        if isinstance(font, TTFFont):
            font.close()
    return made


class Paper(FPDF):
    """A4 with our margins; `header` and `footer` are called by fpdf2 on every page."""

    def __init__(self, content: Content, faces: tuple[tuple[Face, Face], ...], at: datetime) -> None:
        super().__init__(format="A4", unit="mm")
        self.content, self.size = content, LETTER if content.letter else BODY
        self.leading = self.size * LINE / BODY
        self.set_margins(MARGIN, MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(True, margin=22)
        self.set_title(_plain(content.title))
        self.set_lang("zh-Hans" if content.language == "zh_CN" else "en")
        self.set_creator("Firstlight")
        self.set_creation_date(at)
        for number, weights in enumerate(faces):
            for style, face in zip(("", "B"), weights, strict=True):
                self.add_font(f"face{number}", style, str(face.path), collection_font_number=face.number)
        self.set_fallback_fonts([f"face{number}" for number in range(1, len(faces))], exact_match=False)

    def header(self) -> None:
        self._font(SMALL, grey=True)
        self.set_y(10)
        self.cell(WIDTH, 5, _plain(self.content.running), align="R")
        self.set_y(MARGIN)

    def footer(self) -> None:
        self.set_y(-15)
        self._rule()
        self._font(SMALL, grey=True)
        counted = self.content.page.replace("{n}", str(self.page_no())).replace("{all}", "{nb}")
        self.cell(WIDTH - 35, 5, _plain(self.content.foot))
        self.cell(35, 5, counted, align="R")

    def head(self) -> None:
        """Title, subtitle and the warnings that nobody may overlook."""
        self._words(self.content.title, size=15, style="B")
        if self.content.subtitle:
            self._words(self.content.subtitle, grey=True)
        for warning in self.content.warnings:
            self.ln(1.5)
            self._font(self.size, style="B")
            self.multi_cell(WIDTH, 6.5, _plain(warning), border=1, align="C", new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def section(self, section: Section) -> None:
        """A title that is never left alone at the foot of a page, and its blocks."""
        if section.title:
            if self.get_y() + self._least(section) > self.page_break_trigger:
                self.add_page()
            self.ln(2.5)
            self._words(section.title, size=11, style="B")
            self._rule()
            self.ln(1.2)
        for block in section.blocks:
            self._block(block)

    def _least(self, section: Section) -> float:
        """Millimetres that must be free before a title is set: what stands under it, or its first line, is not torn from it."""
        first = section.blocks[0] if section.blocks else None
        if isinstance(first, Pictures):
            return 20 + max(_scaled(picture)[1] for picture in first.pictures[:2])
        if any(isinstance(block, Signature) for block in section.blocks):
            return 40 + self.leading * 1.2 * len(section.blocks)
        return 30.0

    def _block(self, block: Block) -> None:
        if isinstance(block, Text):
            self._words(block.words, size=SMALL if block.quiet else self.size, style="B" if block.strong else "", grey=block.quiet)
            self.ln(2.6 if self.content.letter else 0.8)
        elif isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Pictures):
            self._pictures(block)
        else:
            self._signature(block)

    def _facts(self, facts: Facts) -> None:
        """Two pairs in a row, each wrapping in its own column."""
        quiet = FontFace(color=GREY)
        pairs = [*facts.pairs, *([("", "")] if len(facts.pairs) % 2 else [])]
        self._font(self.size)
        with self.table(width=WIDTH, col_widths=(17, 33, 17, 33), borders_layout=TableBordersLayout.NONE, first_row_as_headings=False,
                        line_height=self.leading, text_align="L", padding=(0.3, 1.5, 0.3, 0)) as table:  # fmt: skip
            for left, right in zip(pairs[::2], pairs[1::2], strict=True):
                row = table.row()
                for label, value in (left, right):
                    row.cell(_plain(label), style=quiet)
                    row.cell(_plain(value))
        self.ln(1)

    def _table(self, drawn: Table) -> None:
        self._font(SMALL + 0.5)
        with self.table(width=WIDTH, col_widths=tuple(drawn.widths), borders_layout=TableBordersLayout.HORIZONTAL_LINES, text_align="L",
                        line_height=self.leading * 0.92, headings_style=FontFace(emphasis="BOLD"), padding=(0.6, 1.5, 0.6, 0.5),
                        cell_fill_mode=TableCellFillMode.NONE, repeat_headings=1) as table:  # fmt: skip
            for cells in (drawn.head, *drawn.rows):
                row = table.row()
                for cell in cells:
                    row.cell(_plain(cell))
        self.ln(1.5)

    def _pictures(self, block: Pictures) -> None:
        """Two in a row with their captions; a row is never cut by a page."""
        width = PICTURE[0]
        for first in range(0, len(block.pictures), 2):
            row = block.pictures[first : first + 2]
            sizes = [_scaled(picture) for picture in row]
            tall = max(down for _, down in sizes)
            if self.get_y() + tall + 12 > self.page_break_trigger:
                self.add_page()
            top = self.get_y()
            for column, (picture, (across, down)) in enumerate(zip(row, sizes, strict=True)):
                self.image(io.BytesIO(picture.png), x=MARGIN + column * (width + 5), y=top, w=across, h=down)
            foot = []
            for column, picture in enumerate(row):
                self.set_xy(MARGIN + column * (width + 5), top + tall + 0.8)
                self._font(SMALL, grey=True)
                self.multi_cell(width, 3.8, _plain(picture.caption), align="L", new_x="LMARGIN", new_y="NEXT")
                foot.append(self.get_y())
            self.set_y(max(foot) + 2)

    def _signature(self, block: Signature) -> None:
        self.ln(13)
        self.set_draw_color(0)
        self.line_at(self.get_y(), 75)
        self._words(block.below, size=SMALL, grey=True)
        self.ln(1)

    def line_at(self, y: float, width: float) -> None:
        """A hairline from the left margin."""
        self.set_line_width(0.2)
        FPDF.line(self, MARGIN, y, MARGIN + width, y)

    def _rule(self) -> None:
        self.set_draw_color(*HAIR)
        self.line_at(self.get_y(), WIDTH)

    def _words(self, text: str, *, size: float = 0, style: str = "", grey: bool = False) -> None:
        size = size or self.size
        self._font(size, style=style, grey=grey)
        self.multi_cell(WIDTH, size * LINE / BODY, _plain(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _font(self, size: float, *, style: Any = "", grey: bool = False) -> None:
        self.set_font("face0", style, size)
        self.set_text_color(*(GREY if grey else (0, 0, 0)))


def _scaled(picture: Picture) -> tuple[float, float]:
    """Millimetres across and down on paper."""
    scale = min(PICTURE[0] / picture.width, PICTURE[1] / picture.height)
    return picture.width * scale, picture.height * scale


def _plain(text: str) -> str:
    """Composed characters where there are any, and nothing that is no sign."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ").replace("\u00ad", ""))
    return "".join(sign for sign in composed if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf"))
