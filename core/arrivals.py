"""Images that come over the network, gathered into one batch per sender until it has been quiet for a while."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core import jobs
from core.errors import NotAllowed, Retryable
from core.settings import settings
from core.words import N_
from core.workflow import intake
from db.engine import snapshot, transaction
from db.tables import IntakeBatch, Site

QUIET_S = 10.0  # a scanner that sends every image by itself pauses for less than this
SOURCE = "DICOM from "
TRIES = 3


@dataclass
class _Open:
    """The batch of one sender; `lock` lets its images in one after the other."""

    batch_id: str
    site_id: int
    last: float
    lock: threading.Lock = field(default_factory=threading.Lock)


class Arrivals:
    """`clock` gives seconds that only grow; tests hand in their own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()

    def store(self, content: bytes, *, sender: str, sop_uid: str) -> intake.Receipt:
        """Take in one image; when this returns, it is stored. NotAllowed when it is not clear which site it belongs to."""
        batch = self._batch(sender)
        path = f"{sop_uid} ({hashlib.sha256(content).hexdigest()[:8]})"
        with batch.lock:
            batch.last = self._clock()
            return _received(content, batch, path)

    def hand_over_quiet(self) -> list[str]:
        """Hand the batches of senders that have paused to the intake job; their ids."""
        with self._lock:
            quiet = [sender for sender, batch in self._open.items() if self._clock() - batch.last >= QUIET_S and not batch.lock.locked()]
            ended = [self._open.pop(sender).batch_id for sender in quiet]
        return [batch_id for batch_id in ended if _handed_over(batch_id)]

    def _batch(self, sender: str) -> _Open:
        with self._lock:
            known = self._open.get(sender)
            if known is None:
                with transaction() as session:
                    site_id = receiving_site(session)
                    batch_id = intake.begin(session, site_id=site_id, programme=None, source=SOURCE + sender)
                known = self._open[sender] = _Open(batch_id, site_id, self._clock())
            known.last = self._clock()
            return known


def take_up() -> list[str]:
    """Hand over what an earlier receiver process left open; their ids."""
    with snapshot() as session:
        left = select(IntakeBatch.id).where(col(IntakeBatch.source).startswith(SOURCE), col(IntakeBatch.workflow_id).is_(None))
        found = list(session.exec(left))
    return [batch_id for batch_id in found if _handed_over(batch_id)]


def receiving_site(session: Session) -> int:
    """The site named by the settings, or the only one there is."""
    code = settings().receiver_site
    rows = session.exec(select(Site)).all()
    fitting = [row.id for row in rows if not code or row.code == code]
    if len(fitting) != 1 or fitting[0] is None:
        raise NotAllowed(N_("It is not clear which site received images belong to; an administrator must set FIRSTLIGHT_RECEIVER_SITE"))
    return fitting[0]


def _received(content: bytes, batch: _Open, path: str) -> intake.Receipt:
    """In one transaction; again when another process registered the same person or study meanwhile."""
    for _ in range(TRIES - 1):
        try:
            with transaction() as session:
                return intake.receive(session, content, site_id=batch.site_id, batch_id=batch.batch_id, path=path)
        except IntegrityError:
            continue
    with transaction() as session:
        return intake.receive(session, content, site_id=batch.site_id, batch_id=batch.batch_id, path=path)


def _handed_over(batch_id: str) -> bool:
    try:
        jobs.enqueue_intake(batch_id, jobs.Priority.network)
    except Retryable:  # the batch names its job now, so the sweep queues it
        return False
    return True
