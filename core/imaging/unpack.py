"""Paths → every file they hold: single files, folders, zips and zips inside zips. What cannot be opened gets a line too."""

import os
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from core.errors import Rejected
from core.imaging.archive import BROKEN, Budget, Limits, is_zip, zip_members
from core.imaging.members import Found, Member, Refused, SetAside, shown_name
from core.imaging.parse import MAGIC, PREAMBLE
from core.words import N_, say

START = PREAMBLE + len(MAGIC)
# Files that come along with images and are none; a DICOM file under such a name is still read.
COMPANIONS = frozenset({
    "txt", "xml", "csv", "tsv", "json", "html", "htm", "css", "js", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf", "md", "log",
    "ini", "inf", "exe", "dll", "bat", "cmd", "sh", "jar", "msi", "app", "ico", "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "svg",
    "mp4", "avi", "mov", "sha256", "md5", "db", "lnk", "url", "ds_store", "yml", "yaml", "toml", "py",
})  # fmt: skip
OTHER_ARCHIVES = {
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def walk(paths: Iterable[Path], limits: Limits | None = None) -> Iterator[Member]:
    """Every file under `paths`, in a fixed order. A `Found` must be used before the next one is asked for."""
    budget = Budget(limits or Limits())
    for path in paths:
        for file, shown in _files(path):
            yield from _opened(file, shown, budget)


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Files of one given path with the name to show; below a folder, names are relative to the folder's parent."""
    if not path.is_dir():
        yield path.resolve(), path.name  # a link that a person names herself is followed
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in [*(one for one in folders if (Path(folder) / one).is_symlink()), *sorted(names)]:
            file = Path(folder) / name
            yield file, file.relative_to(path.parent).as_posix()


def _opened(file: Path, shown: str, budget: Budget) -> Iterator[Member]:
    """The file itself, or the members of the zip that it is."""
    shown = shown_name(shown)
    try:
        if file.is_symlink():
            raise Rejected(N_("It is a link and not a file; it was not followed"))
        if file.exists() and not file.is_file():
            raise Rejected(N_("It is a device or a pipe and not a file; it was not opened"))
        with file.open("rb") as stream:
            start = stream.read(START)
        size = file.stat().st_size
    except OSError as problem:
        yield Refused(
            shown, say(N_("The file cannot be opened ({problem}); check that it exists and may be read"), problem=problem.strerror)
        )
        return
    except Rejected as problem:
        yield Refused(shown, problem.sentence)
        return
    yield from _judged(Found(shown, size, path=file), start, budget, depth=0)


def _judged(found: Found, start: bytes, budget: Budget, *, depth: int) -> Iterator[Member]:
    suffix = found.shown.rsplit(".", 1)[-1].lower() if "." in found.shown else ""
    other = next((name for magic, name in OTHER_ARCHIVES.items() if start.startswith(magic)), None)
    limit = budget.limits.member_bytes
    is_dicom = start[PREAMBLE:START] == MAGIC
    if found.size > limit and (is_dicom or not is_zip(start)):
        sizes = {"size": round(found.size / 2**30, 1), "limit": round(limit / 2**30, 1)}
        yield Refused(found.shown, say(N_("The file has {size} GB; at most {limit} GB are accepted"), **sizes))
    elif is_dicom:
        yield found
    elif found.size == 0:
        yield Refused(found.shown, say(N_("The file is empty; it was probably cut off, send it again")))
    elif suffix in COMPANIONS or "__MACOSX" in found.shown:
        yield SetAside(found.shown, say(N_("Not a DICOM file, set aside")))
    elif is_zip(start):
        yield from _nested(found, budget, depth=depth)
    elif other:
        yield Refused(found.shown, say(N_("{kind} archives are not opened; send a zip file or the unpacked folder"), kind=other))
    else:
        yield found


def _nested(found: Found, budget: Budget, *, depth: int) -> Iterator[Member]:
    if depth > budget.limits.depth:
        yield Refused(found.shown, say(N_("Archives are nested more than {depth} deep; unpack them first"), depth=budget.limits.depth))
        return
    archive = BytesIO(found.content) if found.content is not None else found.path
    assert archive is not None  # a found file has bytes or a path
    for member in zip_members(archive, shown=found.shown, budget=budget):
        if isinstance(member, Found):
            yield from _judged(member, _start(member), budget, depth=depth + 1)
        else:
            yield member


def _start(found: Found) -> bytes:
    if found.content is not None:
        return found.content[:START]
    assert found.path is not None  # one of the two is always there
    with found.path.open("rb") as stream:
        return stream.read(START)


def count_files(paths: Iterable[Path]) -> int:
    """About how many files `walk` will give, for a progress bar: archives inside archives count as one file."""
    return sum(_members(file) for path in paths for file, _ in _files(path))


def _members(file: Path) -> int:
    try:
        if file.is_symlink() or not zipfile.is_zipfile(file):
            return 1
        with zipfile.ZipFile(file) as archive:
            return sum(not entry.is_dir() for entry in archive.infolist()) or 1
    except BROKEN:
        return 1
