"""E-mails go out one by one through the mail server of the settings; what it refuses is named for each recipient.

A message is sent at least once: when the process dies between the server's answer and our row, it is sent again under the same
Message-ID. A passing trouble is tried again after growing pauses; a refusal of the recipient is final until somebody tries again.
"""

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formataddr
from typing import Protocol

from sqlmodel import Session, col, select

from core.clock import now
from core.errors import FirstlightError, Retryable
from core.messages import mailings, state
from core.messages.template import frame
from core.settings import settings
from core.words import N_, Sentence, say
from db.engine import snapshot, transaction
from db.enums import Channel, DeliveryStep
from db.tables import Delivery, Mailing, MailingItem

log = logging.getLogger(__name__)
TRIES = 5
PAUSES_MIN = (1, 5, 30, 120)
TIMEOUT_S = 20
SILENT = N_("The mail server {host} does not answer")
CLOSED = N_("The mail server {host} does not let us in: {problem}")
D = DeliveryStep


@dataclass(frozen=True)
class Sent:
    """What became of the messages of one mailing: `waiting` ones are tried again later."""

    sent: int = 0
    failed: int = 0
    withheld: int = 0
    waiting: int = 0


class Server(Protocol):
    """What is needed of a mail server."""

    def send_message(self, message: EmailMessage) -> object: ...


def is_on() -> bool:
    """Whether a mail server is set up."""
    return bool(settings().smtp_host)


def due(session: Session) -> dict[int, int]:
    """E-mail mailings with messages whose time to be sent has come → the id of their newest delivery, which changes with every attempt."""
    if not is_on():
        return {}
    newer = select(Delivery.id).where(Delivery.item_id == MailingItem.id).order_by(col(Delivery.id).desc()).limit(1)
    rows = select(MailingItem, Delivery.id).join(Mailing, col(Mailing.id) == MailingItem.mailing_id)
    rows = rows.join(Delivery, col(Delivery.id) == newer.correlate(MailingItem).scalar_subquery())
    rows = rows.where(Mailing.channel == Channel.email, Mailing.at > now() - timedelta(days=state.LIFE_DAYS), Delivery.step == D.prepared)
    found: dict[int, int] = {}
    for item, last in session.exec(rows):
        if _ready_at(_attempts(session, item.id or 0)) <= now():
            found[item.mailing_id] = max(found.get(item.mailing_id, 0), last or 0)
    return found


def send(mailing_id: int) -> Sent:
    """Send what is due of a mailing, each message in a transaction of its own. Nothing happens while no mail server is set up."""
    with snapshot() as session:
        prepared = state.in_state(session, mailing_id, D.prepared) if is_on() else []
        tries = {item_id: _attempts(session, item_id) for item_id in prepared}
    ready = {item_id: len(attempts) for item_id, attempts in tries.items() if _ready_at(attempts) <= now()}
    said: list[DeliveryStep] = []
    if ready:
        try:
            with _server() as server:
                said = [_send_one(server, item_id, tried) for item_id, tried in ready.items()]
        except Retryable as problem:
            said = [_later(item_id, tried, problem.sentence) for item_id, tried in ready.items()]
    return Sent(said.count(D.sent), said.count(D.failed), said.count(D.withheld), said.count(D.prepared))


def _send_one(server: Server, item_id: int, tries: int) -> DeliveryStep:
    """What the last delivery of the message is now."""
    with snapshot() as session:
        item = session.get_one(MailingItem, item_id)
        one = session.get_one(Mailing, item.mailing_id)
        who = mailings.addressees(session, [item.participant_id], one.channel, one.card_id)[item.participant_id]
    if who.why_not is not None:
        return _noted(item_id, D.withheld, who.why_not)
    try:
        server.send_message(_message(one, item, who))
    except smtplib.SMTPRecipientsRefused as problem:
        code, words = next(iter(problem.recipients.values()))
        return _refused(item_id, tries, code, words)
    except smtplib.SMTPResponseException as problem:
        return _refused(item_id, tries, problem.smtp_code, problem.smtp_error)
    except (smtplib.SMTPException, OSError) as problem:
        return _later(item_id, tries, say(N_("The mail server broke off: {problem}"), problem=type(problem).__name__))
    except FirstlightError as problem:
        return _noted(item_id, D.failed, problem.sentence)
    with transaction() as session:
        state.note_sent(session, one, item, None)
    return D.sent


def _message(one: Mailing, item: MailingItem, who: mailings.Addressee) -> EmailMessage:
    """Plain text; the subject says nothing about health."""
    written = mailings.write(one.template, one.language, one.channel, one.card_id, who, item.said)
    message = EmailMessage()
    sender = settings().smtp_from
    message["From"] = formataddr((who.site, sender))
    message["To"] = who.details.email
    message["Subject"] = written.subject
    message["Message-ID"] = f"<firstlight-{item.id}@{sender.rpartition('@')[2]}>"
    first = f"{frame(one.language).demonstration}\n\n" if who.invented else ""
    message.set_content(first + written.words)
    return message


def _refused(item_id: int, tries: int, code: int, words: bytes | str) -> DeliveryStep:
    """4xx passes, 5xx stays (RFC 5321 4.2.1)."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    reason = say(N_("The mail server refused it: {code} {words}"), code=str(code), words=" ".join(text.split())[:200])
    return _noted(item_id, D.failed, reason) if code >= 500 else _later(item_id, tries, reason)


def _later(item_id: int, tries: int, reason: Sentence) -> DeliveryStep:
    """Tried again after a pause, or failed after the last one."""
    if tries + 1 >= TRIES:
        return _noted(item_id, D.failed, say(N_("{reason}, {tries} times"), reason=reason, tries=TRIES))
    return _noted(item_id, D.prepared, reason)


def _noted(item_id: int, step: DeliveryStep, reason: Sentence) -> DeliveryStep:
    with transaction() as session:
        session.add(Delivery(item_id=item_id, step=step, reason=reason.to_json(), at=now()))
    log.info("message %s: %s", item_id, step.value)
    return step


def _attempts(session: Session, item_id: int) -> list[datetime]:
    """The moments of the attempts since somebody prepared the message; an attempt has a reason."""
    rows = session.exec(select(Delivery).where(Delivery.item_id == item_id).order_by(col(Delivery.id))).all()
    begun = max((place for place, row in enumerate(rows) if not row.reason), default=0)
    return [row.at for row in rows[begun + 1 :]]


def _ready_at(attempts: list[datetime]) -> datetime:
    """When a message may be tried, after the attempts that there were."""
    if not attempts:
        return now()
    return attempts[-1] + timedelta(minutes=PAUSES_MIN[min(len(attempts), len(PAUSES_MIN)) - 1])


@contextmanager
def _server() -> Iterator[Server]:
    """A signed-in connection; Retryable naming the server that does not answer."""
    now_set = settings()
    try:
        server = smtplib.SMTP(now_set.smtp_host, now_set.smtp_port, timeout=TIMEOUT_S)
    except (OSError, smtplib.SMTPException) as problem:
        raise Retryable(SILENT, host=f"{now_set.smtp_host}:{now_set.smtp_port}") from problem
    with server:
        try:
            if now_set.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if now_set.smtp_user:
                server.login(now_set.smtp_user, now_set.smtp_password)
        except (OSError, smtplib.SMTPException) as problem:
            raise Retryable(CLOSED, host=now_set.smtp_host, problem=str(problem)[:200]) from problem
        yield server
