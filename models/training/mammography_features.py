"""Crops and front features of a labelled set, computed once and kept on disk, because the front is not trained.

Each variant of the features is the whole set once: variant 0 as it is, the others changed at random (`mammography_augment`).
Everything is resumable: a file appears only when it is complete.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from models.breast.table import Labelled
from models.breast.view import SHAPE, Crop, inputs, prepare
from models.compute import Compute
from models.networks.breast_net import STRIDE, WIDTH, Front, field_at_stride
from models.refusal import NoResult
from models.training.mammography_augment import augment

log = logging.getLogger(__name__)

Half = NDArray[np.float16]

BATCH = 16


def crops(rows: Sequence[Labelled], folder: Path) -> tuple[Crop, NDArray[np.bool_]]:
    """All crops (N, H, W) uint8 and which of them could be read; kept in `folder`."""
    path, usable = folder / "crops.npy", folder / "usable.npy"
    if not usable.is_file():
        stack, fine = np.zeros((len(rows), *SHAPE), np.uint8), np.zeros(len(rows), np.bool_)
        for number, row in enumerate(rows):
            try:
                stack[number], fine[number] = prepare(grey_values(row.file)).crop, True
            except NoResult as reason:
                log.warning("%s is left out: %s", row.file.name, reason)
        np.save(path, stack)
        np.save(usable, fine)
    return np.load(path, mmap_mode="r"), np.load(usable)


def grey_values(path: Path) -> NDArray[np.float32]:
    """An 8-bit image file as (Y, X) in [0, 1]."""
    with Image.open(path) as image:
        return np.asarray(np.asarray(image.convert("L")) / 255, np.float32)


def variant(number: int, front: Front, stack: Crop, folder: Path, *, compute: Compute, seed: int) -> tuple[Half, Half]:
    """Front features (N, 192, H/32, W/32) and field (N, H/32, W/32) of one variant; computed when not in `folder` yet."""
    path, outline = folder / f"features_{number}.npy", folder / f"field_{number}.npy"
    if not outline.is_file():
        height, width = SHAPE[0] // STRIDE, SHAPE[1] // STRIDE
        partial = path.with_suffix(".part")
        features = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=(len(stack), WIDTH, height, width))
        fields = np.zeros((len(stack), height, width), np.float16)
        generator = torch.Generator().manual_seed(seed * 1000 + number)
        for start in range(0, len(stack), BATCH):
            part = slice(start, start + BATCH)
            batch = torch.from_numpy(stack[part].copy())
            changed = augment(batch, generator) if number else batch
            features[part], fields[part] = _through(front, changed.numpy(), compute)
        features.flush()
        partial.rename(path)
        np.save(outline, fields)
        log.info("features, variant %d: %d views", number, len(stack))
    return np.load(path, mmap_mode="r"), np.load(outline)


def _through(front: Front, stack: Crop, compute: Compute) -> tuple[Half, Half]:
    images, field = inputs(stack)
    with torch.inference_mode(), compute.precision():
        features = front(images.to(compute.device))
    return features.half().cpu().numpy(), field_at_stride(field).half().numpy()
