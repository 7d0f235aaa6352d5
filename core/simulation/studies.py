"""Reader-study tables that can be simulated on: many readers of every exam, with what it turned out to be."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.demonstration.research import table
from core.metrics import mrmc
from core.metrics.interval import Interval
from core.metrics.panel import FEWEST, Panel, panel_of
from core.settings import settings
from core.words import N_, Sentence, say

MAMMOGRAPHY, VIPER = "mammography_reader_study.csv", "viper_reads.csv"
NAMES = {
    "mammography": N_("Mammography reader study (14 radiologists, 7 models)"),
    "viper_digital": N_("VIPER, digital (43 readers, no AI)"),
    "viper_film": N_("VIPER, film (43 readers, no AI)"),
}
ENRICHED = N_("Cancers are far more frequent than in screening: recall, detection and cost are those of this study.")
ABOUT = {
    "mammography": N_("1,440 breasts of 720 exams, 61 malignant, each rated by 14 radiologists and 7 published models (NYU, BSD-2)."),
    "viper_digital": N_("VIPER reader study (CC0), digital mammograms, each read by several of 43 readers."),
    "viper_film": N_("VIPER reader study (CC0), film mammograms, each read by several of 43 readers."),
}
MODELS = {
    "GMIC_top5": "GMIC, five best", "GMIC_top1": "GMIC, best", "GLAM": "GLAM", "DMVCNN": "DMV-CNN", "frcnn": "Faster R-CNN",
    "end2end_inbreast": "End2end (INbreast)", "end2end_ddsm": "End2end (DDSM)",
}  # fmt: skip


@dataclass(frozen=True)
class Study:
    """The panel, whose AI it has ("" for none), and how many readers; `left_out` exams had fewer than three of them."""

    panel: Panel
    about: Sentence
    model: str
    readers: int
    left_out: int
    breasts: bool = False
    """Whether each row is a breast, else an exam."""


@dataclass(frozen=True)
class AgainstReaders:
    """Mean area of the readers, of the model, and how far the model lies above them; p of the difference being chance."""

    readers: int
    mean: Interval
    model: Interval
    gap: mrmc.Test
    kind: mrmc.Readers


def missing(key: str, folder: Path | None = None) -> Sentence | None:
    """Why a study cannot be simulated on: its table is not there."""
    name = MAMMOGRAPHY if key == "mammography" else VIPER
    path = (folder or settings().shared_data.expanduser() / "tables") / name
    return None if path.is_file() else say(N_("its table {name} is not in the folder of research data (FIRSTLIGHT_SHARED_DATA)"), name=name)


def study(key: str, *, model: str = "GMIC_top5", threshold: float = 0.5, folder: Path | None = None) -> Study:
    """The study `key` as a panel. Rated probabilities from `threshold` on are recalls; the model's scores become tenths of these breasts.

    Rejected when its table is not found.
    """
    if key == "mammography":
        return _mammography(table(folder, MAMMOGRAPHY), model, threshold)
    return _viper(table(folder, VIPER), "FFDM" if key == "viper_digital" else "SFM")


def against_readers(model: str = "GMIC_top5", *, kind: mrmc.Readers = "random", folder: Path | None = None) -> AgainstReaders:
    """A model of the mammography reader study against its radiologists, breasts of one woman not taken as independent."""
    rows = _read(table(folder, MAMMOGRAPHY))
    ratings, score = _ratings(rows), rows[f"AI_{model}_POM"]
    mean = mrmc.mean_area(rows.label, ratings, readers=kind, person=rows.case_ID)
    own = mrmc.mean_area(rows.label, [score], person=rows.case_ID)
    return AgainstReaders(len(ratings), mean, own, mrmc.against(rows.label, ratings, score, readers=kind, person=rows.case_ID), kind)


def _mammography(path: Path, model: str, threshold: float) -> Study:
    rows = _read(path)
    recalls = _ratings(rows) >= threshold
    score = rows[f"AI_{model}_POM"].to_numpy(dtype=np.float64)
    readers = np.full(len(rows), len(recalls))
    panel = panel_of(rows.case_ID, rows.label, recalls.sum(axis=0), readers, tenths(score))
    return Study(panel, say(ABOUT["mammography"]), MODELS[model], len(recalls), 0, breasts=True)


def _viper(path: Path, modality: str) -> Study:
    rows = _read(path)
    of_case = rows[rows.modalityID == modality].groupby("caseID")
    cases = of_case.agg(
        recalls=("recall", lambda said: int((said == 1).sum())), readers=("recall", "size"), ill=("cancerStatus365", "first")
    )
    used = cases[cases.readers >= FEWEST]
    panel = panel_of(used.index, used.ill, used.recalls, used.readers)
    key = "viper_digital" if modality == "FFDM" else "viper_film"
    return Study(panel, say(ABOUT[key]), "", rows.readerID.nunique(), len(cases) - len(used))


def tenths(score: NDArray[np.float64]) -> NDArray[np.int64]:
    """1–10: in which tenth of these scores (n,) each lies, equal scores in the same."""
    limits = np.quantile(score, np.linspace(0.1, 0.9, 9))
    return np.asarray(1 + np.searchsorted(limits, score, side="left"), dtype=np.int64)


def _ratings(rows: pd.DataFrame) -> NDArray[np.float64]:
    """(readers, n)"""
    return rows[[name for name in rows if str(name).startswith("Reader")]].to_numpy(dtype=np.float64).T


def _read(path: Path) -> pd.DataFrame:
    return _at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _at(path: Path, changed: int) -> pd.DataFrame:
    return pd.read_csv(path)
