"""The safety net: what a rule asks somebody to do for a participant stays in a list until an exam, an answer or a reason closes it."""

from core.safety_net.generating import generate

__all__ = ["generate"]
