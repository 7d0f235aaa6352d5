"""The list of participants, narrowed to a cohort."""

from datetime import date

from sqlmodel import Session

from core.access import Person
from core.cohorts import cohorts
from core.workflow.list_filters import Wanted
from core.workflow.participants import Page, ParticipantLine, search


def people(
    session: Session,
    person: Person,
    text: str = "",
    *,
    page: int = 0,
    size: int = 50,
    programme: str = "",
    site_id: int | None = None,
    stands: str = "",
    cohort_id: int | None = None,
    version: int | None = None,
    on: date | None = None,
    order: str = "number",
) -> Page[ParticipantLine]:
    """A page of participants; of a cohort those whom its newest version, or that one, selects today or on that day."""
    within = None
    if cohort_id is not None:
        saved = cohorts.cohort(session, person, cohort_id)
        chosen = next((one for one in saved.versions if one.number == version), saved.newest)
        within = cohorts.members(session, person, chosen, on)
    wanted = Wanted(programme, site_id, stands, within)
    return search(session, person, text, page=page, size=size, wanted=wanted, order=order)
