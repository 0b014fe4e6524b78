"""GET /: the web page, and the two files it needs."""

from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from services.api.app import state
from services.common.problems import Problem

_FOLDER = Path(__file__).parents[1] / "page"
_FILES = {
    name: ((_FOLDER / name).read_bytes(), media_type)
    for name, media_type in (("style.css", "text/css"), ("script.js", "text/javascript"))
}
_INDEX = (_FOLDER / "index.html").read_text(encoding="utf-8")


async def index(request: Request) -> Response:
    """Give the page."""
    repository = escape(state.of(request).settings.repository_url, quote=True)
    return Response(_INDEX.replace("{{repository}}", repository), media_type="text/html")


async def file(request: Request) -> Response:
    """Give one of the page's files."""
    found = _FILES.get(request.path_params["name"])
    if found is None:
        raise Problem(404, "not-found", "There is nothing at this path.")
    return Response(found[0], media_type=found[1])
