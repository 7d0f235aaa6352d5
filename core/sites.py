"""The sites of an installation, and which of them a person may work at."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from db.tables import Site


@dataclass(frozen=True)
class SiteLine:
    """One site as a page names it."""

    id: int
    code: str
    name: str
    synthetic: bool


def sites(session: Session, ids: Collection[int] | None = None) -> tuple[SiteLine, ...]:
    """The sites with these ids, or every site, by name."""
    wanted = select(Site).order_by(Site.name)
    if ids is not None:
        wanted = wanted.where(col(Site.id).in_(ids))
    return tuple(SiteLine(row.id or 0, row.code, row.name, row.synthetic) for row in session.exec(wanted))


def only_invented(session: Session) -> bool:
    """Whether there are sites and each of them is a demonstration site."""
    found = sites(session)
    return bool(found) and all(site.synthetic for site in found)
