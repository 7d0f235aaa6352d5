"""The templates with their versions, as a participant would read them."""

import streamlit as st

from core.messages.template import FIELD_WORDS, WRITTEN, render, template, templates, version_of
from core.workflow.programmes import cards
from pages.ui.choice import choice, pick
from pages.ui.clinics.contact_form import CHANNEL
from pages.ui.frame import filters
from pages.ui.i18n import LANGUAGES, _, language, literal
from pages.ui.messages.words import TEMPLATE
from pages.ui.words import PROGRAMME, word


def show() -> None:
    """Choose template, programme, channel and language; fields stand in brackets."""
    with filters():
        ids = sorted({one for one, _language in templates()}, key=list(TEMPLATE).index)
        chosen = pick("template", _("Template"), {one: word(TEMPLATE, one) for one in ids}, width=280)
        card_id = choice("programme", _("Programme"), {one: _(PROGRAMME[one]) for one in sorted(cards(), reverse=True)})
        channel = choice("channel", _("As"), {one.value: _(CHANNEL[one]) for one in WRITTEN})
        spoken = choice("language", _("Language"), dict(LANGUAGES), default=language())
    one = template(chosen, spoken)
    shown = next(way for way in WRITTEN if way.value == channel)
    values = {name: f"[{_(FIELD_WORDS[name])}]" for name in FIELD_WORDS if name != "exam"}
    message = render(chosen, spoken, shown, card_id, values)
    version = version_of(chosen, spoken, shown, card_id)
    st.caption(f"{one.id} · {_('version {version}', version=version)} · {_('fields: {fields}', fields=', '.join(one.fields))}")
    with st.container(border=True, width=720):
        if message.subject:
            st.markdown(f"**{literal(message.subject)}**")
        st.markdown(literal(message.words))
