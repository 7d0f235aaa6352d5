"""The CT viewer in a real browser against pydicom and numpy: what is drawn, read out, projected, linked and measured."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser
from sqlmodel import select

from core.workflow.intake.batch import begin
from core.workflow.intake.take import take_in
from db.engine import snapshot, transaction
from db.tables import Exam
from pages.ui.viewer.scene import Scene
from tests.build import a_site
from tests.dicom_build import ct_series, ct_slice, dicom_bytes
from tests.e2e import product
from tests.e2e.viewer_page import Shown, reader, scene_of, served, viewer_at
from tests.image_build import taken_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600), pytest.mark.skipif(product.CHROMIUM is None, reason="no chromium on this machine")]
Array = NDArray[Any]
LUNG, SOFT, BONE = (-600, 1500), (40, 400), (400, 1800)
A_MASK = {"first": [8, 28, 30], "shape": [5, 6, 6], "runs": [0, 180]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with product.chromium() as started:
        yield started


@pytest.fixture
def address(sqlite_database: str) -> Iterator[str]:
    with served() as running:
        yield running


def a_volume(folder: Path, hu: Array, *, step_mm: float = 2.0, pixel_mm: float = 0.7, lost: tuple[int, ...] = (), **attributes: Any) -> int:
    """The exam that these Hounsfield units (Z, Y, X) make; slices in `lost` never came."""
    first = ct_series(1)[0]
    common = {"StudyInstanceUID": first.StudyInstanceUID, "SeriesInstanceUID": first.SeriesInstanceUID, "PixelSpacing": [pixel_mm] * 2}
    stored = (hu + 1024).astype(np.int16)
    kept = [k for k in range(len(hu)) if k not in lost]
    return taken_in(folder, [ct_slice(stored[k], k=k, spacing_mm=step_mm, **{**common, **attributes}) for k in kept])


def noise(depth: int = 20, rows: int = 96, columns: int = 80) -> Array:
    smooth = np.random.default_rng(7).normal(0, 1, (depth, rows, columns)).cumsum(2).cumsum(1)
    return np.clip(smooth * 60 - 300, -1024, 2500).astype(np.int16)


def shades(hu: Array, window: tuple[int, int]) -> Array:
    """Grey values 0 to 255 by PS3.3 C.11.2.1.2.1, written down here once more."""
    centre, width = window
    return np.clip((hu.astype(float) - (centre - 0.5)) / (width - 1) + 0.5, 0, 1) * 255


def against(shown: Shown, reference: Array, *, plane: str = "axial", side: int = 0) -> float:
    """The largest difference in grey levels between what is drawn and (rows, columns) of a reference, where it is in sight."""
    seen, columns, rows = shown.grey(plane, side=side)
    inside = np.ix_((rows >= 0) & (rows < reference.shape[0]), (columns >= 0) & (columns < reference.shape[1]))
    part = seen[inside[0].ravel()][:, inside[1].ravel(), 1]
    assert part.size > 1000
    wanted = reference[rows[inside[0].ravel()]][:, columns[inside[1].ravel()]]
    return float(np.abs(part - wanted).max())


def test_greys_are_those_of_the_file_in_every_window_and_plane(address: str, browser: Browser, tmp_path: Path) -> None:
    hu = noise()
    exam = a_volume(tmp_path, hu)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam, first=7)).press("q")
        for key, window in (("1", LUNG), ("2", SOFT), ("3", BONE)):
            shown.press(key)
            assert against(shown, shades(hu[7], window)) <= 1
        shown.press("i")
        assert against(shown, 255 - shades(hu[7], BONE)) <= 1
        shown.press("i", "1", "m")
        at = [int(one) for one in shown.told()["at"].split(",")]
        assert against(shown, shades(hu[::-1, at[1]], LUNG), plane="coronal") <= 1
        assert against(shown, shades(hu[::-1, :, at[0]], LUNG), plane="sagittal") <= 1


def test_one_image_pixel_on_one_screen_pixel_is_drawn_without_blur(address: str, browser: Browser, tmp_path: Path) -> None:
    hu = noise(16, 300, 280)
    exam = a_volume(tmp_path, hu)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam, first=3)).press("0", "2")
        assert shown.plane()["scale"] == [1, 1]
        assert against(shown, shades(hu[3], SOFT)) <= 1


def test_coronal_and_sagittal_planes_are_true_to_scale(address: str, browser: Browser, tmp_path: Path) -> None:
    who, token = reader()
    exam = a_volume(tmp_path, noise(), step_mm=3.0, pixel_mm=0.6)
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam)).press("m")
        for name in ("coronal", "sagittal"):
            across, down = shown.plane(name)["scale"]
            assert down / across == pytest.approx(3.0 / 0.6)


@pytest.mark.parametrize("kind", ["signed", "unsigned", "steep", "shallow"])
def test_values_under_the_pointer_are_those_of_pydicom(address: str, browser: Browser, tmp_path: Path, kind: str) -> None:
    slope, intercept, signed = {
        "signed": (1, -1024, True),
        "unsigned": (1, -1000, False),
        "steep": (2, -900, True),
        "shallow": (0.5, 10, False),
    }[kind]
    low = -500 if signed else 0
    stored = np.random.default_rng(3).integers(low, 1500, (16, 40, 32)).astype(np.int16 if signed else np.uint16)
    first = ct_series(1)[0]
    same = {"StudyInstanceUID": first.StudyInstanceUID, "SeriesInstanceUID": first.SeriesInstanceUID}
    files = [ct_slice(stored[k], k=k, RescaleSlope=slope, RescaleIntercept=intercept, **same) for k in range(16)]
    read = [pydicom.dcmread(io.BytesIO(dicom_bytes(one))) for one in files]
    exam = taken_in(tmp_path, files)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam))
        for x, y, k, value in pointed(shown, ((3, 5), (20, 30), (31, 0))):
            assert abs(value - (float(read[k].pixel_array[y, x]) * slope + intercept)) <= 0.5 * (slope == 0.5)


def pointed(shown: Shown, places: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int, int, int]]:
    """Voxel and value under the pointer at each column and row."""
    plane = shown.plane()
    for column, row in places:
        shown.page.mouse.move(*shown.screen(plane, column + 0.5, row + 0.5))
        shown.settled()
        told = shown.told()
        x, y, k = (int(one) for one in told["voxel"].split(","))
        assert (x, y) == (column, row)
        yield x, y, k, int(told["value"])


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["LIDC-IDRI-0001", "C3N-00247"])
def test_a_real_scan_is_drawn_and_read_out_as_pydicom_has_it(address: str, browser: Browser, shared_data: Path, name: str) -> None:
    exam = uploaded(shared_data / "chest_ct" / f"{name}.zip")
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        scene = shown_scene = scene_of(who, exam)
        shown.open(shown_scene).press("0")
        files = by_place(shared_data / "chest_ct" / f"{name}.zip", scene)
        for keys, window in ((("1",), LUNG), (("2",), SOFT), (("3", "PageDown"), BONE), (("1", "PageUp", "PageUp"), LUNG)):
            shown.press(*keys)
            assert against(shown, shades(files[int(shown.told()["slice"])], window)) <= 1
        for x, y, k, value in pointed(shown, ((100, 200), (256, 256), (300, 350))):
            assert value == files[k][y, x]


def uploaded(archive: Path) -> int:
    with transaction() as session:
        batch = begin(session, site_id=a_site(session).id or 0, programme=None, source="test")
    take_in(batch, paths=[archive])
    with snapshot() as session:
        return session.exec(select(Exam.id)).one() or 0


def by_place(archive: Path, scene: Scene) -> Array:
    """Hounsfield units (Z, Y, X) by pydicom alone, in the order of the slices' places."""
    found = {}
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            try:
                one = pydicom.dcmread(io.BytesIO(opened.read(name)))
            except pydicom.errors.InvalidDicomError:
                continue
            if one.get("Modality") == "CT" and "ImagePositionPatient" in one:
                found[round(float(one.ImagePositionPatient[2]), 2)] = one
    ordered = [found[place] for place in sorted(found)]
    assert len(ordered) == scene["size"][2]
    return np.stack([one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept) for one in ordered])


