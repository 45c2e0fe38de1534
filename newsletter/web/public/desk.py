"""What all readers' pages share: the language that is spoken, and how they answer."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from newsletter.app import Newsletter
from newsletter.app.notices import reader_pages
from newsletter.web.public.limits import Limits, client_key
from newsletter.web.site.site import Site

Way = Mapping[str, str]
"""A link of a page: href and text."""

# No script and no style of its own, nothing from elsewhere, in no frame; a form goes nowhere but here.
POLICY = (
    "default-src 'none'; style-src 'self'{fonts}; img-src 'self';{font_src} form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


class Desk:
    """Answers readers in the look and the language that are theirs.

    :param wake: is called when a notice was posted, and tells who sends it.
    :param floor: seconds that an answer takes at least which must not say whether an address is known.
    """

    def __init__(self, site: Site, *, wake: Callable[[], None] = lambda: None, floor: float = 0.4) -> None:
        self.site = site
        self.wake = wake
        self.floor = floor
        self.pages = reader_pages(site.newsletter, root=site.address.root)
        self.guesses = Limits(burst=30, seconds=20)
        fonts = " https:" if site.newsletter.settings.rendering.look.web_font else ""
        policy = POLICY.format(fonts=fonts, font_src=" font-src https:;" if fonts else "")
        self._headers = {
            "content-security-policy": policy,
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",  # the address may have a ticket in it
            "x-content-type-options": "nosniff",
        }

    @property
    def newsletter(self) -> Newsletter:
        """The newsletter that the pages are of."""
        return self.site.newsletter

    @property
    def root(self) -> str:
        """The path of the site's first page, with a slash at its end."""
        return self.site.address.root

    def language(self, request: Request, own: str = "") -> str:
        """Return what is spoken: a person's own language, else what their browser asks for."""
        return self.pages.spoken(own, *accepted_languages(request.headers.get("accept-language", "")))

    def page(self, name: str, language: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """Return a page of ``web/public``."""
        given = {"problem": "", "privacy": self.newsletter.settings.pages.privacy, **values}
        return HTMLResponse(self.pages.page(name, language, given), status, dict(self._headers))

    def message(
        self, language: str, heading: str, *paragraphs: str, ways: Sequence[Way] = (), status: int = 200
    ) -> HTMLResponse:
        """Return a page that says something."""
        values = {"heading": heading, "paragraphs": paragraphs, "ways": ways}
        return self.page("message", language, values, status)

    def no_ticket(self, request: Request) -> HTMLResponse:
        """Return what is said to a link that is forged, cut off, or over: nothing but what to do."""
        language = self.language(request)
        if not self.guesses.take(client_key(client_of(request))):
            return self.too_many(language)
        _ = self.pages.says(language)
        return self.message(
            language,
            _("This link does not work"),
            _("It may be old, or was cut off on its way. The newest mail that you have from us has a good one."),
            ways=[{"href": f"{self.root}preferences", "text": _("Or have a new link sent to you")}],
            status=404,
        )

    def too_many(self, language: str) -> HTMLResponse:
        """Return what is said to somebody who asks too often."""
        _ = self.pages.says(language)
        answer = self.message(
            language,
            _("One moment, please"),
            _("This was asked for too often just now. Try again in a few minutes."),
            status=429,
        )
        answer.headers["retry-after"] = "300"
        return answer

    async def level(self, begun: float) -> None:
        """Wait until as much time has gone by since *begun* as for everybody."""
        left = begun + self.floor - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)


def client_of(request: Request) -> str:
    """Return the IP address of who asks; that of the proxy's word where there is one."""
    return request.client.host if request.client else ""


def accepted_languages(header: str) -> tuple[str, ...]:
    """Return the languages of Accept-Language (RFC 9110 §12.5.4), the most wanted first; at most ten."""
    wanted: list[tuple[float, str]] = []
    for part in header[:500].split(",")[:10]:
        match = re.fullmatch(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*", part)
        if match and (weight := float(match[2] or 1)) > 0:
            wanted.append((-weight, match[1]))
    return tuple(tag for _, tag in sorted(wanted, key=lambda one: one[0]))
