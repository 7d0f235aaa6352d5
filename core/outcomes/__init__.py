"""What a recall found out: assessments, pathology, the check by a second person, and what was known of an exam on any day."""

from core.outcomes.history import Change, history
from core.outcomes.known import Known, as_known_on

__all__ = ["Change", "Known", "as_known_on", "history"]
