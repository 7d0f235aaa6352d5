"""Invented identities for demonstration images, and DICOM UIDs that are the same on every machine."""

from dataclasses import dataclass
from datetime import date

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid


@dataclass(frozen=True)
class Identity:
    """Somebody who does not exist."""

    patient_id: str
    name: str  # DICOM person name: family^given
    birth_date: date
    sex: str  # F or M


def stable_uid(*parts: str) -> str:
    """A UID under pydicom's root that depends on `parts` alone."""
    return generate_uid(entropy_srcs=["firstlight demonstration", *parts])


def put_on(dataset: Dataset, identity: Identity, exam_date: date) -> None:
    """Replace whoever stands in the header."""
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientID = identity.patient_id
    dataset.PatientName = identity.name
    dataset.PatientBirthDate = identity.birth_date.strftime("%Y%m%d")
    dataset.PatientSex = identity.sex
    dataset.StudyDate = exam_date.strftime("%Y%m%d")
    dataset.AccessionNumber = ""
    dataset.PatientComments = "Invented identity, Firstlight demonstration programme"
