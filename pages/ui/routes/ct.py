"""CT slices for the viewer: one slice first, then slabs; little-endian int16 Hounsfield units, or a PNG where there is no WebGL."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.access import Person
from core.imaging.pixels import Window
from core.imaging.render import LUNG, png, slice_image
from core.workflow import images, saliency
from pages.ui.routes.answer import kept, reading
from pages.ui.viewer.scene import ct_scene

VALUES = "application/octet-stream"
LARGEST_SLAB = 32  # slices


def meta(session: Session, person: Person, request: Request) -> Response:
    """Size, places and directions of the slices; no AI result."""
    found = images.ct(session, person, request.path_params["exam_id"])
    return JSONResponse(ct_scene(found), headers={"Cache-Control": "private, no-cache", "Vary": "Cookie"})


def one_slice(session: Session, person: Person, request: Request) -> Response:
    """(Y, X) int16."""
    k = request.path_params["k"]
    return _slab(session, person, request, k, k + 1)


def slab(session: Session, person: Person, request: Request) -> Response:
    """(k1 - k0, Y, X) int16."""
    first, last = request.path_params["k0"], request.path_params["k1"]
    if last - first > LARGEST_SLAB:
        raise IndexError(f"{last - first} slices at once; at most {LARGEST_SLAB}")
    return _slab(session, person, request, first, last)


def picture(session: Session, person: Person, request: Request) -> Response:
    """One slice as a PNG; `c` and `w` choose the window, lung without them."""
    exam_id, k = request.path_params["exam_id"], request.path_params["k"]
    window = _window(request)
    values = images.ct_slice(session, person, exam_id, k)
    return kept(request, png(slice_image(values, window)), images.ct(session, person, exam_id).version, "image/png")


def evidence(session: Session, person: Person, request: Request) -> Response:
    """(Z, Y, X) int8 saliency of one finding; does not exist for someone who must not see the AI result."""
    names = request.path_params
    content = saliency.values(session, person, names["exam_id"], names["run"], names["number"])
    return Response(content, media_type=VALUES, headers={"Cache-Control": "private, no-store", "Vary": "Cookie"})


def _slab(session: Session, person: Person, request: Request, first: int, last: int) -> Response:
    content, version = images.ct_slab(session, person, request.path_params["exam_id"], first, last)
    return kept(request, content, version, VALUES)


def _window(request: Request) -> Window:
    try:
        centre, width = float(request.query_params["c"]), float(request.query_params["w"])
    except (KeyError, ValueError):
        return LUNG
    return Window(centre, width) if 1 <= width <= 1e6 and abs(centre) <= 1e6 else LUNG


ROUTES = [
    Route("/api/exam/{exam_id:int}/ct/meta", reading(meta)),
    Route("/api/exam/{exam_id:int}/ct/slice/{k:int}", reading(one_slice)),
    Route("/api/exam/{exam_id:int}/ct/slice/{k:int}.png", reading(picture)),
    Route("/api/exam/{exam_id:int}/ct/saliency/{run:int}/{number:int}", reading(evidence)),
    Route("/api/exam/{exam_id:int}/ct/slab/{k0:int}/{k1:int}", reading(slab)),
]
