"""Groups: how a version does by age, sex, density, site, scanner and kernel, what stands out first."""

from collections.abc import Mapping

import streamlit as st

from core.metrics import subgroups
from core.metrics.subgroups import Group
from core.monitoring.groups import OTHERS, UNKNOWN, Groups, groups
from core.workflow.performance import ModelPerformance
from pages.ui.choice import pick
from pages.ui.i18n import N_, _, number
from pages.ui.indicators import listed
from pages.ui.monitoring.written import MEASURES, SHARES, area, between, gap, meaning, share, signed
from pages.ui.tables import Column, Row, table

NAMES = {
    "age": N_("Age"), "sex": N_("Sex"), "density": N_("Density"), "site": N_("Site"), "manufacturer": N_("Scanner"),
    "kernel": N_("Kernel"), "round": N_("Round"),
}  # fmt: skip
WORDS = {"female": N_("female"), "male": N_("male"), "other": N_("other"), "unknown": N_("unknown"), "2+": N_("2 and later")}


def called() -> float:
    """The control: the AI calls so many per cent of the exams, those with the highest scores."""
    words = {key: _("the AI calls the highest {n} %", n=key) for key in SHARES}
    return SHARES[pick("share", _("Share of exams that the AI calls"), words, width=260)]


def show(found: ModelPerformance, sites: Mapping[int, str]) -> None:
    """What stands out in words, then one table of all characteristics."""
    made = groups(found, share=called(), sites=sites)
    if not made.found:
        meaning(_("These exams are alike in everything that is recorded of them; there are no groups to compare."))
        return
    _exceptions(made)
    columns = [Column("what", _("Group"), "strong", "210px"), Column("n", _("Exams · cancers"), "text", "110px", "right nowrap")]
    for measure, name in MEASURES.items():
        columns += [Column(measure, _(name), align="nowrap"), Column(f"{measure}_gap", _("Gap to the others"), align="nowrap")]
    rows = [_row(name, group) for name, parts in made.found.items() for group in parts]
    table(f"groups-{found.model}", columns, rows, label=_("Groups"), height="520px")
    told = _(
        "Gap: the group less all others that do not stand out themselves; a mark stands where it is beyond chance (p < 0.05) after Holm's "
        "correction over every gap of this table. From the score {threshold} on an exam is called; n = {n}, {cancers} with a cancer. "
        "Fewer than {fewest} exams on a side give no gap.",
        threshold=number(made.threshold, 3), n=found.n, cancers=found.positives, fewest=subgroups.FEWEST,
    )  # fmt: skip
    silent = listed(_(NAMES[name]) for name in made.silent)
    meaning(f"{told} {_('Not recorded, or the same for all:')} {silent}" if silent else told)


def _exceptions(made: Groups) -> None:
    every = [(name, group, measure) for name, parts in made.found.items() for group, measure in subgroups.flagged(parts)]
    if not every:
        meaning(_("No group stands out beyond chance."))
        return
    for name, group, measure in sorted(every, key=lambda one: one[1].gaps[one[2]].difference.value):
        _sentence(name, group, measure)


def _sentence(name: str, group: Group, measure: str) -> None:
    difference = group.gaps[measure].difference
    digits, scale, unit = (3, 1.0, "") if measure == "auc" else (1, 100.0, _("points"))
    told = _(
        "**{what} {group}**: {measure} {value} {unit} against the others (95 % {limits}).", what=_(NAMES[name]), group=_word(group.name),
        measure=_(MEASURES[measure]), value=signed(scale * difference.value, digits), unit=unit, limits=between(difference, digits, scale),
    )  # fmt: skip
    st.markdown(f"{':red[▼]' if difference.value < 0 else ':blue[▲]'} {told}")


def _row(name: str, group: Group) -> Row:
    counts = f"{number(group.n)} · {number(group.positives)}"
    cells = {"what": f"{_(NAMES[name])}: {_word(group.name)}", "n": counts, "auc": area(group.auc)}
    cells |= {"sensitivity": share(group.sensitivity), "specificity": share(group.specificity)}
    cells |= {f"{measure}_gap": gap(group.gaps.get(measure), measure) for measure in MEASURES}
    worse = any(one.flagged and one.difference.value < 0 for one in group.gaps.values())
    return Row(f"{name}-{group.name}", cells, tone="action" if worse else "")


def _word(value: str) -> str:
    if value in (UNKNOWN, OTHERS):
        return _("not recorded") if value == UNKNOWN else _("others")
    return _(WORDS[value]) if value in WORDS else value


__all__ = ["called", "show"]
