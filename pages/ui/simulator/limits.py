"""What may and may not be concluded from a simulation, its check against a trial, and the readers of a study against its model."""

import streamlit as st

from core.simulation.answer import Answer
from core.simulation.masai import check
from core.simulation.studies import ENRICHED
from pages.ui.i18n import N_, _, n_, number, show

OWN = (
    N_("The reads were made under the policy of their day. Who knows that nobody else reads, or that the AI has looked, reads otherwise."),
    N_("Reads of people who had seen the AI result or the other opinion are left out, so that both reads are independent."),
    N_("Where a policy asks for an arbitration that never happened, the case keeps its decision: the AI alone adds no cancer here."),
    N_("The safety net shows its work only; whether it would have changed a decision nobody knows."),
    N_("Sensitivity, specificity and cancers found count exams whose 365 days have passed; work and recall count all."),
)  # fmt: skip
STUDY = (
    N_("Averaged over every choice of first, second and third reader of the study; the readers themselves are taken as fixed."),
    N_("An arbitration is a third reader's own opinion, given without knowing the other two."),
    N_("Reading in a study, without consequences for anybody, differs from reading in a programme."),
)


def limits(found: Answer) -> None:
    """In plain words under the figures."""
    told = OWN if found.own is not None else STUDY
    lines = [_(line) for line in told]
    if found.study is not None:
        lines.insert(0, f"{show(found.study.about)} {_(ENRICHED)}")
        if gone := found.study.left_out:
            lines.append(n_("{n} exam read by fewer than three is left out.", "{n} exams read by fewer than three are left out.", gone))
    st.markdown(f"**{_('What this can and cannot tell')}**\n" + "\n".join(f"- {line}" for line in lines))
    masai()


def masai() -> None:
    """The simulator's own check, run now."""
    found = check()
    words = _(
        "Checked against MASAI: from the trial's own counts of reads, {with_ai} against {control}, the simulator gives −{saved} % of the "
        "reading work; published: −44.3 %.", with_ai=found.with_ai, control=found.control, saved=number(100 * found.saved, 1),
    )  # fmt: skip
    st.markdown(f":green-badge[✓ {_('holds')}] {words}" if found.holds else f":red-badge[▲ {_('does not hold')}] {words}")


def readers(found: Answer) -> None:
    """The study's model against its readers, as a reader study is evaluated."""
    one = found.readers
    if one is None or found.study is None:
        return
    mean, model, gap = (_area(interval) for interval in (one.mean, one.model, one.gap.value))
    words = _(
        "**{model}** ranks with an area of {area}, the {n} readers with {mean} on average; the difference is {gap}, p {p}. "
        "Readers stand for others of their kind (Obuchowski–Rockette, Hillis); breasts of one woman are not taken as independent.",
        model=found.study.model, area=model, n=one.readers, mean=mean, gap=gap, p=_p(one.gap.p_value),
    )  # fmt: skip
    st.markdown(words)


def _area(interval: object) -> str:
    value, low, high = (number(getattr(interval, name), 3) for name in ("value", "low", "high"))
    return f"{value} ({low}–{high})"


def _p(value: float) -> str:
    return _("below 0.001") if value < 0.001 else number(value, 3)
