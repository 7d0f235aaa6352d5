"""The object store of this installation, opened with its settings and key."""

from functools import cache

from core.imaging.store import ObjectStore
from core.keys import derived
from core.settings import settings


def store() -> ObjectStore:
    """Images under their SHA-256, derived things under names; everything in it is encrypted."""
    return _store(settings().objects, derived("objects"))


@cache
def _store(address: str, key: bytes) -> ObjectStore:
    return ObjectStore(address, key)
