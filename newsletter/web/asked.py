"""What a page asks to be done, and the answer when it cannot be."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from newsletter.app.moves import NotSure
from newsletter.composer.picking import RanBefore
from newsletter.errors import InputError, NewsletterError
from newsletter.web.proof import error_values

LIMIT = 65_536
"""Bytes of a request."""

Handler = Callable[[Request], Awaitable[Response]]


async def json_of(request: Request) -> dict[str, Any]:
    """Return the JSON object that *request* carries; InputError if it is none, or too long."""
    data = b""
    try:
        async for piece in request.stream():
            data += piece
            if len(data) > LIMIT:
                raise InputError("this is too long", "load the page again")
    except ClientDisconnect as cause:
        raise InputError("the page left before it had said what it wants", "load it again") from cause
    try:
        values = json.loads(data)
        json.dumps(values, ensure_ascii=False).encode()  # half of a surrogate pair is no text, and fits in no file
    except (ValueError, RecursionError) as cause:
        raise InputError("this is no JSON", "load the page again") from cause
    if not isinstance(values, dict):
        raise InputError("this is no JSON object", "load the page again")
    return values


def answering(handler: Handler) -> Handler:
    """Let *handler* answer an error of the editor's as JSON, with status 409.

    *ask* is what the editor may be asked to go on: whether they are "sure", why the article runs "again".
    """

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except NewsletterError as error:
            question = "sure" if isinstance(error, NotSure) else "again" if isinstance(error, RanBefore) else ""
            return JSONResponse({"error": error_values(error), "ask": question}, 409)

    return answer
