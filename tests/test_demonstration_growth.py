"""The demonstration's participant with two CTs: procedural and said to be so, the earlier one decided, the nodules where they should be."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pydicom
from sqlmodel import Session, select

from core.demonstration import growth, phantom
from core.demonstration.people import make_accounts, make_sites
from core.imaging.coarse import coarse
from core.imaging.registration import register
from core.workflow.priors import priors
from db.engine import transaction
from db.tables import Exam, Recall
from tests.build import a_participant, a_person, an_exam
from tests.growth_build import an_affine

TODAY = date(2026, 11, 23)


def test_both_scans_say_that_they_are_phantoms_of_one_participant(tmp_path: Path) -> None:
    earlier, now = growth.scans(tmp_path, TODAY)
    assert (now.exam_date - earlier.exam_date).days == growth.DAYS_BETWEEN
    assert (earlier.earlier, now.earlier) == (True, False)
    heads = [pydicom.dcmread(next(scan.folder.glob("*.dcm")), stop_before_pixels=True) for scan in (earlier, now)]
    assert {head.PatientID for head in heads} == {growth.PATIENT.patient_id}
    assert all(head.QualityControlImage == "YES" for head in heads)
    assert len({head.StudyInstanceUID for head in heads}) == 2


def test_the_scans_lie_on_each_other_as_they_were_made() -> None:
    before = phantom.thorax(nodules=growth.BEFORE, branches=growth.BRANCHES)
    now = phantom.thorax(nodules=growth.NOW, branches=growth.BRANCHES, lies=growth.lies(), noise=2)
    affine = an_affine(phantom.SPACING_MM, phantom.ORIGIN_LPS_MM)
    laid = register(*(coarse(lambda first, last, hu=hu: hu[first:last], hu.shape, affine) for hu in (now, before)))
    assert laid.quality.grade in ("good", "fair")
    grown = np.array([*growth.BEFORE[0][0], 1])
    assert np.linalg.norm((laid.matrix @ growth.lies() @ grown - grown)[:3]) < 2


def decided(session: Session) -> tuple[Exam, Exam]:
    sites = make_sites(session)
    make_accounts(session, sites)
    who = a_participant(session, site=sites[0], synthetic=True)
    exams = an_exam(session, participant=who, days_ago=200), an_exam(session, participant=who, days_ago=1)
    growth.decide(session, exams[0].id or 0)
    return exams


def test_the_earlier_scan_is_decided_and_its_recall_open(database: str) -> None:
    with transaction() as session:
        earlier, now = decided(session)
        reader = a_person(session, everywhere=True)
        found = priors(session, reader, now.id or 0)
        assert [(one.exam_id, one.decided, one.category) for one in found] == [(earlier.id, True, "3")]
        recall = session.exec(select(Recall)).one()
        assert recall.exam_id == earlier.id
        assert recall.due > earlier.exam_date + timedelta(days=150)