@pytest.mark.parametrize(("turns", "make"), [(1, np.max), (2, np.min), (3, np.mean)])
def test_a_slab_shows_what_numpy_makes_of_its_slices(address: str, browser: Browser, tmp_path: Path, turns: int, make: Any) -> None:
    hu = noise()
    exam = a_volume(tmp_path, hu, step_mm=2.0)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam, first=9)).press("q", "m", *["t"] * turns)  # 10 mm: five slices of 2 mm
        _, y, z = (int(one) for one in shown.told()["at"].split(","))
        wanted = np.floor(make(hu[z - 2 : z + 3].astype(float), axis=0) + 0.5)
        assert against(shown, shades(wanted, LUNG)) <= 1
        wide = 14  # planes of 0.7 mm nearest to 10 mm
        first = y - (wide - 1) // 2
        wanted = np.floor(make(hu[:, first : first + wide].astype(float), axis=1) + 0.5)
        assert against(shown, shades(wanted[::-1], LUNG), plane="coronal") <= 1
        assert "5" in shown.page.locator(".label", has_text="10.0 mm").first.inner_text()


def ball(depth: int, at: int, *, size: int = 64) -> Array:
    """Lung with one nodule of 5 voxels radius whose middle lies on slice `at`."""
    z, y, x = np.mgrid[:depth, :size, :size]
    return np.where((z - at) ** 2 + (y - 30) ** 2 + (x - 40) ** 2 <= 25, 50, -850).astype(np.int16)


