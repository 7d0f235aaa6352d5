"""A measure beside the nodules is off until its validation is named, counts nowhere, and is never seen by a reader who must stay blind."""

import json
from dataclasses import asdict, dataclass

import numpy as np
import pytest
from sqlmodel import select

from core.access import Person
from core.errors import Conflict, NotAllowed, Rejected
from core.workflow import opportunistic, reading, registry, triage
from core.workflow.opportunistic import MEASURES, MeasureCard
from db.engine import snapshot, transaction
from db.enums import ModelState, Role
from db.tables import AuditEvent, ModelVersion
from models import cards
from models.opportunistic.measures import MEASURES as MEASURED
from models.worker import beside
from models.worker.scorer import Scored
from tests.build import a_participant, a_person, a_policy, a_run, a_site, an_exam
from tests.opportunistic_build import AFFINE, thorax

BESIDE = {
    "lung-emphysema": {
        "tag": "2026.11", "value": 3.1, "unit": "%", "seconds": 0.2, "warnings": ["Thick"], "reason": None,
        "parts": {"by_part": {"right": 4.0, "left": 2.0, "right upper": 6.0}, "perc15_hu": -921.0},
    },
    "coronary-calcium": {"tag": "2026.11", "value": None, "unit": "", "seconds": 0.1, "warnings": [], "reason": "Contrast", "parts": {}},
}  # fmt: skip


def report(name: str = "lung-emphysema", *, n: int = 40, tag: str = "2026.11") -> bytes:
    agreement = {"unit": "%", "bias": {"value": 0.1, "low": -0.1, "high": 0.3}, "lower": -1.0, "upper": 1.2}
    return json.dumps({"task": "opportunistic", "measures": {name: {"tag": tag, "n": n, "no_result": 2, "agreement": agreement}}}).encode()


@dataclass(frozen=True)
class Here:
    """An administrator and a doctor at the site of an exam whose run holds two measures."""

    admin: Person
    doctor: Person
    exam_id: int
    site_id: int


@pytest.fixture
def here(database):
    beside.make_known()
    with transaction() as session:
        exam = an_exam(session)
        a_run(session, exam, step=4, result={"beside": BESIDE})
        return Here(a_person(session, "chief", role=Role.administrator), a_person(session), exam.id, exam.site_id)


def version_id(session, name="lung-emphysema"):
    return session.exec(select(ModelVersion.id).where(ModelVersion.name == name)).one()


def on(here, name="lung-emphysema", **told):
    with transaction() as session:
        opportunistic.switch_on(
            session, here.admin, version_id(session, name), here.site_id, name="north.json", report=report(name, **told)
        )


def case_of(here):
    with transaction() as session:
        return reading.open_case(session, here.doctor, here.exam_id)


def lines(here):
    case = case_of(here)
    with snapshot() as session:
        return opportunistic.shown(session, here.doctor, here.exam_id, case.ai.result)


def test_the_measures_of_both_sides_have_the_same_names():
    assert set(MEASURES) == set(MEASURED) <= set(cards.names())


def test_off_is_the_default_and_nothing_is_computed_or_shown(here):
    scored = Scored(score=0.1, step=1, result={"findings": 0}, findings=())
    with snapshot() as session:
        assert opportunistic.switched_on(session, here.exam_id) == {}
    assert beside.with_beside(scored, here.exam_id, None, None) == scored, "not even the volume is looked at"
    assert lines(here) == ()


def test_a_measure_that_is_on_is_shown_with_its_limits_and_the_others_are_not(here):
    on(here)
    (line,) = lines(here)
    assert (line.name, line.value, line.unit) == ("lung-emphysema", 3.1, "%")
    assert any("Not validated on real scans" in limit for limit in line.limits)
    assert line.warnings == ("Thick",)


def test_switching_off_hides_what_was_measured_before(here):
    on(here)
    with transaction() as session:
        opportunistic.switch_off(session, here.admin, version_id(session), here.site_id)
    assert lines(here) == ()
    with transaction() as session, pytest.raises(Conflict, match="off at this site already"):
        opportunistic.switch_off(session, here.admin, version_id(session), here.site_id)


@pytest.mark.parametrize(
    ("given", "because"),
    [
        (b"it works well", "no validation report"),
        (b"[1, 2]", "no validation report"),
        (report("coronary-calcium"), "no validation report"),
        (report(n=29), "compares 29 scans"),
        (report(tag="2025.1"), "of version 2025.1"),
        (
            json.dumps({"task": "opportunistic", "measures": {"lung-emphysema": {"tag": "2026.11", "n": 40}}}).encode(),
            "figures of agreement",
        ),
    ],
)
def test_without_a_fitting_validation_it_stays_off(here, given, because):
    with transaction() as session, pytest.raises(Rejected, match=because):
        opportunistic.switch_on(session, here.admin, version_id(session), here.site_id, name="x.json", report=given)
    with snapshot() as session:
        assert opportunistic.switched_on(session, here.exam_id) == {}


