"""Errors, arranged by who must act.

FirstlightError
├── Rejected     the sender can fix it: bad file, bad form, missing field
├── NotAllowed   an administrator can fix it: role or site is missing
├── Conflict     nobody broke anything: someone else acted first, look again
└── Retryable    the machine will try again: a peer or a disk was not there

They are caught in three places only: `pages.ui.session.act`, the worker loop and the receiver.
"""

from typing import Any

from core.words import Sentence


class FirstlightError(Exception):
    """What happened, the value, what was expected and what to do, as a sentence that a page can translate."""

    def __init__(self, template: str, **values: Any) -> None:
        self.sentence = Sentence(template, values)
        super().__init__(str(self.sentence))


class Rejected(FirstlightError):
    """The sender can put it right."""


class NotAllowed(FirstlightError):
    """The person lacks the role or the site."""


class Conflict(FirstlightError):
    """Someone else acted first."""


class Retryable(FirstlightError):
    """A passing trouble; the same call may succeed later."""
