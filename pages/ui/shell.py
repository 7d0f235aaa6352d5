"""The HTML shell that Streamlit's frontend starts in, made ours: title, language, style sheet, and nothing inline (so that the
content policy can refuse inline scripts)."""

import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

ASSETS = Path(__file__).parent / "assets"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEAD = """<title>Firstlight</title>
    <link rel="icon" type="image/svg+xml" href="/firstlight/mark.svg" />
    <script src="/firstlight/frame.js"></script>
    <link rel="stylesheet" href="/firstlight/frame.css" />"""


@cache
def _streamlit_index() -> str:
    text = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    text = re.sub(r"<!--.*?-->|<script>.*?</script>|<noscript>.*?</noscript>", "", text, flags=re.DOTALL)
    text = re.sub(r'<link rel="(shortcut icon|service-desc)"[^>]*>|<link\s+rel="preload"[^>]*as="font"[^>]*>', "", text)
    text = re.sub(r"<title>.*?</title>", "", text)
    return text.replace("</head>", f"{HEAD}\n  </head>").replace('"./', '"/')


def page(language: str) -> HTMLResponse:
    """The shell for a signed-in browser."""
    spoken = "zh-Hans" if language == "zh_CN" else "en"
    text = _streamlit_index().replace('<html lang="en">', f'<html lang="{spoken}">')
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})


async def asset(request: Request) -> Response:
    path = ASSETS / request.path_params["name"]
    if path.parent != ASSETS or path.suffix not in TYPES or not path.is_file():
        return Response(status_code=404)
    return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": "no-cache"})


ROUTES = [Route("/firstlight/{name}", asset)]
