"""Handing in a report that the hospital made itself, and what to type to make one."""

import streamlit as st

from core.access import Person
from core.workflow.model_reports import TASKS, Validated, command, hand_in
from core.workflow.registry import ModelRow
from core.workflow.report_form import MOST_BYTES
from pages.ui.i18n import _, day, number
from pages.ui.model_reports import words
from pages.ui.session import act

MEGABYTE = 2**20


def standing(model: ModelRow, found: Validated | None) -> None:
    """Whether somebody tested this version here; where nobody did, that is said before anything else, with the command to do it."""
    if model.synthetic:
        return
    if found is None:
        not_yet(model)
        return
    told = {"what": words.task(found.task), "n": number(found.cases), "day": day(found.made_at.date())}
    st.markdown(f":green-badge[✓ {_('Validated on your own cases')}] {_('{what}, n = {n}, {day}.', **told)}")


def not_yet(model: ModelRow) -> None:
    """The warning and the command, ready to be copied."""
    images = _(words.IMAGES[model.name]) if model.name in words.IMAGES else _("images")
    st.warning(_("Not yet validated on your own {images}.", images=images), icon=":material/warning:")
    how_to(model)


def how_to(model: ModelRow) -> None:
    """The commands that make a report of this model."""
    st.caption(_("On a machine where Firstlight is installed; nothing leaves it. The report is then handed in here."))
    st.code("\n".join(command(model.name, task) for task in TASKS.get(model.name, (model.name,))), language="bash", wrap_lines=True)


def ask(user: Person, model: ModelRow) -> None:
    """The dialog in which an administrator hands a report in."""

    @st.dialog(_("Hand in a report: {name}", name=f"{model.name} {model.tag}"), width=620)
    def dialog() -> None:
        how_to(model)
        file = st.file_uploader(
            _("The report as JSON, at most {most} MB", most=MOST_BYTES // MEGABYTE), type="json", key=f"report-file-{model.id}",
            max_upload_size=2 * MOST_BYTES // MEGABYTE,
        )  # fmt: skip
        told = _("It is checked against this version and its weights, kept as it is, and can be neither changed nor removed.")
        st.caption(told)
        if st.button(_("Keep this report"), type="primary", disabled=file is None) and file is not None:
            keep(user, model.id, file.getvalue())

    dialog()


def keep(user: Person, version_id: int, content: bytes) -> None:
    """Keep the file, or say why it stays out."""
    made = act(hand_in, user, version_id, content, done=_("The report is kept."))
    if made is not None:
        st.query_params["report"] = str(made)
        st.rerun()
