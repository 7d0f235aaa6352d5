"""A filter of a few words with counts, remembered in the address: the address is the only place where its value lives."""

from collections.abc import Mapping

import streamlit as st

from pages.ui.shell import ASSETS

_CHOICE = st.components.v2.component(
    "firstlight_choice",
    html='<div class="group" role="group"></div>',
    css=(ASSETS / "choice.css").read_text("utf-8"),
    js=(ASSETS / "choice.js").read_text("utf-8"),
)


def choice(name: str, label: str, words: Mapping[str, str], *, counts: Mapping[str, int] | None = None, default: str = "") -> str:
    """The chosen id of `words`; `name` is the parameter in the address, the first id (or `default`) is chosen when it says nothing."""
    first = default or next(iter(words))
    value = asked(name, words, first)
    options = [{"id": key, "word": word, "count": (counts or {}).get(key)} for key, word in words.items()]
    _CHOICE(
        key=f"choice-{name}",
        data={"label": label, "options": options, "value": value},
        width="content",
        on_chosen_change=lambda: remember(name, st.session_state[f"choice-{name}"].chosen, first),
    )
    return value


def pick(name: str, label: str, words: Mapping[str, str], *, width: int = 200) -> str:
    """The same for many words: a closed list; the first id means no filter."""
    first = next(iter(words))
    key = f"pick-{name}"
    st.session_state[key] = asked(name, words, first)
    st.selectbox(
        label, list(words), key=key, format_func=words.__getitem__, label_visibility="collapsed", width=width,
        on_change=lambda: remember(name, st.session_state[key], first),
    )  # fmt: skip
    return str(st.session_state[key])


def asked(name: str, known: Mapping[str, str], default: str) -> str:
    """What the address asks for, when it is one of the known ids."""
    value = st.query_params.get(name, default)
    return value if value in known else default


def remember(name: str, value: str | None, default: str = "") -> None:
    """Write a filter into the address; the default leaves it clean."""
    if value and value != default:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
