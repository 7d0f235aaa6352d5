"""Decoded volumes kept in the object store, one chunk a slice, so that the viewer gets its first slice without opening the rest and the
worker does not decode twice. A cache only: it can always be made again from the images."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.imaging.sealed import Preface
from core.imaging.store import MissingObject, ObjectStore
from core.imaging.volume import Volume
from core.words import N_, Sentence

VERSION = 2  # of what is cached; a change makes old caches unknown instead of wrong
THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedVolume:
    """Everything of a cached volume but its voxels; `shape` (Z, Y, X), `affine` as in `Volume`."""

    name: str
    shape: tuple[int, int, int]
    affine: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]
    series_instance_uid: str
    sop_instance_uids: tuple[str, ...]
    frames: tuple[int, ...]
    warnings: tuple[Sentence, ...]
    slice_thickness_mm: float | None = None


def write_volume_cache(store: ObjectStore, name: str, volume: Volume) -> CachedVolume:
    """Keep `volume` under `name` ("series/12"); voxels first, so that a description never stands without them."""
    slices = np.ascontiguousarray(volume.hu, "<i2")  # (Z, Y, X)
    store.put_named(_voxels(name), slices.data.cast("B"), chunk=slices[0].nbytes)
    store.put_named(_description(name), _describe(volume))
    return _cached(name, volume)


def open_volume_cache(store: ObjectStore, name: str) -> CachedVolume | None:
    """The description of a cached volume, None when it must be made (again)."""
    content = store.get_named(_description(name))
    known = json.loads(content) if content else {}
    if known.get("version") != VERSION or not store.has_named(_voxels(name)):
        return None
    return CachedVolume(
        name=name,
        shape=tuple(known["shape"]),
        affine=np.array(known["affine"], np.float64),
        spacing_mm=tuple(known["spacing_mm"]),
        series_instance_uid=known["series_instance_uid"],
        sop_instance_uids=tuple(known["sop_instance_uids"]),
        frames=tuple(known["frames"]),
        warnings=tuple(Sentence(template, values) for template, values in known["warnings"]),
        slice_thickness_mm=known["slice_thickness_mm"],
    )


def read_slab(store: ObjectStore, cached: CachedVolume, first: int, last: int) -> bytes:
    """Slices `first` to `last` (exclusive) as little-endian int16 HU, (last - first, Y, X); IndexError outside the volume."""
    if not 0 <= first < last <= cached.shape[0]:
        raise IndexError(f"slices {first} to {last} of {cached.shape[0]}")
    return b"".join(store.get_chunks(_voxels(cached.name), _preface(store, cached), first, last))


def read_cached_volume(store: ObjectStore, cached: CachedVolume, *, threads: int = THREADS) -> Volume:
    """The whole volume."""
    preface, depth = _preface(store, cached), cached.shape[0]
    hu = np.empty(cached.shape, np.int16)

    def fill(first: int) -> None:
        last = min(first + step, depth)
        for k, chunk in enumerate(store.get_chunks(_voxels(cached.name), preface, first, last), first):
            hu[k] = np.frombuffer(chunk, "<i2").reshape(cached.shape[1:])

    step = 8
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(0, depth, step)))
    return Volume(
        hu=hu,
        affine=cached.affine,
        spacing_mm=cached.spacing_mm,
        series_instance_uid=cached.series_instance_uid,
        sop_instance_uids=cached.sop_instance_uids,
        frames=cached.frames,
        warnings=cached.warnings,
        slice_thickness_mm=cached.slice_thickness_mm,
    )


def _preface(store: ObjectStore, cached: CachedVolume) -> Preface:
    preface = store.preface_named(_voxels(cached.name))
    if preface is None:
        raise MissingObject(N_("The stored object {name} is missing; restore it from a backup"), name=_voxels(cached.name))
    return preface


def _describe(volume: Volume) -> bytes:
    plain = {
        "version": VERSION,
        "shape": volume.hu.shape,
        "affine": volume.affine.tolist(),
        "spacing_mm": volume.spacing_mm,
        "series_instance_uid": volume.series_instance_uid,
        "sop_instance_uids": volume.sop_instance_uids,
        "frames": volume.frames,
        "warnings": [(warning.template, dict(warning.values)) for warning in volume.warnings],
        "slice_thickness_mm": volume.slice_thickness_mm,
    }
    return json.dumps(plain).encode()


def _cached(name: str, volume: Volume) -> CachedVolume:
    depth, rows, columns = volume.hu.shape
    return CachedVolume(
        name=name,
        shape=(depth, rows, columns),
        affine=volume.affine,
        spacing_mm=volume.spacing_mm,
        series_instance_uid=volume.series_instance_uid,
        sop_instance_uids=volume.sop_instance_uids,
        frames=volume.frames,
        warnings=volume.warnings,
        slice_thickness_mm=volume.slice_thickness_mm,
    )


def _voxels(name: str) -> str:
    return f"volume/{name}/voxels"


def _description(name: str) -> str:
    return f"volume/{name}/description"
