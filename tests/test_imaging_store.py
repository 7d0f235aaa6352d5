"""Stored objects: encrypted, whole, verified; and volumes cached so that one slice can be read by itself."""

import hashlib
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.imaging.render import LUNG, png, slice_image
from core.imaging.sealed import CHUNK, HEADER, CorruptObject, Seal, WrongKey, read_preface
from core.imaging.store import MissingObject, ObjectStore
from core.imaging.volume import Volume
from core.imaging.volume_cache import open_volume_cache, read_cached_volume, read_slab, write_volume_cache
from core.words import Sentence

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path):
    return ObjectStore(tmp_path / "objects", KEY)


def stored_file(store_folder, key):
    (path,) = [path for path in store_folder.rglob(key) if path.is_file()]
    return path


def test_what_is_put_comes_back(store):
    for content in (b"", b"x", bytes(CHUNK), bytes(CHUNK + 1), b"ab" * (CHUNK + 17)):
        key = store.put(content)
        assert key == hashlib.sha256(content).hexdigest()
        assert store.get(key) == content


def test_nothing_readable_lies_on_the_disk(store, tmp_path):
    key = store.put(b"Example^Ann " * 100)
    assert b"Example" not in stored_file(tmp_path, key).read_bytes()


def test_the_same_bytes_are_stored_once(store, tmp_path):
    key = store.put(b"image")
    before = stored_file(tmp_path, key).stat().st_mtime_ns
    assert store.put(b"image") == key
    assert stored_file(tmp_path, key).stat().st_mtime_ns == before


def test_an_object_cut_short_is_mended_by_putting_it_again(store, tmp_path):
    key = store.put(b"image" * 100)
    path = stored_file(tmp_path, key)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorruptObject):
        store.get(key)
    store.put(b"image" * 100)
    assert store.get(key) == b"image" * 100


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(store, tmp_path, place, flip):
    key = store.put(b"mammogram" * 50)
    path = stored_file(tmp_path, key)
    content = bytearray(path.read_bytes())
    at = int(place * len(content))
    content[at] ^= flip
    path.write_bytes(content)
    try:
        with pytest.raises((CorruptObject, WrongKey)):
            store.get(key)
    finally:
        content[at] ^= flip
        path.write_bytes(content)


@pytest.mark.parametrize("keep", [0, 10, HEADER.size, HEADER.size + 5])
def test_cut_off_objects_are_noticed(store, tmp_path, keep):
    key = store.put(b"mammogram" * 50)
    path = stored_file(tmp_path, key)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CorruptObject, match=key):
        store.get(key)


def test_objects_cannot_be_exchanged(store, tmp_path):
    first, second = store.put(b"first image"), store.put(b"other image")
    stored_file(tmp_path, first).write_bytes(stored_file(tmp_path, second).read_bytes())
    with pytest.raises(CorruptObject):
        store.get(first)


def test_chunks_cannot_be_exchanged_inside_an_object():
    seal = Seal(KEY)
    preface, *chunks = seal.seal(b"a" * 10 + b"b" * 10 + b"c" * 10, name="n", chunk=10)
    opened = read_preface(preface, name="n")
    assert b"".join(seal.open_chunks(b"".join(chunks), opened, name="n")) == b"a" * 10 + b"b" * 10 + b"c" * 10
    for order in ([1, 0, 2], [0, 2, 1], [0, 0, 2]):
        with pytest.raises(CorruptObject):
            list(seal.open_chunks(b"".join(chunks[k] for k in order), opened, name="n"))


def test_another_key_is_named(store, tmp_path):
    key = store.put(b"image")
    with pytest.raises(WrongKey, match="another key"):
        ObjectStore(tmp_path / "objects", bytes(32)).get(key)


def test_missing_objects_are_named(store):
    with pytest.raises(MissingObject, match="is missing"):
        store.get("0" * 64)
    assert not store.has("0" * 64)


def test_keys_must_be_keys(store):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        store.get("../../etc/passwd")
    with pytest.raises(ValueError, match="32 were expected"):
        ObjectStore("somewhere", b"short")


