"""The encrypted object store: a folder by default, an S3-type store by its fsspec address.

Images lie under the SHA-256 of their plain bytes, so the same bytes are stored once. Derived things (decoded volumes, heat maps) lie under
a name and may be thrown away at any time. An object is written whole or not at all.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import fsspec

from core.errors import FirstlightError
from core.imaging.sealed import CHUNK, HEADER, CorruptObject, Preface, Seal, read_preface, sealed_size
from core.words import N_

KEY = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class MissingObject(FirstlightError):
    """Nothing is stored under this key: an administrator must restore it from a backup."""


class ObjectStore:
    """`address`: a folder or an fsspec URL; `key`: 32 bytes (`core.keys.derived("objects")`). Safe to use from several threads."""

    def __init__(self, address: str | Path, key: bytes) -> None:
        self._files, root = fsspec.core.url_to_fs(str(address))
        self._root = str(root).rstrip("/")
        self._local = "file" in (self._files.protocol if isinstance(self._files.protocol, tuple) else (self._files.protocol,))
        self._seal = Seal(key)

    def put(self, content: bytes) -> str:
        """Store the bytes of an image; returns their key. The same bytes again change nothing, but mend an object that was cut short."""
        key = hashlib.sha256(content).hexdigest()
        if not self.has(key) or self._files.size(self._path(_key_path(key))) != sealed_size(len(content)):
            self._write(_key_path(key), self._seal.seal(content, name=key))
        return key

    def get(self, key: str) -> bytes:
        """The bytes behind a key; CorruptObject when they are not the ones that were stored, MissingObject when there are none."""
        content = self._open_all(_key_path(key), name=key)
        if hashlib.sha256(content).hexdigest() != key:
            raise CorruptObject(N_("The stored object {name} is damaged; restore it from a backup"), name=key)
        return content

    def has(self, key: str) -> bool:
        """Whether an image with this key is stored."""
        return bool(self._files.exists(self._path(_key_path(key))))

    def put_named(self, name: str, content: bytes | memoryview, *, chunk: int = CHUNK) -> None:
        """Store something derived under a name such as "heat/12/L-CC.png", replacing what was there."""
        self._write(_name_path(name), self._seal.seal(content, name=name, chunk=chunk))

    def get_named(self, name: str) -> bytes | None:
        """What lies under the name, None when nothing does; CorruptObject when it was changed."""
        return self._open_all(_name_path(name), name=name) if self.has_named(name) else None

    def has_named(self, name: str) -> bool:
        """Whether something lies under the name."""
        return bool(self._files.exists(self._path(_name_path(name))))

    def drop_named(self, name: str) -> None:
        """Throw something derived away; nothing happens when it is not there."""
        if self.has_named(name):
            self._files.rm_file(self._path(_name_path(name)))

    def preface_named(self, name: str) -> Preface | None:
        """Chunk size and size of what lies under the name, None when nothing does."""
        try:
            return read_preface(self._files.cat_file(self._path(_name_path(name)), start=0, end=HEADER.size), name=name)
        except FileNotFoundError:
            return None

    def get_chunks(self, name: str, preface: Preface, first: int, last: int) -> list[bytes]:
        """Plain chunks `first` to `last` (exclusive) of what lies under the name, reading only those."""
        start, end = preface.place(first)[0], preface.place(last - 1)[1]
        sealed = self._files.cat_file(self._path(_name_path(name)), start=start, end=end)
        return list(self._seal.open_chunks(sealed, preface, name=name, first=first, last=last))

    def _open_all(self, relative: str, *, name: str) -> bytes:
        try:
            sealed = self._files.cat_file(self._path(relative))
        except FileNotFoundError as problem:
            raise MissingObject(N_("The stored object {name} is missing; restore it from a backup"), name=name) from problem
        preface = read_preface(sealed, name=name)
        if preface.sealed_size != len(sealed):
            raise CorruptObject(N_("The stored object {name} is damaged; restore it from a backup"), name=name)
        return b"".join(self._seal.open_chunks(memoryview(sealed)[HEADER.size :], preface, name=name))

    def _write(self, relative: str, pieces: Iterable[bytes]) -> None:
        """Whole or not at all: locally by renaming a finished file, elsewhere the store itself promises it."""
        path = self._path(relative)
        if self._local:
            _write_file(Path(path), pieces)
        else:
            self._files.pipe_file(path, b"".join(pieces))

    def _path(self, relative: str) -> str:
        return f"{self._root}/{relative}"


def _write_file(path: Path, pieces: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _key_path(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no object key; 64 hexadecimal digits were expected")
    return f"objects/{key[:2]}/{key[2:4]}/{key}"


def _name_path(name: str) -> str:
    if not NAME.fullmatch(name) or ".." in name:
        raise ValueError(f"{name!r} is no object name; letters, digits, dots and dashes between slashes were expected")
    return f"derived/{name}"
