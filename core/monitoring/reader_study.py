"""A published reader study as a table: what each reader and each model said of every breast, beside the truth.

The table has one row per breast: `case_ID`, `side`, `label` (0 or 1), `Reader…_POM` and `AI_…_POM` (probability of malignancy, 0 to 1);
so is the NYU study written (Shen Y et al. Nat Commun 2021;12:5645). Nothing of it is stored in the programme's own tables.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import Rejected
from core.metrics import clusters, mrmc
from core.metrics.interval import Interval
from core.metrics.labels import Bools, Floats
from core.metrics.mrmc import Test
from core.metrics.precision_recall import interval as mean_precision
from core.settings import settings
from core.words import N_

FILE = "mammography_reader_study.csv"
REPLICATES = 200


@dataclass(frozen=True)
class ReaderStudy:
    """truth (n,), the case of each breast (n,), and by name the scores (n,) of readers and models."""

    truth: Bools
    case: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    readers: Mapping[str, Floats]
    models: Mapping[str, Floats]


@dataclass(frozen=True)
class Beside:
    """Areas with intervals by case: of every reader, of their mean, and of every model with its lead over the mean.

    Mean and leads hold for other readers and other cases (Obuchowski–Rockette, `core.metrics.mrmc`).
    """

    breasts: int
    exams: int
    cancers: int
    readers: Mapping[str, Interval]
    mean: Interval
    models: Mapping[str, Interval]
    leads: Mapping[str, Test]
    precision: Mapping[str, Interval]
    """Average precision of the mean of the readers ("") and of every model."""


def published() -> Path | None:
    """Where the table lies among the shared research data; None when it is not there."""
    path = settings().shared_data / "tables" / FILE
    return path if path.is_file() else None


def load(content: bytes | Path) -> ReaderStudy:
    """The table as uploaded or from a file; Rejected naming what is missing or out of range."""
    raw = content.read_bytes() if isinstance(content, Path) else content
    try:
        table = pd.read_csv(io.BytesIO(raw))
    except (ValueError, UnicodeDecodeError) as problem:
        raise Rejected(N_("This is not a table of comma-separated values; a reader study as CSV was expected")) from problem
    missing = [name for name in ("case_ID", "label") if name not in table]
    columns = {name: name.removesuffix("_POM") for name in map(str, table.columns) if name.endswith("_POM")}
    readers = {short: name for name, short in columns.items() if short.startswith("Reader")}
    models = {short.removeprefix("AI_"): name for name, short in columns.items() if short.startswith("AI_")}
    if missing or len(readers) < 2:
        wanted = ", ".join([*missing, *(f"Reader0{number}_POM" for number in range(len(readers) + 1, 3))])
        raise Rejected(
            N_("The table has no column {columns}; a reader study has case_ID, label, two or more Reader…_POM and AI_…_POM"), columns=wanted
        )
    scores = table[[*readers.values(), *models.values()]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    label = pd.to_numeric(table.label, errors="coerce")
    wrong = np.flatnonzero(~label.isin([0, 1]).to_numpy() | ~((scores >= 0) & (scores <= 1)).all(axis=1))
    if len(wrong):
        raise Rejected(N_("Row {row} holds a label that is not 0 or 1, or a probability outside of 0 to 1"), row=int(wrong[0]) + 2)
    if label.nunique() < 2:
        raise Rejected(N_("The table holds breasts of one kind only; breasts with and without a cancer were expected"))
    case = np.asarray(pd.factorize(table.case_ID)[0], dtype=np.int64)
    both = [{name: table[column].to_numpy(dtype=np.float64) for name, column in part.items()} for part in (readers, models)]
    return ReaderStudy(label.to_numpy() == 1, case, both[0], both[1])


def beside(study: ReaderStudy) -> Beside:
    """The figures of a study; about a second."""
    readers = {name: clusters.auc(study.truth, score, study.case) for name, score in study.readers.items()}
    models = {name: clusters.auc(study.truth, score, study.case) for name, score in study.models.items()}
    ratings = np.stack(list(study.readers.values()))  # (readers, n)
    leads = {name: mrmc.against(study.truth, ratings, score, person=study.case) for name, score in study.models.items()}
    together = np.mean(list(study.readers.values()), axis=0)
    scores = {"": together, **study.models}
    return Beside(
        breasts=len(study.truth), exams=int(study.case.max()) + 1, cancers=int(study.truth.sum()), readers=readers,
        mean=mrmc.mean_area(study.truth, ratings, person=study.case), models=models, leads=leads,
        precision={name: mean_precision(study.truth, score, study.case, replicates=REPLICATES) for name, score in scores.items()},
    )  # fmt: skip
