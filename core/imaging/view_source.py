"""How a mammogram came about: by a digital detector, as film that was digitised, or computed from tomosynthesis. Models know mostly the
first, so the others are said beside a result."""

import re

from pydicom.dataset import Dataset

from core.imaging.attributes import item, text, words

DIGITAL, FILM, SYNTHETIC, CAPTURE = "digital", "film", "synthetic", "capture"

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
GENERATED = frozenset({"GENERATED_2D", "SYNTHESIZED_2D", "SYNTHETIC", "SYNTHETIC_2D"})  # Image Type (0008,0008), values 3 and later
TOMOGRAPHIC = frozenset({"TOMOSYNTHESIS", "TOMO", "TOMO_PROJ", "TOMOSYNTHESIS_PROJECTION", "TOMO_SLICE", "TOMO_SLAB"})
NAMED_SYNTHETIC = re.compile(r"C-?VIEW|INTELLIGENT ?2D|INSIGHT ?2D|V-?PREVIEW|S-?VIEW|SYNTHE(?:TIC|SI[SZ]ED)[ _-]*(?:2D|VIEW|MAMMO)")
"""What makers call a view computed from tomosynthesis, in Series Description or Protocol Name."""


def source_of(dataset: Dataset) -> str:
    """DIGITAL, FILM (digitised), SYNTHETIC (computed from tomosynthesis) or CAPTURE (a picture of unknown origin)."""
    if is_synthetic(dataset):
        return SYNTHETIC
    detector, conversion = text(dataset, "DetectorType").upper(), text(dataset, "ConversionType").upper()
    if detector == "FILM" or conversion == "DF":  # PS3.3 C.8.11.4 and C.8.6.1
        return FILM
    return CAPTURE if text(dataset, "SOPClassUID").startswith(SECONDARY_CAPTURE) else DIGITAL


def is_synthetic(dataset: Dataset) -> bool:
    """By Image Type, and by the maker's name for such views where the type is silent."""
    if GENERATED.intersection(image_type(dataset)):
        return True
    return any(NAMED_SYNTHETIC.search(text(dataset, keyword).upper()) for keyword in ("SeriesDescription", "ProtocolName"))


def is_tomosynthesis(dataset: Dataset) -> bool:
    """A slice, slab or projection of tomosynthesis by its Image Type."""
    values = image_type(dataset)
    return bool(TOMOGRAPHIC.intersection(values)) and not GENERATED.intersection(values)


def image_type(dataset: Dataset) -> tuple[str, ...]:
    """Image Type (0008,0008) with the Frame Type of enhanced objects, in capitals."""
    shared = item(dataset, "SharedFunctionalGroupsSequence")
    groups = (item(shared, keyword) for keyword in ("CTImageFrameTypeSequence", "XRay3DFrameTypeSequence"))
    return words(dataset, "ImageType") + tuple(word for group in groups if group is not None for word in words(group, "FrameType"))