def with_earlier(scene: Scene, earlier: Scene, matrix: list[list[float]] | None) -> Scene:
    return {
        **scene,
        "id": f"{scene['id']}~{earlier['id']}",
        "date": "today",
        "prior": {**earlier, "date": "then", "link": {"matrix": matrix}},
    }


def test_linked_exams_show_the_same_nodule_though_the_patient_lay_elsewhere(address: str, browser: Browser, tmp_path: Path) -> None:
    now, then = a_volume(tmp_path / "1", ball(40, 22)), a_volume(tmp_path / "2", ball(40, 15), PatientID="P-2")
    moved = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -14.0], [0, 0, 0, 1]]  # seven slices of 2 mm towards the feet
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(with_earlier(scene_of(who, now, first=22), scene_of(who, then), moved)).press("q")
        assert abs(int(shown.told()["prior"].split(",")[2]) - 15) <= 1
        for key in ("ArrowDown", "ArrowDown", "PageUp"):
            shown.press(key)
            at, prior = (int(shown.told()[name].split(",")[2]) for name in ("at", "prior"))
            assert abs(prior - (at - 7)) <= 1
        plane = shown.plane(side=1)
        shown.page.mouse.move(*shown.screen(plane, 30, 30))
        shown.page.mouse.wheel(0, 100)  # the earlier exam leads
        shown.settled()
        told = shown.told()
        assert int(told["at"].split(",")[2]) == int(told["prior"].split(",")[2]) + 7
        assert shown.plane()["scale"] == pytest.approx(plane["scale"])
        assert "Linked by anatomy" in shown.page.locator(".labels").inner_text()


def test_exams_without_registration_scroll_together_only_once_a_person_links_them(address: str, browser: Browser, tmp_path: Path) -> None:
    now, then = a_volume(tmp_path / "1", ball(40, 22)), a_volume(tmp_path / "2", ball(40, 15), PatientID="P-2")
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(with_earlier(scene_of(who, now, first=22), scene_of(who, then, first=15), None))
        shown.press("ArrowDown")
        assert shown.told()["prior"].endswith(",15")
        assert "Not registered" in shown.page.locator(".labels").inner_text()
        shown.press("k", "ArrowDown", "ArrowDown")
        assert (shown.told()["slice"], shown.told()["prior"].split(",")[2]) == ("19", "13")
        assert "table position -12.0 mm" in shown.page.locator(".labels").inner_text()
        shown.press("u", "ArrowDown")
        assert (shown.told()["slice"], shown.told()["prior"].split(",")[2]) == ("18", "13")


def drag(shown: Shown, start: tuple[float, float], end: tuple[float, float]) -> None:
    shown.page.mouse.move(*start)
    shown.page.mouse.down()
    shown.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    shown.page.mouse.move(*end)
    shown.page.mouse.up()
    shown.settled()


