"""How the growth of one nodule is written in a cell."""

from collections.abc import Callable

from core.rules import bts2015, eups2017
from core.rules.side_by_side import Said
from core.words import N_, Sentence
from core.workflow.growth_view import GrowthRow, Size
from core.workflow.growth_words import LONGEST_DAYS
from core.workflow.opinion_parts import NODULES
from pages.ui.i18n import _, days, number, show

LABELS = {
    "negative": N_("negative"),
    bts2015.DISCHARGE: N_("discharge"),
    bts2015.SURVEILLANCE: N_("CT surveillance"),
    bts2015.PET: N_("PET/CT, then Herder"),
    "indeterminate": N_("indeterminate"),
    "positive": N_("positive"),
    bts2015.STABLE: N_("no growth: surveillance"),
    bts2015.SLOW: N_("slow: discharge or surveillance"),
    bts2015.CHOICE: N_("biopsy or surveillance"),
    bts2015.WORK_UP: N_("work-up"),
    eups2017.NEXT_ROUND: N_("next round"),
    eups2017.CT_3_MONTHS: N_("CT in 3 months"),
    eups2017.TEAM: N_("to the team"),
}
STATUS = {
    "not marked earlier": N_("not marked earlier"),
    "not marked now": N_("marked earlier only"),
    "not compared": N_("not compared"),
}
Write = Callable[[Size | None], str]


def numbers(row: GrowthRow) -> str:
    """ "2 ← 5"; a dash where there is none."""
    return f"{row.now.number if row.now else '–'} ← {row.before.number if row.before else '–'}"


def type_and_volume(size: Size | None) -> str:
    """ "part-solid, core 6.5 mm, 900 mm³"; what is not known is left out, because a dash for all of it says nothing."""
    if size is None:
        return ""
    parts = [_(NODULES[size.kind])] if size.kind in NODULES else []
    parts += [_("solid part {size:.1f} mm", size=size.solid_mm)] if size.solid_mm is not None else []
    return ", ".join([*parts, *([mm3(size)] if size.volume_mm3 is not None else [])])


def mm(size: Size | None) -> str:
    return "–" if size is None or size.mean_mm is None else f"{size.mean_mm:.1f} mm"


def mm3(size: Size | None) -> str:
    return "–" if size is None or size.volume_mm3 is None else f"{number(round(size.volume_mm3))} mm³"


def from_to(row: GrowthRow, write: Write, unit: str) -> str:
    """ "8.0 → 10.0 mm"."""
    return f"{write(row.before).removesuffix(unit).rstrip()} → {write(row.now)}"


def quick(row: GrowthRow) -> str:
    """The doubling time alone, or the word for why there is none."""
    if row.status != "paired":
        return _("new") if row.status == "not marked earlier" and row.paired_by else _(STATUS[row.status])
    if row.doubling is None:
        return "–"
    if row.doubling.days is None or row.doubling.days > LONGEST_DAYS or not row.beyond_error:
        return _("no growth")
    return days(round(row.doubling.days))


def percent(row: GrowthRow) -> str:
    return "" if row.change_percent is None else f"{row.change_percent:+.0f} %"


def protocol(said: Said) -> dict[str, str]:
    """What one protocol says, and quietly below it what an error of measurement may make of it, or what it lacks."""
    if said.gap is not None:
        return {"text": "–", "sub": show(Sentence(said.gap.template, said.gap.values)), "tone": ""}
    others = [label(one) for one in said.possible if one != said.label]
    others += [show(Sentence(said.beyond.template, said.beyond.values))] if said.beyond is not None else []
    return {"text": label(said.label), "sub": f"± {' / '.join(others)}" if said.flips else "", "tone": ""}


def label(short: str) -> str:
    """A category as it is, a step in few words."""
    return _(LABELS[short]) if short in LABELS else short
