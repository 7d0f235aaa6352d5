"""Sentences that readers write often, to be inserted into the note and edited there. Versioned: a note keeps its own words for ever.

The built-in ones are translated by the catalogue; a programme's card may add its own in any language.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.words import N_
from core.workflow.programmes import Card
from db.enums import ExamKind

VERSION = "1"
LUNG = (
    ("no_nodule", N_("No nodule"), N_("No pulmonary nodule. No other finding that needs follow-up.")),
    ("benign_nodules", N_("Benign nodules"), N_("Nodules with benign features only; no change needs action.")),
    ("stable", N_("Stable nodules"), N_("Known nodules unchanged since the earlier exam. No new nodule.")),
    ("new_nodule", N_("New nodule"), N_("New nodule since the earlier exam: ___ lobe, ___ mm.")),
    ("growing", N_("Growing nodule"), N_("Nodule in the ___ lobe has grown from ___ mm to ___ mm.")),
    ("infection", N_("Probably infection"), N_("Opacities that suggest infection or inflammation; repeat CT in 1 to 3 months suggested.")),
    ("emphysema", N_("Emphysema"), N_("Emphysema: mild / moderate / severe.")),
    ("calcium", N_("Coronary calcium"), N_("Coronary artery calcification: mild / moderate / severe.")),
)
BREAST = (
    ("normal", N_("Normal"), N_("No mass, suspicious calcification or distortion in either breast.")),
    ("benign", N_("Benign finding"), N_("Benign finding in the ___ breast; no action needed.")),
    ("stable", N_("Unchanged"), N_("Unchanged since the earlier mammograms.")),
    ("mass", N_("Mass"), N_("Mass in the ___ breast, ___ o'clock, ___ mm, margins ___.")),
    ("calcification", N_("Calcifications"), N_("Grouped calcifications in the ___ breast, extent ___ mm, morphology ___.")),
    ("distortion", N_("Distortion"), N_("Architectural distortion in the ___ breast, seen on ___.")),
    ("clinical", N_("Clinical sign"), N_("Assessment because of a clinical sign: ___.")),
    ("dense", N_("Dense breasts"), N_("Dense breasts: a finding may be hidden.")),
)


@dataclass(frozen=True)
class TextTemplate:
    """`title` and `text` by language; without the reader's language the English one is offered."""

    id: str
    version: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    own: bool = False
    """Whether it is the programme's own: then its words are shown as they stand, not looked up in the catalogue."""


def templates(card: Card) -> tuple[TextTemplate, ...]:
    """The built-in ones of this kind of exam, then the programme's own; an own one with the same id takes its place."""
    of_kind = LUNG if card.kind is ExamKind.lung_ct else BREAST
    built_in = {name: TextTemplate(name, VERSION, {"en": title}, {"en": text}) for name, title, text in of_kind}
    own = {one.id: TextTemplate(one.id, card.version, one.title, one.text, own=True) for one in card.templates}
    return tuple((built_in | own).values())
