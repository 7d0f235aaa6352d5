"""Members of a zip file that a stranger made, one at a time. Nothing is ever written under a name from the archive, what is inflated is
counted as it flows, and a bad member is refused by itself while the others go through."""

import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import Rejected
from core.imaging.members import Found, Member, Refused, shown_name
from core.words import N_, Sentence, say

CHUNK = 1 << 20
DRIVE = re.compile(r"[A-Za-z]:")
UTF8_NAME, ENCRYPTED = 0x800, 0x1
# Others (bzip2, LZMA) are unpacked by Python without a limit on what one block may unfold to.
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
BROKEN = (
    EOFError, LookupError, MemoryError, NotImplementedError, OSError, RuntimeError, TypeError, ValueError,
    struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an upload may unfold to. A CT of 1000 slices has 0.5 GB; a chest CT study on disc has some thousand files."""

    members: int = 50_000
    total_bytes: int = 32 * 2**30
    member_bytes: int = 2 * 2**30
    ratio: int = 250  # inflated to packed size of one member above `ratio_from_bytes`
    ratio_from_bytes: int = 16 * 2**20
    depth: int = 2  # zips inside zips
    in_memory_bytes: int = 64 * 2**20


@dataclass(slots=True)
class Budget:
    """What is left of the limits; shared by all archives of one upload."""

    limits: Limits
    members: int = 0
    total_bytes: int = 0
    exhausted: Sentence | None = field(default=None)

    def spend(self, *, members: int = 0, size: int = 0) -> None:
        """Count; Rejected once the upload unfolds to more than is allowed."""
        self.members += members
        self.total_bytes += size
        if self.members > self.limits.members:
            raise self._over(N_("The upload holds more than {limit} files; send it in parts"), self.limits.members)
        if self.total_bytes > self.limits.total_bytes:
            raise self._over(N_("The upload unfolds to more than {limit} GB; send it in parts"), self.limits.total_bytes // 2**30)

    def _over(self, template: str, limit: int) -> Rejected:
        self.exhausted = say(template, limit=limit)
        return Rejected(template, limit=limit)


def is_zip(start: bytes) -> bool:
    """By the signature of the first member or of an empty archive (APPNOTE 4.3)."""
    return start[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def zip_members(archive: IO[bytes] | Path, *, shown: str, budget: Budget) -> Iterator[Member]:
    """Found or Refused for every file in the archive; when the limits are reached, one last line says how many were not opened."""
    try:
        opened = zipfile.ZipFile(archive)
    except BROKEN:
        yield Refused(shown, say(N_("The archive is damaged or incomplete; pack it again and send it again")))
        return
    with opened:
        entries = [entry for entry in opened.infolist() if not entry.filename.endswith("/")]
        if not entries:
            yield Refused(shown, say(N_("The archive is empty")))
        for at, entry in enumerate(entries):
            if budget.exhausted:
                yield Refused(
                    shown, say(N_("{count} further files were not opened, because the upload is too large"), count=len(entries) - at)
                )
                return
            name = shown_name(shown, readable_name(entry))
            try:
                budget.spend(members=1)
                _refuse_unsafe(entry, budget.limits)
                yield from _inflated(opened, entry, name, budget)
            except Rejected as problem:
                yield Refused(name, problem.sentence)


def readable_name(entry: zipfile.ZipInfo) -> str:
    """The member's name; older Chinese Windows writes GB18030 without saying so, which Python reads as code page 437."""
    if entry.flag_bits & UTF8_NAME or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _refuse_unsafe(entry: zipfile.ZipInfo, limits: Limits) -> None:
    path = PurePosixPath(entry.orig_filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or DRIVE.match(entry.orig_filename):
        raise Rejected(N_("The name points outside the archive; it was not opened"))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Rejected(N_("It is a link and not a file; it was not followed"))
    if entry.flag_bits & ENCRYPTED:
        raise Rejected(N_("It is locked with a password; send it without one"))
    if entry.compress_type not in METHODS:
        raise Rejected(N_("It is packed by an unusual method ({method}); pack it as an ordinary zip file"), method=entry.compress_type)
    if entry.file_size > limits.member_bytes:
        raise Rejected(N_("It claims {size} GB; at most {limit} GB are accepted"),
                       size=round(entry.file_size / 2**30, 1), limit=round(limits.member_bytes / 2**30, 1))  # fmt: skip


def _inflated(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, budget: Budget) -> Iterator[Found]:
    """One member, in memory when small, else in a temporary file that lives while the caller looks at it."""
    with tempfile.SpooledTemporaryFile(max_size=budget.limits.in_memory_bytes) as spool:
        size = _pour(opened, entry, spool, budget)
        spool.seek(0)
        if size <= budget.limits.in_memory_bytes:
            yield Found(name, size, content=spool.read())
            return
        with tempfile.NamedTemporaryFile(prefix="member-") as file:
            while block := spool.read(CHUNK):
                file.write(block)
            file.flush()
            yield Found(name, size, path=Path(file.name))


def _pour(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, into: IO[bytes], budget: Budget) -> int:
    """Inflate, counting; what the archive claims about sizes is not believed."""
    limits, size = budget.limits, 0
    try:
        with opened.open(entry) as source:
            while block := source.read(CHUNK):
                size += len(block)
                budget.spend(size=len(block))
                if size > limits.ratio_from_bytes and size > limits.ratio * max(entry.compress_size, 1):
                    raise Rejected(
                        N_("It unfolds to more than {ratio} times its packed size; it was not opened further"), ratio=limits.ratio
                    )
                into.write(block)
    except BROKEN as problem:
        raise Rejected(N_("It is damaged inside the archive; pack it again and send it again")) from problem
    return size
