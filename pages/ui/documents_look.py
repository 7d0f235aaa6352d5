"""What a document says, shown on the page before it is kept: the same words, tables and pictures as in the PDF."""

import streamlit as st

from core.exchange.content import Block, Content, Facts, Pictures, Table, Text
from pages.ui.i18n import literal


def look(content: Content) -> None:
    """Everything in reading order; the PDF's own pages and signature line are left out."""
    st.markdown(f"### {literal(content.title)}")
    st.caption(literal(content.subtitle))
    for warning in content.warnings:
        st.markdown(f":orange-badge[{literal(warning)}]")
    for section in content.sections:
        if section.title:
            st.markdown(f"**{literal(section.title)}**")
        for block in section.blocks:
            _block(block)
    st.caption(literal(content.foot))


def _block(block: Block) -> None:
    if isinstance(block, Text):
        words = literal(block.words)
        if block.quiet:
            st.caption(words)
        else:
            st.markdown(f"**{words}**" if block.strong else words)
    elif isinstance(block, Facts):
        st.markdown("  \n".join(f":gray[{literal(label)}] {literal(value)}" for label, value in block.pairs))
    elif isinstance(block, Table):
        lines = [block.head, ["---"] * len(block.head), *block.rows]
        st.markdown("\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines))
    elif isinstance(block, Pictures):
        for column, picture in zip(st.columns(2) * len(block.pictures), block.pictures, strict=False):
            column.image(picture.png, caption=picture.caption, width="stretch")


def _cell(text: str) -> str:
    return text if text == "---" else literal(text).replace("\n", " ") or " "
