"""Where the links of a mail lead: out of the list, and to its web version."""

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from newsletter.app.archive import is_shown
from newsletter.app.preferences import leave, leave_at_once
from newsletter.app.tickets import Holder, holder_of_mail
from newsletter.app.web_versions import web_version_path
from newsletter.model.ticket import Leads
from newsletter.web.public.desk import Desk
from newsletter.web.public.forms import Fields
from newsletter.web.public.together import Together

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program posts, urlencoded or as multipart (RFC 8058 §3.2)."""


class Leaving:
    """/u and /w."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._together = Together(partial(leave_at_once, desk.newsletter))

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/u/{ticket}", self._asked, methods=["GET"]),
            Route("/u/{ticket}", self._left, methods=["POST"]),
            Route("/w/{ticket}", self._web, methods=["GET"]),
        ]

    async def _holder(self, request: Request, leads: Leads) -> Holder | None:
        return await run_in_threadpool(holder_of_mail, self._desk.newsletter, request.path_params["ticket"], leads)

    async def _asked(self, request: Request) -> Response:
        """Show the button: what fetches links to look at them must not unsubscribe anybody (RFC 8058 §3.2)."""
        holder = await self._holder(request, Leads.UNSUBSCRIBE)
        if holder is None:
            return self._desk.no_ticket(request)
        lists = self._desk.newsletter.settings.lists
        title = lists[holder.list].title if holder.list in lists else self._desk.newsletter.settings.name
        values = {
            "title": title,
            "several": len(lists) > 1,
            "preferences": f"{self._desk.root}p/{holder.preferences}" if holder.preferences else self._link_page,
        }
        return self._desk.page("unsubscribe", self._desk.language(request), values)

    @property
    def _link_page(self) -> str:
        return f"{self._desk.root}preferences"

    async def _left(self, request: Request) -> Response:
        fields = await Fields.read(request)
        name, value = ONE_CLICK
        if fields.one(name) == value and not fields.one("leave"):
            return await self._left_at_once(request)
        holder = await self._holder(request, Leads.UNSUBSCRIBE)
        if holder is None:
            return self._desk.no_ticket(request)
        one_click = fields.one(name) == value
        everything = fields.one("leave") == "all"
        await run_in_threadpool(leave, self._desk.newsletter, holder, everything=everything, one_click=one_click)
        self._desk.wake()
        if one_click:
            return PlainTextResponse("You are unsubscribed.\n")  # 200, no redirect (RFC 8058 §3.1)
        language = self._desk.language(request)
        _ = self._desk.pages.says(language)
        back = f"{self._desk.root}p/{holder.preferences}" if holder.preferences else self._link_page
        return self._desk.message(
            language,
            _("You are unsubscribed"),
            _("It holds at once, also for a mail that is about to leave."),
            ways=[{"href": back, "text": _("A mistake? Choose anew what you get")}],
        )

    async def _left_at_once(self, request: Request) -> Response:
        """Do what a mail program asks for; who asks at the same time is served together."""
        if not await self._together.take(request.path_params["ticket"]):
            return self._desk.no_ticket(request)
        self._desk.wake()
        return PlainTextResponse("You are unsubscribed.\n")  # 200, no redirect (RFC 8058 §3.1)

    async def _web(self, request: Request) -> Response:
        """Lead to the issue in the archive; one that is not for everybody is shown to who holds its link."""
        holder = await self._holder(request, Leads.WEB)
        if holder is None:
            return self._desk.no_ticket(request)
        newsletter = self._desk.newsletter
        if holder.is_nobody:
            return RedirectResponse(self._desk.root, 303)
        path = web_version_path(newsletter, holder.issue)
        if await run_in_threadpool(is_shown, newsletter, holder.issue):
            return RedirectResponse(f"{self._desk.root}issues/{path.name}", 303)
        try:
            html = await run_in_threadpool(path.read_text, "utf-8")
        except OSError:  # no page of it was kept: all issues that there are
            return RedirectResponse(self._desk.root, 303)
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data: https: 'self'; frame-ancestors 'none'"
        return HTMLResponse(html, headers={"content-security-policy": f"{policy}; base-uri 'none'; form-action 'none'"})
