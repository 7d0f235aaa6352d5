"""`python -m core.setup`: the first real site and its administrator; everyone else is made by that administrator on the users page."""

import argparse
import getpass
import sys

from sqlmodel import Session, select

from core import audit, log
from core.clock import now
from core.errors import Conflict, FirstlightError, Rejected
from core.signin import hash_password
from core.start import prepare
from core.words import N_
from db.engine import transaction
from db.enums import Role
from db.tables import RoleGrant, Site, User

SHORTEST_PASSWORD = 10


def make_site(session: Session, code: str, name: str) -> Site:
    """A site for real participants; Conflict when the code is taken."""
    code, name = code.strip().upper(), name.strip()
    if not code or not name:
        raise Rejected(N_("A site needs a short code and a name"))
    if session.exec(select(Site.id).where(Site.code == code)).first() is not None:
        raise Conflict(N_("There is a site {code} already"), code=code)
    site = Site(code=code[:32], name=name[:200], synthetic=False, created_at=now())
    session.add(site)
    session.flush()
    audit.record(session, "setup", "site_created", "site", site.id, site_id=site.id)
    return site


def make_administrator(session: Session, login: str, password: str, site: Site) -> User:
    """An administrator of that site; Conflict when the account name is taken."""
    login = login.strip().casefold()
    if len(password) < SHORTEST_PASSWORD:
        raise Rejected(
            N_("The password has {length} characters; at least {shortest} are needed"), length=len(password), shortest=SHORTEST_PASSWORD
        )
    if session.exec(select(User.id).where(User.login == login)).first() is not None:
        raise Conflict(N_("The account name {login} is taken; choose another"), login=login)
    user = User(login=login[:64], name=login[:200], password_hash=hash_password(password), created_at=now())
    session.add(user)
    session.flush()
    session.add(RoleGrant(user_id=user.id or 0, role=Role.administrator, site_id=site.id, granted_at=now()))
    audit.record(session, "setup", "user_created", "user", user.id, site_id=site.id)
    return user


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m core.setup", description="Make a site and its administrator.")
    parser.add_argument("--site", required=True, metavar="CODE", help="short code, such as NORTH")
    parser.add_argument("--name", required=True, help="name of the site as people know it")
    parser.add_argument(
        "--administrator", required=True, metavar="LOGIN", help="account name; the password is asked for or read from standard input"
    )
    given = parser.parse_args()
    log.start("setup")
    prepare()
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        with transaction() as session:
            site = make_site(session, given.site, given.name)
            make_administrator(session, given.administrator, password, site)
    except FirstlightError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"Site {given.site.upper()} is ready. Start Firstlight with: python -m core.launch\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
