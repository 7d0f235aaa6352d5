"""The header of an instance, put together again from its rows, so that no file has to be opened to build series and exams."""

from core.imaging.header import InstanceHeader
from core.imaging.kind import Kind
from core.imaging.technical import pixel_format_of, planes_of, view_of
from db.tables import Instance, Series, Study

PARTS = ("kind", "planes", "view", "pixels")  # of the stored JSON; everything else fills the header as it is


def header_of_row(instance: Instance, series: Series, study: Study) -> InstanceHeader:
    """Without a person's name and number: the participant's row id stands in, so that images of one person group together."""
    kept = {name: value for name, value in instance.header.items() if name not in PARTS}
    return InstanceHeader(
        **kept,
        kind=Kind(instance.header["kind"]),
        set_aside=None,  # only images have rows
        patient_id=f"participant {study.participant_id}",
        patient_name="",
        birth_date=None,
        sex="",
        accession_number="",
        study_date=study.study_date,
        pixel_format=pixel_format_of(instance.header),
        planes=planes_of(instance.header),
        view=view_of(instance.header),
    )
