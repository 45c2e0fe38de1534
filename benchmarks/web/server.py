"""One server of a measurement, as a process of its own: ``python -m benchmarks.web.server KIND FOLDER [LENGTH]``.

Both sides are served by the same uvicorn with the same settings; the first line of the output is the port.
"""

import io
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.web.serving import listen, serve


def bare_page(length: int) -> ASGIApp:
    """A route that answers with as many octets."""
    body = b"x" * length

    async def page(request: Request) -> HTMLResponse:
        return HTMLResponse(body)

    return Starlette(routes=[Route("/{path:path}", page)])


def bare_commit(folder: Path) -> ASGIApp:
    """A route that commits one row, on the disk as the ledger's are."""
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None, check_same_thread=False)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE IF NOT EXISTS t (x TEXT)",
    ):
        connection.execute(statement)
    one_by_one = threading.Lock()

    def commit(text: str) -> None:
        with one_by_one:
            connection.execute("INSERT INTO t VALUES (?)", [text])

    async def left(request: Request) -> PlainTextResponse:
        await request.body()
        await run_in_threadpool(commit, request.path_params["ticket"])
        return PlainTextResponse("done\n")

    return Starlette(routes=[Route("/u/{ticket}", left, methods=["POST"])])


def site(folder: Path) -> ASGIApp:
    """The whole public site, as ``newsletter serve`` has it; its log goes nowhere."""
    from newsletter.app import open_newsletter
    from newsletter.web.public.routes import routes
    from newsletter.web.site.request_log import RequestLog
    from newsletter.web.site.running import PublicSite
    from newsletter.web.site.site import SiteOptions

    newsletter = open_newsletter(folder)
    return PublicSite(newsletter, SiteOptions(), pages=[routes], log=RequestLog(stream=io.StringIO())).app


def main() -> None:
    """Serve until told to stop."""
    kind, folder, *length = sys.argv[1:]
    apps: dict[str, Callable[[], ASGIApp]] = {
        "page": lambda: bare_page(int(length[0])),
        "commit": lambda: bare_commit(Path(folder)),
        "site": lambda: site(Path(folder)),
    }
    app, opened = apps[kind](), listen()
    print(opened.getsockname()[1], flush=True)

    async def ending() -> None:
        """Nothing goes on for ever here."""

    serve(app, opened, ending=ending)


if __name__ == "__main__":
    main()
