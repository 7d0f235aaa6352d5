"""The one way a model says "no result": a sentence a person can act on, never a made-up number."""


class NoResult(Exception):
    """No result can be given. The message says why, with the value met and the value expected, and who must act."""