def test_named_objects(store):
    assert store.get_named("heat/1/L-CC.png") is None
    store.put_named("heat/1/L-CC.png", b"first")
    store.put_named("heat/1/L-CC.png", b"second")
    assert store.get_named("heat/1/L-CC.png") == b"second"
    store.drop_named("heat/1/L-CC.png")
    store.drop_named("heat/1/L-CC.png")
    assert not store.has_named("heat/1/L-CC.png")


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "a/../b", "", "a/", ".hidden", "a b", "a\\b"])
def test_names_cannot_leave_the_store(store, name):
    with pytest.raises(ValueError, match="no object name"):
        store.put_named(name, b"x")


def test_an_interrupted_write_leaves_nothing_behind(store, tmp_path, monkeypatch):
    def power_cut(*_):
        raise OSError("no space left")

    with monkeypatch.context() as cut:
        cut.setattr("core.imaging.store.os.replace", power_cut)
        with pytest.raises(OSError, match="no space"):
            store.put(b"image")
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


def test_many_writers_of_the_same_object(store):
    threads = [threading.Thread(target=store.put, args=(b"image" * 1000,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get(hashlib.sha256(b"image" * 1000).hexdigest()) == b"image" * 1000


def test_other_file_systems_by_their_address():
    store = ObjectStore("memory://firstlight-test", KEY)
    key = store.put(b"image")
    store.put_named("a/b", bytes(100), chunk=10)
    assert store.get(key) == b"image"
    assert store.get_chunks("a/b", store.preface_named("a/b"), 3, 5) == [bytes(10), bytes(10)]


@pytest.fixture
def volume():
    hu = np.random.default_rng(1).integers(-1024, 3000, (12, 20, 16)).astype(np.int16)
    return Volume(
        hu=hu, affine=np.diag([2.0, 0.7, 0.8, 1]), spacing_mm=(2.0, 0.7, 0.8), series_instance_uid="1.2", frames=(0,) * 12,
        sop_instance_uids=tuple(f"1.2.{k}" for k in range(12)), warnings=(Sentence("It covers {mm} mm", {"mm": 24}),),
    )  # fmt: skip


def test_cached_volume_comes_back_the_same(store, volume):
    write_volume_cache(store, "series/1", volume)
    cached = open_volume_cache(store, "series/1")
    again = read_cached_volume(store, cached)
    np.testing.assert_array_equal(again.hu, volume.hu)
    np.testing.assert_array_equal(again.affine, volume.affine)
    assert (again.sop_instance_uids, again.frames, again.warnings) == (volume.sop_instance_uids, volume.frames, volume.warnings)


def test_one_slice_is_read_without_the_others(store, volume, tmp_path):
    cached = write_volume_cache(store, "series/1", volume)
    path = stored_file(tmp_path, "voxels")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # the last slice is damaged, the others can still be read
    path.write_bytes(content)
    assert read_slab(store, cached, 5, 6) == volume.hu[5].astype("<i2").tobytes()
    assert read_slab(store, cached, 0, 11) == volume.hu[:11].astype("<i2").tobytes()
    with pytest.raises(CorruptObject):
        read_slab(store, cached, 11, 12)


@pytest.mark.parametrize(("first", "last"), [(-1, 2), (5, 5), (11, 13)])
def test_slices_outside_the_volume(store, volume, first, last):
    with pytest.raises(IndexError):
        read_slab(store, write_volume_cache(store, "series/1", volume), first, last)


def test_no_cache_is_none(store, volume):
    assert open_volume_cache(store, "series/1") is None
    write_volume_cache(store, "series/1", volume)
    store.drop_named("volume/series/1/voxels")
    assert open_volume_cache(store, "series/1") is None


def test_slice_as_picture():
    hu = np.array([[-2000, -600, 900]], np.int16)
    np.testing.assert_array_equal(slice_image(hu, LUNG), [[0, 128, 255]])
    assert png(slice_image(np.zeros((40, 20), np.int16)), longest_side=10).startswith(b"\x89PNG")
