"""Words that columns may hold. A column stores the member's name, so names and values read the same."""

from enum import StrEnum


class Role(StrEnum):
    coordinator = "coordinator"
    doctor = "doctor"
    manager = "manager"
    administrator = "administrator"


class Sex(StrEnum):
    female = "female"
    male = "male"
    other = "other"
    unknown = "unknown"


class EpisodeStep(StrEnum):
    """One round of one participant, from invitation to close."""

    invited = "invited"
    booked = "booked"
    did_not_attend = "did_not_attend"
    attended = "attended"
    imaged = "imaged"
    read = "read"
    recalled = "recalled"
    assessed = "assessed"
    closed = "closed"


class ExamKind(StrEnum):
    lung_ct = "lung_ct"
    mammography = "mammography"


class IntakeResult(StrEnum):
    """What became of one file of an upload."""

    accepted = "accepted"
    duplicate = "duplicate"
    conflict = "conflict"
    set_aside = "set_aside"
    rejected = "rejected"


class ModelState(StrEnum):
    shadow = "shadow"
    active = "active"
    retired = "retired"


class RunOutcome(StrEnum):
    scored = "scored"
    no_result = "no_result"


class FindingKind(StrEnum):
    nodule = "nodule"
    suspicious_region = "suspicious_region"


class ProgrammeDecision(StrEnum):
    """What happens next to the participant."""

    routine_recall = "routine_recall"
    short_term_recall = "short_term_recall"
    assessment = "assessment"
    technical_recall = "technical_recall"


class RecallStep(StrEnum):
    opened = "opened"
    contacted = "contacted"
    booked = "booked"
    attended = "attended"
    unreachable = "unreachable"
    declined = "declined"
    closed = "closed"


class OutcomeKind(StrEnum):
    cancer = "cancer"
    benign = "benign"
    no_finding = "no_finding"
    interval_cancer = "interval_cancer"


class Certainty(StrEnum):
    provisional = "provisional"
    final = "final"


class PriorStep(StrEnum):
    """What became of a request for earlier images (domain/users.md 1.2)."""

    pending = "pending"
    requested = "requested"
    received = "received"
    not_available = "not_available"
    not_needed = "not_needed"


class SessionStepKind(StrEnum):
    """What a reader did with a case of a reading session."""

    opened = "opened"
    read = "read"
    skipped = "skipped"
    deferred = "deferred"
    priors_requested = "priors_requested"


class DocumentKind(StrEnum):
    report = "report"
    letter = "letter"


class AppointmentStep(StrEnum):
    """What became of an appointment (domain/users.md 1.1); the last step tells where it stands."""

    booked = "booked"
    checked_in = "checked_in"
    started = "started"
    screened = "screened"
    partially_screened = "partially_screened"
    attended_not_screened = "attended_not_screened"
    did_not_attend = "did_not_attend"
    cancelled = "cancelled"


class Channel(StrEnum):
    """How a participant was, or wanted to be, reached."""

    letter = "letter"
    email = "email"
    text = "text"
    phone = "phone"
    in_person = "in_person"


class DeliveryStep(StrEnum):
    """What became of one message of a mailing."""

    prepared = "prepared"
    sent = "sent"
    failed = "failed"
    withheld = "withheld"


class TaskKind(StrEnum):
    """What the safety net asks somebody to do."""

    short_term_recall = "short_term_recall"
    assessment = "assessment"
    technical_recall = "technical_recall"
    next_round = "next_round"
    missed_appointment = "missed_appointment"
    no_answer = "no_answer"
    outcome_missing = "outcome_missing"
    result_not_told = "result_not_told"


class TaskStep(StrEnum):
    opened = "opened"
    tried = "tried"
    escalated = "escalated"
    lost = "lost"
    found_again = "found_again"
    closed = "closed"


class AssessmentKind(StrEnum):
    """What was done to find out (domain/clinical-rules.md 2.8, 2.9)."""

    clinic_visit = "clinic_visit"
    imaging = "imaging"
    pet_ct = "pet_ct"
    fine_needle = "fine_needle"
    core_biopsy = "core_biopsy"
    open_biopsy = "open_biopsy"
    surgery = "surgery"


class CheckVerdict(StrEnum):
    """What a second person says of an entry."""

    approved = "approved"
    refused = "refused"


class ListKind(StrEnum):
    """What a list that is handed in holds."""

    participants = "participants"
    registry = "registry"
