"""More from this scan: what was measured beside the nodules where a site has switched it on, quietly and never as a verdict."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.access import Person
from core.workflow.opportunistic import MEASURES, BesideLine, shown
from core.workflow.reading import Case
from pages.ui.i18n import N_, _, n_
from pages.ui.session import read

CLASSES = {"none": N_("none seen"), "mild": N_("mild"), "moderate": N_("moderate"), "severe": N_("severe")}
SIDES = {"right": N_("right"), "left": N_("left")}
THIRDS = {"upper": N_("upper"), "middle": N_("middle"), "lower": N_("lower")}


def more_from_this_scan(case: Case, user: Person) -> None:
    """Nothing where the AI is hidden from this person, no measure is on, or none was made when the scan was scored."""
    lines = read(shown, user, case.exam_id, case.ai.result) if case.ai is not None else ()
    if not lines:
        return
    with st.container(key="case_more", gap=None):
        st.header(_("More from this scan"), anchor=False)
        for line in lines:
            _line(line)
        st.caption(_("Measured, not read. Counted nowhere: neither for the rank of a case nor in any figure."))


def _line(line: BesideLine) -> None:
    name = _(MEASURES[line.name])
    if line.value is None:
        st.markdown(f"{name}  \n{_('No result, because: {reason}', reason=_(line.reason or ''))}")
    else:
        st.markdown(f"{name}  \n**{_value(line)}**")
        for text in _details(line):
            st.caption(text)
    for warning in line.warnings:
        st.caption(f":material/warning: {_(warning)}")
    with st.popover(n_("{n} limit of this measure", "{n} limits of this measure", len(line.limits)), type="tertiary"):
        st.markdown("\n".join([f"- {_(limit)}" for limit in (line.intended_use, *line.limits)]))
        st.caption(f"{line.name} {line.tag}")


def _value(line: BesideLine) -> str:
    if isinstance(line.value, str):
        return _(CLASSES[line.value])
    digits = 0 if line.unit == "HU" else 1
    return f"{line.value:.{digits}f} {line.unit}".strip()


def _details(line: BesideLine) -> list[str]:
    if line.name == "lung-emphysema":
        return [*_parts(line.parts.get("by_part") or {}), _("15th percentile {hu} HU", hu=f"{line.parts['perc15_hu']:.0f}")]
    if line.name == "vertebral-bone":
        return [
            _("Limits of 100 and 160 HU are published for L1 at 120 kV; the level of this vertebra is unknown, so they are not applied.")
        ]
    return [_("Limits as of CAC-DRS, on an ungated scan: neighbouring classes are often exchanged.")]


def _parts(shares: Mapping[str, Any]) -> list[str]:
    """One line for each side: its share, and those of its thirds where they are known."""
    told = []
    for side, word in SIDES.items():
        if side not in shares:
            continue
        thirds = [f"{_(third_word)} {shares[f'{side} {third}']:.1f}" for third, third_word in THIRDS.items() if f"{side} {third}" in shares]
        told.append(f"{_(word)} {shares[side]:.1f} %" + (f" ({', '.join(thirds)})" if thirds else ""))
    return told
