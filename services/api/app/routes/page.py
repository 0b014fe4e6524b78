"""GET /: the web page, and the files it needs."""

from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from services.api.app import state
from services.common.problems import Problem

_FOLDER = Path(__file__).parents[1] / "page"
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FILES = {
    path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES
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
