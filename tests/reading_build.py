"""A reading room for browser tests: people, real images that wait, an AI result that must not be seen, and the web process before it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.signin import hash_password
from core.workflow.opinion import Lesion, Opinion
from db.engine import transaction
from db.enums import FindingKind, ProgrammeDecision, Role
from db.tables import Exam, ExamInstance, Instance, RoleGrant, Site, User
from tests.build import a_finding, a_model, a_read, a_run, ago
from tests.dicom_build import ct_series, mammogram
from tests.image_build import VIEWS, taken_in
from tests.pages import people

PASSWORD = "a long pass word"
TAG = "secret-tag"
STEP, SIDE, HERE, SUSPICION = 9, 0.734912, 0.642357, 0.861253
SECRETS = (str(SIDE), str(HERE), str(SUSPICION), TAG, "0.64", "0.86", "0.73", f"Score {STEP}", f"score {STEP}")
"""What the AI said of every exam here, in each form in which a page or a script could be told of it."""


def staff() -> None:
    """One person of each role, and a second and third doctor, with a password."""
    people()
    with transaction() as session:
        site = session.exec(select(Site).where(Site.code == "N")).one()
        for login in ("second", "third"):
            user = User(login=login, name=login.title(), password_hash="-", created_at=ago(1))
            session.add(user)
            session.flush()
            session.add(RoleGrant(user_id=user.id or 0, role=Role.doctor, site_id=site.id, granted_at=ago(1)))
        hashed = hash_password(PASSWORD)
        for user in session.exec(select(User)):
            user.password_hash = hashed


def breast(count: int, folder: Path, *, pixels: NDArray[np.uint16] | None = None, scored: bool = True) -> list[int]:
    """Mammography exams of four views that wait to be read, each with an AI result; the first has waited longest."""
    found = []
    for number in range(count):
        views = [mammogram(pixels, side=side, view=view, **_who("M", number)) for side, view in VIEWS]
        for one in views[1:]:
            one.StudyInstanceUID = views[0].StudyInstanceUID
        found.append(_waiting(taken_in(folder / f"mg-{number}", views, site="N"), count - number, scored=scored))
    return found


def lung(count: int, folder: Path, *, slices: int = 20, scored: bool = True) -> list[int]:
    """CT exams that wait to be read, each with an AI result."""
    found = []
    for number in range(count):
        series = ct_series(slices, **_who("C", number))
        found.append(_waiting(taken_in(folder / f"ct-{number}", series, site="N"), count - number, scored=scored))
    return found


def _who(letter: str, number: int) -> dict[str, str]:
    return {"PatientID": f"{letter}-{number}", "PatientName": f"{letter}^Case {number}"}


def _waiting(exam_id: int, hours: int, *, scored: bool) -> int:
    """The exam as if it had come so many hours ago, scored by a model with unmistakable numbers."""
    with transaction() as session:
        exam = session.get_one(Exam, exam_id)
        exam.received_at = exam.completed_at = ago(hours / 24)
        if scored:
            _scored(session, exam)
    return exam_id


def _scored(session: Session, exam: Exam) -> None:
    name = "mammography" if exam.kind.value == "mammography" else "lung-ct"
    uids = select(Instance.sop_uid).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id).where(ExamInstance.exam_id == exam.id)
    uid = session.exec(uids.order_by(col(Instance.id))).first()
    version = a_model(session, name, tag=TAG)
    run = a_run(session, exam, step=STEP, version=version, result={"breasts": {"L": SIDE, "R": 0.12}})
    place = {"box": [5, 6, 15, 18], "slice": 0}
    kind = FindingKind.suspicious_region if name == "mammography" else FindingKind.nodule
    a_finding(
        session, run, kind=kind, sop_uid=uid, place=place, laterality="R", view="CC", malignancy=SUSPICION, detail={"evidence": HERE},
        mean_diameter_mm=None if name == "mammography" else 7.3,
    )  # fmt: skip


def disagreement(exam_id: int, *, hours: float = 3) -> None:
    """Two reads that differ, both long final: one reader sees nothing, the other recalls a mass in the right breast."""
    seen = Lesion(side="R", kind="ill_defined_mass", concern=4, positions={"R-CC": (20.0, 30.0)}, size_mm=12.0)
    said = {"note": "Mass behind the nipple", "density": "B", "assessments": {"R": "abnormal"}, "lesions": (seen,)}
    recall = Opinion("4B", ProgrammeDecision.assessment, **said)  # type: ignore[arg-type]
    normal = Opinion("1", ProgrammeDecision.routine_recall, density="B")
    with transaction() as session:
        for login, said in (("doctor", normal), ("second", recall)):
            reader = session.exec(select(User).where(User.login == login)).one()
            exam = session.get_one(Exam, exam_id)
            a_read(session, exam, reader, category=said.category, decision=said.decision, days_ago=hours / 24, opinion=said.to_json())
