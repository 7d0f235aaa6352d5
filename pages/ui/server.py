"""`python -m pages.ui.server`: the web process. Streamlit's pages, our sign-in and our /api routes on one port, behind one gate."""

from importlib import import_module
from pathlib import Path
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from core import columns, log
from core.settings import settings
from core.start import open_database
from pages.ui import shell, sign_in
from pages.ui.gate import Gate
from pages.ui.routes import ROUTES
from pages.ui.session import unexpected

ROOT = Path(__file__).resolve().parents[2]
SLOW_TO_LOAD = ("scipy.stats", "plotly.graph_objects", "core.exchange.pdf", "core.exchange.tabular")


def web() -> st.App:
    """The whole web application; the database must be named before the first request."""
    PagesManager.uses_pages_directory = False  # else the first visitor's deep link is looked up in the folder pages/ and "not found"
    routes = [*sign_in.ROUTES, *shell.ROUTES, *ROUTES]
    return st.App(ROOT / "app.py", routes=routes, middleware=[Middleware(Gate)], on_script_error=unexpected)


def ready() -> None:
    """Load what the first visitor would otherwise wait for: the libraries of the figures, and the columns they are counted from."""
    for name in SLOW_TO_LOAD:
        import_module(name)
    columns.warm()


def main() -> None:
    given = settings()
    log.start("web")
    open_database()
    Thread(target=ready, name="ready", daemon=True).start()
    web().run(config={"server.address": given.host, "server.port": given.port})


if __name__ == "__main__":
    main()
