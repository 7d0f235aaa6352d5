"""Model versions: registered once, one of each model counts, and an administrator decides which."""

import pytest

from core.errors import Conflict, NotAllowed, Rejected
from core.words import say
from core.workflow import registry
from core.workflow.registry import InstalledCard, counting_versions, models, register_installed, set_state
from core.workflow.runs import active_version
from db.engine import transaction
from db.enums import ExamKind, ModelState, Role
from tests.build import a_model, a_person, a_run, an_exam


def card(tag: str = "1", *, name: str = "lung-ct", weights: str = "a") -> InstalledCard:
    return InstalledCard(name, tag, weights * 64, {"intended_use": "research"})


def states() -> dict[str, ModelState | None]:
    with transaction() as session:
        return {f"{row.name}.{row.tag}": row.state for row in models(session)}


def test_the_first_version_of_a_model_counts_at_once(database: str) -> None:
    with transaction() as session:
        register_installed(session, [card(), card(name="mammography")])
        register_installed(session, [card(), card(name="mammography")])
    assert states() == {"lung-ct.1": ModelState.active, "mammography.1": ModelState.active}


def test_a_version_installed_beside_the_one_in_force_is_shadow(database: str) -> None:
    with transaction() as session:
        register_installed(session, [card("1")])
        register_installed(session, [card("1"), card("2")])
    assert states() == {"lung-ct.1": ModelState.active, "lung-ct.2": ModelState.shadow}


def test_a_version_that_replaces_the_one_in_force_counts_and_the_old_one_rests(database: str) -> None:
    with transaction() as session:
        register_installed(session, [card("1")])
        register_installed(session, [card("2", weights="b")])
        version = active_version(session, ExamKind.lung_ct)
    assert states() == {"lung-ct.1": ModelState.retired, "lung-ct.2": ModelState.active}
    assert version is not None
    assert version.tag == "2"


def test_other_weights_under_a_known_tag_are_refused(database: str) -> None:
    with transaction() as session:
        register_installed(session, [card(weights="a")])
        with pytest.raises(Conflict, match="new tag"):
            register_installed(session, [card(weights="b")])


def test_an_administrator_puts_a_version_in_force_and_back(database: str) -> None:
    with transaction() as session:
        ada, dana = a_person(session, "ada", role=Role.administrator), a_person(session)
        first, second = register_installed(session, [card("1"), card("2")])
        with pytest.raises(NotAllowed):
            set_state(session, dana, second.id or 0, ModelState.active)
        set_state(session, ada, second.id or 0, ModelState.active)
        with pytest.raises(Conflict, match="already"):
            set_state(session, ada, second.id or 0, ModelState.active)
        with pytest.raises(Rejected):
            set_state(session, ada, 999, ModelState.active)
        assert [version.id for version in counting_versions(session)] == [second.id]
        (row,) = [row for row in models(session) if row.id == second.id]
    assert states() == {"lung-ct.1": ModelState.retired, "lung-ct.2": ModelState.active}
    assert (row.state_by, first.tag) == (ada.user_id, "1")


def test_a_simulated_version_neither_retires_nor_hides_the_network(database: str) -> None:
    with transaction() as session:
        simulated = a_model(session, tag="simulated", synthetic=True)
        register_installed(session, [card("1")])
        assert {version.tag for version in counting_versions(session)} == {"simulated", "1"}
        version = active_version(session, ExamKind.lung_ct)
    assert version is not None
    assert version.tag == "1"
    assert simulated.synthetic


def test_the_card_page_is_told_how_often_a_version_ran_and_failed(database: str) -> None:
    with transaction() as session:
        for reason in (None, None, say("3 slices are missing")):
            a_run(session, an_exam(session), no_result=reason)
        (row,) = models(session)
    assert (row.runs, row.no_results, row.last_run is not None, row.weights_sha256) == (3, 1, True, "a" * 64)
    assert registry.ModelRow is type(row)
