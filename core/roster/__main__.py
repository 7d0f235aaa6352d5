"""`python -m core.roster FILE [--site CODE] [--map field=COLUMN …] [--dry-run]`: a list of participants in, one line for each fault."""

import argparse
import sys
from pathlib import Path

from sqlmodel import Session, select

from core import log
from core.access import Person, person
from core.errors import FirstlightError, Rejected
from core.intake import site_id
from core.roster import Plan, load, open_sheet, plan
from core.roster.columns import named
from core.start import prepare
from core.words import N_
from db.engine import snapshot, transaction
from db.tables import User


def main(arguments: list[str] | None = None) -> int:
    """0 when every row is in or known, 1 when some rows stayed out, 2 when nothing could be done."""
    parser = argparse.ArgumentParser(prog="python -m core.roster", description="Take in a list of participants (CSV or XLSX).")
    parser.add_argument("file", type=Path)
    parser.add_argument("--site", help="code of the site they belong to; not needed where only one is real")
    parser.add_argument("--as", dest="login", required=True, help="the account in whose name the list is taken in")
    parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="which column holds what")
    parser.add_argument("--dry-run", action="store_true", help="look through the list and write nothing")
    given = parser.parse_args(arguments)
    log.start("roster")
    prepare()
    try:
        sheet = open_sheet(given.file)
        mapping = named(sheet.head, dict(_pair(text) for text in given.map))
        with snapshot() as session:
            found = plan(session, _person(session, given.login), sheet, site_id(session, given.site), mapping)
        if not given.dry_run:
            with transaction() as session:
                load(session, _person(session, given.login), found, source=given.file.name)
    except (FirstlightError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    _report(found, dry=given.dry_run)
    return 1 if found.problems else 0


def _pair(text: str) -> tuple[str, str]:
    field, separator, column = text.partition("=")
    if not separator:
        raise Rejected(N_("{text} does not say which column; expected FIELD=COLUMN"), text=text)
    return field, column


def _person(session: Session, login: str) -> Person:
    user = session.exec(select(User).where(User.login == login)).first()
    if user is None or user.id is None:
        raise Rejected(N_("There is no account {login}"), login=login)
    return person(session, user.id)


def _report(found: Plan, *, dry: bool) -> None:
    for problem in (*found.problems, *found.doubts):
        kind = "look at" if problem.doubt else "not taken in"
        sys.stdout.write(f"line {problem.line}, {problem.column}: {problem.said} ({kind})\n")
    out = len({problem.line for problem in found.problems})
    verb = "would be" if dry else "were"
    sys.stdout.write(
        f"{len(found.new)} new and {len(found.fill)} to complete {verb} taken in, {found.known} known, {out} rows not taken in\n"
    )


if __name__ == "__main__":
    sys.exit(main())
