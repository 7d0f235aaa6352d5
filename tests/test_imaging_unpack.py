"""An upload as it comes: folders, zips, zips in zips, rubbish beside images, and archives made to do harm."""

import os
import stat
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

from core.imaging.archive import Limits
from core.imaging.examine import examine
from core.imaging.members import Found, Refused, SetAside
from core.imaging.unpack import walk
from tests.dicom_build import EXPLICIT, ct_series, dicom_bytes

MB = 2**20


def zipped(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def outcome(paths, limits=None):
    """Name → "found", or the reason."""
    return {one.shown: "found" if isinstance(one, Found) else str(one.reason) for one in walk(paths, limits)}


@pytest.fixture
def slices() -> list[bytes]:
    return [dicom_bytes(built) for built in ct_series(3)]


def test_single_files_folders_and_zips_give_one_line_a_file(tmp_path, slices):
    saved(tmp_path, "study/a/1", slices[0])
    saved(tmp_path, "study/b/2.dcm", slices[1])
    saved(tmp_path, "study/readme.txt", b"hello")
    archive = saved(tmp_path, "more.zip", zipped({"x/3.dcm": slices[2], "x/table.csv": b"1,2"}))
    single = saved(tmp_path, "one.dcm", slices[0])
    assert outcome([tmp_path / "study", archive, single]) == {
        "study/readme.txt": "Not a DICOM file, set aside",
        "study/a/1": "found",
        "study/b/2.dcm": "found",
        "more.zip › x/3.dcm": "found",
        "more.zip › x/table.csv": "Not a DICOM file, set aside",
        "one.dcm": "found",
    }


def test_bytes_arrive_as_they_were(tmp_path, slices):
    archive = saved(tmp_path, "a.zip", zipped({"1": slices[0], "2": slices[1]}))
    assert [one.read() for one in walk([archive]) if isinstance(one, Found)] == slices[:2]


def test_large_members_come_as_a_file_that_is_gone_afterwards(tmp_path):
    archive = saved(tmp_path, "a.zip", zipped({"big": os.urandom(3 * MB)}))
    members = walk([archive], Limits(in_memory_bytes=MB))
    large = next(members)
    assert isinstance(large, Found)
    assert large.content is None
    assert len(large.read()) == large.size == 3 * MB
    assert list(members) == []
    assert not large.path.exists()


def test_zips_in_zips_are_opened_two_deep(tmp_path, slices):
    inner = zipped({"s.dcm": slices[0]})
    for name in ("second.zip", "first.zip"):
        inner = zipped({name: inner})
    archive = saved(tmp_path, "a.zip", inner)
    assert outcome([archive]) == {"a.zip › first.zip › second.zip › s.dcm": "found"}
    deeper = saved(tmp_path, "b.zip", zipped({"a.zip": inner}))
    assert "nested more than 2 deep" in outcome([deeper])["b.zip › a.zip › first.zip › second.zip"]


def test_a_zip_is_known_by_its_bytes_not_by_its_name(tmp_path, slices):
    assert outcome([saved(tmp_path, "export.bin", zipped({"1": slices[0]}))]) == {"export.bin › 1": "found"}


def test_dicom_under_the_name_of_a_picture_is_still_dicom(tmp_path, slices):
    assert outcome([saved(tmp_path, "scan.jpg", slices[0])]) == {"scan.jpg": "found"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b.dcm", "..\\..\\b.dcm", "C:\\b.dcm"])
def test_names_that_point_outside_are_refused_and_the_rest_goes_through(tmp_path, slices, name):
    archive = saved(tmp_path, "a.zip", zipped({name: slices[0], "fine.dcm": slices[1]}))
    found = list(walk([archive]))
    assert isinstance(found[0], Refused)
    assert "outside the archive" in str(found[0].reason)
    assert isinstance(found[1], Found)
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == ["a.zip"]


def test_links_are_not_followed(tmp_path, slices):
    saved(tmp_path, "secret/1.dcm", slices[0])
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "folder").symlink_to(tmp_path / "secret")
    (tmp_path / "study" / "file").symlink_to(tmp_path / "secret" / "1.dcm")
    entry = zipfile.ZipInfo("link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    lines = outcome([tmp_path / "study", saved(tmp_path, "a.zip", stream.getvalue())])
    assert set(lines) == {"study/folder", "study/file", "a.zip › link"}
    assert all("link" in reason for reason in lines.values())


def test_pipes_are_not_waited_for(tmp_path):
    (tmp_path / "study").mkdir()
    os.mkfifo(tmp_path / "study" / "pipe")
    assert "pipe" in outcome([tmp_path / "study"])["study/pipe"]


def test_missing_paths_get_a_line(tmp_path):
    assert "cannot be opened" in outcome([tmp_path / "nothing.dcm"])["nothing.dcm"]


def test_bomb_by_ratio_is_stopped_while_it_unfolds(tmp_path, slices):
    archive = saved(tmp_path, "a.zip", zipped({"bomb": bytes(40 * MB), "fine.dcm": slices[0]}))
    lines = outcome([archive], Limits(ratio_from_bytes=MB))
    assert "250 times" in lines["a.zip › bomb"]
    assert lines["a.zip › fine.dcm"] == "found"


def test_member_that_lies_about_its_size_is_counted_as_it_flows(tmp_path):
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packed.compress(bytes(30 * MB)) + packed.flush()
    crc, name = zlib.crc32(bytes(30 * MB)), b"bomb"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(content), 1000, len(name), 0) + name
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(content), 1000, len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + len(content), 0)
    lines = outcome([saved(tmp_path, "a.zip", local + content + central + end)])
    assert "damaged" in lines["a.zip › bomb"]


