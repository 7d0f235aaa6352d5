"""Every table of Firstlight, one module per aggregate; importing this package fills `SQLModel.metadata`."""

from db.tables.access import RoleGrant, RoleGrantEnd, SignInEvent, SignInSession, Site, User
from db.tables.audit import AuditEvent
from db.tables.document import Document
from db.tables.episode import Episode, EpisodeEvent
from db.tables.imaging import Exam, ExamInstance, Instance, NoduleMatch, Registration, Series, Study
from db.tables.intake import IntakeBatch, IntakeItem
from db.tables.model import Finding, ModelRun, ModelStatus, ModelVersion
from db.tables.outcome import Outcome
from db.tables.participant import Participant, ParticipantFact, ParticipantToken
from db.tables.process import Process
from db.tables.programme import AiPolicy, Programme
from db.tables.reading import (
    Arbitration,
    ArbitrationAuthor,
    Claim,
    Decision,
    Deferral,
    PriorRequest,
    Read,
    ReadingSession,
    ReadingSessionStep,
    ReadUndone,
    Reveal,
)
from db.tables.recall import Recall, RecallEvent

APPEND_ONLY: tuple[str, ...] = tuple(
    str(table.__tablename__)
    for table in (
        RoleGrant, RoleGrantEnd, SignInEvent, AuditEvent, EpisodeEvent, IntakeItem, ModelVersion, ModelStatus, ModelRun, Finding,
        Outcome, ParticipantFact, AiPolicy, Read, Decision, Deferral, Recall, RecallEvent,
        Arbitration, ArbitrationAuthor, Document, NoduleMatch, PriorRequest, ReadingSessionStep, ReadUndone, Registration, Reveal,
    )
)  # fmt: skip
"""Tables whose rows tell history; a database trigger refuses UPDATE and DELETE on them."""

__all__ = [
    "APPEND_ONLY", "AiPolicy", "Arbitration", "ArbitrationAuthor", "AuditEvent", "Claim", "Decision", "Deferral", "Document", "Episode",
    "EpisodeEvent", "Exam", "ExamInstance", "Finding", "Instance", "IntakeBatch", "IntakeItem", "ModelRun", "ModelStatus", "ModelVersion",
    "NoduleMatch", "Outcome", "Participant", "ParticipantFact", "ParticipantToken", "PriorRequest", "Process", "Programme", "Read",
    "ReadUndone", "ReadingSession", "ReadingSessionStep", "Recall", "RecallEvent", "Registration", "Reveal", "RoleGrant", "RoleGrantEnd",
    "Series", "SignInEvent", "SignInSession", "Site", "Study", "User",
]  # fmt: skip
