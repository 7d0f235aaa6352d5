"""Mammograms for the viewer: stored values at full resolution, the heat map where AI may be seen, or a PNG where there is no WebGL."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.access import Person
from core.imaging.render import grey, png
from core.workflow import heat, pictures
from pages.ui.routes.answer import kept, reading
from pages.ui.viewer.scene import mg_image

VALUES = "application/octet-stream"
SCREEN = 1600  # pixels of the longer side of a PNG


def meta(session: Session, person: Person, request: Request) -> Response:
    """Size, window and side of one view; no AI result."""
    picture = pictures.pixels(session, person, *_names(request))[1]
    scene = mg_image(picture, request.path_params["exam_id"])
    return JSONResponse(scene, headers={"Cache-Control": "private, no-cache", "Vary": "Cookie"})


def pixels(session: Session, person: Person, request: Request) -> Response:
    """(Y, X) uint16."""
    content, picture = pictures.pixels(session, person, *_names(request))
    return kept(request, content, picture.version, VALUES)


def screen(session: Session, person: Person, request: Request) -> Response:
    """The view with the window of its file, as a PNG that fits a screen."""
    content, picture = pictures.pixels(session, person, *_names(request))
    made = png(grey(pictures.shown(content, picture)), longest_side=SCREEN)
    return kept(request, made, picture.version, "image/png")


def heat_map(session: Session, person: Person, request: Request) -> Response:
    """(Y, X) uint8 warmth of one view; does not exist for someone who must not see the AI result."""
    run = request.query_params.get("run", "")
    content, version = heat.values(session, person, *_names(request), int(run) if run.isdecimal() else 0)
    return kept(request, content, version, VALUES)


def _names(request: Request) -> tuple[int, int]:
    return request.path_params["exam_id"], request.path_params["instance_id"]


ROUTES = [
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/meta", reading(meta)),
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/pixels", reading(pixels)),
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/picture.png", reading(screen)),
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/heat", reading(heat_map)),
]
