"""What tissue can be called, by programme, and whether that is a cancer and an invasive one."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.words import N_


@dataclass(frozen=True)
class Histology:
    """`invasive` is None where the name does not say it: of what is benign, and of cancers whose report has to tell."""

    key: str
    name: str
    malignant: bool
    invasive: bool | None = None


def _cancer(key: str, name: str, invasive: bool | None = True) -> Histology:
    return Histology(key, name, True, invasive)


def _benign(key: str, name: str) -> Histology:
    return Histology(key, name, False)


BREAST = (
    _cancer("invasive_ductal", N_("Invasive carcinoma of no special type (ductal)")),
    _cancer("invasive_lobular", N_("Invasive lobular carcinoma")),
    _cancer("tubular", N_("Tubular carcinoma")),
    _cancer("mucinous", N_("Mucinous carcinoma")),
    _cancer("papillary", N_("Papillary carcinoma"), None),
    _cancer("dcis", N_("Ductal carcinoma in situ"), False),
    _cancer("pleomorphic_lcis", N_("Pleomorphic lobular carcinoma in situ"), False),
    _cancer("breast_unstated", N_("Malignant tumour of the breast, histology not stated"), None),
    _cancer("other_breast_cancer", N_("Other malignant tumour of the breast"), None),
    _benign("fibroadenoma", N_("Fibroadenoma")),
    _benign("papilloma", N_("Papilloma")),
    _benign("radial_scar", N_("Radial scar")),
    _benign("atypia", N_("Atypical hyperplasia or classic lobular neoplasia")),
    _benign("fibrocystic", N_("Fibrocystic change")),
    _benign("other_breast_benign", N_("Other benign change of the breast")),
)
LUNG = (
    _cancer("adenocarcinoma", N_("Adenocarcinoma")),
    _cancer("minimally_invasive", N_("Minimally invasive adenocarcinoma")),
    _cancer("adenocarcinoma_in_situ", N_("Adenocarcinoma in situ"), False),
    _cancer("squamous", N_("Squamous cell carcinoma")),
    _cancer("small_cell", N_("Small cell carcinoma")),
    _cancer("large_cell", N_("Large cell carcinoma")),
    _cancer("carcinoid", N_("Carcinoid tumour")),
    _cancer("lung_unstated", N_("Malignant tumour of the lung, histology not stated"), None),
    _cancer("other_lung_cancer", N_("Other malignant tumour of the lung"), None),
    _benign("hamartoma", N_("Hamartoma")),
    _benign("granuloma", N_("Granuloma")),
    _benign("inflammation", N_("Infection or inflammation")),
    _benign("lymph_node", N_("Intrapulmonary lymph node")),
    _benign("other_lung_benign", N_("Other benign change of the lung")),
)
NAMED: Mapping[str, tuple[Histology, ...]] = {"breast": BREAST, "lung": LUNG}


def histologies(card_id: str) -> Mapping[str, Histology]:
    """The named list of a programme by key."""
    return {one.key: one for one in NAMED.get(card_id, ())}


def histology(key: str) -> Histology | None:
    """What a stored key means; None for a name of elsewhere."""
    return next((one for some in NAMED.values() for one in some if one.key == key), None)


def malignant(key: str) -> bool | None:
    """Whether a stored name is a cancer; None when the name is not of our lists."""
    found = histology(key)
    return found.malignant if found else None
