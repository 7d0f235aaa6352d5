"""What a reader made of the AI's marks: taken over, changed, dismissed, left alone; and what the AI had not marked. Kept with the read."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.words import N_, Sentence, say
from core.workflow.opinion_parts import LESIONS, LOBES, NODULES, SIDES, Lesion, NoduleFinding

FIELDS = {
    "kind": N_("type"),
    "long_mm": N_("long diameter"),
    "short_mm": N_("short diameter"),
    "mean_mm": N_("mean diameter"),
    "solid_mm": N_("solid part"),
    "volume_mm3": N_("volume"),
    "side": N_("side"),
    "lobe": N_("lobe"),
    "earlier_mm": N_("earlier size"),
}
WHAT = {
    "taken": N_("AI mark {mark}: taken over as it was"),
    "changed": N_("AI mark {mark}: {field} changed from {ai} to {own}"),
    "stated": N_("AI mark {mark}: {field} {own} added by the reader"),
    "removed": N_("AI mark {mark}: {field} {ai} taken away"),
    "dismissed": N_("AI mark {mark}: dismissed, {reason}"),
    "left": N_("AI mark {mark}: neither taken over nor dismissed"),
    "added": N_("Nodule {name}: not marked by the AI"),
    "lesion": N_("{kind}, {side} breast: not marked by the AI"),
}
DISMISSED = {
    "vessel": N_("vessel"),
    "scar": N_("scar or fibrosis"),
    "lymph_node": N_("lymph node"),
    "pleura": N_("pleura or diaphragm"),
    "airway": N_("airway or mucus"),
    "bone": N_("bone"),
    "artefact": N_("artefact"),
    "benign": N_("benign finding"),
    "nothing": N_("nothing there"),
}
Difference = Mapping[str, Any]
SMALLEST = 0.05
"""Sizes closer than this (mm, mm³) are the same; one decimal is shown."""


def against_ai(
    nodules: Sequence[NoduleFinding], marks: Sequence[int], dismissed: Mapping[int, str], lesions: Sequence[Lesion] = ()
) -> tuple[Difference, ...]:
    """One entry or more for each AI mark that was in sight and for each finding that the AI had not marked.

    `marks`: numbers of the marks; `dismissed`: number → one of `DISMISSED`. To be called only where the AI result was handed out.
    """
    found: list[Difference] = []
    for mark in marks:
        nodule = next((one for one in nodules if one.from_mark == mark), None)
        if nodule is not None:
            found += _changes(mark, nodule) or [{"what": "taken", "mark": mark}]
        elif any(lesion.from_mark == mark for lesion in lesions):
            found.append({"what": "taken", "mark": mark})
        elif mark in dismissed:
            found.append({"what": "dismissed", "mark": mark, "reason": dismissed[mark]})
        else:
            found.append({"what": "left", "mark": mark})
    found += [{"what": "added", "name": nodule.name} for nodule in nodules if nodule.from_mark is None]
    found += [{"what": "lesion", "kind": lesion.kind, "side": lesion.side} for lesion in lesions if lesion.from_mark is None]
    return tuple(found)


def in_words(difference: Difference) -> Sentence:
    """One entry as a sentence."""
    template = WHAT[difference["what"]]
    values = {name: value for name, value in difference.items() if name != "what"}
    if "field" in values:
        values = {name: _word(values["field"], value) if name in ("ai", "own") else value for name, value in values.items()}
        values["field"] = say(FIELDS[difference["field"]])
    if "reason" in values:
        values["reason"] = say(DISMISSED.get(values["reason"], values["reason"]))
    if difference["what"] == "lesion":
        values = {"kind": say(LESIONS[values["kind"]]), "side": say(SIDES[values["side"]])}
    return say(template, **values)


def _changes(mark: int, nodule: NoduleFinding) -> list[Difference]:
    return [one for field in FIELDS if (one := _change(mark, field, nodule)) is not None]


def _change(mark: int, field: str, nodule: NoduleFinding) -> Difference | None:
    ai, own = nodule.before.get(field), getattr(nodule, field) or None
    if ai == own or (isinstance(ai, int | float) and isinstance(own, int | float) and abs(ai - own) < SMALLEST):
        return None
    if field == "mean_mm":  # follows from the axes; said only where it stands alone
        return None if nodule.long_mm is not None else _said(mark, field, ai, own)
    return _said(mark, field, ai, own)


def _said(mark: int, field: str, ai: object, own: object) -> Difference:
    what = "stated" if ai is None else "removed" if own is None else "changed"
    said = {"what": what, "mark": mark, "field": field, "ai": ai, "own": own}
    return {name: value for name, value in said.items() if value is not None}


def _word(field: str, value: Any) -> Sentence | str:
    """A value of a field as people read it."""
    if field == "kind":
        return say(NODULES[value]) if value in NODULES else str(value)
    if field in ("side", "lobe"):
        known = SIDES if field == "side" else LOBES
        return say(known[value]) if value in known else str(value)
    return f"{value:.0f} mm³" if field == "volume_mm3" else f"{value:.1f} mm"
