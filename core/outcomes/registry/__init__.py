"""Lists of a cancer registry: every cancer placed at the exam before it, told apart, and taken in whole for a second person to check."""

from core.outcomes.registry.becomes import Becomes
from core.outcomes.registry.job import look, take
from core.outcomes.registry.plan import Plan, Planned, plan

__all__ = ["Becomes", "Plan", "Planned", "look", "plan", "take"]
