"""What the case page says of measures beside the nodules, and where an administrator switches them on."""

import pytest
from sqlmodel import select

from core.access import Person
from core.workflow import opportunistic
from db.engine import transaction
from db.enums import Role, RunOutcome
from db.tables import Exam, ModelRun, ModelVersion
from models.worker import beside
from tests.build import a_policy
from tests.pages import cases, open_page, people, words
from tests.test_opportunistic_workflow import BESIDE, report


@pytest.fixture
def everyone(sqlite_database: str) -> dict[Role, Person]:
    return people()


def measured(admin: Person, *, on: bool, shows: str = "beside") -> int:
    """A case with two measures stored, one of them switched on or not."""
    exam_id = cases(1)[0]
    beside.make_known()
    with transaction() as session:
        a_policy(session, shows=shows, days_ago=300)
        run = session.exec(select(ModelRun).where(ModelRun.exam_id == exam_id)).one()
        again = {**run.model_dump(exclude={"id"}), "attempt": 2, "outcome": RunOutcome.scored, "result": {"beside": BESIDE}}
        session.add(ModelRun.model_validate(again))
        if on:
            site_id = session.exec(select(Exam.site_id).where(Exam.id == exam_id)).one()
            version = session.exec(select(ModelVersion.id).where(ModelVersion.name == "lung-emphysema")).one()
            opportunistic.switch_on(session, admin, version, site_id, name="north.json", report=report())
    return exam_id


@pytest.mark.parametrize(("on", "shows", "visible"), [(True, "beside", True), (False, "beside", False), (True, "after_read", False)])
def test_a_reader_sees_it_only_where_it_is_on_and_the_ai_is_handed_out(
    everyone: dict[Role, Person], on: bool, shows: str, visible: bool
) -> None:
    exam_id = measured(everyone[Role.administrator], on=on, shows=shows)
    said = words(open_page("doctor/case", everyone[Role.doctor], exam=str(exam_id)))
    assert ("Low-attenuation lung" in said) is visible
    assert ("3.1 %" in said) is visible
    assert ("15th percentile -921 HU" in said) is visible
    assert "Coronary calcium" not in said


def test_an_administrator_sees_where_a_measure_is_on_and_by_which_validation(everyone: dict[Role, Person]) -> None:
    admin = everyone[Role.administrator]
    measured(admin, on=True)
    with transaction() as session:
        version = session.exec(select(ModelVersion.id).where(ModelVersion.name == "lung-emphysema")).one()
        other = session.exec(select(ModelVersion.id).where(ModelVersion.name == "vertebral-bone")).one()
    said = words(open_page("admin/models", admin, model=str(version)))
    assert "north.json on 40 scans" in said
    assert "Switch off" in said
    assert "Switch on" not in said
    said = words(open_page("admin/models", admin, model=str(other)))
    assert "Off until validated on the site's own scans" in said
    assert "Switch on" in said
