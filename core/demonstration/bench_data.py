"""What the benchmark of the reading room reads: invented people, phantom images as large as real ones, decoded as by the worker."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from core.clock import today
from core.demonstration.ct_writer import write_ct
from core.demonstration.identity import Identity
from core.demonstration.large import SIDE, chest, write_mammograms
from core.demonstration.people import make_accounts, make_sites
from core.imaging.mammogram import read_mammogram
from core.objects import store
from core.workflow import intake, volumes
from core.workflow.picture_store import keep
from db.engine import snapshot, transaction
from db.enums import ExamKind
from db.tables import Exam, ExamInstance, Instance, Site

READERS = ("doctor", "doctor2", "doctor3")
SLICE_MM = 1.25
FIELD_MM = 350.0


@dataclass(frozen=True)
class BenchExams:
    """Exam ids: CTs by their number of slices, in the order in which they were made; mammography exams."""

    chests: tuple[tuple[int, int], ...]  # (slices, exam id)
    breasts: tuple[int, ...]

    def chest(self, slices: int) -> int:
        """The first CT of so many slices."""
        return next(exam_id for count, exam_id in self.chests if count == slices)


def make(folder: Path, *, slices: tuple[int, ...], breasts: int) -> BenchExams:
    """Sites, accounts and exams in the empty installation of the settings; files pass through `folder`."""
    with transaction() as session:
        site_id = make_sites(session)[0].id or 0
    with transaction() as session:
        _accounts(session)
    chests = tuple((count, _chest(folder / f"ct{number}", site_id, count, number)) for number, count in enumerate(slices))
    return BenchExams(chests, tuple(_breast(folder / f"mg{number}", site_id, number) for number in range(breasts)))


def _accounts(session: Session) -> None:
    make_accounts(session, list(session.exec(select(Site)).all()))


def _who(kind: str, number: int) -> tuple[Identity, date]:
    identity = Identity(f"BENCH-{kind}-{number}", f"Bench^{kind}{number}", date(1958, 3, 1 + number), "F")
    return identity, today() - timedelta(days=20 - number)


def _chest(folder: Path, site_id: int, count: int, number: int) -> int:
    identity, day = _who("CT", number)
    step = FIELD_MM / SIDE
    write_ct(
        chest(count, seed=number + 1), spacing_mm=(SLICE_MM, step, step), origin_lps_mm=(-FIELD_MM / 2, -FIELD_MM / 2, -400.0),
        identity=identity, exam_date=day, description="Bench chest", phantom=True, folder=folder,
    )  # fmt: skip
    exam_id = _taken_in(folder, site_id, "lung")
    with snapshot() as session:
        keys = volumes.inputs(session, exam_id)
    volumes.decoded_volume(exam_id, keys)
    return exam_id


def _breast(folder: Path, site_id: int, number: int) -> int:
    identity, day = _who("MG", number)
    exam_id = _taken_in(write_mammograms(identity, day, folder, seed=number + 1), site_id, "breast")
    with snapshot() as session:
        joined = select(Instance.object_key).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
        keys = session.exec(joined.where(ExamInstance.exam_id == exam_id)).all()
    for key in keys:
        keep(key, read_mammogram(store().get(key)))
    return exam_id


def _taken_in(folder: Path, site_id: int, programme: str) -> int:
    """The exam that the files of a folder made; the plain copy is removed."""
    kind = ExamKind.lung_ct if programme == "lung" else ExamKind.mammography
    with transaction() as session:
        batch_id = intake.begin(session, site_id=site_id, programme=programme, source=intake.PHANTOM)
    intake.take_in(batch_id, paths=[folder])
    shutil.rmtree(folder)
    with snapshot() as session:
        found = session.exec(select(Exam.id).where(Exam.kind == kind).order_by(col(Exam.id).desc())).first()
    assert found is not None  # `take_in` made it
    return found
