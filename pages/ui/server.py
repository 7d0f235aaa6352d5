"""`python -m pages.ui.server`: the web process. Streamlit's pages, our sign-in and our /api routes on one port, behind one gate."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from core import log
from core.settings import settings
from core.start import open_database
from pages.ui import shell, sign_in
from pages.ui.gate import Gate
from pages.ui.routes import ROUTES
from pages.ui.session import unexpected

ROOT = Path(__file__).resolve().parents[2]


def web() -> st.App:
    """The whole web application; the database must be named before the first request."""
    PagesManager.uses_pages_directory = False  # else the first visitor's deep link is looked up in the folder pages/ and "not found"
    routes = [*sign_in.ROUTES, *shell.ROUTES, *ROUTES]
    return st.App(ROOT / "app.py", routes=routes, middleware=[Middleware(Gate)], on_script_error=unexpected)


def main() -> None:
    given = settings()
    log.start("web")
    open_database()
    web().run(config={"server.address": given.host, "server.port": given.port})


if __name__ == "__main__":
    main()
