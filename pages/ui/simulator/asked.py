"""What the simulator is asked: whose reads, the policy with its thresholds, and what things cost."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.clock import today
from core.metrics.consequences import Costs
from core.metrics.simulate import Kind, Policy
from core.simulation import studies
from core.simulation.answer import OWN, Question
from core.simulation.policies import NAMES
from core.sites import SiteLine
from core.workflow.period import periods
from core.workflow.programmes import cards as programme_cards
from pages.ui.choice import choice, pick, remember
from pages.ui.i18n import N_, _, show
from pages.ui.words import PROGRAMME

MEANING: dict[Kind, str] = {
    "double": N_("Two readers; a third settles what they differ on."),
    "single": N_("One reader decides."),
    "ai_second": N_("One reader and the AI; a person settles what they differ on."),
    "triage": N_("The AI score decides whether one reads or two. MASAI read twice at score 10."),
    "rule_out": N_("Low scores are not read twice; high scores are looked at again when both readers called them normal."),
}
NOBODY = N_("As trials simulate it. In Firstlight no case is concluded without a person: one reader sees what the AI calls normal.")
COSTS = {"read": N_("One read"), "arbitration": N_("One arbitration"), "recall": N_("One recall"), "ai": N_("One AI result")}


def source(sites: Sequence[SiteLine]) -> Question:
    """The filters: whose reads, of which programme, site and period; as a question with the policy still to be chosen."""
    names = {OWN: _("This programme's own reads"), **{key: _(name) for key, name in studies.NAMES.items()}}
    wanted = pick("reads", _("Whose reads"), names, width=330)
    spans = periods(today())
    if wanted != OWN:
        return Question("breast", spans["all"], Policy("triage"), wanted)
    card_id = choice("programme", _("Programme"), {key: _(PROGRAMME[key]) for key in sorted(programme_cards())})
    places = {"": _("All sites"), **{str(line.id): line.name for line in sites}}
    site = pick("site", _("Site"), places, width=230) if len(sites) > 1 else ""
    span = pick("period", _("Period"), {key: show(period.name) for key, period in spans.items()}, width=250)
    data = {"real": False, "invented": True}.get(st.query_params.get("data", ""))
    return Question(card_id, spans[span], Policy("triage"), OWN, int(site) if site else None, data)


def policy(scored: bool) -> Policy:
    """How it should be read: the kind and the thresholds it has."""
    kinds: list[Kind] = ["triage", "ai_second", "rule_out", "single", "double"]
    kinds = kinds if scored else ["single", "double"]
    kind = _kind({one: _(NAMES[one]) for one in kinds})
    st.markdown(f":gray[{_(MEANING[kind])}]")
    if kind == "triage":
        return Policy("triage", double_from=_step(_("Read twice from score"), "double_from", 10))
    if kind == "ai_second":
        return Policy("ai_second", recall_from=_step(_("The AI recalls from score"), "recall_from", 10))
    if kind == "rule_out":
        out = _step(_("Not read twice up to score"), "rule_out_to", 4, most=9)
        net = _step(_("Looked at again from score"), "safety_net", 10, least=2)
        nobody = st.toggle(_("Nobody reads them"), key="nobody", bind="query-params", help=_(NOBODY))
        return Policy("rule_out", rule_out_to=out, safety_net_from=net, ruled_out_reads=0 if nobody else 1)
    return Policy(kind)


def costs() -> Costs:
    """What things cost, in whatever unit; at first everything is counted in reads."""
    st.markdown(f"**{_('Costs')}** :gray[{_('in any unit, the same for all')}]")
    given, columns = {}, st.columns(2, gap="small") * 2
    for place, (key, name) in zip(columns, COSTS.items(), strict=True):
        usual = 1.0 if key in ("read", "arbitration") else 0.0
        given[key] = float(place.number_input(_(name), 0.0, 1e6, usual, step=1.0, key=f"cost_{key}", bind="query-params"))
    return Costs(**given)


def of_study() -> tuple[str, float]:
    """The model of the mammography reader study, and from which rated probability its readers count as recalling."""
    st.markdown(_("Whose AI scores"))
    model = pick("model", _("Model"), studies.MODELS, width=330)
    threshold = st.slider(
        _("Readers recall from a rated probability of"), 0.01, 0.9, 0.1, 0.01, key="reader_threshold", bind="query-params",
        help=_("The study's readers rated how probable cancer is and did not recall; this makes recalls of their ratings."),
    )  # fmt: skip
    return model, float(threshold)


def _kind(names: Mapping[Kind, str]) -> Kind:
    """The way of reading, kept in the address by its own name."""
    first = next(iter(names))
    st.session_state["pick-policy"] = next((one for one in names if one == st.query_params.get("policy")), first)
    st.radio(
        _("How exams are read"), list(names), key="pick-policy", format_func=names.__getitem__,
        on_change=lambda: remember("policy", st.session_state["pick-policy"], first),
    )  # fmt: skip
    kind: Kind = st.session_state["pick-policy"]
    return kind


def _step(label: str, key: str, value: int, *, least: int = 1, most: int = 10) -> int:
    return int(st.slider(label, least, most, value, key=key, bind="query-params"))


__all__ = ["costs", "of_study", "policy", "source"]
