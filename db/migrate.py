"""Bring the database to the newest migration; run once by the launcher before other processes start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from db.engine import engine

HERE = Path(__file__).parent


def configuration() -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade() -> str:
    """Apply what is missing and return the revision reached."""
    config = configuration()
    with engine().begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return str(MigrationContext.configure(connection).get_current_revision())
