"""What an instance is for Firstlight: an image to read, something to set aside, or the wrong modality (PS3.4 Annex B.5)."""

from dataclasses import dataclass
from enum import StrEnum

from pydicom.dataset import Dataset
from pydicom.uid import UID

from core.errors import Rejected
from core.imaging.attributes import number, text
from core.imaging.view_source import image_type, is_synthetic, is_tomosynthesis
from core.words import N_, Sentence, say


class Kind(StrEnum):
    ct = "ct"
    enhanced_ct = "enhanced_ct"
    mammogram = "mammogram"
    set_aside = "set_aside"


STORAGE = "1.2.840.10008.5.1.4.1.1."
CT = STORAGE + "2"
ENHANCED_CT = (STORAGE + "2.1", STORAGE + "2.2")  # the second: legacy converted
MAMMOGRAM_FOR_PRESENTATION = STORAGE + "1.2"
MAMMOGRAM_FOR_PROCESSING = STORAGE + "1.2.1"
SECONDARY_CAPTURE = STORAGE + "7"
PROJECTIONS = (STORAGE + "1", STORAGE + "1.1", STORAGE + "1.1.1", SECONDARY_CAPTURE)  # may hold a mammogram when the modality says MG
TOMOSYNTHESIS = (STORAGE + "13.1.3", STORAGE + "13.1.4", STORAGE + "13.1.5")
NO_IMAGE = {
    STORAGE + "88.67": N_("Radiation dose report, set aside"),
    STORAGE + "88.": N_("Structured report, set aside"),
    STORAGE + "11.": N_("Presentation state, set aside"),
    STORAGE + "66": N_("Segmentation, registration or raw data, set aside"),
    STORAGE + "104.": N_("Encapsulated document, set aside"),
    STORAGE + "30": N_("Parametric map, set aside"),
    STORAGE + "481.": N_("Radiotherapy object, set aside"),
    STORAGE + "9.": N_("Waveform, set aside"),
    "1.2.840.10008.1.3.10": N_("Directory of a disc (DICOMDIR), set aside"),
}
REFORMATS = frozenset({
    "MPR", "MIP", "MINIP", "MAXIMUM", "MINIMUM", "MAX_IP", "MIN_IP", "CPR", "3D", "CSA MPR", "CSAMPR", "CSAMIP", "SUBTRACT",
    "VOLUME_RENDER", "REFORMATTED", "PROJECTION IMAGE", "SCREEN SAVE", "SCREENSAVE",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Classification:
    kind: Kind
    reason: Sentence | None = None  # why it is set aside


def classify(dataset: Dataset, *, sop_class_uid: str) -> Classification:
    """Kind of one instance; Rejected when it is an image that Firstlight cannot read (wrong modality, tomosynthesis)."""
    for prefix, reason in NO_IMAGE.items():
        if sop_class_uid.startswith(prefix):
            return _aside(reason)
    modality = text(dataset, "Modality").upper()
    _refuse_tomosynthesis(dataset, modality, sop_class_uid)
    if sop_class_uid == CT or sop_class_uid in ENHANCED_CT:
        return _ct(dataset, enhanced=sop_class_uid != CT)
    if sop_class_uid in (MAMMOGRAM_FOR_PRESENTATION, MAMMOGRAM_FOR_PROCESSING) or (modality == "MG" and sop_class_uid in PROJECTIONS):
        return Classification(Kind.mammogram)
    if sop_class_uid == SECONDARY_CAPTURE or sop_class_uid.startswith(SECONDARY_CAPTURE + "."):
        return _aside(N_("Secondary capture (a picture made from other images), set aside"))
    raise Rejected(
        N_("The modality (0008,0060) is {modality} and the image type {sop_class}; CT or mammography (MG) was expected"),
        modality=modality or "–",
        sop_class=UID(sop_class_uid).name,
    )


def _refuse_tomosynthesis(dataset: Dataset, modality: str, sop_class_uid: str) -> None:
    """Slices of the breast come under their own class, as CT slices, as mammograms of many frames or by their Image Type alone."""
    if sop_class_uid in TOMOSYNTHESIS and is_synthetic(dataset):
        raise Rejected(
            N_("A synthetic view in a tomosynthesis object is not read here; let the unit send it as Digital Mammography X-Ray Image")
        )
    as_ct, several = sop_class_uid == CT or sop_class_uid in ENHANCED_CT, (number(dataset, "NumberOfFrames") or 1) > 1
    of_breast = modality == "MG" and (as_ct or several or is_tomosynthesis(dataset))
    if sop_class_uid in TOMOSYNTHESIS or of_breast or (as_ct and is_tomosynthesis(dataset)):
        raise Rejected(N_("Breast tomosynthesis is not read here; send the conventional or synthetic two-dimensional views"))


def _ct(dataset: Dataset, *, enhanced: bool) -> Classification:
    values = image_type(dataset)
    if "LOCALIZER" in values:
        return _aside(N_("Scout image (localizer), set aside"))
    if REFORMATS.intersection(values):
        return _aside(N_("Reformatted or projected images, set aside: only slices as reconstructed by the scanner are measured"))
    # A lossily coded original is DERIVED too (PS3.3 C.7.6.1.1.2); original slices may be SECONDARY in older scanners.
    coded = text(dataset, "LossyImageCompression") == "01"
    if values[:1] == ("DERIVED",) and values[1:2] != ("PRIMARY",) and not coded:
        return _aside(N_("Derived images, set aside: only slices as reconstructed by the scanner are measured"))
    return Classification(Kind.enhanced_ct if enhanced else Kind.ct)


def _aside(reason: str) -> Classification:
    return Classification(Kind.set_aside, say(reason))
