"""Logging for the mains: one line per event, ids only, never a name."""

import logging
import sys

from core.settings import settings


def start(process: str) -> None:
    """Configure logging of this process once; libraries that chatter are kept to warnings."""
    logging.basicConfig(
        level=settings().log_level,
        format=f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
        force=True,
    )
    for noisy in ("pydicom", "pynetdicom", "alembic", "httpx", "fsspec", "dbos"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