def test_total_size_and_number_of_files_are_limited_over_all_archives(tmp_path):
    archive = zipped({f"{number}.bin": os.urandom(MB) for number in range(8)})
    paths = [saved(tmp_path, name, archive) for name in ("a.zip", "b.zip")]
    by_size = outcome(paths, Limits(total_bytes=3 * MB))
    assert sum(reason == "found" for reason in by_size.values()) == 3
    assert "4 further files were not opened" in by_size["a.zip"]
    assert "8 further files were not opened" in by_size["b.zip"]
    by_count = outcome(paths, Limits(members=10))
    assert sum(reason == "found" for reason in by_count.values()) == 10
    assert "more than 10 files" in by_count["b.zip › 2.bin"]


def test_nested_bombs_share_the_budget(tmp_path):
    inner = zipped({f"{number}": os.urandom(MB) for number in range(4)})
    archive = saved(tmp_path, "a.zip", zipped({f"{number}.zip": inner for number in range(4)}))
    lines = outcome([archive], Limits(total_bytes=7 * MB + MB // 2))
    assert sum(reason == "found" for reason in lines.values()) == 3
    assert "further files were not opened" in lines["a.zip"]


def test_claimed_size_of_one_member_is_limited(tmp_path):
    archive = saved(tmp_path, "a.zip", zipped({"1": bytes(2 * MB)}))
    assert "claims" in outcome([archive], Limits(member_bytes=MB))["a.zip › 1"]


def test_a_single_file_is_limited_too_but_an_archive_is_not_by_its_own_size(tmp_path, slices):
    large = saved(tmp_path, "large.dcm", slices[0] + bytes(MB))
    archive = saved(tmp_path, "a.zip", zipped({f"{k}": os.urandom(MB // 2) for k in range(4)}))
    lines = outcome([large, archive], Limits(member_bytes=MB))
    assert lines.pop("large.dcm") == "The file has 0.0 GB; at most 0.0 GB are accepted"
    assert set(lines.values()) == {"found"}


def test_encrypted_members_are_named(tmp_path, slices):
    content = bytearray(zipped({"1.dcm": slices[0], "2.dcm": slices[1]}, compression=zipfile.ZIP_STORED))
    directory = content.index(b"PK\1\2")
    content[6] |= 1
    content[directory + 8] |= 1
    lines = outcome([saved(tmp_path, "a.zip", bytes(content))])
    assert "password" in lines["a.zip › 1.dcm"]
    assert lines["a.zip › 2.dcm"] == "found"


def test_one_damaged_member_does_not_take_the_others_along(tmp_path, slices):
    content = bytearray(zipped({"1.dcm": slices[0], "2.dcm": slices[1]}, compression=zipfile.ZIP_STORED))
    content[100] ^= 0xFF
    lines = outcome([saved(tmp_path, "a.zip", bytes(content))])
    assert "damaged inside the archive" in lines["a.zip › 1.dcm"]
    assert lines["a.zip › 2.dcm"] == "found"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused_because_it_cannot_be_limited(tmp_path, method):
    archive = saved(tmp_path, "a.zip", zipped({"1": bytes(MB)}, compression=method))
    assert f"unusual method ({method})" in outcome([archive])["a.zip › 1"]


def test_empty_archive_gets_a_line(tmp_path):
    assert outcome([saved(tmp_path, "a.zip", zipped({}))]) == {"a.zip": "The archive is empty"}


def test_cut_off_archive(tmp_path, slices):
    content = zipped({"1.dcm": slices[0]})
    assert "damaged or incomplete" in outcome([saved(tmp_path, "a.zip", content[: len(content) // 2])])["a.zip"]


@pytest.mark.parametrize(("start", "kind"), [(b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"\x1f\x8b\x08", "gzip")])
def test_other_archives_are_refused_by_name(tmp_path, start, kind):
    assert outcome([saved(tmp_path, "a.bin", start + bytes(500))])["a.bin"].startswith(f"{kind} archives are not opened")


def test_names_are_shown_readably(tmp_path, slices):
    content = zipped({"胸部/1.dcm".encode("gb18030").decode("cp437"): slices[0], "bell\x07.dcm": slices[1], "n" * 5000: slices[2]})
    names = [one.shown for one in walk([saved(tmp_path, "a.zip", legacy_names(content))])]
    assert names[0] == "a.zip › 胸部/1.dcm"
    assert names[1] == "a.zip › bell�.dcm"
    assert len(names[2]) <= 201


def legacy_names(content: bytes) -> bytes:
    """The archive as older Windows programs write it: names as raw bytes without the UTF-8 mark that Python sets."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as target:
        for entry in source.infolist():
            target.writestr(LegacyInfo(entry.filename), source.read(entry))
    return stream.getvalue()


class LegacyInfo(zipfile.ZipInfo):
    def _encodeFilenameFlags(self):
        return self.filename.encode("cp437"), self.flag_bits


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    compression=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=5)), max_size=4),
    keep=st.floats(0.3, 1),
)
def test_changed_archives_give_lines_but_never_crash(tmp_path, compression, edits, keep):
    content = bytearray(zipped({"a/1.dcm": b"a" * 200, "inner.zip": zipped({"2.dcm": b"b" * 200})}, compression=compression))
    for place, replacement in edits:
        at = int(place * len(content))
        content[at : at + len(replacement)] = replacement
    assert list(walk([saved(tmp_path, "a.zip", bytes(content[: int(keep * len(content))]))]))


def test_examine_gives_every_file_its_line(tmp_path, slices):
    archive = saved(tmp_path, "a.zip", zipped({"1.dcm": slices[0], "2.dcm": slices[1][:300], "notes.txt": b"-", "x": os.urandom(500)}))
    lines = {one.shown.split(" › ")[1]: one for one in examine([archive])}
    assert lines["1.dcm"].accepted
    assert lines["1.dcm"].header.sop_instance_uid
    assert lines["2.dcm"].refusal is not None
    assert lines["2.dcm"].content == slices[1][:300]
    assert lines["notes.txt"].set_aside is not None
    assert "not a DICOM file" in str(lines["x"].refusal)


def test_dicomdir_is_set_aside(tmp_path, slices):
    directory = Dataset()
    directory.FileSetID = "DISC"
    directory.DirectoryRecordSequence = Sequence([])
    directory.file_meta = FileMetaDataset()
    directory.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    directory.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    directory.file_meta.TransferSyntaxUID = EXPLICIT
    stream = BytesIO()
    pydicom.dcmwrite(stream, directory, enforce_file_format=True)
    saved(tmp_path, "disc/DICOMDIR", stream.getvalue())
    saved(tmp_path, "disc/IMG1", slices[0])
    lines = {one.shown: one for one in examine([tmp_path / "disc"])}
    assert str(lines["disc/DICOMDIR"].set_aside) == "Directory of a disc (DICOMDIR), set aside"
    assert lines["disc/IMG1"].accepted


def test_set_aside_and_refused_are_different_things(tmp_path):
    kinds = {type(one) for one in walk([saved(tmp_path, "s/a.txt", b"-"), saved(tmp_path, "s/b.dcm", b"")])}
    assert kinds == {SetAside, Refused}
