"""Every table of Firstlight, one module per aggregate; importing this package fills `SQLModel.metadata`."""

from db.tables.access import RoleGrant, RoleGrantEnd, SignInEvent, SignInSession, Site, User
from db.tables.audit import AuditEvent
from db.tables.episode import Episode, EpisodeEvent
from db.tables.imaging import Exam, ExamInstance, Instance, Series, Study
from db.tables.intake import IntakeBatch, IntakeItem
from db.tables.model import Finding, ModelRun, ModelStatus, ModelVersion
from db.tables.outcome import Outcome
from db.tables.participant import Participant, ParticipantFact, ParticipantToken
from db.tables.process import Process
from db.tables.programme import AiPolicy, Programme
from db.tables.reading import Claim, Decision, Deferral, Read
from db.tables.recall import Recall, RecallEvent

APPEND_ONLY: tuple[str, ...] = tuple(
    str(table.__tablename__)
    for table in (
        RoleGrant, RoleGrantEnd, SignInEvent, AuditEvent, EpisodeEvent, IntakeItem, ModelVersion, ModelStatus, ModelRun, Finding,
        Outcome, ParticipantFact, AiPolicy, Read, Decision, Deferral, Recall, RecallEvent,
    )
)  # fmt: skip
"""Tables whose rows tell history; a database trigger refuses UPDATE and DELETE on them."""

__all__ = [
    "APPEND_ONLY", "AiPolicy", "AuditEvent", "Claim", "Decision", "Deferral", "Episode", "EpisodeEvent", "Exam", "ExamInstance", "Finding",
    "Instance", "IntakeBatch", "IntakeItem", "ModelRun", "ModelStatus", "ModelVersion", "Outcome", "Participant", "ParticipantFact",
    "ParticipantToken", "Process", "Programme", "Read", "Recall", "RecallEvent", "RoleGrant", "RoleGrantEnd", "Series", "SignInEvent",
    "SignInSession", "Site", "Study", "User",
]  # fmt: skip
