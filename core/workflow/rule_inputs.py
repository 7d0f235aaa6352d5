"""What a rule was asked with, in words: "age 62, female, diameter 8.0 mm, solid"."""

from collections.abc import Iterable, Mapping

from core.words import N_, Sentence, say

YES_NO = {
    "female": (N_("male"), N_("female")),
    "family_history": (N_("no family history"), N_("family history")),
    "emphysema": (N_("no emphysema"), N_("emphysema")),
    "upper_lobe": (N_("not in an upper lobe"), N_("in an upper lobe")),
    "spiculated": (N_("not spiculated"), N_("spiculated")),
    "ever_smoker": (N_("never a smoker"), N_("ever a smoker")),
    "extrathoracic_cancer": (N_("no earlier cancer outside the chest"), N_("earlier cancer outside the chest")),
    "new": ("", N_("new")),
    "benign": ("", N_("benign by the reader")),
}
MEASURED = {
    "age": N_("age {value:.0f}"),
    "diameter_mm": N_("diameter {value:.1f} mm"),
    "long_mm": N_("long diameter {value:.1f} mm"),
    "mean_mm": N_("mean diameter {value:.1f} mm"),
    "now_mm": N_("mean diameter {value:.1f} mm"),
    "before_mm": N_("earlier {value:.1f} mm"),
    "solid_mm": N_("solid part {value:.1f} mm"),
    "now_solid_mm": N_("solid part {value:.1f} mm"),
    "before_solid_mm": N_("earlier solid part {value:.1f} mm"),
    "volume_mm3": N_("volume {value:.0f} mm³"),
    "now_mm3": N_("volume {value:.0f} mm³"),
    "before_mm3": N_("earlier volume {value:.0f} mm³"),
    "solid_mm3": N_("volume of the solid part {value:.0f} mm³"),
    "days": N_("{value:.0f} days between"),
    "months": N_("{value:.0f} months between"),
    "nodule_count": N_("{value:.0f} nodules in the exam"),
    "brock": N_("Brock probability {value:.3f}"),
    "model_probability": N_("model’s suspicion {value:.2f}"),
    "mayo_probability": N_("Mayo probability {value:.3f}"),
}
KINDS = {
    "solid": N_("solid"),
    "part-solid": N_("part-solid"),
    "non-solid": N_("non-solid"),
    "airway": N_("in an airway"),
    "cyst": N_("cyst"),
}


def used(inputs: Mapping[str, object] | Iterable[tuple[str, object]]) -> Sentence:
    """Everything that was given, in the order of the rule; what was not known is left out, because the gap names it."""
    pairs = inputs.items() if isinstance(inputs, Mapping) else inputs
    parts = [part for name, value in pairs if (part := _part(name, value)) is not None]
    template = ", ".join(f"{{part{place}}}" for place in range(len(parts)))
    return say(template, **{f"part{place}": part for place, part in enumerate(parts)}) if parts else say(N_("nothing"))


def asked_with(inputs: Mapping[str, object] | Iterable[tuple[str, object]]) -> Sentence:
    """The same as a sentence of its own."""
    return say(N_("Asked with: {inputs}"), inputs=used(inputs))


def _part(name: str, value: object) -> Sentence | None:
    if value is None or value == ():
        return None
    if name in YES_NO:
        word = YES_NO[name][bool(value)]
        return say(word) if word else None
    if name in MEASURED:
        return say(MEASURED[name], value=value)
    if name in ("kind", "nodule_type"):
        return say(KINDS.get(str(value), str(value)))
    if name == "prior_category":
        return say(N_("earlier category {value}"), value=value)
    return say(N_("suspicious features")) if name == "suspicious" else None
