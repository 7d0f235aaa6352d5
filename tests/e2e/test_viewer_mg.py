"""Mammograms in the viewer: every grey as the standard says, every breast where it belongs, and what is missing or doubtful said there."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.sequence import Sequence

from core.objects import store
from core.workflow import picture_store
from tests.dicom_build import dicom_bytes, mammogram, pixels_of
from tests.e2e.stage import (
    CHROMIUM,
    RECORD,
    breast_scene,
    canvas,
    chromium,
    mount,
    press,
    served,
    settle,
    stage_shot,
    staged,
    told,
    written,
)  # fmt: skip
from tests.image_build import VIEWS, taken_in

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]
ROWS, COLUMNS = 400, 300


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def address(sqlite_database: str) -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with staged(browser, address, init=RECORD) as found:
        yield found


def breast(side: str = "L", *, shape: tuple[int, int] = (ROWS, COLUMNS), seed: int = 0, edge: str = "") -> NDArray[np.uint16]:
    """(Y, X) 12 bits: a half disc of coarse noise at the chest wall of its side, or at `edge`."""
    rows, columns = np.indices(shape)
    inside = ((rows - shape[0] / 2) / (shape[0] * 0.4)) ** 2 + (columns / (shape[1] * 0.7)) ** 2 < 1
    noise = np.random.default_rng(seed).integers(400, 4096, (shape[0] // 8 + 1, shape[1] // 8 + 1))
    found = np.where(inside, np.kron(noise, np.ones((8, 8)))[: shape[0], : shape[1]], 0).astype(np.uint16)
    return found if (edge or {"L": "left", "R": "right"}[side]) == "left" else np.ascontiguousarray(found[:, ::-1])


def an_exam(folder: Path, datasets: list[Dataset], *, person: str = "M-1") -> int:
    for dataset in datasets:
        dataset.PatientID, dataset.StudyInstanceUID = person, datasets[0].StudyInstanceUID
    return taken_in(folder, datasets)


def four(**attributes: Any) -> list[Dataset]:
    """A screening exam, every view with its own tissue."""
    return [mammogram(breast(side, seed=seed), side=side, view=view, **attributes) for seed, (side, view) in enumerate(VIEWS)]


def a_table(first: int, entries: NDArray[Any], bits: int) -> Sequence:
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item["LUTDescriptor"].VR = "US"
    item.add_new(0x00283006, "OW", np.asarray(entries, "<u2").tobytes())
    return Sequence([item])


def reference(dataset: Dataset) -> NDArray[np.float64]:
    """(Y, X) grey 0 to 255 by pydicom's own pipeline."""
    dataset = dcmread(BytesIO(dicom_bytes(dataset)))
    values = apply_voi_lut(apply_modality_lut(pixels_of(dataset), dataset), dataset, prefer_lut=True)
    if "VOILUTSequence" in dataset:
        low, high = 0.0, 2.0 ** dataset.VOILUTSequence[0].LUTDescriptor[2] - 1
    else:
        low, high = _output_range(dataset)
    grey = (values - low) / (high - low) * 255
    return 255 - grey if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


def _output_range(dataset: Dataset) -> tuple[float, float]:
    """What pydicom scales a window to: the range of the stored values after the rescale."""
    low, high = (
        (-(2 ** (dataset.BitsStored - 1)), 2 ** (dataset.BitsStored - 1) - 1)
        if dataset.PixelRepresentation
        else (0, 2**dataset.BitsStored - 1)
    )
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept


