"""What each main does before its work: name the database, and, in the launcher alone, bring it up to date."""

from sqlmodel import select

from core import jobs
from core.settings import settings
from db.engine import connect, snapshot
from db.migrate import upgrade
from db.tables import Site


def open_database() -> None:
    """Connect this process to the database of the settings."""
    connect(settings().database)


def prepare() -> None:
    """Folders, newest tables and the job engine's tables; before other processes start."""
    settings().incoming.mkdir(parents=True, exist_ok=True)
    open_database()
    upgrade()
    jobs.prepare()


def is_empty() -> bool:
    """Whether nobody has set up a site yet."""
    with snapshot() as session:
        return session.exec(select(Site.id).limit(1)).first() is None
