"""Beside the AI's suspicion of one mark: what its diameter alone would say, and what in the images the network reacted to."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.workflow.ai import AiResult, FindingLine
from db.enums import FindingKind
from pages.ui.i18n import N_, _

TOWARDS = {
    "head": N_("the head"),
    "feet": N_("the feet"),
    "front": N_("the front"),
    "back": N_("the back"),
    "left": N_("the patient’s left"),
    "right": N_("the patient’s right"),
}
ABOUT = N_(
    "The map (key A in the viewer) shows what this network reacted to when parts of the nodule and of what lies around it were replaced by "
    "lung. It does not show where cancer is, and says nothing of what the suspicion takes from measured sizes. Odds are the network’s own."
)


def explanation(exam_id: int, ai: AiResult) -> None:
    """Of the mark that was chosen last, else of the first one; nothing where nothing is known beside the suspicion."""
    nodules = [one for one in ai.findings if one.kind is FindingKind.nodule]
    number = st.session_state.get(f"goto-{exam_id}", (None, 0))[0]
    mark = next((one for one in nodules if one.number == number), nodules[0] if nodules else None)
    if mark is None:
        return
    beside, reacted = beside_diameter(mark), reaction(mark)
    if beside:
        st.markdown(beside)
    if reacted:
        st.caption(reacted, help=_(ABOUT))


def beside_diameter(mark: FindingLine) -> str:
    """The suspicion beside that of the diameter alone; "" where the model gave no such baseline."""
    alone = mark.detail.get("baseline_malignancy")
    if mark.malignancy is None or not isinstance(alone, int | float):
        return ""
    told = {"number": mark.number, "model": percent(mark.malignancy), "alone": percent(alone)}
    if mark.mean_diameter_mm is None:
        return _("AI mark {number}: model {model} · diameter alone would say {alone}", **told)
    return _("AI mark {number}: model {model} · diameter alone would say {alone} ({mm} mm)", **told, mm=f"{mark.mean_diameter_mm:.1f}")


def reaction(mark: FindingLine) -> str:
    """The places that weighed most, in words: what the map shows to those who see it. "" where the mark was not explained."""
    explained = mark.detail.get("explanation")
    if not isinstance(explained, Mapping):
        return ""
    named = [one for one in explained.get("strongest", ()) if isinstance(one, Mapping)]
    if not named:
        return _("AI mark {number}: no single place changed the suspicion much.", number=mark.number)
    return _("AI mark {number}, the network’s reaction: {places}", number=mark.number, places="; ".join(map(_weighed, named)))


def percent(share: float) -> str:
    """ "62 %"; never 0 % or 100 % of something that is only nearly so."""
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def _weighed(one: Mapping[str, Any]) -> str:
    logit = float(one.get("logit", 0))
    words = {"place": _place(one.get("towards", ())), "odds": f"{math.exp(logit):.2f}"}
    if logit > 0:
        return _("{place} speaks for malignancy (odds × {odds})", **words)
    return _("{place} speaks against malignancy (odds × {odds})", **words)


def _place(towards: Any) -> str:
    directions = [_(TOWARDS[one]) for one in towards if one in TOWARDS]
    if not directions:
        return _("its middle")
    return _("its rim and what lies beyond towards {directions}", directions=", ".join(directions))
