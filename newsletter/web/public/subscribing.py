"""Where people subscribe, and where they say yes from their mailbox."""

import asyncio
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from newsletter.app.signups import confirm, confirmation, open_lists, subscribe
from newsletter.errors import SubscriberError
from newsletter.model.canonical import fold_address
from newsletter.subscribers.address import is_name
from newsletter.web.public.desk import Desk, client_of
from newsletter.web.public.forms import LEAST, Fields, Forms, Judgement
from newsletter.web.public.limits import Limits, client_key


class Subscribing:
    """/subscribe and /confirm.

    :param least: seconds that a form takes.
    """

    def __init__(self, desk: Desk, *, least: float = LEAST) -> None:
        self._desk = desk
        self._forms = Forms(desk.newsletter.database.keys, "subscribe", least=least)
        self._clients = Limits(burst=20, seconds=60)
        self._addresses = Limits(burst=5, seconds=600)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/subscribe", self._asked, methods=["GET"]),
            Route("/subscribe", self._sent, methods=["POST"]),
            Route("/confirm/{ticket}", self._confirm, methods=["GET"]),
            Route("/confirm/{ticket}", self._confirmed, methods=["POST"]),
        ]

    async def _asked(self, request: Request) -> Response:
        return self._form(request, chosen=frozenset(open_lists(self._desk.newsletter)))

    def _form(
        self,
        request: Request,
        *,
        chosen: frozenset[str],
        address: str = "",
        name: str = "",
        problem: str = "",
        at: str = "",
        status: int = 200,
    ) -> Response:
        """Return the page with the form.

        :param at: the field that the problem is with.
        """
        language = self._desk.language(request)
        lists = list(open_lists(self._desk.newsletter).values())
        _ = self._desk.pages.says(language)
        if not lists:
            return self._desk.message(language, _("Subscribe"), _("There is nothing to subscribe to here."), status=404)
        made = self._forms.make(request)
        values = {
            "form": made.token, "lists": lists, "chosen": chosen, "address": address, "name": name,
            "problem": problem, "at": at, "wording": self._wording(language),
        }  # fmt: skip
        answer = self._desk.page("subscribe", language, values, status)
        made.keep(answer, request, self._desk.root)
        return answer

    def _wording(self, language: str) -> str:
        """Return what is agreed to by pressing the button; the consent log keeps it."""
        _ = self._desk.pages.says(language)
        name = self._desk.newsletter.settings.name
        own = self._desk.newsletter.settings.pages.wording
        return own or _("I want to get %(name)s by e-mail. I can leave at any time.") % {"name": name}

    async def _sent(self, request: Request) -> Response:
        begun = asyncio.get_running_loop().time()
        fields = await Fields.read(request)
        language = self._desk.language(request)
        _ = self._desk.pages.says(language)
        address, name, chosen = fields.one("address"), fields.one("name", 400), fields.all("list")

        def again(problem: str, at: str = "") -> Response:
            return self._form(
                request, chosen=chosen, address=address, name=name, problem=problem, at=at, status=400
            )  # fmt: skip

        if not self._clients.take(client_key(client_of(request))):
            return self._desk.too_many(language)
        judgement = self._forms.judge(request, fields)
        if judgement is Judgement.AGAIN:
            return again(_("Please press the button once more: the page was open for too long, or too short."))
        if not chosen & frozenset(open_lists(self._desk.newsletter)):
            return again(_("Please choose what you would like to get."), "list")
        if not is_name(name):
            return again(_("This name is too long, or has something in it that a mail cannot say."), "name")
        if judgement is Judgement.GOOD:
            if not self._addresses.take(fold_address(address)):
                return self._desk.too_many(language)
            try:
                await run_in_threadpool(
                    subscribe, self._desk.newsletter, address=address, name=name, lists=chosen, language=language,
                    wording=self._wording(language), ip=client_of(request),
                )  # fmt: skip
            except SubscriberError:
                return again(_("This is no address that we could write to. Please look at it again."), "address")
            self._desk.wake()
        await self._desk.level(begun)
        return self._thanks(language)

    def _thanks(self, language: str) -> HTMLResponse:
        _ = self._desk.pages.says(language)
        return self._desk.message(
            language,
            _("Please look into your mailbox"),
            _("We have sent a mail to the address that you gave. If it asks you to confirm, you get nothing before."),
            _("Nothing there after a few minutes? Look into the spam folder, too."),
        )

    async def _confirm(self, request: Request) -> Response:
        found = await run_in_threadpool(
            confirmation, self._desk.newsletter, request.path_params["ticket"], datetime.now(UTC)
        )
        if found is None:
            return self._desk.no_ticket(request)
        language = self._desk.language(request, str(found.facts.get("language", "")))
        _ = self._desk.pages.says(language)
        lists = [self._desk.newsletter.settings.lists.get(name) for name in found.facts["lists"]]
        values = {
            "heading": _("One more click"),
            "paragraphs": [_("You asked for this to be sent to you:")],
            "lists": [one for one in lists if one],
            "button": _("Yes, subscribe me"),
        }
        return self._desk.page("confirm", language, values)

    async def _confirmed(self, request: Request) -> Response:
        fields = await Fields.read(request)
        found = await run_in_threadpool(
            confirmation, self._desk.newsletter, request.path_params["ticket"], datetime.now(UTC)
        )
        if found is None:
            return self._desk.no_ticket(request)
        shown = fields.all("list") if fields.has("list") else None
        done = await run_in_threadpool(confirm, self._desk.newsletter, found, client_of(request), shown=shown)
        if done is None:
            return self._desk.no_ticket(request)
        language = self._desk.language(request, str(found.facts.get("language", "")))
        _ = self._desk.pages.says(language)
        ways = [{"href": self._desk.root, "text": _("Read what came before")}]
        if done.blocked:
            words = _("The editor has stopped mail to this address. Write to them, and they can let it go again.")
            return self._desk.message(language, _("Thank you"), words, ways=ways)
        words = _("You are subscribed.") if done.new else _("You were subscribed already, and still are.")
        return self._desk.message(
            language, _("Thank you"), words, _("Each mail has a link to leave or to choose what you get."), ways=ways
        )
