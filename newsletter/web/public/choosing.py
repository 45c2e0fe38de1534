"""Where readers choose for themselves: lists, sections, name, language, pauses, another address, being forgotten."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.app.preferences import (
    choose,
    forget_holder,
    is_own_address,
    lists_for,
    move,
    preferences_of,
    send_kept,
    send_link,
)
from newsletter.app.sections import sections_of
from newsletter.app.tickets import Holder, holder_of_preferences, notice_of
from newsletter.errors import SubscriberError
from newsletter.model.canonical import fold_address
from newsletter.model.notice import NoticeKind
from newsletter.model.subscriber import Consent
from newsletter.store.preferences import AddressChange, Preferences, PreferenceStore, Wishes
from newsletter.subscribers.address import valid_name
from newsletter.web.public.desk import Desk, client_of
from newsletter.web.public.forms import LEAST, Fields, Forms, Judgement
from newsletter.web.public.limits import Limits, client_key

PAUSES = (1, 2, 4, 8, 12, 26)
"""Weeks of a pause."""
Says = Callable[[str], str]


class Choosing:
    """/preferences, /p and /address.

    :param least: seconds that a form takes.
    """

    def __init__(self, desk: Desk, *, least: float = LEAST) -> None:
        self._desk = desk
        self._forms = Forms(desk.newsletter.database.keys, "link", least=least)
        self._clients = Limits(burst=20, seconds=60)
        self._addresses = Limits(burst=5, seconds=600)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/preferences", self._link_asked, methods=["GET"]),
            Route("/preferences", self._link_sent, methods=["POST"]),
            Route("/p/{ticket}", self._shown, methods=["GET"]),
            Route("/p/{ticket}", self._done, methods=["POST"]),
            Route("/address/{ticket}", self._address_asked, methods=["GET"]),
            Route("/address/{ticket}", self._address_done, methods=["POST"]),
        ]

    async def _link_asked(self, request: Request) -> Response:
        return self._link_form(request)

    def _link_form(
        self, request: Request, *, address: str = "", problem: str = "", at: str = "", status: int = 200
    ) -> Response:
        made = self._forms.make(request)
        values = {"form": made.token, "address": address, "problem": problem, "at": at}
        answer = self._desk.page("link", self._desk.language(request), values, status)
        made.keep(answer, request, self._desk.root)
        return answer

    async def _link_sent(self, request: Request) -> Response:
        begun = asyncio.get_running_loop().time()
        fields = await Fields.read(request)
        language, address = self._desk.language(request), fields.one("address")
        _ = self._desk.pages.says(language)
        if not self._clients.take(client_key(client_of(request))):
            return self._desk.too_many(language)
        judgement = self._forms.judge(request, fields)
        if judgement is Judgement.AGAIN:
            words = _("Please press the button once more: the page was open for too long, or too short.")
            return self._link_form(request, address=address, problem=words, status=400)
        if judgement is Judgement.GOOD:
            if not self._addresses.take(fold_address(address)):
                return self._desk.too_many(language)
            try:
                await run_in_threadpool(send_link, self._desk.newsletter, address)
            except SubscriberError:
                words = _("This is no address that we could write to. Please look at it again.")
                return self._link_form(request, address=address, problem=words, at="address", status=400)
            self._desk.wake()
        await self._desk.level(begun)
        return self._desk.message(
            language,
            _("Please look into your mailbox"),
            _("If this address is on our lists, a mail with the link is on its way."),
        )

    async def _held(self, request: Request) -> tuple[Holder, Preferences] | None:
        """Return whose preferences they are; None for a link that is none, and for who is gone."""
        holder = await run_in_threadpool(
            holder_of_preferences, self._desk.newsletter, request.path_params["ticket"], datetime.now(UTC)
        )
        if holder is None or holder.is_nobody:
            return None
        found = await run_in_threadpool(preferences_of, self._desk.newsletter, holder)
        return (holder, found) if found else None

    async def _shown(self, request: Request) -> Response:
        held = await self._held(request)
        return self._page(request, held[1]) if held else self._desk.no_ticket(request)

    def _page(
        self,
        request: Request,
        found: Preferences,
        *,
        saved: str = "",
        problem: str = "",
        at: str = "",
        typed: Fields | None = None,
        status: int = 200,
    ) -> Response:
        """Return the page.

        :param at: the id of the field that the problem is with.
        :param typed: what was chosen and could not be saved.
        """
        language = self._desk.language(request, found.person.language)
        on = {name for name, consent in found.lists.items() if consent is Consent.CONFIRMED}
        sections = list(sections_of(self._desk.newsletter))
        person = found.person
        lists = lists_for(self._desk.newsletter, found)
        until = found.paused_until
        values = {
            "saved": saved,
            "problem": problem,
            "at": at,
            "masked": masked(person.address.address),
            "lists": list(lists.values()),
            "chosen": typed.all("list") if typed else on,
            "seen": typed.all("seen") if typed else on,
            "sections": sections,
            "without": set(sections) - typed.all("section") if typed else found.without,
            "name": typed.one("name", 400) if typed else person.address.name,
            "own_language": typed.one("language", 20) if typed else person.language,
            "languages": [(tag, self._desk.pages.language_name(tag)) for tag in self._desk.pages.languages],
            "timezone": typed.one("timezone", 64) if typed else person.timezone,
            "pauses": PAUSES,
            "pause": typed.one("pause", 4) if typed else "",
            "paused_until": f"{until.astimezone(self._desk.newsletter.settings.timezone):%Y-%m-%d}" if until else "",
        }
        return self._desk.page("preferences", language, values, status)

    async def _done(self, request: Request) -> Response:
        fields = await Fields.read(request)
        held = await self._held(request)
        if held is None:
            return self._desk.no_ticket(request)
        holder, found = held
        _ = self._desk.pages.says(self._desk.language(request, found.person.language))
        act = {
            "save": self._save,
            "address": self._move,
            "kept": self._kept,
            "forget": self._forget,
        }.get(fields.one("do"))
        if act is None:  # no button of ours: an empty form would say that nothing is wanted any more
            return self._page(request, found, status=400)
        return await act(request, fields, holder, found, _)

    async def _save(self, request: Request, fields: Fields, holder: Holder, found: Preferences, _: Says) -> Response:
        try:
            wishes = _wishes(fields, lists_for(self._desk.newsletter, found), self._desk, _)
        except _Wrong as wrong:
            return self._page(request, found, problem=wrong.what, at=wrong.at, typed=fields, status=400)
        blocked = await run_in_threadpool(choose, self._desk.newsletter, holder, wishes, client_of(request))
        self._desk.wake()
        now = await run_in_threadpool(preferences_of, self._desk.newsletter, holder) or found
        _ = self._desk.pages.says(self._desk.language(request, now.person.language))  # they may have chosen another
        words = _("Saved.")
        if blocked:
            words = _("The editor has stopped mail to this address. Write to them, and they can let it go again.")
        return self._page(request, now, saved=words)

    async def _move(self, request: Request, fields: Fields, holder: Holder, found: Preferences, _: Says) -> Response:
        if not self._addresses.take(f"{holder.subscriber}"):  # who was passed the mail on may not guess for long
            return self._desk.too_many(self._desk.language(request, found.person.language))
        if not is_own_address(found, fields.one("current")):
            words = _("This is not the address that we write to now.")
            return self._page(request, found, problem=words, at="current", status=400)
        try:
            await run_in_threadpool(move, self._desk.newsletter, holder, fields.one("address"))
        except SubscriberError:
            words = _("This is no address that we could write to. Please look at it again.")
            return self._page(request, found, problem=words, at="address", status=400)
        self._desk.wake()
        words = _("A mail is on its way to the new address. Nothing changes until you confirm it there.")
        return self._page(request, found, saved=words)

    async def _kept(self, request: Request, fields: Fields, holder: Holder, found: Preferences, _: Says) -> Response:
        await run_in_threadpool(send_kept, self._desk.newsletter, holder)
        self._desk.wake()
        return self._page(request, found, saved=_("It is on its way to your address."))

    async def _forget(self, request: Request, fields: Fields, holder: Holder, found: Preferences, _: Says) -> Response:
        if not self._addresses.take(f"{holder.subscriber}"):
            return self._desk.too_many(self._desk.language(request, found.person.language))
        if not is_own_address(found, fields.one("current")):
            words = _("This is not the address that we write to now.")
            return self._page(request, found, problem=words, at="forgotten", status=400)
        await run_in_threadpool(forget_holder, self._desk.newsletter, found)
        return self._desk.message(
            self._desk.language(request, found.person.language),
            _("You are forgotten"),
            _("Your name, your address and all that we knew of you are gone, and no mail comes any more."),
        )

    async def _address_asked(self, request: Request) -> Response:
        kinds = (NoticeKind.ADDRESS,)
        found = await run_in_threadpool(
            notice_of, self._desk.newsletter, request.path_params["ticket"], kinds, datetime.now(UTC)
        )
        if found is None:
            return self._desk.no_ticket(request)
        language = self._desk.language(request)
        _ = self._desk.pages.says(language)
        values = {
            "heading": _("Your new address"),
            "paragraphs": [_("From now on, our mail is to come to %(address)s.") % {"address": masked(found.address)}],
            "lists": [],
            "button": _("Yes, this is my address"),
        }
        return self._desk.page("confirm", language, values)

    async def _address_done(self, request: Request) -> Response:
        await Fields.read(request)
        kinds = (NoticeKind.ADDRESS,)
        found = await run_in_threadpool(
            notice_of, self._desk.newsletter, request.path_params["ticket"], kinds, datetime.now(UTC)
        )
        if found is None:
            return self._desk.no_ticket(request)
        store = PreferenceStore(self._desk.newsletter.database)
        came = await run_in_threadpool(store.confirm_address, found.number)
        if came is not AddressChange.DONE:  # somebody else has it: who holds the mailbox may as well be them
            return self._desk.no_ticket(request)
        language = self._desk.language(request)
        _ = self._desk.pages.says(language)
        return self._desk.message(language, _("Thank you"), _("Our mail comes to your new address from now on."))


class _Wrong(SubscriberError):
    """What was typed will not do.

    :ivar at: the field.
    """

    def __init__(self, what: str, *, at: str) -> None:
        super().__init__(what)
        self.at = at


def _wishes(fields: Fields, offered: Iterable[str], desk: Desk, _: Says) -> Wishes:
    """Return what the form says.

    :raises _Wrong: with the words for the page.
    """
    names = tuple(offered)
    sections = frozenset(sections_of(desk.newsletter))
    try:
        name = valid_name(fields.one("name", 400))
    except SubscriberError as cause:
        words = _("This name is too long, or has something in it that a mail cannot say.")
        raise _Wrong(words, at="name") from cause
    zone = fields.one("timezone", 64)
    if zone and not _is_zone(zone):
        raise _Wrong(_('There is no such time zone; one is "Europe/Berlin", for example.'), at="timezone")
    language = fields.one("language", 20)
    weeks = fields.one("pause", 4)
    until = datetime.now(UTC) + timedelta(weeks=int(weeks)) if weeks in {"0", *map(str, PAUSES)} else None
    return Wishes(
        lists=fields.all("list") & frozenset(names),
        seen=fields.all("seen") if fields.has("seen") else None,
        offered=names,
        without=(sections - fields.all("section")) if sections else None,
        paused_until=until,
        name=name,
        language=language if language in desk.pages.languages else "",
        timezone=zone,
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def masked(address: str) -> str:
    """Return enough of an address for its owner to know it, and not enough for who got the mail passed on."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
