"""What mail providers post when mail comes back: /webhooks/NAME, and /webhooks/NAME/SECRET."""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.app import Newsletter
from newsletter.app.webhooks import take_webhook
from newsletter.web.site.request_log import RequestLog

PLACE = "/webhooks/"
"""The beginning of their paths."""


class WebhookPages:
    """Takes what the providers of newsletter.local.toml post, once they have proved who they are."""

    def __init__(self, newsletter: Newsletter, log: RequestLog) -> None:
        self._newsletter = newsletter
        self._log = log

    def routes(self) -> list[Route]:
        """Return the routes."""
        paths = (f"{PLACE}{{name}}", f"{PLACE}{{name}}/{{secret}}")
        return [Route(path, self._take, methods=["POST"]) for path in paths]

    async def _take(self, request: Request) -> Response:
        parts, body = request.path_params, await request.body()
        answer = await asyncio.to_thread(
            take_webhook, self._newsletter, parts["name"], request.headers, body, secret=parts.get("secret", "")
        )
        if answer.status != 404:  # of nobody's webhook there is nothing to tell
            self._log.event(f"webhook {parts['name']}: {answer.words}")
        headers = {"retry-after": "60"} if answer.status == 503 else {}
        return PlainTextResponse("taken\n" if answer.status == 200 else "not taken\n", answer.status, headers)
