"""`python -m core.demo`: the demonstration programme, at sites of its own and marked as invented wherever it is shown.

Without options it makes sites, accounts and three years of history in an empty installation; `--images` hands real images to intake, and
`--from` loads a research table as a programme at sites of its own.
"""

import argparse
import logging
import random
import shutil
import sys
from pathlib import Path

from sqlmodel import Session, col, select

from core import log
from core.clock import today
from core.demonstration import clinics, cohorts, eligibility, growth, history, images, nodules, outcomes, safety_net, shadow, technique
from core.demonstration.people import ACCOUNTS, PASSWORD, make_accounts, make_sites
from core.errors import FirstlightError
from core.settings import settings
from core.start import is_empty, prepare
from core.workflow import intake
from db.engine import snapshot, transaction
from db.enums import IntakeResult
from db.tables import IntakeBatch, Site

__all__ = ["ACCOUNTS", "make"]
SOURCE = "demonstration images"
trace = logging.getLogger(__name__)


def make(session: Session) -> None:
    """Sites, accounts and three years of invented history."""
    sites = make_sites(session)
    users = make_accounts(session, sites)
    history.write(session, sites, [users[login] for login in ("doctor", "doctor2", "doctor3")], today())
    outcomes.write(session, random.Random(5), today())
    eligibility.write(session, random.Random(2), today())
    nodules.write(session, random.Random(3), today())
    technique.write(session, random.Random(7), today())
    shadow.write(session, random.Random(8), today())
    cohorts.write(session, random.Random(9), today())
    clinics.write(session, random.Random(6), today())
    safety_net.write(session, random.Random(4), today())  # last: it looks at what the others wrote


def make_images() -> int:
    """Hand the real images to intake, once; the number of studies taken in."""
    cache = settings().data_dir / "demonstration"
    with snapshot() as session:
        site = session.exec(select(Site.id).where(col(Site.synthetic)).order_by(Site.code)).first()
        if site is None or session.exec(select(IntakeBatch.id).where(col(IntakeBatch.source).in_((SOURCE, intake.PHANTOM)))).first():
            return 0
    return sum(_hand_in(study, site) for study in images.prepare(cache, today()))


def _hand_in(study: images.DemoStudy, site_id: int) -> bool:
    """Take one study in and remove the plain copy; whether anything was accepted."""
    with transaction() as session:
        batch_id = intake.begin(session, site_id=site_id, programme=study.programme, source=intake.PHANTOM if study.phantom else SOURCE)
    receipts = intake.take_in(batch_id, paths=[study.folder])
    shutil.rmtree(study.folder, ignore_errors=True)
    if study.decided:
        with transaction() as session:
            for exam_id in {receipt.exam_id for receipt in receipts if receipt.exam_id is not None}:
                growth.decide(session, exam_id)
    trace.info("%s: %d files%s", study.folder.name, len(receipts), " (procedural phantom)" if study.phantom else "")
    return any(receipt.result == IntakeResult.accepted for receipt in receipts)


def _load(name: str, folder: Path | None) -> int:
    """Load a research table, once."""
    from core.demonstration.from_table import load  # pandas is slow to import, and only this needs it

    try:
        with transaction() as session:
            exams = load(session, name, folder)
    except FirstlightError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    there = "This table is here already; nothing was changed." if exams is None else f"{exams} exams were loaded."
    sys.stdout.write(f"{there} Sign in as {name} with the password {PASSWORD}.\n")
    return 0


def main() -> int:
    """0 when done or when there was nothing to do, 1 when the installation is not empty or a table cannot be loaded."""
    parser = argparse.ArgumentParser(prog="python -m core.demo", description="Make the demonstration programme.")
    parser.add_argument("--if-empty", action="store_true", help="do nothing where sites are set up already")
    parser.add_argument("--images", action="store_true", help="only hand the real demonstration images to intake")
    parser.add_argument("--from", dest="table", choices=("rsna", "viper", "nlst"), help="load a research table at sites of its own")
    parser.add_argument("--tables", type=Path, metavar="DIR", help="folder of the tables; else that of FIRSTLIGHT_SHARED_DATA")
    given = parser.parse_args()
    log.start("demo")
    prepare()
    if given.table:
        return _load(given.table, given.tables)
    if given.images:
        make_images()
        return 0
    if not is_empty():
        sys.stderr.write("Sites are set up here already; the demonstration is only made in an empty installation.\n")
        return 0 if given.if_empty else 1
    with transaction() as session:
        make(session)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