def test_a_length_is_in_millimetres_of_the_patient_on_every_plane(address: str, browser: Browser, tmp_path: Path) -> None:
    exam = a_volume(tmp_path, ball(40, 20), step_mm=2.5, pixel_mm=0.7)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        scene = scene_of(who, exam)
        shown.open(scene).press("m", "l")
        axial, coronal = shown.plane(), shown.plane("coronal")
        drag(shown, shown.screen(axial, 10.5, 20.5), shown.screen(axial, 40.5, 60.5))
        drag(shown, shown.screen(coronal, 20.5, 10.5), shown.screen(coronal, 20.5, 30.5))
        told = shown.sent("measured")[-1]
        assert told[0]["mm"][0] == pytest.approx(0.7 * np.hypot(30, 40), abs=0.1)
        assert told[1]["mm"][0] == pytest.approx(2.5 * 20, abs=0.1)
        assert (told[0]["kind"], told[0]["plane"], told[1]["plane"]) == ("length", "axial", "coronal")
        assert np.linalg.norm(np.subtract(*told[0]["points"])) == pytest.approx(told[0]["mm"][0], abs=0.05)
        drag(shown, shown.screen(axial, 40.5, 60.5), shown.screen(axial, 10.5, 60.5))  # its end is taken hold of
        assert shown.sent("measured")[-1][0]["mm"][0] == pytest.approx(0.7 * 40, abs=0.1)
        shown.press("Delete")
        kept = shown.sent("measured")[-1]
        assert [one["plane"] for one in kept] == ["coronal"]
        again = {**scene, "measurements": kept}
        shown.page.evaluate("scene => void window.give(scene)", again)
        shown.settled()
        assert len(shown.sent("measured")) == 4  # told once each: drawn, drawn, moved, deleted


def test_two_diameters_stand_across_each_other_and_the_longer_comes_first(address: str, browser: Browser, tmp_path: Path) -> None:
    exam = a_volume(tmp_path, ball(40, 20), pixel_mm=0.5)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam)).press("b")
        plane = shown.plane()
        drag(shown, shown.screen(plane, 20.5, 30.5), shown.screen(plane, 50.5, 30.5))
        a, b, c, d = (np.array(point) for point in shown.sent("measured")[-1][0]["points"])
        assert abs((b - a) @ (d - c)) < 1e-3
        to = shown.screen(plane, *voxel(scene_of(who, exam), c)[:2])
        drag(shown, to, (to[0], shown.screen(plane, 0, 20.5)[1] if c[1] < a[1] else shown.screen(plane, 0, 40.5)[1]))
        long, short = shown.sent("measured")[-1][0]["mm"]
        assert long == pytest.approx(15.0, abs=0.1)
        a, b, c, d = (np.array(point) for point in shown.sent("measured")[-1][0]["points"])
        assert short == pytest.approx(np.linalg.norm(d - c), abs=0.05)
        assert abs(c[1] - a[1]) == pytest.approx(5.0, abs=0.1)
        assert abs((b - a) @ (d - c)) < 1e-2


def voxel(scene: Scene, lps: Array) -> Array:
    """Image point (columns, rows from the corner; slice) of a place in the patient."""
    m = np.array(scene["affine"])
    return np.asarray(np.linalg.solve(m[:3, :3], lps - m[:3, 3]) + np.array([0.5, 0.5, 0]))


def test_a_length_can_be_measured_with_keys_alone(address: str, browser: Browser, tmp_path: Path) -> None:
    exam = a_volume(tmp_path, ball(40, 20), pixel_mm=0.7)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam))
        shown.page.locator(".viewer .stage").focus()
        shown.press("l", "Enter", *["Shift+ArrowRight"] * 10, "Enter")
        assert shown.sent("measured")[-1][0]["mm"] == [7.0]
        shown.press("s", "v", "v", *["Shift+ArrowRight"] * 5, "Enter")
        assert shown.sent("measured")[-1][0]["mm"][0] in (3.5, 10.5)


def test_a_lost_slice_leaves_a_gap_and_nothing_is_squeezed_together(address: str, browser: Browser, tmp_path: Path) -> None:
    hu = noise(24)
    exam = a_volume(tmp_path, hu, lost=(8, 9))
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam, first=7)).press("q", "1")
        assert against(shown, shades(hu[7], LUNG)) <= 1
        shown.press("ArrowUp")
        assert "Slice missing" in shown.page.locator(".label.alarm").inner_text()
        assert shown.told()["slice"] == "8"
        shown.press("ArrowUp", "ArrowUp")
        assert against(shown, shades(hu[10], LUNG)) <= 1
        assert "Slice 14 of 22" in shown.page.locator(".labels").inner_text()
        shown.press("m")
        at = [int(one) for one in shown.told()["at"].split(",")]
        wanted = shades(hu[:, at[1]], LUNG)
        seen, columns, rows = shown.grey("coronal")
        lost = np.isin(23 - rows, (8, 9))
        inside = (columns >= 0) & (columns < hu.shape[2])
        gap = seen[lost][:, inside]
        assert lost.sum() > 2
        assert (gap.max(axis=(0, 1)) <= [27, 19, 6]).all()  # a dark band of its own colour
        rest = (rows >= 0) & (rows < 24) & ~lost
        assert np.abs(seen[rest][:, inside, 1] - wanted[23 - rows[rest]][:, columns[inside]]).max() <= 1