def one_to_one(page: Page) -> tuple[NDArray[np.int16], int, int]:
    """The canvas with one image pixel on one screen pixel, and where its upper left pixel lies."""
    box = page.locator(".viewer .stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    press(page, "0")
    page.wait_for_function("document.querySelector('#place').shadowRoot.querySelector('.viewer').dataset.voxel")
    for x in range(int(box["width"] / 3), 0, -20):  # until the pointer is on the image
        page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
        page.wait_for_timeout(120)
        if told(page)["voxel"]:
            break
    _, column, row = (int(part) for part in told(page)["voxel"].split(","))
    return canvas(page), x - column, round(box["height"] / 2) - row


CURVES: dict[str, dict[str, Any]] = {
    "linear": {"WindowCenter": 2048, "WindowWidth": 4096},
    "narrow": {"WindowCenter": 1800, "WindowWidth": 350},
    "edge of one value": {"WindowCenter": 2100, "WindowWidth": 1},
    "linear exact": {"WindowCenter": 1500, "WindowWidth": 900, "VOILUTFunction": "LINEAR_EXACT"},
    "sigmoid": {"WindowCenter": 2000, "WindowWidth": 1200, "VOILUTFunction": "SIGMOID"},
    "monochrome1": {"WindowCenter": 1500, "WindowWidth": 2000, "PhotometricInterpretation": "MONOCHROME1"},
    "rescaled": {"WindowCenter": 900, "WindowWidth": 1500, "RescaleSlope": 0.5, "RescaleIntercept": -100},
    "table": {"VOILUTSequence": a_table(300, np.sqrt(np.linspace(0, 1, 3000)) * 1023, 10)},
    "table of a monochrome1": {
        "VOILUTSequence": a_table(0, np.linspace(0, 1, 4096) ** 2 * 65535, 16), "PhotometricInterpretation": "MONOCHROME1",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CURVES)
def test_every_grey_is_that_of_pydicom(page: Page, tmp_path: Path, name: str) -> None:
    low_is_bright = "PhotometricInterpretation" in CURVES[name]
    pixels = (4095 - breast("L")).astype(np.uint16) if low_is_bright else breast("L")
    dataset = mammogram(pixels, side="L", view="CC", **CURVES[name])
    mount(page, breast_scene(an_exam(tmp_path, [dataset])))
    seen, left, top = one_to_one(page)
    part = seen[top : top + ROWS, left : left + COLUMNS]
    assert part.shape == (ROWS, COLUMNS, 3)
    assert np.abs(part - reference(dataset)[..., None]).max() <= 1
    assert part.std() > 10


def test_a_monochrome1_twin_stays_the_same_whatever_the_reader_does(page: Page, tmp_path: Path) -> None:
    pixels = breast("L", seed=5)
    one = mammogram(pixels, WindowCenter=1500, WindowWidth=2000)
    two = mammogram((4095 - pixels).astype(np.uint16), WindowCenter=4096 - 1500, WindowWidth=2000, PhotometricInterpretation="MONOCHROME1")
    shots: list[list[NDArray[np.int16]]] = []
    for number, dataset in enumerate((one, two)):
        mount(page, breast_scene(an_exam(tmp_path / str(number), [dataset], person=f"M-{number}")))
        shots.append([canvas(page)])
        for by in ((60, 0), (0, 90), (-120, -40)):
            drag(page, by, button="right")
            shots[-1].append(canvas(page))
        press(page, "i")
        shots[-1].append(canvas(page))
    for first, second in zip(*shots, strict=True):
        assert np.abs(first - second).max() <= 1
    assert all(np.abs(shots[0][0] - other).max() > 20 for other in shots[0][1:])


def drag(page: Page, by: tuple[int, int], *, start: tuple[int, int] = (600, 400), button: Any = "left") -> None:
    page.mouse.move(*start)
    page.mouse.down(button=button)
    page.mouse.move(start[0] + by[0], start[1] + by[1], steps=4)
    page.mouse.up(button=button)
    settle(page)


def test_breasts_hang_with_their_chest_walls_together_however_they_are_stored(page: Page, tmp_path: Path) -> None:
    edges = ("left", "left", "right", "right")  # two of the four stand the wrong way round in their files
    views = zip(edges, VIEWS, ("A", "A", "P", "P"), ("L", "R", "F", "F"), strict=True)
    exam = an_exam(
        tmp_path,
        [
            mammogram(breast(side, edge=edge), side=side, view=view, PatientOrientation=[rows, below])
            for edge, (side, view), rows, below in views
        ],
    )
    mount(page, breast_scene(exam))
    press(page, "2")
    texts = written(page)
    assert [text for text in texts if text in ("R CC", "L CC", "R MLO", "L MLO")] == ["R CC", "L CC", "R MLO", "L MLO"]
    assert texts.count("mirrored for display") == 2
    assert not [text for text in texts if "check" in text]
    bright = canvas(page)[..., 0].max(axis=0) > 20
    wide = len(bright) // 4
    for pair in (0, 2):
        middle = (pair + 1) * wide
        assert bright[middle - 30 : middle + 30].mean() > 0.9  # tissue on both sides of the middle of the pair
        assert not bright[pair * wide : pair * wide + 20].any()
        assert not bright[(pair + 2) * wide - 20 : (pair + 2) * wide - 2].any()


@pytest.mark.parametrize(
    ("side", "edge", "orientation", "warned"),
    [("L", "left", None, False), ("L", "right", None, True), ("L", "right", ["P", "R"], False), ("L", "left", ["P", "R"], True),
     ("R", "right", ["P", "L"], False), ("R", "right", ["P", "R"], True)],
)  # fmt: skip
def test_a_side_that_header_and_image_tell_differently_is_named_on_the_image(
    page: Page, tmp_path: Path, side: str, edge: str, orientation: list[str] | None, warned: bool
) -> None:
    dataset = mammogram(breast(side, edge=edge), side=side, view="CC", PatientOrientation=orientation)
    mount(page, breast_scene(an_exam(tmp_path, [dataset])))
    words = " ".join(written(page))
    assert ("check the side" in words or "side is wrong" in words) is warned


def test_a_view_that_did_not_come_keeps_its_named_place(page: Page, tmp_path: Path) -> None:
    mount(page, breast_scene(an_exam(tmp_path, four()[:3])))
    assert "L MLO did not come" in written(page)
    seen = stage_shot(page)
    assert canvas(page)[:, 3 * seen.shape[1] // 4 + 4 :].max() == 0


def test_an_image_that_cannot_be_read_says_so_in_its_place_and_the_others_come(page: Page, tmp_path: Path, folder: Path) -> None:
    exam = an_exam(tmp_path, four())
    key = sorted(path for path in (folder / "objects").rglob("*") if path.is_file())
    victim = next(path for path in key if path.name == object_of(exam, "R", "MLO"))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    mount(page, breast_scene(exam))
    assert told(page)["loaded"] == "3"
    said = " ".join(written(page))
    assert "R MLO" in said
    assert "is damaged" in said


def object_of(exam: int, side: str, view: str) -> str:
    from sqlmodel import select

    from db.engine import snapshot
    from db.tables import ExamInstance, Instance

    with snapshot() as session:
        found = session.exec(
            select(Instance.object_key).join(ExamInstance).where(ExamInstance.exam_id == exam, ExamInstance.part == f"{side}-{view}")
        )
        return found.one()


def test_what_was_kept_and_got_damaged_is_made_again(page: Page, tmp_path: Path) -> None:
    exam = an_exam(tmp_path, four())
    breast_scene(exam)
    name = picture_store._name(object_of(exam, "L", "CC"), "pixels")
    store().put_named(name, b"x" * 100)
    path = Path(store()._path(f"derived/{name}"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    mount(page, breast_scene(exam))
    assert told(page)["loaded"] == "4"


def test_an_image_that_is_lost_on_the_way_is_named_and_the_others_come(page: Page, tmp_path: Path) -> None:
    scene = breast_scene(an_exam(tmp_path, four()))
    page.route(f"**{scene['images'][2]['url']}/pixels*", lambda route: route.fulfill(status=200, body=b"short"))
    mount(page, scene)
    assert told(page)["loaded"] == "3"
    assert any("could not be loaded" in text for text in written(page))


def test_views_with_other_pixels_are_shown_on_one_scale_and_it_is_said(page: Page, tmp_path: Path) -> None:
    fine = mammogram(breast("R", shape=(800, 600)), side="R", view="CC", ImagerPixelSpacing=[0.07, 0.07])
    coarse = mammogram(breast("L", shape=(400, 300)), side="L", view="CC", ImagerPixelSpacing=[0.14, 0.14])
    mount(page, breast_scene(an_exam(tmp_path, [fine, coarse])))
    press(page, "4")
    assert any("Pixel sizes differ" in text for text in written(page))
    for zoom in (0, 3):
        for _ in range(zoom):
            press(page, "+")
        seen = canvas(page)[..., 0] > 20
        middle = seen.shape[1] // 2
        right, left = seen[:, middle - 40].sum(), seen[:, middle + 40].sum()
        assert right > 100
        assert abs(int(right) - int(left)) <= 4  # the same breast is as high in both


def test_without_a_pixel_size_nothing_is_measured_and_nothing_is_true_size(page: Page, tmp_path: Path) -> None:
    exam = an_exam(tmp_path, [mammogram(breast("L"), side="L", view="CC", ImagerPixelSpacing=None)])
    mount(page, breast_scene(exam))
    press(page, "4")
    for key in ("l", "t"):
        drag(page, (80, 0), start=(720, 380))
        press(page, key)
        before = canvas(page)
        drag(page, (80, 40), start=(720, 380))
        assert np.array_equal(canvas(page), before)
        assert page.locator(".viewer .note").inner_text().startswith("The file names no pixel size")
    assert page.evaluate("window.sent") == {}


def test_a_length_is_that_of_the_file_and_its_projection_is_spoken_of(page: Page, tmp_path: Path) -> None:
    dataset = mammogram(breast("L"), side="L", view="CC", ImagerPixelSpacing=[0.1, 0.1], EstimatedRadiographicMagnificationFactor=1.25)
    scene = breast_scene(an_exam(tmp_path, [dataset]))
    mount(page, scene)
    press(page, "4")
    page.mouse.move(800, 400)
    press(page, "0")
    press(page, "l")
    drag(page, (100, 0), start=(780, 400))
    sent = page.evaluate("window.sent.measured")
    assert [(one["kind"], one["image"], one["mm"]) for one in sent] == [("length", scene["images"][0]["id"], [8.0])]
    (x0, y0), (x1, y1) = sent[0]["points"]
    assert (x1 - x0, y1 - y0) == (pytest.approx(100, abs=0.5), pytest.approx(0, abs=0.5))
    assert any("divided by the magnification 1.25" in text for text in [" ".join(written(page))])
    mount(page, {**scene, "measurements": sent})
    assert "8.0 mm" in written(page)


def test_true_size_asks_for_a_bank_card_once(page: Page, tmp_path: Path) -> None:
    scene = breast_scene(an_exam(tmp_path, four()))
    mount(page, scene)
    press(page, "t")
    panel = page.locator(".viewer .calibrate")
    assert "True size needs calibration" in panel.inner_text()
    panel.locator("input").fill("5")
    card = panel.locator(".card").bounding_box()
    assert card is not None
    assert card["width"] == pytest.approx(5 * 85.6, abs=0.5)
    panel.get_by_text("Save for this monitor").click()
    settle(page)
    assert any("1.00 × true size" in text for text in written(page))
    mount(page, scene)
    press(page, "t")
    assert panel.count() == 0
    assert any("1.00 × true size" in text for text in written(page))


def test_the_magnifier_closes_when_its_key_was_held_and_stays_when_it_was_tapped(page: Page, tmp_path: Path) -> None:
    mount(page, breast_scene(an_exam(tmp_path, four())))
    plain = canvas(page)
    page.mouse.move(400, 380)
    page.keyboard.down("g")
    page.keyboard.down("g")  # the keyboard repeats a held key
    settle(page)
    assert np.abs(canvas(page) - plain).max() > 50
    page.wait_for_timeout(400)
    page.keyboard.up("g")
    settle(page)
    assert np.array_equal(canvas(page), plain)
    press(page, "g")
    assert np.abs(canvas(page) - plain).max() > 50
    press(page, "g")
    assert np.array_equal(canvas(page), plain)


def test_zoom_and_place_are_linked_as_in_a_mirror(page: Page, tmp_path: Path) -> None:
    pixels = breast("L", seed=3)
    both = [mammogram(pixels, side="L", view="CC"), mammogram(np.ascontiguousarray(pixels[:, ::-1]), side="R", view="CC")]
    mount(page, breast_scene(an_exam(tmp_path, both)))
    press(page, "4")
    page.mouse.move(800, 300)
    for _ in range(4):
        press(page, "+")
    press(page, "d")
    drag(page, (-60, 35), start=(900, 300))
    seen = canvas(page)[..., 0]
    half = seen.shape[1] // 2
    right, left = seen[:, : half - 2], seen[:, half + 2 :]
    width = min(right.shape[1], left.shape[1])
    assert left[:, :width].std() > 30
    assert np.abs(right[:, ::-1][:, :width].astype(int) - left[:, :width]).mean() < 12


def test_extra_images_hang_by_themselves(page: Page, tmp_path: Path) -> None:
    spot = mammogram(breast("L", seed=9), side="L", view="CC", PaddleDescription="SPOT", EstimatedRadiographicMagnificationFactor=1.8)
    mount(page, breast_scene(an_exam(tmp_path, [*four(), spot])))
    assert not any("spot" in text for text in written(page))
    press(page, "6")
    assert "L CC, magnification, spot compression" in " ".join(written(page))
    press(page, "2")
    assert "R CC" in written(page)


def test_an_earlier_exam_hangs_in_place_or_below_with_the_same_zoom_and_window(page: Page, tmp_path: Path) -> None:
    from pages.ui.viewer.mammograms import with_mg_prior

    now = breast_scene(an_exam(tmp_path / "now", four()))
    before = breast_scene(an_exam(tmp_path / "before", [*four()[:3]], person="M-2"))
    mount(page, with_mg_prior(now, before, title="Prior, 12 Nov 2024"), wait='earlier="3"')
    press(page, "2")
    current = canvas(page)
    press(page, "p")
    assert told(page)["prior"] == "instead"
    assert written(page).count("Prior, 12 Nov 2024") == 3
    assert "The earlier exam has no L MLO" in " ".join(written(page))
    quarter = 3 * current.shape[1] // 4
    assert np.abs(canvas(page)[:, : quarter - 4] - current[:, : quarter - 4]).max() <= 1
    press(page, "p")
    assert "Prior, 12 Nov 2024" not in written(page)
    mount(page, with_mg_prior(before, now, title="Prior, 12 Nov 2024"), wait='earlier="4"')
    assert "L MLO did not come" in written(page)
    press(page, "p")
    assert "L MLO" in written(page)  # which the earlier exam has
    mount(page, with_mg_prior(now, before, title="Prior, 12 Nov 2024"), wait='earlier="3"')
    press(page, "2")
    press(page, "Shift+p")
    drag(page, (60, 40), button="right")
    press(page, "+")
    seen = canvas(page)
    half = seen.shape[0] // 2
    upper, lower = seen[: half - 3, : quarter - 4], seen[half + 3 :, : quarter - 4]
    rows = min(len(upper), len(lower))
    assert upper.std() > 20
    assert np.abs(upper[:rows] - lower[:rows]).mean() < 12


def test_marks_and_heat_map_come_and_go_and_can_be_jumped_to(page: Page, tmp_path: Path) -> None:
    scene = breast_scene(an_exam(tmp_path, four()))
    url = f"{scene['images'][1]['url']}/heat?run=1"
    page.route(f"**{url}", lambda route: route.fulfill(status=200, body=bytes([255] * 4)))
    for number, at in ((1, 1), (2, 3)):
        scene["images"][at]["marks"] = [{"number": number, "box": [40, 150, 90, 210], "contours": [], "text": f"{number}  0.50"}]
    scene["images"][1]["heat"] = {"url": url, "size": [2, 2]}
    mount(page, scene)
    assert yellow(page) > 40
    press(page, "h")
    assert yellow(page) == 0
    press(page, "n")
    assert told(page)["mark"] == "1"
    press(page, "Shift+n")
    assert told(page)["mark"] == "2"
    press(page, "h")
    before = canvas(page)
    with page.expect_response(lambda answer: "heat" in answer.url):
        press(page, "a")
    page.wait_for_timeout(200)
    settle(page)
    warm = canvas(page)
    assert (warm[..., 0] - warm[..., 2]).max() > 40
    press(page, "a")
    assert np.array_equal(canvas(page), before)


def yellow(page: Page) -> int:
    """Pixels in the colour of AI marks (#FFD166)."""
    return int((np.abs(stage_shot(page) - [255, 209, 102]).max(axis=2) < 25).sum())


def test_a_lost_graphics_context_comes_back(page: Page, tmp_path: Path) -> None:
    mount(page, breast_scene(an_exam(tmp_path, four(WindowCenter=1500, WindowWidth=900))))
    before = canvas(page)
    frames = told(page)["frames"]
    page.locator(".viewer canvas.image").evaluate(
        """canvas => { const lost = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
        lost.loseContext(); setTimeout(() => lost.restoreContext(), 300); }"""
    )
    page.wait_for_function(f"Number(document.querySelector('#place').shadowRoot.querySelector('.viewer').dataset.frames) > {frames} + 1")
    page.wait_for_timeout(700)
    assert np.array_equal(canvas(page), before)


def test_a_dense_screen_gets_its_own_pixels_and_two_fingers_zoom(browser: Browser, address: str, tmp_path: Path) -> None:
    with staged(browser, address, scale=2, touch=True, init=RECORD) as page:
        mount(page, breast_scene(an_exam(tmp_path, four())))
        box = page.locator(".viewer .stage").bounding_box()
        assert box is not None
        assert canvas(page).shape[1] == round(2 * box["width"])
        before = canvas(page)
        fingers = page.context.new_cdp_session(page)
        for kind, spread in (("touchStart", 40), ("touchMove", 80), ("touchMove", 140), ("touchEnd", 0)):
            points = [{"x": 300 - spread, "y": 380, "id": 0}, {"x": 300 + spread, "y": 380, "id": 1}] if spread else []
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        settle(page)
        assert np.abs(canvas(page) - before).max() > 50
        press(page, "0")
        assert any(text.startswith("100 %") for text in written(page))
