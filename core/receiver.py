"""`python -m core.receiver`: C-ECHO and C-STORE into the same intake as uploads. Success is said only when an image is stored for good."""

import ipaddress
import logging
import signal
import socket
import sys
import threading
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]
from sqlalchemy.exc import SQLAlchemyError

from core import alive, arrivals, log
from core.arrivals import Arrivals
from core.errors import FirstlightError, NotAllowed
from core.imaging.transfer_syntax import TRANSFER_SYNTAXES
from core.settings import Settings, settings
from core.start import open_database
from db.engine import transaction
from db.enums import IntakeResult

trace = logging.getLogger(__name__)

# PS3.7 Annex C and PS3.4 B.2.3: statuses of C-STORE
SUCCESS, NOT_AUTHORISED, DUPLICATE_UID, NO_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0x0124, 0x0111, 0xA700, 0xC000
STATUS = {IntakeResult.conflict: DUPLICATE_UID, IntakeResult.rejected: CANNOT_UNDERSTAND}
COMMENT_LONGEST = 64
NAME = f"receiver-{socket.gethostname()}"[:64]


def on_store(event: Any, arrived: Arrivals) -> Dataset:
    """Answer one C-STORE request."""
    sender = str(event.assoc.requestor.ae_title).strip()
    uid = str(event.request.AffectedSOPInstanceUID)
    try:
        receipt = arrived.store(event.encoded_dataset(), sender=sender, sop_uid=uid)
    except NotAllowed as problem:
        return _status(NOT_AUTHORISED, str(problem))
    except (FirstlightError, SQLAlchemyError, OSError) as problem:
        trace.error("an image from %s could not be stored: %s", sender, problem)
        return _status(NO_RESOURCES, "The image could not be stored, send it again later")
    return _status(STATUS.get(receipt.result, SUCCESS), str(receipt.reason or ""))


def listen(given: Settings, arrived: Arrivals) -> Any:
    """Start answering associations; the running server."""
    entity = AE(ae_title=given.ae_title)
    entity.require_called_aet = True
    entity.require_calling_aet = [title.strip() for title in given.dicom_peers.split(",") if title.strip()]
    entity.add_supported_context(Verification)
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(str(context.abstract_syntax), list(TRANSFER_SYNTAXES))
    handlers = [(evt.EVT_C_STORE, on_store, [arrived]), (evt.EVT_C_ECHO, lambda event: SUCCESS)]
    return entity.start_server((given.dicom_host, given.dicom_port), block=False, evt_handlers=handlers)  # type: ignore[arg-type]


def is_open_to_strangers(given: Settings) -> bool:
    """Whether other machines could send although nobody said which may."""
    try:
        local = ipaddress.ip_address(given.dicom_host).is_loopback
    except ValueError:
        local = given.dicom_host == "localhost"
    return not local and not given.dicom_peers.strip()


def main() -> int:
    given = settings()
    log.start("receiver")
    if is_open_to_strangers(given):
        sys.stderr.write("The DICOM receiver would take images from anyone: name the allowed senders in FIRSTLIGHT_DICOM_PEERS.\n")
        return 2
    open_database()
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    arrived = Arrivals()
    arrivals.take_up()
    try:
        server = listen(given, arrived)
    except OSError as problem:
        sys.stderr.write(f"The DICOM receiver cannot listen on port {given.dicom_port} ({problem}); set FIRSTLIGHT_DICOM_PORT.\n")
        return 1
    with transaction() as session:
        alive.start(session, NAME, "receiver", port=given.dicom_port, ae_title=given.ae_title)
    trace.info("%s listens on %s port %d", given.ae_title, given.dicom_host, given.dicom_port)
    _watch(arrived, stop)
    server.shutdown()
    return 0


def _watch(arrived: Arrivals, stop: threading.Event) -> None:
    """Show life and hand quiet batches over, until told to stop."""
    while not stop.wait(alive.EVERY_S / 2):
        try:
            with transaction() as session:
                alive.beat(session, NAME)
            arrived.hand_over_quiet()
        except SQLAlchemyError as problem:
            trace.warning("the database does not answer: %s", problem)


def _status(code: int, comment: str) -> Dataset:
    answer = Dataset()
    answer.Status = code
    if comment:
        answer.ErrorComment = comment[:COMMENT_LONGEST]
    return answer


if __name__ == "__main__":
    raise SystemExit(main())