def test_only_an_administrator_of_the_site_switches(here):
    with transaction() as session:
        other = a_site(session, "SOUTH")
        elsewhere = a_person(session, "south", role=Role.administrator, site=other)
        for who in (here.doctor, elsewhere):
            with pytest.raises(NotAllowed):
                opportunistic.switch_on(session, who, version_id(session), here.site_id, name="x.json", report=report())
        assert [one.site_id for one in opportunistic.switches(session, elsewhere, version_id(session))] == [other.id]


def test_who_switched_it_on_by_which_validation_is_kept(here):
    on(here)
    with snapshot() as session:
        (switch,) = opportunistic.switches(session, here.admin, version_id(session))
        assert (switch.on, switch.author, switch.report, switch.figures["n"]) == (True, "Chief Test", "north.json", 40)
        told = session.exec(select(AuditEvent).where(AuditEvent.action == "measure_switched")).one()
        assert told.detail["n"] == 40
        assert told.site_id == here.site_id


def test_another_site_stays_off(here):
    on(here)
    with transaction() as session:
        south = an_exam(session, participant=a_participant(session, site=a_site(session, "SOUTH")))
        assert opportunistic.switched_on(session, south.id) == {}


def test_a_new_version_is_off_until_it_is_validated_itself(here):
    on(here)
    card = cards.load("lung-emphysema")
    with transaction() as session:
        opportunistic.register(session, [MeasureCard(card.name, "2027.1", asdict(card), card.thresholds)])
        newer = session.exec(select(ModelVersion.id).where(ModelVersion.tag == "2027.1")).one()
        (switch,) = opportunistic.switches(session, here.admin, newer)
        assert not switch.on


def test_changed_parameters_need_a_new_tag(here):
    card = cards.load("lung-emphysema")
    changed = MeasureCard(card.name, card.tag, asdict(card), {**card.thresholds, "noise_most_hu": 200.0})
    with transaction() as session, pytest.raises(Conflict, match="need a new tag"):
        opportunistic.register(session, [changed])


def test_a_blind_reader_sees_nothing_before_signing(here):
    on(here)
    with transaction() as session:
        a_policy(session, shows="after_read", days_ago=100)
    assert case_of(here).ai is None


def test_a_measure_is_no_network_it_counts_for_nothing_and_cannot_be_put_in_force(here):
    with transaction() as session:
        before = registry.counting_versions(session)
        ranks = triage.worklist(session, here.doctor)
    on(here)
    with transaction() as session:
        assert registry.counting_versions(session) == before
        assert triage.worklist(session, here.doctor) == ranks
        with pytest.raises(Rejected, match="validation report"):
            registry.set_state(session, here.admin, version_id(session), ModelState.active)


def test_the_worker_measures_what_is_on_and_says_how_long_it_took(here):
    on(here)
    on(here, "vertebral-bone")
    scored = Scored(score=0.1, step=1, result={"findings": 0}, findings=(), stage_seconds={"infer": 1.0})
    told = beside.with_beside(scored, here.exam_id, thorax(), AFFINE)
    assert set(told.result["beside"]) == {"lung-emphysema", "vertebral-bone"}
    assert told.result["beside"]["lung-emphysema"]["value"] == 0.0
    assert told.result["beside"]["vertebral-bone"]["value"] == pytest.approx(150, abs=6)
    assert told.stage_seconds["beside"] > 0
    assert (told.score, told.step, told.findings) == (0.1, 1, ())
    assert Scored.from_json(json.loads(json.dumps(told.as_json()))) == told


def test_a_measure_that_breaks_off_leaves_the_run_as_it_is(here):
    on(here)
    scored = Scored(score=0.1, step=1, result={"findings": 0}, findings=())
    nothing = beside.with_beside(scored, here.exam_id, np.full((40, 64, 64), 40, np.int16), AFFINE)
    assert "lung" in nothing.result["beside"]["lung-emphysema"]["reason"].lower()
    broken = beside.with_beside(scored, here.exam_id, np.zeros((3, 3), np.int16), AFFINE)
    assert "broke off" in broken.result["beside"]["lung-emphysema"]["reason"]
    assert broken.score == 0.1
