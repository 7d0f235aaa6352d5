"""Every table of Firstlight, one module per aggregate; importing this package fills `SQLModel.metadata`."""

from db.tables.access import RoleGrant, RoleGrantEnd, SignInEvent, SignInSession, Site, User
from db.tables.audit import AuditEvent
from db.tables.clinic import Appointment, AppointmentEvent, Clinic, PlaceHeld
from db.tables.contact import Contact, Delivery, Mailing, MailingItem
from db.tables.document import Document
from db.tables.episode import Episode, EpisodeEvent
from db.tables.imaging import Exam, ExamInstance, Instance, NoduleMatch, Registration, Series, Study, UndecidedExam
from db.tables.intake import IntakeBatch, IntakeItem
from db.tables.model import Finding, ModelReport, ModelRun, ModelStatus, ModelVersion
from db.tables.outcome import Assessment, Outcome, Pathology, SecondCheck
from db.tables.participant import (
    Participant,
    ParticipantFact,
    ParticipantMerge,
    ParticipantsApart,
    ParticipantToken,
    Questionnaire,
)
from db.tables.process import Installation, Process, RowChange
from db.tables.programme import AiPolicy, FigureSnapshot, IndicatorSetting, Programme
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
from db.tables.recall import OpenRecall, Recall, RecallEvent
from db.tables.selection import Cohort, CohortMember, CohortVersion, HandedInList
from db.tables.task import Task, TaskEvent

APPEND_ONLY: tuple[str, ...] = tuple(
    str(table.__tablename__)
    for table in (
        RoleGrant, RoleGrantEnd, SignInEvent, AuditEvent, EpisodeEvent, IntakeItem, ModelVersion, ModelStatus, ModelRun, ModelReport,
        Finding, Outcome, ParticipantFact, AiPolicy, Read, Decision, Deferral, Recall, RecallEvent,
        Appointment, AppointmentEvent, Assessment, CohortMember, CohortVersion, Contact, Delivery, FigureSnapshot, IndicatorSetting,
        Mailing, MailingItem, ParticipantMerge, ParticipantsApart, Pathology, SecondCheck, Task, TaskEvent,
        Arbitration, ArbitrationAuthor, Document, NoduleMatch, PriorRequest, ReadingSessionStep, ReadUndone, Registration, Reveal,
    )
)  # fmt: skip
"""Tables whose rows tell history; a database trigger refuses UPDATE and DELETE on them."""

__all__ = [
    "APPEND_ONLY", "AiPolicy", "Appointment", "AppointmentEvent", "Arbitration", "ArbitrationAuthor", "Assessment", "AuditEvent",
    "Claim", "Clinic", "Cohort", "CohortMember", "CohortVersion", "Contact", "Decision", "Deferral", "Delivery", "Document", "Episode",
    "EpisodeEvent", "Exam", "ExamInstance", "FigureSnapshot", "Finding", "HandedInList", "IndicatorSetting", "Installation", "Instance",
    "IntakeBatch", "IntakeItem", "Mailing", "MailingItem", "ModelReport", "ModelRun", "ModelStatus", "ModelVersion", "NoduleMatch",
    "OpenRecall", "Outcome", "Participant", "ParticipantFact", "ParticipantMerge", "ParticipantToken", "ParticipantsApart", "Pathology",
    "PlaceHeld", "PriorRequest", "Process", "Programme", "Questionnaire", "Read", "ReadUndone", "ReadingSession", "ReadingSessionStep",
    "Recall", "RecallEvent", "Registration", "Reveal", "RoleGrant", "RoleGrantEnd", "RowChange", "SecondCheck", "Series", "SignInEvent",
    "SignInSession", "Site", "Study", "Task", "TaskEvent", "UndecidedExam", "User",
]  # fmt: skip
