"""Whose images these are: found or registered by site and patient number, or chosen by the coordinator and then compared."""

from sqlmodel import Session

from core.errors import Conflict, Rejected
from core.imaging.exam import person_of
from core.imaging.header import InstanceHeader
from core.sealing import keyed_hash
from core.words import N_, Sentence, say
from core.workflow.intake.batch import Batch
from core.workflow.participants import find_or_register
from db.enums import Sex
from db.tables import Participant

SEXES = {"F": Sex.female, "M": Sex.male, "O": Sex.other}


def participant_of(session: Session, header: InstanceHeader, batch: Batch) -> tuple[Participant, Sentence | None]:
    """The participant and, where the coordinator chose one, what in the images does not fit but may be right."""
    if batch.participant_id is not None:
        chosen = session.get(Participant, batch.participant_id)
        assert chosen is not None  # checked when the batch was opened; participants are never deleted
        return chosen, _compare(chosen, header)
    identifier = person_of(header)
    if not identifier:
        raise Rejected(N_("(0010,0020) Patient ID is missing, so it is not known whose image it is; choose the participant"))
    found = find_or_register(
        session,
        site_id=batch.site_id,
        identifier=identifier,
        name=header.patient_name or identifier,
        birth_date=header.birth_date,
        sex=SEXES.get(header.sex, Sex.unknown),
        synthetic=batch.synthetic,
        author="intake",
    )
    return found, None


def _compare(chosen: Participant, header: InstanceHeader) -> Sentence | None:
    """Conflict when birth date or sex contradict; another patient number is named, because hospitals number differently."""
    sex = SEXES.get(header.sex, Sex.unknown)
    if header.birth_date and chosen.birth_date and header.birth_date != chosen.birth_date:
        raise Conflict(N_("The birth date in the image is not the one of the chosen participant; check whose images these are"))
    if Sex.unknown not in (sex, chosen.sex) and sex != chosen.sex:
        raise Conflict(N_("The sex in the image is not the one of the chosen participant; check whose images these are"))
    if not header.patient_id or keyed_hash(person_of(header)) != chosen.identifier_key:
        return say(N_("The patient number in the images is not the one of the chosen participant; check that they are of this person"))
    return None
