"""The lung recipe behind the training command, on a tiny scale: phantoms of known truth, one epoch, small networks."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.bench.phantom import BALL_DIAMETER_MM, BALL_LPS_MM, thorax
from models.lung import crops
from models.networks.detection import DetectionNet
from models.refusal import NoResult
from models.training import astra_start, history, lung_ct
from tests.test_score import nifti

ROOT = Path(__file__).resolve().parents[1]
SMALL = ("epochs=1", "batch=2", "width=4", "negatives=4", "beside=1")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six balls of 5 to 16 mm in lung, of patients of five folds, and one thorax to set them into."""
    folder = tmp_path / "data"
    for name in ("image", "mask", "hosts"):
        (folder / name).mkdir(parents=True)
    rows = ["patient_id,file,Diagnosis_value,diameter_mm"]
    for n, patient in enumerate(("P-0", "P-1", "P-2", "P-3", "P-4", "P-6")):
        k, j, i = np.ogrid[-8:9, -22:23, -22:23]
        ball = (1.5 * k) ** 2 + (0.7 * j) ** 2 + (0.7 * i) ** 2 < (2.5 + 1.1 * n) ** 2
        (folder / "image" / f"n{n}.nii.gz").write_bytes(nifti(np.where(ball, 20, -860), (1.5, 0.7, 0.7)))
        (folder / "mask" / f"n{n}.nii.gz").write_bytes(nifti(ball, (1.5, 0.7, 0.7)))
        rows.append(f"{patient},n{n},{int(n > 2)},{5 + 2.2 * n}")
    (folder / "labels.csv").write_text("\n".join(rows), "utf-8")
    hu, affine = thorax(slices=110, size=160, vessels=20)
    np.savez(folder / "hosts" / "host.npz", hu=hu, affine=affine, exclude_mm=np.array([[*BALL_LPS_MM, BALL_DIAMETER_MM / 2]]))
    return folder


def test_one_epoch_on_phantoms_gives_weights_that_the_network_takes(data: Path, tmp_path: Path) -> None:
    assert {crops.fold_of(name) for name in ("P-0", "P-1", "P-2", "P-3", "P-6")} == set(range(5))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    arguments = ["--data", str(data), "--out", str(tmp_path / "out"), "--only", "detection", "--folds", "0"]
    assert lung_ct.main([*arguments, *(part for one in SMALL for part in ("--set", f"detection.{one}"))]) == 0
    torch.set_num_threads(before)
    DetectionNet(4).load_state_dict(load_file(tmp_path / "out" / "detection-fold0.safetensors"))
    (epoch,) = history.gather(tmp_path / "out")["detection-fold0"]
    assert all(np.isfinite(value) for value in epoch.losses.values())
    assert epoch.losses


def test_every_setting_of_every_network_is_explained() -> None:
    page = (ROOT / "docs" / "training.md").read_text("utf-8")
    for recipe in lung_ct.MODEL.recipes:
        for field in dataclasses.fields(recipe.settings):
            assert f"`{field.name}`" in page, f"{recipe.name}.{field.name}"


def test_a_start_that_is_no_weights_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoResult, match="A safetensors file is expected"):
        astra_start.read(tmp_path / "none.safetensors")
