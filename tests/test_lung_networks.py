"""The lung networks: golden answers, mirror images of anatomy, the kernel reader, and who may be scored by what."""

import numpy as np
import pytest
import torch

from models import compute
from models.lung.calibration import Calibration, logistic
from models.lung.ensemble import Ensemble, Member
from models.lung.reader import Reader
from models.networks.appraisal import BORDER, OUTSIDE, RATINGS, AppraisalNet
from models.networks.detection import DetectionNet
from models.networks.inflated import Front
from models.networks.sight import SEEN, Sight

GOLDEN = {
    "nodule": [-0.00233, 0.02253],
    "mask": [-0.17901, -0.17878],
    "told": [-0.82778, 0.14382],
    "heat": [-4.58428, -4.58467],
    "seen": [0.06205, 0.0614],
}


@pytest.fixture(scope="module")
def appraisal():
    torch.manual_seed(5)
    return AppraisalNet().eval()


@pytest.fixture(scope="module")
def detection():
    torch.manual_seed(6)
    return DetectionNet(4).eval()


@pytest.fixture(scope="module")
def sight():
    torch.manual_seed(7)
    return Sight().eval()


@pytest.fixture(scope="module")
def cubes():
    return torch.linspace(0, 40, 2 * 40**3).reshape(2, 1, 40, 40, 40).sin() * 700 - 400


@pytest.fixture(scope="module")
def statistics():
    return torch.linspace(-1, 1, 12).reshape(2, 6)


@torch.inference_mode()
def test_golden_answers(appraisal, detection, sight, cubes, statistics):
    nodule, mask = appraisal.look(cubes)
    told = appraisal(cubes, torch.sigmoid(mask), statistics)
    inner = mask[:, :, BORDER:-BORDER, BORDER:-BORDER, BORDER:-BORDER]
    found = {
        "nodule": nodule,
        "mask": inner.mean((1, 2, 3, 4)),
        "told": told[:, 0],
        "heat": detection(torch.nn.functional.pad(cubes, [4] * 6))[:, 0].mean((1, 2, 3)),
        "seen": sight(cubes, torch.sigmoid(mask)).mean(1),
    }
    for name, values in found.items():
        np.testing.assert_allclose(values, GOLDEN[name], atol=2e-4, err_msg=name)
    assert mask.shape == cubes.shape
    assert told.shape == (2, 1 + len(RATINGS))
    assert RATINGS[0] == "malignancy"
    assert float(mask[:, :, 0].max()) == OUTSIDE


@torch.inference_mode()
def test_measurements_and_sight_both_reach_the_suspicion(appraisal, cubes, statistics):
    torch.nn.init.normal_(appraisal.by_sight[-1].weight)
    region = torch.sigmoid(appraisal.look(cubes)[1])
    first = appraisal(cubes, region, statistics)
    assert not torch.allclose(first, appraisal(cubes, region, statistics + 1))
    assert not torch.allclose(first, appraisal(cubes + 300, region, statistics))
    torch.nn.init.zeros_(appraisal.by_sight[-1].weight)


@torch.inference_mode()
def test_the_front_sees_the_patient_the_way_its_start_did():
    """Astra's axes are z, x to the right, y to the front; ours are z, y to the back, x to the left."""
    torch.manual_seed(1)
    front = Front(1).eval()
    ours = torch.rand(1, 1, 16, 32, 32)
    theirs = ours.flip(3, 4).transpose(3, 4)
    plain = front.maxpool(torch.relu(front.bn1(front.conv1(theirs))))
    expected = front.layer2(front.layer1(plain)).transpose(3, 4).flip(3, 4)
    torch.testing.assert_close(front(ours), expected)


def test_a_start_that_lacks_a_tensor_is_not_taken():
    tensors = {name: value for name, value in Front(0).state_dict().items() if name != "layer1.0.conv2.weight"}
    tensors["conv1.weight"] = tensors["conv1.weight"].repeat(1, 3, 1, 1, 1)
    with pytest.raises(RuntimeError, match=r"layer1\.0\.conv2\.weight"):
        Front(0).load_published(tensors)


def test_the_reader_rates_what_it_knows_as_it_was_rated_and_the_unknown_as_the_mean():
    rng = np.random.default_rng(0)
    seen, statistics = rng.normal(size=(40, SEEN)), rng.normal(size=(40, 6))
    rating = 3 + np.tanh(statistics[:, 0])
    reader = Reader.of(Reader.fitted(seen, statistics, rating).tensors())
    assert np.corrcoef(reader.rating(seen, statistics), rating)[0, 1] > 0.9
    far = reader.rating(seen + 100, statistics)
    np.testing.assert_allclose(far, rating.mean(), atol=1e-3)


def test_what_is_stored_of_a_reader_says_what_the_fitted_one_says():
    rng = np.random.default_rng(1)
    seen, statistics = rng.normal(size=(90, SEEN)), rng.normal(size=(90, 6))
    fitted = Reader.fitted(seen, statistics, rng.uniform(1, 5, 90))
    again = Reader.of(fitted.tensors())
    np.testing.assert_allclose(again.rating(seen, statistics), fitted.rating(seen, statistics), atol=1e-4)


@pytest.fixture(scope="module")
def ensemble(appraisal, detection, sight):
    rng = np.random.default_rng(2)
    readers = tuple(Reader.fitted(rng.normal(size=(8, SEEN)), rng.normal(size=(8, 6)), rng.uniform(1, 5, 8)) for _ in range(6))
    rows = (rng.normal(size=(6, 2)), rng.normal(size=(6, 2)), rng.normal(size=(6, 2)))
    where = compute.reference()
    members = tuple(Member(fold, detection, appraisal, where) for fold in range(5))
    return Ensemble(members, Calibration(*rows, readers), sight, where)


def test_a_patient_of_a_fold_is_scored_only_by_what_did_not_see_them(ensemble):
    own = ensemble.without_patients_of(3)
    assert [member.fold for member in own.members] == [3]
    np.testing.assert_array_equal(own.calibration.mark[-1], ensemble.calibration.mark[3])
    np.testing.assert_array_equal(own.calibration.blend[-1], ensemble.calibration.blend[3])
    assert own.calibration.readers == (ensemble.calibration.readers[3],)


def test_a_calibration_comes_back_as_it_was_stored(ensemble):
    again = Calibration.of(ensemble.calibration.tensors())
    np.testing.assert_array_equal(again.blend, ensemble.calibration.blend)
    assert len(again.readers) == 6
    np.testing.assert_allclose(again.readers[4].support, ensemble.calibration.readers[4].support, atol=1e-2)


def test_the_mean_of_equal_networks_is_what_one_says_and_a_mirror_image_is_turned_back(ensemble, cubes):
    logit, mask = ensemble.look(cubes)
    one, same = ensemble.without_patients_of(0).look(cubes)
    np.testing.assert_allclose(logit, one, atol=1e-5)
    np.testing.assert_allclose(mask, same, atol=1e-5)
    mirrored = ensemble.look(cubes.flip(4))[1][..., ::-1]
    np.testing.assert_allclose(mask, mirrored, atol=1e-4)


def test_logistic_is_between_nothing_and_certainty():
    np.testing.assert_allclose(logistic(np.array([[0.0], [2.0]]), np.array([-1.0, 0.5])), [1 / (1 + np.e), 0.5])
