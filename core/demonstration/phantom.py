"""A procedural thorax for machines that cannot fetch a real scan; its series says so (Quality Control Image = YES)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Grid = NDArray[np.float32]
Nodule = tuple[tuple[float, float, float], float]
"""Centre (x, y, z) in LPS mm of the chest, and diameter in mm."""

SHAPE = (80, 176, 176)
SPACING_MM = (3.5, 2.0, 2.0)
ORIGIN_LPS_MM = (-175.0, -175.0, -290.0)
NODULE_LPS_MM, NODULE_MM = (70.0, 10.0, -150.0), 14.0


def thorax(
    seed: int = 1,
    *,
    nodules: Sequence[Nodule] = ((NODULE_LPS_MM, NODULE_MM),),
    lies: NDArray[np.float64] | None = None,
    noise: int = 1,
    branches: int = 16,
) -> NDArray[np.int16]:
    """(80, 176, 176) HU: body, two lungs, heart, spine, ribs, vessels, trachea and solid `nodules` (centre, diameter).

    `lies` (4, 4): LPS mm of the chest as it is → where it lies in this scan. Another `noise` is another scan of the same chest.
    `branches` of vessels grow in each lung.
    """
    rng = np.random.default_rng(seed)
    z, y, x = np.broadcast_arrays(*_grid()) if lies is None else _lying(lies)
    hu = np.full(SHAPE, -1000.0, dtype=np.float32)
    hu[(x / 165) ** 2 + (y / 115) ** 2 < 1] = -90  # fat and skin
    hu[(x / 152) ** 2 + (y / 103) ** 2 < 1] = 45  # muscle
    height = np.clip(1 - ((z + 150) / 150) ** 2, 0.02, 1) ** 0.5
    for side in (-1, 1):
        lung = ((x - side * 72) / (58 * height)) ** 2 + ((y + 2) / (82 * height)) ** 2 < 1
        hu[lung & (np.abs(z + 150) < 140)] = -860
    _vessels(hu, rng, x, y, z, branches)
    hu[((x - 18) / 48) ** 2 + ((y + 28) / 42) ** 2 + ((z + 190) / 60) ** 2 < 1] = 42  # heart
    hu[(x**2 + (y - 78) ** 2 < 19**2)] = 220  # spine
    hu[(x**2 + (y + 8) ** 2 < 8**2) & (z > -130)] = -990  # trachea
    ribs = (np.abs(np.sqrt((x / 146) ** 2 + (y / 97) ** 2) - 1) < 0.035) & ((z + 0.35 * y) % 28 < 9)
    hu[ribs] = 350
    for (a, b, c), diameter in nodules:
        hu[(x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 < (diameter / 2) ** 2] = 30
    blurred: NDArray[np.float32] = gaussian_filter(hu, (0.4, 0.6, 0.6))
    if noise != 1:
        rng = np.random.default_rng((seed, noise))
    noisy: NDArray[np.float64] = blurred + rng.normal(0, 22, SHAPE)
    return noisy.clip(-1024, 1500).astype(np.int16)


def _grid() -> list[Grid]:
    """Millimetre coordinates (z, y, x) of every voxel, broadcastable."""
    axes = [
        np.float32(ORIGIN_LPS_MM[2 - axis]) + np.arange(SHAPE[axis], dtype=np.float32) * np.float32(SPACING_MM[axis]) for axis in range(3)
    ]
    return list(np.meshgrid(*axes, indexing="ij", sparse=True))


def _lying(lies: NDArray[np.float64]) -> list[Grid]:
    """Coordinates (z, y, x) in the chest of every voxel of a scan in which the chest lies elsewhere."""
    z, y, x = np.broadcast_arrays(*_grid())
    back = np.linalg.inv(lies).astype(np.float32)
    moved = [row[0] * x + row[1] * y + row[2] * z + row[3] for row in back[:3]]
    return moved[::-1]


def _vessels(hu: Grid, rng: np.random.Generator, x: Grid, y: Grid, z: Grid, branches: int) -> None:
    """Straight branches from each hilum, thinner with distance, only where there is lung."""
    for side in (-1, 1):
        hilum = np.array([side * 34.0, 0.0, -150.0])
        for _ in range(branches):
            way = rng.normal(size=3) * (0.8, 1, 1) + (side * 0.9, 0, 0)
            way /= np.linalg.norm(way)
            along = (x - hilum[0]) * way[0] + (y - hilum[1]) * way[1] + (z - hilum[2]) * way[2]
            across = (x - hilum[0]) ** 2 + (y - hilum[1]) ** 2 + (z - hilum[2]) ** 2 - along**2
            radius = np.clip(3.4 - along / 30, 0.7, 3.4)
            hu[(along > 0) & (along < 85) & (across < radius**2) & (hu < -800)] = 35
