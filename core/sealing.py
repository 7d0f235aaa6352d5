"""Names and numbers of people, sealed in the database (AES-256-GCM), and keyed hashes by which they can still be found."""

import base64
import hmac
import secrets
import unicodedata
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Retryable
from core.keys import derived
from core.words import N_

SHORTEST, LONGEST = 2, 12  # letters of a searchable prefix; one is enough for Chinese characters


@cache
def _cipher() -> AESGCM:
    return AESGCM(derived("names"))


def seal(text: str) -> str:
    """`text` encrypted; the same text gives another result every time."""
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str) -> str:
    """The text behind `seal`; Retryable when the key does not fit, because an administrator must put the right key back."""
    raw = base64.b64decode(sealed)
    try:
        return _cipher().decrypt(raw[:12], raw[12:], None).decode()
    except InvalidTag as problem:
        raise Retryable(N_("A name cannot be opened with the present key; an administrator must restore the right key")) from problem


def keyed_hash(text: str) -> str:
    """64 hex digits that are equal for equal normalised text under one key and tell nothing without it."""
    return hmac.digest(derived("search"), _plain(text).encode(), "sha256").hex()


def tokens(*texts: str) -> frozenset[str]:
    """Keyed hashes of the prefixes of every word of `texts`, 32 hex digits each."""
    words = {word for text in texts for word in _plain(text).replace("^", " ").replace(",", " ").split()}
    return frozenset(_token(word[:length]) for word in words for length in range(_shortest(word), min(len(word), LONGEST) + 1))


def query_tokens(text: str) -> frozenset[str]:
    """The tokens that every match of a typed search must have; words too short to search are left out."""
    words = _plain(text).replace(",", " ").split()
    return frozenset(_token(word[:LONGEST]) for word in words if len(word) >= _shortest(word))


def _shortest(word: str) -> int:
    return SHORTEST if word.isascii() else 1


def _token(prefix: str) -> str:
    return hmac.digest(derived("prefix"), prefix.encode(), "sha256").hex()[:32]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
