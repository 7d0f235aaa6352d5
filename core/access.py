"""Who a person is, what the roles allow, and which sites they may see."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from core.errors import NotAllowed
from core.words import N_
from db.enums import Role
from db.tables import RoleGrant, RoleGrantEnd, Site, User


class Act(StrEnum):
    """Everything that someone can be allowed to do."""

    see_queue = "see_queue"
    work_queue = "work_queue"
    upload = "upload"
    see_participants = "see_participants"
    read_cases = "read_cases"
    record_outcome = "record_outcome"
    see_figures = "see_figures"
    set_policy = "set_policy"
    administer = "administer"


ALLOWED: dict[Role, frozenset[Act]] = {
    Role.coordinator: frozenset({Act.see_queue, Act.work_queue, Act.upload, Act.see_participants, Act.record_outcome}),
    Role.doctor: frozenset({Act.see_queue, Act.see_participants, Act.read_cases, Act.record_outcome}),
    Role.manager: frozenset({Act.see_figures, Act.set_policy}),
    Role.administrator: frozenset({Act.administer}),
}


@dataclass(frozen=True)
class Person:
    """A signed-in user: roles with the sites they hold for."""

    user_id: int
    login: str
    name: str
    language: str
    grants: tuple[tuple[Role, int], ...]
    """(role, site id), a grant for all sites already spelled out."""
    synthetic: bool = False
    """Whether every site of this person is a demonstration site."""

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role, _ in self.grants)

    def sites(self, act: Act) -> frozenset[int]:
        """The sites where this person may do `act`."""
        return frozenset(site for role, site in self.grants if act in ALLOWED[role])

    def may(self, act: Act) -> bool:
        return bool(self.sites(act))

    def must(self, act: Act, site_id: int | None = None) -> None:
        """Raise NotAllowed unless `act` is allowed at that site (or anywhere)."""
        if not self.may(act) or (site_id is not None and site_id not in self.sites(act)):
            raise NotAllowed(N_("Your account may not do this here. Ask an administrator for the role or the site."))


def person(session: Session, user_id: int) -> Person:
    """The user with the grants in force now; NotAllowed when the account is closed or unknown."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotAllowed(N_("This account is closed. Ask an administrator."))
    every_site = {site.id: site.synthetic for site in session.exec(select(Site)) if site.id is not None}
    ended = select(RoleGrantEnd.grant_id)
    rows = session.exec(select(RoleGrant).where(RoleGrant.user_id == user_id, col(RoleGrant.id).not_in(ended)))
    grants = {(row.role, site) for row in rows for site in ([row.site_id] if row.site_id is not None else every_site)}
    return Person(
        user_id=user_id,
        login=user.login,
        name=user.name,
        language=user.language,
        grants=tuple(sorted(grants)),
        synthetic=bool(grants) and all(every_site[site] for _, site in grants),
    )
