"""The benchmark measures what it says: a scan of the right size and place, compressed files that read back, memory by step."""

import numpy as np
import pytest
import torch

from core.demonstration.compressed import compress
from models import compute
from models.bench import memory, throughput
from models.bench.__main__ import devices, main
from models.bench.enlarged import full_size
from models.bench.memory import Memory
from models.bench.memory_of_one import Watch, peak_mb, resident_mb
from models.bench.phantom import BALL_DIAMETER_MM, BALL_LPS_MM, thorax
from models.bench.throughput import Rates
from models.scoring import volumes

linux_only = pytest.mark.skipif(not memory.STATUS.exists(), reason="memory by process is told by Linux")


def test_the_enlarged_thorax_lies_where_the_small_one_does():
    hu, affine = full_size(120, 256)
    small, small_affine = thorax(30, 64)
    assert hu.shape == (120, 256, 256)
    for corner in ((0, 0, 0), (29, 63, 63), (10, 20, 30)):
        block = np.array(corner) * 4
        middle = np.append(block + 1.5, 1)
        np.testing.assert_allclose(affine @ middle, small_affine @ np.append(corner, 1))
        np.testing.assert_array_equal(hu[tuple(slice(n, n + 4) for n in block)], small[corner])


def test_the_ball_of_the_enlarged_thorax_is_where_it_should_be():
    hu, affine = full_size(160, 256)
    k, j, i = np.rint(np.linalg.inv(affine) @ np.append(BALL_LPS_MM, 1))[:3].astype(int)
    assert np.mean(hu[k - 1 : k + 2, j - 1 : j + 2, i - 1 : i + 2]) > -100
    beyond = int(BALL_DIAMETER_MM / affine[0, 2])
    assert np.median(hu[k, j, i + beyond : i + beyond + 8]) < -600


def test_compressed_files_read_back_to_the_same_volume(tmp_path):
    hu, affine = full_size(24, 64)
    throughput._series(hu, affine, tmp_path)
    scan = next(volumes.read(tmp_path))
    np.testing.assert_array_equal(scan.hu, np.clip(hu, -1024, 3071))
    np.testing.assert_allclose(scan.affine, affine, atol=1e-3)


def test_files_are_compressed_once(tmp_path):
    hu, affine = full_size(24, 64)
    throughput._series(hu, affine, tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(files) == 24
    assert sum(map(len, files.values())) < hu.nbytes
    compress(tmp_path)
    assert files == {path: path.read_bytes() for path in tmp_path.iterdir()}


def test_both_rates_are_measured_on_scans_that_were_scored():
    rates = throughput.measure(compute.choose(), scans=1, slices=80, size=96)
    assert rates.reasons == ()
    assert rates.decoded > 0
    assert rates.compressed > 0


def test_scans_that_cannot_be_scored_give_a_reason_and_no_rate():
    rates = throughput.measure(compute.choose(), scans=1, slices=16, size=64)
    assert rates.decoded is None
    assert rates.line().startswith("no result, The series has 16 slices")


def test_the_line_tells_what_decoding_costs():
    assert Rates(4.0, 3.0, ()).line() == "4.00 CTs per minute from decoded volumes, 3.00 from compressed DICOM (75 %)"


@linux_only
def test_the_memory_of_a_step_is_the_highest_seen_in_it():
    watch = Watch()
    watch.stop()
    watch.samples = [(1.0, 100.0), (2.0, 300.0), (3.0, 200.0), (4.5, 250.0)]
    assert watch.highest([("load", 1.5), ("infer", 3.5), ("post", 4.0), ("infer", 5.0)]) == {"load": 100, "infer": 300, "post": 0}


@linux_only
def test_the_peak_is_that_of_the_process():
    before, block = resident_mb(), np.ones(64_000_000, np.uint8)
    during = resident_mb()
    assert during > before + 50
    del block
    assert peak_mb() >= during - 1


@linux_only
def test_a_scan_is_scored_in_a_process_of_its_own_and_its_steps_are_told():
    found = memory.measure(slices=80, size=96)
    assert found.reason is None
    assert found.within
    assert list(found.steps_mb)[:3] == ["libraries", "models", "volume"]
    assert len(found.steps_mb) > 4
    assert max(found.steps_mb.values()) <= found.peak_mb


@linux_only
def test_without_a_result_the_limit_does_not_count_as_kept():
    found = memory.measure(slices=16, size=64)
    assert "16 slices" in found.reason
    assert not found.within


def test_too_much_memory_is_said_aloud():
    assert "EXCEEDED" in Memory(3100.0, {"infer": 3100.0}, "CPU").line()
    assert "kept" in Memory(2900.0, {"infer": 2900.0}, "CPU").line()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_where_there_is_no_gpu_the_benchmark_says_so(capsys, tmp_path):
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "no GPU\n"
    assert [where.device.type for where in devices()] == ["cpu"]
