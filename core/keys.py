"""The one secret of an installation: 32 bytes from FIRSTLIGHT_OBJECT_KEY, or from a key file made at the first start."""

import base64
import binascii
import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import settings


@cache
def master_key() -> bytes:
    """32 bytes; the start is refused when the setting or the file holds anything else."""
    text = settings().object_key or _key_file(settings().data_dir / "object.key")
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise ValueError("FIRSTLIGHT_OBJECT_KEY is not base64; expected the base64 of 32 random bytes") from problem
    if len(key) != 32:
        raise ValueError(f"FIRSTLIGHT_OBJECT_KEY holds {len(key)} bytes; expected 32")
    return key


def derived(purpose: str) -> bytes:
    """A 32-byte key for one purpose, so that a leak of one does not open the others (HKDF-SHA256, RFC 5869)."""
    return _derived(master_key(), purpose)


@cache
def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"firstlight/{purpose}".encode()).derive(key)


def _key_file(path: Path) -> str:
    """The text of the key file; made with mode 0600 when it is not there, never overwritten, and never seen half written."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        with suppress(FileExistsError):  # another process was first
            os.link(name, path)
        os.unlink(name)
    return path.read_text().strip()
