"""Uploads, streamed to disk in pieces: open a batch, send each file in pieces that follow each other, hand the batch over.

The server's memory stays flat whatever the size. Forged requests are refused three times over: the cookie is SameSite=Strict, a header is
wanted that no form can send, and the Origin has to be ours.
"""

import json
import logging
import os
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from anyio import open_file, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import jobs
from core.access import Person
from core.errors import Conflict, FirstlightError, Rejected, Retryable
from core.words import N_
from core.workflow.intake import incoming
from core.workflow.intake.batch import open_batch
from db.engine import snapshot, transaction
from pages.ui.routes.answer import Endpoint, refusal, who

HEADER, WORD = "x-firstlight", "upload"
LARGEST_PIECE = 64 * 2**20
LONGEST_FORM = 4096
ROOM_EVERY = 256 * 2**20  # bytes of one file after which the room is measured again
ONE_IN = 64  # of small files is followed by a measurement of the whole upload
log = logging.getLogger(__name__)
Work = Callable[[Request, Person], Awaitable[Response]]


def writing(work: Work) -> Endpoint:
    """An endpoint for a signed-in person's own scripts only."""

    async def endpoint(request: Request) -> Response:
        person = await who(request)
        if person is None:
            return JSONResponse({"problem": "Sign in first."}, 401)
        if request.headers.get(HEADER) != WORD or not _same_origin(request):
            return JSONResponse({"problem": "This request did not come from Firstlight."}, 403)
        try:
            return await work(request, person)
        except FirstlightError as problem:
            return refusal(problem, person.language)
        except ClientDisconnect:
            return Response(status_code=499)

    return endpoint


async def begin(request: Request, person: Person) -> Response:
    """Open a batch for a site; answers its id."""
    form = await _form(request)
    incoming.check_size(_number(form.get("bytes", 0)))
    return JSONResponse({"batch": await to_thread.run_sync(_open, person, form)})


async def piece(request: Request, person: Person) -> Response:
    """Append one piece to a file of the batch at `offset`; answers how many bytes are there now."""
    batch_id, relative = request.path_params["batch_id"], request.query_params.get("path", "")
    offset, length = _number(request.query_params.get("offset")), _number(request.headers.get("content-length"))
    if length > LARGEST_PIECE:
        raise Rejected(N_("A piece is too large; at most {most} MB were expected"), most=LARGEST_PIECE >> 20)
    try:
        target = incoming.place(batch_id, relative)
    except Rejected as problem:  # this one file; the rest of the upload may go on
        return refusal(problem, person.language, status=422)
    await to_thread.run_sync(_prepare, person, batch_id, relative, target, offset, length)
    written = offset
    async with await open_file(target, "r+b" if offset else "wb") as file:
        await file.seek(offset)
        async for part in request.stream():
            written += len(part)
            if written - offset > LARGEST_PIECE:
                raise Rejected(N_("A piece is too large; at most {most} MB were expected"), most=LARGEST_PIECE >> 20)
            await file.write(part)
    return JSONResponse({"have": written})


async def finish(request: Request, person: Person) -> Response:
    """Hand the batch over to the intake job."""
    await to_thread.run_sync(_hand_over, person, request.path_params["batch_id"])
    return JSONResponse({"batch": request.path_params["batch_id"]})


def _open(person: Person, form: dict[str, object]) -> str:
    participant = form.get("participant_id")
    with transaction() as session:
        return open_batch(
            session,
            person,
            site_id=_number(form.get("site_id")),
            programme=str(form["programme"]) if form.get("programme") else None,
            source=str(form.get("source") or "Upload")[:200],
            participant_id=None if participant is None else _number(participant),
        )


def _prepare(person: Person, batch_id: str, relative: str, target: Path, offset: int, length: int) -> None:
    with snapshot() as session:
        incoming.own_batch(session, person, batch_id)
    have = target.stat().st_size if target.is_file() else 0
    if offset > have:
        raise Conflict(N_("A piece is missing before byte {offset}; {have} bytes are here"), offset=offset, have=have)
    if offset // ROOM_EVERY != (offset + length) // ROOM_EVERY or (offset == 0 and zlib.crc32(relative.encode()) % ONE_IN == 0):
        incoming.check_room(batch_id, length)
    target.parent.mkdir(parents=True, exist_ok=True)
    if offset:
        os.truncate(target, offset)


def _hand_over(person: Person, batch_id: str) -> None:
    with snapshot() as session:
        incoming.own_batch(session, person, batch_id)
    try:
        jobs.enqueue_intake(batch_id)
    except Retryable:
        log.warning("batch %s waits for the job engine; the sweep queues it", batch_id)


async def _form(request: Request) -> dict[str, object]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            raise Rejected(N_("The form is too long"))
    try:
        form = json.loads(body)
    except ValueError as problem:
        raise Rejected(N_("The form could not be read; reload the page and try again")) from problem
    if not isinstance(form, dict):
        raise Rejected(N_("The form could not be read; reload the page and try again"))
    return form


def _number(value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number < 0:
        raise Rejected(N_("{value} is not a number; reload the page and try again"), value=str(value)[:40])
    return number


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    fetched = request.headers.get("sec-fetch-site", "same-origin")
    return fetched in ("same-origin", "none") and (origin is None or urlsplit(origin).netloc == request.headers.get("host"))


ROUTES = [
    Route("/api/upload", writing(begin), methods=["POST"]),
    Route("/api/upload/{batch_id}/piece", writing(piece), methods=["POST"]),
    Route("/api/upload/{batch_id}/done", writing(finish), methods=["POST"]),
]
