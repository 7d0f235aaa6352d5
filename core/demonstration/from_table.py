"""Loading one research table as a demonstration programme, once."""

from pathlib import Path

from sqlmodel import Session

from core import audit
from core.clock import today
from core.demonstration import from_nlst, from_rsna, from_viper
from core.demonstration.research import is_loaded, refuse_beside_real

TABLES = {"rsna": from_rsna, "viper": from_viper, "nlst": from_nlst}


def load(session: Session, name: str, folder: Path | None = None) -> int | None:
    """Load the table `name` from its folder (that of the settings when not given): the number of exams, None when it is there already.

    Rejected when the file is not found, Conflict beside real sites.
    """
    source = TABLES[name]
    refuse_beside_real(session)
    if is_loaded(session, source.CODE):
        return None
    exams: int = source.load(session, today(), folder)
    audit.record(session, "demonstration", "research_table_loaded", "table", source.FILE, exams=exams)
    return exams
