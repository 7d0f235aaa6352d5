"""Errors become words by who must act, in the one place of the web where they are caught."""

import logging

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.usefixtures("sqlite_database")


def run(kind: str, aside: bool = False) -> AppTest:
    def page(kind: str, aside: bool) -> None:
        import streamlit as st

        from core import errors
        from pages.ui.session import did

        def work(_session: object) -> None:
            if kind != "fine":
                raise getattr(errors, kind, ValueError)("{name} already has this case, until {until}", name="Ann", until="2026-11-12")

        st.write(f"did: {did(work, aside=aside, done='Kept.')}")

    return AppTest.from_function(page, args=(kind, aside)).run()


@pytest.mark.parametrize(
    ("kind", "look"), [("Rejected", "error"), ("Conflict", "warning"), ("NotAllowed", "warning"), ("Retryable", "warning")]
)
def test_an_error_is_said_by_who_must_act(kind: str, look: str) -> None:
    test = run(kind)
    assert test.get(look)[0].value.startswith("Ann already has this case, until 12 Nov 2026")
    assert test.markdown[0].value == "did: False"


def test_a_passing_trouble_says_that_nothing_is_lost() -> None:
    assert "Nothing is lost" in run("Retryable").warning[0].value


def test_on_a_refreshing_page_it_is_said_aside() -> None:
    assert "Ann" in run("Conflict", aside=True).toast[0].value


def test_what_nobody_expected_gets_a_reference_and_no_detail(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        said = run("ValueError").error[0].value
    reference = said.split()[-1].rstrip(".")
    assert "Ann" not in said
    assert f"reference {reference}" in caplog.text
    assert "ValueError" in caplog.text


def test_what_is_done_is_said() -> None:
    test = run("fine")
    assert test.toast[0].value == "Kept."
    assert test.markdown[0].value == "did: True"


def test_a_page_that_fails_outright_says_so_too() -> None:
    def page() -> None:
        from core.errors import Conflict
        from pages.ui.session import unexpected

        assert unexpected(KeyError("secret"))
        assert unexpected(Conflict("look again"))

    test = AppTest.from_function(page).run()
    assert "secret" not in test.error[0].value
    assert test.warning[0].value == "look again"
