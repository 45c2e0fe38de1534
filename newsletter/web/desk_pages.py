"""The desk as a page asks for it.

::

    GET  TOKEN/desk          pool and issue, as JSON
    POST TOKEN/desk          a move: {"digest": …, "move": {"do": "pick", "id": …, "section": 0, "place": 2}}
    POST TOKEN/desk/undo     takes the last one back
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter.app.desk import Desk
from newsletter.app.moves import Move
from newsletter.errors import InputError
from newsletter.web.asked import answering, json_of


class DeskPages:
    """Answers what a page asks of the desk of one issue."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._desk = Desk(folder, path)

    def routes(self) -> list[Route]:
        """Return its addresses."""
        return [
            Route("/desk", answering(self._view)),
            Route("/desk", answering(self._make), methods=["POST"]),
            Route("/desk/undo", answering(self._undo), methods=["POST"]),
        ]

    async def _view(self, request: Request) -> Response:
        return JSONResponse(self._desk.view())

    async def _make(self, request: Request) -> Response:
        values = await json_of(request)
        move, digest = values.get("move"), values.get("digest")
        if not isinstance(move, dict) or not isinstance(digest, str):
            raise InputError("this is no move", "load the page again")
        return self._done(self._desk.make(Move.of(move), digest))

    async def _undo(self, request: Request) -> Response:
        return self._done(self._desk.undo())

    def _done(self, said: str) -> Response:
        return JSONResponse({"said": said, "desk": self._desk.view()})
