"""Mammograms for the viewer: values at full resolution, the table of their VOI LUT, the heat map where AI may be seen, or PNG where there
is no WebGL."""

import math

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.access import Person
from core.imaging.render import grey, png
from core.workflow import heat, pictures
from core.workflow.picture_store import unpacked
from pages.ui.routes.answer import accepts, kept, reading
from pages.ui.viewer.mammograms import mg_image

VALUES = "application/octet-stream"
SCREEN = 1600  # pixels of the longer side of a PNG


def meta(session: Session, person: Person, request: Request) -> Response:
    """Size, window and side of one view; no AI result."""
    exam_id, instance_id = _names(request)
    picture = next((one for one in pictures.pictures(session, person, exam_id) if one.instance_id == instance_id), None)
    if picture is None:
        raise IndexError(f"exam {exam_id} has no image {instance_id}")
    return JSONResponse(mg_image(picture, exam_id), headers={"Cache-Control": "private, no-cache", "Vary": "Cookie"})


def pixels(session: Session, person: Person, request: Request) -> Response:
    """(Y, X) uint16; sent packed as it is kept to a browser that unpacks zstd by itself."""
    content, picture = pictures.packed(session, person, *_names(request))
    if accepts(request, "zstd"):
        return kept(request, content, picture.version, VALUES, encoding="zstd")
    return kept(request, unpacked(content), picture.version, VALUES)


def table(session: Session, person: Person, request: Request) -> Response:
    """(entries,) uint16 of the VOI LUT."""
    content, picture = pictures.table(session, person, *_names(request))
    return kept(request, content, picture.version, VALUES)


def screen(session: Session, person: Person, request: Request) -> Response:
    """The view as a PNG that fits a screen, or with `full` pixel by pixel; `shift` and `stretch` change its window, `invert` its sense."""
    shift, stretch = _number(request, "shift", 0, -10, 10), _number(request, "stretch", 1, 0.01, 20)
    shown, picture = pictures.shown(session, person, *_names(request), shift=shift, stretch=stretch)
    shown = 1 - shown if "invert" in request.query_params else shown
    made = png(grey(shown), longest_side=None if "full" in request.query_params else SCREEN)
    return kept(request, made, picture.version, "image/png")


def heat_map(session: Session, person: Person, request: Request) -> Response:
    """(Y, X) uint8 warmth of one view; does not exist for someone who must not see the AI result."""
    run = request.query_params.get("run", "")
    content, version = heat.values(session, person, *_names(request), int(run) if run.isdecimal() else 0)
    return kept(request, content, version, VALUES)


def _names(request: Request) -> tuple[int, int]:
    return request.path_params["exam_id"], request.path_params["instance_id"]


def _number(request: Request, name: str, usual: float, low: float, high: float) -> float:
    """A number of the address, `usual` where it is none within its limits."""
    try:
        value = float(request.query_params.get(name, usual))
    except ValueError:
        return usual
    return value if math.isfinite(value) and low <= value <= high else usual


ROUTES = [
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/meta", reading(meta)),
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/pixels", reading(pixels)),
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/table", reading(table)),
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/picture.png", reading(screen)),
    Route("/api/exam/{exam_id:int}/mg/{instance_id:int}/heat", reading(heat_map)),
]
