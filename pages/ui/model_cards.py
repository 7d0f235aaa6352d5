"""How a model's card is shown: what it is for, how good it was measured to be and on how many, and what it was never tested on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from core.access import Person
from core.workflow.model_reports import Validated
from core.workflow.opportunistic import MEASURES
from core.workflow.registry import ModelRow, set_state
from db.enums import ModelState
from pages.ui.i18n import N_, _, day, moment, n_, number
from pages.ui.model_reports import hand_in, words
from pages.ui.session import did
from pages.ui.tables import Column, Row, Tone, chip, table, two
from pages.ui.words import MODEL_STATE

TONES: dict[ModelState, tuple[Tone, str]] = {
    ModelState.active: ("green", "✓"),
    ModelState.shadow: ("blue", "◇"),
    ModelState.retired: ("gray", "○"),
}
STEPS = {ModelState.active: N_("Put in force"), ModelState.shadow: N_("Run in shadow"), ModelState.retired: N_("Retire")}
CONSEQUENCES = {
    ModelState.active: N_(
        "New exams are scored by this version from now on; the version before it is retired. Results that exist stay as they are."
    ),
    ModelState.shadow: N_("This version no longer counts: its results are not shown to readers and do not rank the queue."),
    ModelState.retired: N_("This version no longer counts. Without another one in force, new exams go to the readers without a score."),
}
TEXTS = {
    "intended_use": N_("Intended use"),
    "training_data": N_("Trained on"),
    "trained_on": N_("How it was trained and kept apart"),
    "licence": N_("Licence"),
}
INTERVALS = (("low", "high"), ("ci_low", "ci_high"), ("lower", "upper"))


def columns() -> list[Column]:
    return [
        Column("name", _("Model"), "strong", "260px", link=True),
        Column("state", _("State"), "chip", "130px"),
        Column("since", _("Since"), "text", "180px", "nowrap"),
        Column("runs", _("Results"), "number", "150px", "right"),
        Column("last", _("Last result"), "text", "180px", "nowrap"),
        Column("own", _("Validated here"), "chip", "200px", help=_("The newest report on your own cases that was handed in")),
        Column("weights", _("Weights"), "muted", "140px"),
        Column("actions", "", "actions"),
    ]


def rows(models: Sequence[ModelRow], chosen: ModelRow, tested: Mapping[int, Validated], *, changes: bool) -> list[Row]:
    """One row per version; with `changes` those actions that put it in another state."""
    return [_row(model, model == chosen, tested.get(model.id), changes) for model in models]


def ask_change(user: Person, model: ModelRow, state: str, tested: Validated | None) -> None:
    """What a change of state sets in motion, said before the click; and before a version counts, whether anybody tested it here."""

    @st.dialog(f"{_(STEPS[ModelState(state)])}: {model.name} {model.tag}", width=520)
    def ask() -> None:
        st.markdown(_(CONSEQUENCES[ModelState(state)]))
        if state == ModelState.active:
            hand_in.standing(model, tested)
        if st.button(_(STEPS[ModelState(state)]), type="primary"):
            change(user, str(model.id), state)

    ask()


def change(user: Person, version_id: str, state: str) -> None:
    if did(set_state, user, int(version_id), ModelState(state), done=_("The state is changed.")):
        st.rerun()


def show_card(model: ModelRow) -> None:
    """The whole card of one version."""
    card = model.card
    st.header(f"{model.name} {model.tag}", anchor=False)
    if model.synthetic:
        st.markdown(
            f":orange-badge[◇ {_('Simulated')}] {_('Stands for invented scores of the demonstration; there is no network behind it.')}"
        )
    if card.get("task"):
        st.markdown(str(card["task"]))
    left, right = st.columns([3, 2], gap="large")
    with left:
        figures = list(_figures(card.get("figures") or {}))
        st.markdown(f"**{_('Measured figures')}**")
        if figures:
            table(f"figures-{model.id}", _figure_columns(), figures, label=_("Measured figures"), height="420px")
        else:
            st.markdown(f":gray[{_('No figures are written in this card.')}]")
    with right:
        limits = card.get("limits") or ()
        st.markdown("\n".join([f"**{_('What it was not tested on, and its limits')}**", "", *(f"- {limit}" for limit in limits)]))
    for key, word in TEXTS.items():
        if card.get(key):
            st.markdown(f"**{_(word)}**  \n{card[key]}")
    st.caption(_("Weights {hash}", hash=model.weights_sha256))


def _row(model: ModelRow, chosen: bool, tested: Validated | None, changes: bool) -> Row:
    tone, shape = TONES[model.state] if model.state else ("gray", "")
    none = n_("{n} without a result", "{n} without a result", model.no_results)
    network = not model.synthetic and model.name not in MEASURES  # a measure is switched on for each site, below its card
    acts = changes and network
    cells = {
        "name": two(f"{model.name} {model.tag}", _("simulated")) if model.synthetic else f"{model.name} {model.tag}",
        "state": chip(_(MODEL_STATE[model.state]), tone, shape) if model.state else None,
        "since": moment(model.state_since),
        "runs": two(number(model.runs), none, "orange") if model.no_results else number(model.runs),
        "last": moment(model.last_run),
        "own": _tested(tested) if network else None,
        "weights": model.weights_sha256[:12],
        "actions": [{"id": state.value, "text": _(word)} for state, word in STEPS.items() if state != model.state] if acts else [],
    }
    return Row(str(model.id), cells, href=f"/models?model={model.id}", tone="chosen" if chosen else "")


def _tested(found: Validated | None) -> dict[str, str]:
    """The day and number of cases of the newest own report, or that there is none."""
    if found is None:
        return chip(_("Not yet"), "orange", "△")
    return chip(_("{day}, n = {n}", day=day(found.made_at.date()), n=number(found.cases)), "green", "✓")


def _figure_columns() -> list[Column]:
    return [
        Column("what", _("Figure"), "strong"),
        Column("value", _("Value"), "number", "90px", "right nowrap"),
        Column("interval", _("95 % interval"), "text", "120px", "right nowrap"),
        Column("n", "n", "number", "80px", "right nowrap"),
    ]


def _figures(node: Mapping[str, Any], path: tuple[str, ...] = (), n: int | None = None) -> Iterator[Row]:
    """One row for each number of the card; a table with a value and an interval is one row, with the n of the table around it."""
    n = node.get("n", n)
    interval = next(((node[low], node[high]) for low, high in INTERVALS if low in node and high in node), None)
    if "value" in node:
        yield _figure(path, node["value"], interval, n)
        return
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _figures(value, (*path, key), n)
        elif key != "n" and isinstance(value, int | float) and not isinstance(value, bool):
            yield _figure((*path, key), value, None, n)


def _figure(path: tuple[str, ...], value: Any, interval: tuple[float, float] | None, n: int | None) -> Row:
    what = words.figure(path)
    said = f"{value:.3g}" if isinstance(value, float) else str(value)
    band = f"{interval[0]:.3g}–{interval[1]:.3g}" if interval else "–"
    return Row(" ".join(path), {"what": what, "value": said, "interval": band, "n": number(n)})
