"""The sites of a person, to filter by."""

from core.access import Act, Person
from core.sites import sites
from pages.ui.i18n import _
from pages.ui.session import read


def places(user: Person) -> dict[str, str]:
    """Site id as text → name, with "all" first."""
    return {"": _("All sites"), **{str(site.id): site.name for site in read(sites, user.sites(Act.work_queue))}}
