"""`python -m core.intake PATH… [--programme lung|breast] [--site CODE]`: files, folders and zips in, one receipt line for each file."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from sqlmodel import Session, select

from core import log
from core.errors import FirstlightError, Rejected
from core.start import prepare
from core.words import N_
from core.workflow import intake
from core.workflow.programmes import cards
from db.engine import snapshot, transaction
from db.enums import IntakeResult
from db.tables import Site


def main(arguments: list[str] | None = None) -> int:
    """0 when every file was taken in or set aside, 1 when some were not, 2 when nothing could be done."""
    parser = argparse.ArgumentParser(prog="python -m core.intake", description="Take in DICOM files, folders and zip archives.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--programme", choices=sorted(cards()), help="refuse images of other programmes")
    parser.add_argument("--site", help="code of the site that the images belong to; not needed where only one is real")
    given = parser.parse_args(arguments)
    log.start("intake")
    prepare()
    try:
        with transaction() as session:
            source = f"Command line: {given.paths[0].name}"
            batch_id = intake.begin(session, site_id=site_id(session, given.site), programme=given.programme, source=source)
        receipts = intake.take_in(batch_id, paths=given.paths)
    except FirstlightError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    for receipt in receipts:
        sys.stdout.write(f"{receipt.result.value:<9} {receipt.path}{_because(receipt)}\n")
    _summary(batch_id, receipts)
    return 1 if any(receipt.result in (IntakeResult.rejected, IntakeResult.conflict) for receipt in receipts) else 0


def site_id(session: Session, code: str | None) -> int:
    """The site of that code, or the only real one, or where nothing is real the first invented one; Rejected when that is not clear."""
    rows = session.exec(select(Site).order_by(Site.code)).all()
    if not rows:
        raise Rejected(N_("No site is set up here yet; make one with python -m core.setup"))
    wanted = [row for row in rows if (row.code == code if code else not row.synthetic)]
    if not code and not wanted:
        wanted = list(rows[:1])
        sys.stderr.write(f"Only demonstration sites are set up; the images go to {rows[0].name} ({rows[0].code}).\n")
    if len(wanted) != 1 or wanted[0].id is None:
        known = ", ".join(row.code for row in rows) or "–"
        raise Rejected(N_("It is not clear which site the images belong to; name one with --site: {known}"), known=known)
    return wanted[0].id


def _because(receipt: intake.Receipt) -> str:
    return f": {receipt.reason}" if receipt.reason else ""


def _summary(batch_id: str, receipts: tuple[intake.Receipt, ...]) -> None:
    counts = Counter(receipt.result.value for receipt in receipts)
    said = ", ".join(f"{number} {result}" for result, number in counts.items()) or "no files"
    sys.stdout.write(f"\nUpload {batch_id}: {said}\n")
    with snapshot() as session:
        for exam_id in sorted({receipt.exam_id for receipt in receipts if receipt.exam_id is not None}):
            line = intake.study_line(session, exam_id)
            reason = f": {line.reason}" if line.reason else ""
            sys.stdout.write(f"Exam {exam_id}, {line.kind.value} of {line.exam_date}, {line.images} images, {line.stage}{reason}\n")


if __name__ == "__main__":
    raise SystemExit(main())
