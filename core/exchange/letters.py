"""Many letters in one PDF: each begins on a page of its own and counts its own pages."""

from collections.abc import Sequence
from datetime import datetime

from core.exchange.content import Content
from core.exchange.fonts import fonts
from core.exchange.pdf import SMALL, WIDTH, Paper, _plain, finished


def pdf(letters: Sequence[Content], *, at: datetime) -> bytes:
    """The letters in their order; Rejected, before anything is drawn, where a sign cannot be drawn."""
    text = _plain("".join(word for one in letters for word in one.words()))
    known = fonts()
    known.check(text, letters[0].language)
    paper = _Letters(letters[0], known.needed(text), at)
    for one in letters:
        paper.begin(one)
        paper.head()
        for section in one.sections:
            paper.section(section)
    return finished(paper)


class _Letters(Paper):
    """Paper whose head and foot are those of the letter at hand; `first` is the number of its first page."""

    first = 0
    coming: Content | None = None

    def begin(self, letter: Content) -> None:
        """The foot of the page before is drawn while the letter before is still the one at hand."""
        self.coming = letter
        self.add_page()

    def header(self) -> None:
        if self.coming is not None:
            self.content, self.first, self.coming = self.coming, self.page_no(), None
        super().header()

    def footer(self) -> None:
        self.set_y(-15)
        self._rule()
        self._font(SMALL, grey=True)
        self.cell(WIDTH - 35, 5, _plain(self.content.foot))
        page = self.page_no() - self.first + 1
        self.cell(35, 5, self.content.page.replace("{n}", str(page)) if page > 1 else "", align="R")
