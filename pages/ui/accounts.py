"""How accounts are shown and changed: the table, the drawer of one account, the form of a new one."""

import secrets
from collections.abc import Sequence

import streamlit as st

from core import people
from core.access import Person
from core.people import GrantLine, UserLine
from core.sites import SiteLine
from db.enums import Role
from pages.ui.i18n import _, literal, moment
from pages.ui.session import did
from pages.ui.tables import Column, Row, chip
from pages.ui.words import ROLE

EVERYWHERE = 0


def columns() -> list[Column]:
    return [
        Column("name", _("Name"), "strong", "240px", link=True),
        Column("login", _("Account"), "text", "180px"),
        Column("roles", _("Roles"), "chip"),
        Column("seen", _("Last sign-in"), "text", "180px", "nowrap"),
    ]


def rows(lines: Sequence[UserLine]) -> list[Row]:
    return [_row(line) for line in lines]


def ask_new(user: Person, places: Sequence[SiteLine]) -> None:
    """The form of a new account, in a drawer."""

    @st.dialog(_("New account"), position="right", width=520)
    def ask() -> None:
        name = st.text_input(_("Name of the person"))
        login = st.text_input(_("Account name"), help=_("Small letters, as the person will type it"))
        role, site = _role_and_site(places)
        password = st.text_input(_("First password"), value=_proposal("new"), help=_("Give it to the person by a safe way"))
        wanted = {"login": login, "name": name, "password": password, "roles": [(role, site)]}
        if st.button(_("Make the account"), type="primary") and did(people.create_user, user, **wanted, done=_("The account is open.")):
            st.rerun()

    ask()


def show_one(user: Person, line: UserLine, places: Sequence[SiteLine]) -> None:
    """One account in a drawer: its roles, and what can be done with it."""

    @st.dialog(literal(line.name), position="right", width=520)
    def drawer() -> None:
        st.caption(
            f"{literal(line.login)} · {_('made on {day}', day=line.created_at.date())} · {_('last sign-in')}: {moment(line.last_sign_in)}"
        )
        st.subheader(_("Roles"), anchor=False)
        for grant in line.grants:
            _one_grant(user, grant)
        with st.expander(_("Give another role")):
            role, site = _role_and_site(places)
            if st.button(_("Give this role")) and did(people.grant_role, user, line.id, role, site, done=_("The role is given.")):
                st.rerun()
        with st.expander(_("New password")):
            password = st.text_input(_("New password"), value=_proposal(str(line.id)), help=_("Give it to the person by a safe way"))
            if st.button(_("Set the password")) and did(people.set_password, user, line.id, password, done=_("The password is set.")):
                st.rerun()
        _open_or_close(user, line)

    drawer()


def _one_grant(user: Person, grant: GrantLine) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_(ROLE[grant.role])}** · {literal(grant.site_name or _('every site'))}", width="stretch")
        if st.button(_("Take back"), key=f"end-{grant.grant_id}") and did(
            people.end_role, user, grant.grant_id, done=_("The role is taken back.")
        ):
            st.rerun()


def _open_or_close(user: Person, line: UserLine) -> None:
    if line.active:
        st.caption(_("Closing keeps everything this person did; they are signed out and cannot come in."))
    label = _("Close the account") if line.active else _("Open the account again")
    work = people.close_account if line.active else people.reopen_account
    if st.button(label) and did(work, user, line.id, done=_("Done.")):
        st.rerun()


def _role_and_site(places: Sequence[SiteLine]) -> tuple[Role, int | None]:
    role = st.selectbox(_("Role"), list(Role), format_func=lambda role: _(ROLE[role]))
    names = {EVERYWHERE: _("Every site"), **{site.id: site.name for site in places}}
    site = st.selectbox(_("Site"), list(names), index=1 if places else 0, format_func=names.__getitem__)
    return role, site or None


def _proposal(key: str) -> str:
    """A password nobody had before, the same while the form is open."""
    return str(st.session_state.setdefault(f"proposal-{key}", secrets.token_urlsafe(12)))


def _row(line: UserLine) -> Row:
    held = [chip(f"{_(ROLE[grant.role])} · {grant.site_name or _('every site')}", "blue") for grant in line.grants]
    cells = {"name": line.name, "login": line.login, "roles": held, "seen": moment(line.last_sign_in)}
    return Row(str(line.id), cells, href=f"/users?user={line.id}")
