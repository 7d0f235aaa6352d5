"""What a mammography network is taught and starts from: balanced drawing, changes by chance, losses, figures, weight files."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models.breast.table import Labelled
from models.networks import breast_net
from models.networks.breast_net import Answers, BreastNet
from models.refusal import NoResult
from models.scoring import pixels
from models.training import imagenet_start, mammography_losses, mammography_start
from models.training.mammography_augment import augment
from models.training.mammography_part import rate
from models.training.mammography_ranking import figures
from models.training.mammography_start import start
from models.training.mammography_targets import Targets, chance
from tests.dicom_build import ct_slice, dicom_bytes, mammogram
from tests.mammography_standin import Standin


def row(woman: str, cancer: bool, *, density: str | None = "B", birads: int | None = None, age: float | None = 60) -> Labelled:
    """One labelled view."""
    return Labelled(Path("x"), woman, "L", "CC", cancer, None, density, age, False, "49", "1", birads)


def test_classes_and_women_are_drawn_evenly() -> None:
    found = chance([row("a", True), *[row("b", False)] * 9, row("c", False)])
    assert found.sum() == pytest.approx(1)
    assert found[0] == pytest.approx(0.5)
    assert found[1] == pytest.approx(found[10] / 3)  # nine views of one woman weigh three times one view


def test_what_is_not_known_teaches_nothing() -> None:
    said = Answers(*(torch.zeros(2, *size, requires_grad=True) for size in ((2,), (4,), (1, 1), (3,), (), (1, 1))))
    rows = [row("a", True, density="D", birads=0, age=70), row("b", False, density=None, birads=None, age=None)]
    parts = mammography_losses.losses(said, Targets.of(rows))
    mammography_losses.total(parts).backward()  # type: ignore[no-untyped-call]
    assert "invasive" not in parts
    tasks, density, age = (one.grad if one.grad is not None else torch.empty(0) for one in (said.tasks, said.density, said.age))
    assert tasks[:, 0].tolist() == pytest.approx([-0.475 / 2, 0.475 / 2])
    assert not tasks[:, 1].any()
    assert density.any(1).tolist() == [True, False]
    assert age.tolist() == pytest.approx([-0.1, 0])


def test_of_a_drawn_lesion_only_what_it_does_not_change_is_asked() -> None:
    wanted = Targets.of([row("a", True, birads=2), row("b", False, birads=1, density="C", age=70)]).without_diagnosis(1)
    assert wanted.cancer.tolist() == [1, -1]
    assert wanted.birads.tolist() == [2, -1]
    assert wanted.density.tolist() == [1, 2]
    assert wanted.age.tolist() == [0, 1]


def test_places_are_taught_in_the_breast_where_they_are_known() -> None:
    said, field = torch.zeros(1, 2, 3, requires_grad=True), torch.ones(1, 32, 48)
    field[:, :, 32:] = 0
    mammography_losses.lesions(said, torch.tensor([[[1.0, 0.0, 1.0], [-1.0, 0.0, 0.0]]]), field)["lesion"].backward()  # type: ignore[no-untyped-call]
    assert said.grad is not None
    assert np.sign(said.grad[0].numpy()).tolist() == [[-1, 1, 0], [0, 1, 0]]


def test_figures_come_with_the_breast_first() -> None:
    rows = [row("a", True), row("a", True), row("b", False, density="C"), row("c", False)]
    found = figures(rows, np.array([3.0, -1.0, 0.5, 0.2]), np.array([0.1, 0.2, 0.9, 0.3]))
    assert list(found) == ["breast_auc", "image_auc", "density_auc"]
    assert found == {"breast_auc": 1.0, "image_auc": 0.5, "density_auc": 1.0}
    alone = figures([row("a", True)], np.zeros(1), np.zeros(1))
    assert list(alone) == ["breast_auc"]
    assert np.isnan(alone["breast_auc"])


def test_the_rate_rises_and_falls_once() -> None:
    assert [rate(done, 0.1) for done in (0.0, 0.05, 0.1, 1.0)] == pytest.approx([0, 0.5, 1, 0.01])
    assert rate(0.55, 0.1) == pytest.approx(0.505)


def test_a_weight_file_of_ones_own_fills_the_backbone(tmp_path: Path) -> None:
    given = {name: torch.full_like(value, 0.5) for name, value in Standin().backbone.state_dict().items()}
    save_file(given | {"classifier.weight": torch.zeros(3, 3)}, tmp_path / "a.safetensors")
    torch.save({"state_dict": given, "epoch": 3}, tmp_path / "b.pth")
    for name in ("a.safetensors", "b.pth"):
        network = Standin()
        mammography_start.fill(network.backbone, mammography_start.read(tmp_path / name), name)
        assert torch.equal(network.backbone.state_dict()["0.weight"], given["0.weight"])
    save_file(given | {"0.weight": torch.zeros(9, 1, 16, 16)}, tmp_path / "c.safetensors")
    save_file({"0.weight": given["0.weight"]}, tmp_path / "d.safetensors")
    (tmp_path / "e.pth").write_bytes(b"nothing")
    for name, reason in (("c.safetensors", "expected"), ("d.safetensors", "tensors are missing"), ("e.pth", "cannot be read")):
        with pytest.raises(NoResult, match=reason):
            mammography_start.fill(Standin().backbone, mammography_start.read(tmp_path / name), name)


def test_the_weights_of_a_timm_model_start_a_network_with_its_features(tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = breast_net.timm.create_model(  # type: ignore[attr-defined]
        "resnet10t", pretrained=False
    )
    torch.save(whole.state_dict(), tmp_path / "own.pth")
    network = start(BreastNet("resnet10t"), "resnet10t", tmp_path / "own.pth")
    images = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        (stage,) = (one for one in whole.eval().forward_intermediates(images * 2 - 1, intermediates_only=True) if one.shape[-1] == 4)
        assert torch.allclose(network.backbone.eval()(images), stage, atol=1e-4)
    with pytest.raises(NoResult, match="no published weights at hand for the backbone resnet10t"):
        start(BreastNet("resnet10t"), "resnet10t", None)


def test_augmentation_changes_the_breast_and_keeps_black_outside() -> None:
    crop = torch.zeros(2, 64, 40, dtype=torch.uint8)
    crop[:, 16:48, :20] = 120
    changed = augment(crop, torch.Generator().manual_seed(0))
    assert changed.dtype == torch.uint8
    assert not torch.equal(changed, crop)
    assert int(changed[:, :2].max()) == 0
    assert torch.equal(changed, augment(crop, torch.Generator().manual_seed(0)))


def test_imagenet_names_become_timms_names() -> None:
    names = {
        "_conv_stem.weight": "conv_stem.weight",
        "_bn0.bias": "bn1.bias",
        "_blocks.0._depthwise_conv.weight": "blocks.0.0.conv_dw.weight",
        "_blocks.0._bn2.running_var": "blocks.0.0.bn2.running_var",
        "_blocks.3._expand_conv.weight": "blocks.2.0.conv_pw.weight",
        "_blocks.15._bn2.weight": "blocks.6.0.bn3.weight",
        "_conv_head.weight": "conv_head.weight",
        "_bn1.weight": "bn2.weight",
        "_fc.bias": "classifier.bias",
    }
    renamed = imagenet_start.rename({old: torch.tensor(float(number)) for number, old in enumerate(names)})
    assert renamed == {new: torch.tensor(float(number)) for number, new in enumerate(names.values())}


def test_a_dicom_file_of_a_labelled_set_is_read_and_its_side_compared(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(dicom_bytes(mammogram(ImageLaterality="L")))
    assert pixels.of(tmp_path / "a.dcm", "L").max() <= 1
    with pytest.raises(NoResult, match="The DICOM header says laterality L, the table R"):
        pixels.of(tmp_path / "a.dcm", "R")
    (tmp_path / "b.dcm").write_bytes(dicom_bytes(ct_slice()))
    with pytest.raises(NoResult, match="is no mammogram"):
        pixels.of(tmp_path / "b.dcm")
    with pytest.raises(NoResult, match="does not exist"):
        pixels.of(tmp_path / "c.dcm")
