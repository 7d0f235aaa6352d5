"""No page shows anything to the wrong role, to nobody, or to someone of another site."""

import pytest

from core.access import Person
from db.enums import Role
from tests.pages import PAGES, cases, may_open, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
REFUSED = "This page belongs to another role"


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    found = people()
    cases()
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_refused_to_nobody(page: str) -> None:
    shown = words(open_page(page, None))
    assert "You are not signed in" in shown
    assert "/sign-in" in shown


@pytest.mark.parametrize(("page", "role"), [(page, role) for page in PAGES for role in Role])
def test_each_role_opens_its_pages_and_no_other(page: str, role: Role, staff: dict[Role, Person]) -> None:
    test = open_page(page, staff[role])
    shown = words(test)
    assert not test.exception
    assert (REFUSED not in shown) == (role in may_open(page))
    if role not in may_open(page):
        assert "Okafor" not in shown
        assert not test.get("bidi_component")


def test_other_sites_stay_out_of_sight(staff: dict[Role, Person]) -> None:
    hidden = cases(2, site_code="S")
    shown = words(open_page("coordinator/triage", staff[Role.coordinator]))
    assert all(f"/case?exam={exam_id}" not in shown for exam_id in hidden)


def test_a_seeded_person_counts_only_without_a_browser(staff: dict[Role, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    """With a real server behind the page only the cookie says who is there."""
    from streamlit import runtime

    from pages.ui import session

    monkeypatch.setattr(session, "_in_browser", lambda: True)
    monkeypatch.setattr(session, "_cookie", lambda: None)
    assert runtime is not None
    assert "You are not signed in" in words(open_page("coordinator/today", staff[Role.coordinator]))
