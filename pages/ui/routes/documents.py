"""Kept reports and letters as PDF. Every hand-out is written to the audit trail before the bytes leave."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.access import Person
from core.errors import FirstlightError
from core.workflow import documents
from db.engine import transaction
from pages.ui.routes.answer import refusal, who


async def document(request: Request) -> Response:
    """The PDF, shown by the browser; `?save` makes it a download. What is not in sight does not exist."""
    person = await who(request)
    if person is None:
        return JSONResponse({"problem": "Sign in first."}, 401)
    return await to_thread.run_sync(_hand_out, person, request.path_params["document_id"], "save" in request.query_params)


def _hand_out(person: Person, document_id: int, save: bool) -> Response:
    try:
        with transaction() as session:
            found, name = documents.content(session, person, document_id)
            documents.opened(session, person, document_id)
    except FirstlightError as problem:
        return refusal(problem, person.language)
    how = "attachment" if save else "inline"
    headers = {"Content-Disposition": f'{how}; filename="{name}"', "Cache-Control": "private, no-store", "Vary": "Cookie"}
    return Response(found, media_type="application/pdf", headers=headers)


ROUTES = [Route("/api/document/{document_id:int}", document)]
