"""Bytes sealed in chunks, so that one slice of a cached volume can be opened without the rest.

Layout: "FLS1" | key id (8) | salt (16) | chunk size (4) | plain size (8), then each chunk with its 16-byte tag. Every object has its
own key (HKDF-SHA256 of the installation's key and the salt), so chunk numbers serve as nonces (the STREAM construction of Hoang et
al. 2015: position, last-chunk flag and object name are authenticated, so chunks cannot be cut off, swapped or moved to another name).
"""

import hashlib
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import FirstlightError
from core.words import N_

MAGIC = b"FLS1"
HEADER = struct.Struct(">4s8s16sIQ")
TAG = 16
CHUNK = 1 << 20
CHUNK_LARGEST = 1 << 28


class CorruptObject(FirstlightError):
    """Stored bytes were changed or lost: an administrator must restore the object from a backup."""


class WrongKey(FirstlightError):
    """The object was sealed with another key: an administrator must give that key back."""


@dataclass(frozen=True, slots=True)
class Preface:
    """The readable start of a sealed object."""

    key_id: bytes
    salt: bytes
    chunk: int
    size: int

    @property
    def chunks(self) -> int:
        return max(1, -(-self.size // self.chunk))

    def pack(self) -> bytes:
        return HEADER.pack(MAGIC, self.key_id, self.salt, self.chunk, self.size)

    def place(self, index: int) -> tuple[int, int]:
        """First byte and end of sealed chunk `index` in the object."""
        start = HEADER.size + index * (self.chunk + TAG)
        return start, start + min(self.chunk, self.size - index * self.chunk) + TAG

    @property
    def sealed_size(self) -> int:
        return sealed_size(self.size, chunk=self.chunk)


def sealed_size(size: int, *, chunk: int = CHUNK) -> int:
    """Bytes of a sealed object whose plain content has `size` bytes."""
    return HEADER.size + size + max(1, -(-size // chunk)) * TAG


def key_id(key: bytes) -> bytes:
    """8 bytes that name a key without telling it."""
    return hashlib.sha256(b"firstlight object key" + key).digest()[:8]


def read_preface(start: bytes, *, name: str) -> Preface:
    """The preface at the start of sealed bytes; CorruptObject when it is not one."""
    if len(start) < HEADER.size or start[:4] != MAGIC:
        raise CorruptObject(
            N_("The stored object {name} is damaged: its beginning is not what was written; restore it from a backup"), name=name
        )
    _, owner, salt, chunk, size = HEADER.unpack(start[: HEADER.size])
    if not 0 < chunk <= CHUNK_LARGEST:
        raise CorruptObject(
            N_("The stored object {name} is damaged: its beginning is not what was written; restore it from a backup"), name=name
        )
    return Preface(owner, salt, chunk, size)


class Seal:
    """Seals and opens with one key, 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError(f"the object key holds {len(key)} bytes; 32 were expected")
        self._key = key
        self.id = key_id(key)

    def seal(self, content: bytes | memoryview, *, name: str, chunk: int = CHUNK) -> Iterator[bytes]:
        """The sealed bytes of `content`, piece by piece."""
        view = memoryview(content).cast("B")
        preface = Preface(self.id, secrets.token_bytes(16), chunk, len(view))
        cipher = self._cipher(preface)
        yield preface.pack()
        for index in range(preface.chunks):
            yield cipher.encrypt(_nonce(index), view[index * chunk : (index + 1) * chunk], _context(preface, index, name))

    def open_chunks(
        self, sealed: bytes | memoryview, preface: Preface, *, name: str, first: int = 0, last: int | None = None
    ) -> Iterator[bytes]:
        """Plain chunks `first` to `last` (exclusive) from the sealed bytes that start at chunk `first`."""
        if preface.key_id != self.id:
            raise WrongKey(N_("The stored object {name} was sealed with another key; give the key of this installation back"), name=name)
        cipher, view, origin = self._cipher(preface), memoryview(sealed), preface.place(first)[0]
        for index in range(first, preface.chunks if last is None else last):
            start, end = (place - origin for place in preface.place(index))
            try:
                yield cipher.decrypt(_nonce(index), view[start:end], _context(preface, index, name))
            except (InvalidTag, ValueError) as problem:
                raise CorruptObject(N_("The stored object {name} is damaged; restore it from a backup"), name=name) from problem

    def _cipher(self, preface: Preface) -> AESGCM:
        return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=preface.salt, info=b"firstlight object").derive(self._key))


def _nonce(index: int) -> bytes:
    return index.to_bytes(12, "big")


def _context(preface: Preface, index: int, name: str) -> bytes:
    return preface.pack() + (b"last" if index == preface.chunks - 1 else b"more") + name.encode()
