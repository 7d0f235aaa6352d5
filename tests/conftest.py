"""Fixtures that every test may ask for: a migrated database of its own, a data folder of its own, and the real data where it lies."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from core import keys, sealing, settings
from db.engine import connect, engine
from db.migrate import upgrade
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of this test; nothing is read from the machine's own settings."""
    for name in [name for name in os.environ if name.startswith("FIRSTLIGHT_") and name != "FIRSTLIGHT_SHARED_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FIRSTLIGHT_DATA_DIR", str(tmp_path / "data"))
    for cached in (settings.settings, keys.master_key, sealing._cipher):
        cached.cache_clear()
    yield tmp_path / "data"
    for cached in (settings.settings, keys.master_key, sealing._cipher):
        cached.cache_clear()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file; each test gets a copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    connect(f"sqlite:///{path}")
    upgrade()
    with engine().connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine().dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The address of an empty migrated PostgreSQL database that each test gets a copy of."""
    with postgres.server() as address:
        url = make_url(address)
        name = f"firstlight_{uuid4().hex[:8]}"
        _maintain(address, f"CREATE DATABASE {name}")
        template = url.set(database=name).render_as_string(hide_password=False)
        connect(template)
        upgrade()
        engine().dispose()
        yield template
        _maintain(address, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The address of a fresh migrated database to which `db.engine` is connected; once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield from _sqlite(request.getfixturevalue("sqlite_template"), folder)
    else:
        if not postgres.available():
            pytest.skip("no PostgreSQL: set TEST_DATABASE_URL or install Debian's postgresql")
        yield from _postgresql(request.getfixturevalue("postgres_template"))


@pytest.fixture
def sqlite_database(sqlite_template: Path, folder: Path) -> Iterator[str]:
    """Like `database`, on SQLite alone: for tests of pages and processes where the kind of database does not matter."""
    yield from _sqlite(sqlite_template, folder)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real research data."""
    path = Path(os.environ.get("FIRSTLIGHT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"the real data is not at {path}; set FIRSTLIGHT_SHARED_DATA")
    return path


def _sqlite(template: Path, folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "firstlight.sqlite"
    shutil.copyfile(template, path)
    connect(f"sqlite:///{path}")
    yield f"sqlite:///{path}"
    engine().dispose()


def _postgresql(template: str) -> Iterator[str]:
    url = make_url(template)
    name = f"t_{uuid4().hex[:12]}"
    _maintain(template, f"CREATE DATABASE {name} TEMPLATE {url.database}")
    address = url.set(database=name).render_as_string(hide_password=False)
    connect(address)
    yield address
    engine().dispose()
    _maintain(template, f"DROP DATABASE {name} WITH (FORCE)")


def _maintain(address: str, statement: str) -> None:
    """Run one statement on the server's maintenance database."""
    maintenance = create_engine(make_url(address).set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(statement))
    maintenance.dispose()
