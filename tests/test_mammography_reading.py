"""From DICOM to a scored exam: which images are mammograms, which are left out by name, and what is said beside the others."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from core.errors import Rejected
from core.imaging.examine import Examined, examine_bytes
from core.imaging.header import read_header
from core.imaging.mammogram import read_mammogram
from core.imaging.technical import view_of
from core.imaging.view_source import CAPTURE, DIGITAL, FILM, SYNTHETIC
from core.imaging.view_use import not_scored
from models import score
from models.mammography import Mammography
from models.scoring import mammograms
from tests import breast_build
from tests.dicom_build import CT_CLASS, DBT_CLASS, MG_PROCESSING_CLASS, SECONDARY_CAPTURE_CLASS, ct_slice, dicom_bytes, mammogram

FOUR = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
STUDY = "1.2.3"


def breast(side: str = "L", view: str = "CC", *, seed: int = 0, **attributes: object) -> Dataset:
    """A drawn breast as a mammogram for presentation, all of one study."""
    pixels = (breast_build.mammogram(seed=seed) * 4000).astype(np.uint16)
    return mammogram(pixels, side=side, view=view, StudyInstanceUID=STUDY, **attributes)


def four(**attributes: object) -> list[Dataset]:
    return [breast(side, view, seed=n, **attributes) for n, (side, view) in enumerate(FOUR)]


def coded(view: str, *, modifier: str | None = None) -> Sequence:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = view, "SCT", "view"
    if modifier:
        item.ViewModifierCodeSequence = coded(modifier)
    return Sequence([item])


@pytest.fixture(scope="module")
def model() -> Mammography:
    return breast_build.untrained()


def examined(datasets: Iterable[Dataset]) -> list[Examined]:
    return [examine_bytes(dicom_bytes(dataset), shown=f"{n}.dcm") for n, dataset in enumerate(datasets)]


def scored(datasets: Iterable[Dataset], model: Mammography) -> mammograms.Entry:
    (entry,) = mammograms.entries(examined(datasets), lambda: model)
    return entry


def reasons(entry: mammograms.Entry) -> list[str]:
    return [view["reason"] for view in entry["views"] if view["reason"]]


# --- how the image came about ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "source"),
    [
        ({}, DIGITAL),
        ({"ImageType": ["ORIGINAL", "PRIMARY", ""]}, DIGITAL),
        ({"ImageType": ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "GENERATED_2D"]}, SYNTHETIC),
        ({"SeriesDescription": "L MLO C-View"}, SYNTHETIC),
        ({"SeriesDescription": "R CC Intelligent 2D"}, SYNTHETIC),
        ({"DetectorType": "FILM"}, FILM),
        ({"SOPClassUID": SECONDARY_CAPTURE_CLASS, "ConversionType": "DF"}, FILM),
        ({"SOPClassUID": SECONDARY_CAPTURE_CLASS, "ConversionType": "WSD"}, CAPTURE),
    ],
)
def test_the_origin_of_a_view(attributes: dict[str, object], source: str) -> None:
    header = read_header(dicom_bytes(mammogram(**attributes)))
    assert header.view is not None
    assert header.view.source == source
    assert view_of(header.technical()) == header.view


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"ImageType": ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "GENERATED_2D"]}, "synthetic 2D"),
        ({"DetectorType": "FILM"}, "digitised film"),
        ({"BreastImplantPresent": "YES"}, "few women with implants were in training"),
        ({"ViewCodeSequence": coded("399162004", modifier="399209000")}, "few women with implants were in training"),
    ],
)
def test_what_makes_a_result_less_certain_stands_beside_it(attributes: dict[str, object], words: str, model: Mammography) -> None:
    entry = scored([breast("R"), breast("L", **attributes)], model)
    assert set(entry["breasts"]) == {"L", "R"}
    assert sum(words in warning for warning in entry["warnings"]) == 1


def test_an_ordinary_view_carries_no_caution() -> None:
    assert read_mammogram(dicom_bytes(breast())).warnings == ()


# --- pictures that are no whole breast ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"ViewCodeSequence": coded("399162004", modifier="399055006")}, "spot compression"),
        ({"ViewCodeSequence": coded("399162004", modifier="R-102D6")}, "magnification"),
        ({"EstimatedRadiographicMagnificationFactor": 1.8}, "magnification"),
        ({"PaddleDescription": "QUAD_MAG"}, "magnification"),
        ({"SeriesDescription": "L CC SPOT"}, "spot compression"),
        ({"PartialView": "YES"}, "Partial View"),
        ({"ViewCodeSequence": coded("399162004", modifier="399161006")}, "(cleavage)"),
        ({"view": None, "ViewCodeSequence": coded("127457009")}, "tissue specimen"),
        ({"SeriesDescription": "Specimen L"}, "tissue specimen"),
        ({"SeriesDescription": "L CC Stereo Scout"}, "biopsy"),
        ({"PaddleDescription": "BIOPSY 5X5"}, "biopsy"),
    ],
)
def test_a_picture_of_a_part_is_left_out_by_name_and_the_rest_is_scored(
    attributes: dict[str, object], words: str, model: Mammography
) -> None:
    entry = scored([*four(), breast("L", **attributes)], model)
    (reason,) = reasons(entry)
    assert words in reason
    assert entry["rests_on"] == "4 of 4 views: right CC, left CC, right MLO, left MLO; 1 more left out"
    assert entry["exam_score"] is not None


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"SeriesDescription": "Screening post biopsy L CC"},
        {"SeriesDescription": "IMAGE L CC"},
        {"EstimatedRadiographicMagnificationFactor": 1.07},
        {"PartialView": "NO"},
        {"ViewCodeSequence": coded("399162004", modifier="399226006")},
        {"ViewCodeSequence": coded("399162004", modifier="399209000")},
    ],
)
def test_whole_views_are_scored(attributes: dict[str, object]) -> None:
    view = read_header(dicom_bytes(mammogram(**attributes))).view
    assert view is not None
    assert view.part == "L-CC"
    assert not_scored(view) is None


def test_an_exam_of_partial_views_only_has_no_result_but_their_reasons(model: Mammography) -> None:
    entry = scored([breast("L", PaddleDescription="SPOT"), breast("R", PaddleDescription="SPOT")], model)
    assert "breasts" not in entry
    assert entry["reason"]
    assert all("spot compression" in view["reason"] for view in entry["not_scored"])


def test_raw_data_is_not_counted_beside_its_own_presentation(model: Mammography) -> None:
    raw = breast("L", SOPClassUID=MG_PROCESSING_CLASS, PresentationIntentType="FOR PROCESSING", PixelIntensityRelationshipSign=-1)
    entry = scored([*four(), raw], model)
    assert "Raw detector data" in reasons(entry)[0]
    assert entry["rests_on"].endswith("; 1 more left out")
    alone = scored([raw], model)
    assert alone["rests_on"] == "1 of 1 views: left CC"


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_an_exam_of_any_number_of_views_says_what_it_rests_on(count: int, model: Mammography) -> None:
    views = (*FOUR, ("L", "ML"), ("R", "XCCL"))
    entry = scored([breast(side, view, seed=n) for n, (side, view) in enumerate(views[:count])], model)
    assert entry["exam_score"] is not None
    assert entry["rests_on"].startswith(f"{count} of {count} views: right CC")


# --- what is no mammogram at all ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("built", "words"),
    [
        (mammogram(SOPClassUID=DBT_CLASS), "tomosynthesis"),
        (mammogram(SOPClassUID=DBT_CLASS, ImageType=["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "GENERATED_2D"]), "synthetic view"),
        (mammogram(ImageType=["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"]), "tomosynthesis"),
        (mammogram(ImageType=["ORIGINAL", "PRIMARY", "TOMO_PROJ"]), "tomosynthesis"),
        (mammogram(np.zeros((5, 60, 40), np.uint16)), "tomosynthesis"),
        (mammogram(np.zeros((5, 60, 40), np.uint16), SOPClassUID=SECONDARY_CAPTURE_CLASS), "tomosynthesis"),
        (mammogram(SOPClassUID=CT_CLASS), "tomosynthesis"),
        (ct_slice(ImageType=["DERIVED", "PRIMARY", "TOMO"], BodyPartExamined="BREAST"), "tomosynthesis"),
    ],
)
def test_tomosynthesis_is_refused_by_name(built: Dataset, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        read_header(dicom_bytes(built))


def test_a_ct_is_no_mammogram_and_becomes_no_mammography_exam(model: Mammography) -> None:
    assert mammograms.entries(examined([ct_slice()]), lambda: model) == []
    with pytest.raises(Rejected, match="The instance is no mammogram but ct"):
        read_mammogram(dicom_bytes(ct_slice()))


def photograph() -> NDArray[np.uint16]:
    """Grey, full of structure to all edges."""
    rows, columns = np.indices((480, 400))
    return np.asarray(2000 + 1500 * np.sin(rows / 9) * np.cos(columns / 13), np.uint16)


def empty_detector() -> NDArray[np.uint16]:
    """Noise and a lead marker."""
    pixels = np.random.default_rng(0).integers(0, 30, (480, 400)).astype(np.uint16)
    pixels[20:40, 320:380] = 4000
    return pixels


def blank_breast() -> NDArray[np.uint16]:
    """The outline of a breast without any tissue in it."""
    return np.asarray((breast_build.mammogram(structure=0) > 0) * 2000, np.uint16)


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (photograph(), "photograph"),
        (empty_detector(), "No breast was found"),
        (blank_breast(), "No tissue structure"),
        (np.full((480, 400), 1000, np.uint16), "blank"),
    ],
)
def test_what_shows_no_breast_is_refused_by_name_and_the_rest_is_scored(pixels: NDArray[np.uint16], words: str, model: Mammography) -> None:
    entry = scored([*four()[:3], mammogram(pixels, side="L", view="MLO", StudyInstanceUID=STUDY)], model)
    (reason,) = reasons(entry)
    assert words in reason
    assert entry["rests_on"] == "3 of 4 views: right CC, left CC, right MLO; 1 not scored"


def test_a_colour_photograph_is_refused_by_the_command(tmp_path: Path, model: Mammography) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (60, 40, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "cat.png")
    (entry,) = score.score([tmp_path / "cat.png"], laterality="L", view="CC")["exams"]
    assert "in colour" in entry["not_scored"][0]["reason"]


def test_the_command_names_tomosynthesis_and_a_scan_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(dicom_bytes(mammogram(SOPClassUID=DBT_CLASS)))
    (tmp_path / "b.dcm").write_bytes(dicom_bytes(mammogram(SOPClassUID="1.2.840.10008.5.1.4.1.1.4", Modality="MR")))
    answer = score.score([tmp_path])
    assert answer["exams"] == []
    said = " ".join(entry["reason"] for entry in answer["not_scored"])
    assert "tomosynthesis" in said
    assert "MR" in said


# --- pixels: polarity, look-up table and window ------------------------------------------------------------------------------------


def test_polarity_window_and_table_change_no_score(model: Mammography) -> None:
    plain = breast(seed=3)
    pixels = np.frombuffer(plain.PixelData, "<u2").reshape(480, 400)
    inverted = breast(PhotometricInterpretation="MONOCHROME1")
    inverted.PixelData = (4095 - pixels).astype("<u2").tobytes()
    table = Dataset()
    table.LUTDescriptor = [4096, 0, 12]
    table["LUTDescriptor"].VR = "US"
    table.add_new(0x00283006, "OW", np.arange(4096).astype("<u2").tobytes())
    tabled = breast(seed=3, VOILUTSequence=Sequence([table]), WindowCenter=10, WindowWidth=2)
    wider = breast(seed=3, WindowCenter=3000, WindowWidth=6000)
    first, *others = (scored([dataset], model)["breasts"]["L"] for dataset in (plain, inverted, tabled, wider))
    assert others == pytest.approx([first] * 3, abs=5e-3)
