"""Whose images these are: found or registered by site and patient number, or chosen by the coordinator and then compared."""

import re
import unicodedata

from sqlmodel import Session, select

from core.errors import Conflict, Rejected
from core.imaging.exam import person_of
from core.imaging.header import InstanceHeader
from core.sealing import keyed_hash, unseal
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
    doubt = _other_name(session, identifier, header, batch.site_id)
    found = find_or_register(
        session,
        site_id=batch.site_id,
        identifier=identifier,
        name=_name(header) or identifier,
        birth_date=header.birth_date,
        sex=SEXES.get(header.sex, Sex.unknown),
        synthetic=batch.synthetic,
        author="intake",
    )
    return found, doubt


def _other_name(session: Session, identifier: str, header: InstanceHeader, site_id: int) -> Sentence | None:
    """A person who is known by this number under quite another name: named when the birth date agrees, else a Conflict."""
    key = keyed_hash(identifier)
    known = session.exec(select(Participant).where(Participant.site_id == site_id, Participant.identifier_key == key)).first()
    given = _words(_name(header))
    if known is None or not given or given & _words(unseal(known.name_sealed)) or unseal(known.name_sealed) == identifier:
        return None
    if header.birth_date is not None and header.birth_date == known.birth_date:
        return say(N_("The name in the images is not the one of participant {number}; the birth date agrees"), number=known.number)
    raise Conflict(
        N_("The patient number is that of participant {number}, the name is not, and no birth date confirms it; check whose they are"),
        number=known.number,
    )


def _name(header: InstanceHeader) -> str:
    """The name as written; "" where the sender only repeated the number."""
    return "" if header.patient_name == header.patient_id else header.patient_name


def _words(name: str) -> frozenset[str]:
    """The parts of a name, however they are ordered and written."""
    return frozenset(part for part in re.split(r"[\s^=,.]+", unicodedata.normalize("NFKC", name).casefold()) if part)


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