def test_a_lost_graphics_context_comes_back_with_all_planes(address: str, browser: Browser, tmp_path: Path) -> None:
    hu = noise()
    exam = a_volume(tmp_path, hu)
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam)).press("q", "m", "t")
        before = {name: shown.grey(name)[0] for name in ("axial", "coronal", "sagittal")}
        shown.page.evaluate(
            """() => {
                window.lost = host.querySelector("canvas.image").getContext("webgl2").getExtension("WEBGL_lose_context");
                window.lost.loseContext();
            }"""
        )
        shown.page.wait_for_function("() => !host.querySelector('.note').hidden")
        shown.page.evaluate("() => window.lost.restoreContext()")
        shown.page.wait_for_function("() => host.querySelector('.viewer').dataset.loaded === '20'")
        shown.settled()
        for name, was in before.items():
            assert np.abs(shown.grey(name)[0] - was).max() <= 1


TOUCH = """([kind, points]) => {
  const stage = host.querySelector(".stage");
  const finger = { pointerType: "touch", bubbles: true, button: 0 };
  points.forEach(([clientX, clientY], i) => stage.dispatchEvent(new PointerEvent(kind, { ...finger, pointerId: i + 1, clientX, clientY })));
}"""


def test_fingers_scroll_zoom_move_and_set_the_window(address: str, browser: Browser, tmp_path: Path) -> None:
    exam = a_volume(tmp_path, noise())
    who, token = reader()
    with viewer_at(browser, address, token, has_touch=True, device_scale_factor=2) as shown:
        shown.page.evaluate("() => { Element.prototype.setPointerCapture = () => {}; }")
        shown.open(scene_of(who, exam))
        assert shown.page.evaluate(
            "() => host.querySelector('canvas.image').width / host.querySelector('.stage').clientWidth"
        ) == pytest.approx(2, abs=0.01)

        def touch(kind: str, *points: tuple[float, float]) -> None:
            shown.page.evaluate(TOUCH, [kind, points])

        before = shown.told()["slice"]
        touch("pointerdown", (400, 300))
        for y in range(310, 420, 10):
            touch("pointermove", (400, y))
        touch("pointerup", (400, 420))
        shown.settled()
        assert int(shown.told()["slice"]) < int(before)

        plane = shown.plane()
        touch("pointerdown", (380, 300), (420, 300))
        touch("pointermove", (340, 320), (460, 320))
        touch("pointerup", (340, 320), (460, 320))
        shown.settled()
        after = shown.plane()
        assert after["scale"][0] > 1.8 * plane["scale"][0]
        assert shown.told()["slice"] != before

        touch("pointerdown", (400, 300))
        shown.page.wait_for_function("() => host.querySelector('.viewer').dataset.held === 'window'")
        touch("pointermove", (460, 300))
        touch("pointerup", (460, 300))
        shown.settled()
        assert "W 1740" in shown.page.locator(".labels").inner_text()


def test_the_saliency_of_the_ai_lies_where_its_grid_says_and_only_when_there_is_one(address: str, browser: Browser, tmp_path: Path) -> None:
    hu = np.full((20, 64, 64), -850, np.int16)
    exam = a_volume(tmp_path, hu, pixel_mm=1.0)
    who, token = reader()
    mark = {"number": 1, "slice": 10, "low": 8, "high": 12, "box": [30, 28, 36, 34], "centre": [33, 31], "text": "1", "mask": A_MASK}
    with viewer_at(browser, address, token) as shown:
        scene = scene_of(who, exam)
        shown.open({**scene, "marks": [mark]}).press("a")
        assert shown.page.locator("button[data-id=saliency]").is_hidden()
        assert (shown.grey()[0].max(axis=2) - shown.grey()[0].min(axis=2)).max() == 0
    signed = np.zeros((5, 8, 8), np.int8)
    signed[:, :, 4:], signed[:, :4, :4] = 127, -127  # the right half for it, the upper left against it, on voxels of 8 × 8 × 8 mm
    fine = np.array(scene["affine"])
    coarse = [[8, 0, 0, fine[0][3] + 3.5], [0, 8, 0, fine[1][3] + 3.5], [0, 0, 8, fine[2][3] + 3], [0, 0, 0, 1]]
    given = {"url": "/saliency", "size": [8, 8, 5], "affine": coarse, "full": 0.25}
    with viewer_at(browser, address, token) as shown:
        shown.page.route("**/saliency", lambda route: route.fulfill(body=signed.tobytes()))
        shown.open({**scene, "marks": [{**mark, "saliency": given}, {**mark, "number": 2, "text": "2"}]})
        assert shown.page.locator(".legend").is_hidden()
        shown.press("a")
        assert shown.told()["mark"] == "1"
        shown.page.wait_for_function("() => host.querySelector('.viewer').dataset.saliency === '1'")
        shown.settled()
        seen, columns, rows = shown.grey()
        warmth = seen[..., 0] - seen[..., 2]
        for_it, against = (columns >= 40) & (columns < 60), (columns >= 2) & (columns < 26)
        above, below = (rows >= 2) & (rows < 26), (rows >= 40) & (rows < 60)
        assert (warmth[np.ix_(above | below, for_it)] > 40).all()
        assert (warmth[np.ix_(above, against)] < -10).all()
        assert (warmth[np.ix_(below, against)] == 0).all()
        legend = shown.page.locator(".legend")
        assert "speaks against malignancy" in legend.inner_text()
        assert "not where cancer is" in legend.inner_text()
        shown.page.mouse.move(*shown.screen(shown.plane(), 50, 50))
        shown.settled()
        assert shown.page.locator(".value").inner_text() == "-850 HU · speaks for malignancy, odds × 1.28"
        shown.press("n")
        assert "There is no map of AI mark 2" in legend.inner_text()
        assert (shown.grey()[0].max(axis=2) - shown.grey()[0].min(axis=2)).max() == 0


def outlined(shown: Shown, name: str, middle: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the AI's outline in a plane, in image pixels, found along the row and column through `middle`."""
    plane = shown.plane(name)
    x, y, w, h = (int(value) for value in plane["rect"])
    (ox, oy), (sx, sy) = plane["origin"], plane["scale"]
    take = "box => Array.from(host.querySelector('.over').getContext('2d').getImageData(...box).data)"
    columns, rows = (
        _yellow(np.array(shown.page.evaluate(take, box)))
        for box in ([x, round(oy + middle[1] * sy), w, 1], [round(ox + middle[0] * sx), y, 1, h])
    )
    left, right = ((columns[n] + x + 0.5 - ox) / sx for n in (0, -1))
    top, bottom = ((rows[n] + y + 0.5 - oy) / sy for n in (0, -1))
    return left, top, right, bottom


def _yellow(line: Array) -> Array:
    """Where along a line of RGBA values the AI's colour stands."""
    red, green, blue, there = line.reshape(-1, 4).T
    return np.flatnonzero((red > 200) & (green > 160) & (blue < 150) & (there > 200))


def test_the_outline_of_a_mask_is_drawn_in_all_three_planes(address: str, browser: Browser, tmp_path: Path) -> None:
    hu = np.full((20, 64, 64), -850, np.int16)
    exam = a_volume(tmp_path, hu, pixel_mm=1.0)
    who, token = reader()
    mark = {"number": 1, "slice": 10, "low": 8, "high": 12, "box": [30, 28, 36, 34], "centre": [33, 31], "text": "1", "mask": A_MASK}
    with viewer_at(browser, address, token) as shown:
        shown.open({**scene_of(who, exam), "marks": [mark]}).press("m", "n")
        for name, box in (("axial", (30, 28, 36, 34)), ("coronal", (30, 7, 36, 12)), ("sagittal", (28, 7, 34, 12))):
            middle = (box[0] + box[2]) / 2 + 1, (box[1] + box[3]) / 2 + 0.7  # beside the crosshair
            assert outlined(shown, name, middle) == pytest.approx(box, abs=0.5), name


def test_every_key_is_listed_on_demand(address: str, browser: Browser, tmp_path: Path) -> None:
    exam = a_volume(tmp_path, noise())
    who, token = reader()
    with viewer_at(browser, address, token) as shown:
        shown.open(scene_of(who, exam)).press("?")
        said = shown.page.locator(".viewer .help").inner_text()
        for words in ("Drag a line to measure its length", "Move the crosshair", "Swap black and white", "Set an end of a measurement"):
            assert words in said
        shown.press("Escape")
        assert shown.page.locator(".viewer .help").is_hidden()
