"""Sends the notices that wait: what readers asked for on the pages."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Event
from typing import Any

from newsletter.app.archive import site_address
from newsletter.app.kept import kept_of
from newsletter.app.kept_text import kept_text
from newsletter.app.newsletter import Newsletter
from newsletter.app.signing import signer_of
from newsletter.app.tickets import ticket_of
from newsletter.errors import NewsletterError, SendError, SubscriberError
from newsletter.model.address import Address
from newsletter.model.delivery import Delivery, State
from newsletter.model.mail import Message
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.ticket import NoticeTicket
from newsletter.rendering.reader_pages import ReaderPages
from newsletter.rendering.themes import builtin_templates
from newsletter.sender.notice_mail import notice_message
from newsletter.sender.trial import send_test as send_few
from newsletter.store.notices import NoticeStore
from newsletter.store.preferences import PreferenceStore

AT_ONCE = 20
"""Notices of one connection."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""Somebody sits before their mailbox: the first tries come soon."""
SLEEP = 30.0
"""Seconds between two looks, where nothing says that there is something."""
PATHS = {NoticeKind.CONFIRM: "confirm", NoticeKind.ADDRESS: "address"}
"""Where the link of each kind leads; of the others, to the preferences."""

Told = Callable[[str], None]


def reader_pages(newsletter: Newsletter, root: str | None = None) -> ReaderPages:
    """Return what renders the readers' pages and notices.

    :param root: the path of the site's first page; None for that of the public URL.
    """
    folders = (newsletter.shown / "templates", builtin_templates())
    address = site_address(newsletter)
    return ReaderPages(newsletter.settings.rendering, address if root is None else replace(address, root=root), folders)


class NoticePost:
    """Sends the notices of one newsletter.

    :param via: the names of the SMTP profiles; empty for the default.
    """

    def __init__(self, newsletter: Newsletter, via: str = "") -> None:
        self._newsletter = newsletter
        self._via = via
        self._store = NoticeStore(newsletter.database)

    @cached_property
    def _pages(self) -> ReaderPages:
        return reader_pages(self._newsletter)

    def send_due(self, stop: Event | None = None) -> int:
        """Send what is due; return how many were tried.

        :param stop: once it is set, no more are begun than those that were leased.
        :raises NewsletterError: no server can be used; what was leased is tried again later.
        """
        tried = 0
        # Only looked at while nothing is due: a mailing may be writing.
        while not (stop and stop.is_set()) and self._is_due() and (leased := self._store.lease(AT_ONCE)):
            tried += len(leased)
            self._send(leased)
        return tried

    def _is_due(self) -> bool:
        due = self._store.next_due()
        return due is not None and due <= datetime.now(UTC)

    def _send(self, leased: Sequence[Notice]) -> None:
        made = self._made(leased)
        if not made:
            return
        heard: set[int] = set()

        def hear(outcome: Delivery) -> None:
            self._ended(made[outcome.number - 1][0], outcome)
            heard.add(outcome.number)

        words = "it was not tried"
        try:
            # What was taken is kept at once: a server that goes away after three is not to get those three again.
            send_few([message for _, message in made], self._newsletter.settings.servers(self._via), heard=hear)
        except NewsletterError as error:
            words = error.what
            raise
        finally:
            for place, (one, _) in enumerate(made, 1):
                if place not in heard:
                    self._store.failed(one.number, words, _again(one))

    def _made(self, leased: Sequence[Notice]) -> list[tuple[Notice, Message]]:
        """Return the mails of the notices that there can be one of; the others are given up.

        :raises NewsletterError: there can be none at all now: a key or a template is missing. All are tried again.
        """
        made: list[tuple[Notice, Message]] = []
        for place, one in enumerate(leased):
            try:
                made.append((one, self._message(one)))
            except (SendError, SubscriberError) as error:
                self._store.failed(one.number, error.what, None)
            except NewsletterError as error:
                for waiting in (*(other for other, _ in made), *leased[place:]):
                    self._store.failed(waiting.number, error.what, _again(waiting))
                raise
        return made

    def _ended(self, one: Notice, outcome: Delivery) -> None:
        if outcome.state is State.ACCEPTED:
            self._store.sent(one.number, outcome.reply)
        else:  # in doubt, too: a second confirmation hurts nobody, none at all does
            self._store.failed(one.number, outcome.reply, None if outcome.state is State.REFUSED else _again(one))

    def _message(self, one: Notice) -> Message:
        """Return the mail of a notice, signed as a mailing's is."""
        newsletter, options = self._newsletter, self._newsletter.settings.sender
        lists = [name for name in one.facts.get("lists", ()) if name in newsletter.settings.lists]
        list_name = lists[0] if len(lists) == 1 else ""
        language = self._language(one)
        rendered = self._pages.notice(one.kind.value, language, self._values(one, lists, language))
        key = newsletter.database.oldest_key
        token = NoticeTicket.of(key, number=one.number, kind="message-id", folded=one.folded).token
        message = notice_message(
            subject=rendered.subject,
            html=rendered.html,
            text=rendered.text,
            to=Address(address=one.address),
            options=options,
            list_name=list_name,
            date=datetime.now(newsletter.settings.timezone),
            id=f"notice.{one.number}.{token}",
        )
        signer = signer_of(newsletter, list_name)
        return signer.sign(message) if signer else message

    def _language(self, one: Notice) -> str:
        """Return in which language somebody is written to: their own, else that of the page where they asked."""
        there = PreferenceStore(self._newsletter.database).of(one.subscriber)
        return self._pages.spoken(there.person.language if there else "", str(one.facts.get("language", "")))

    def _values(self, one: Notice, lists: Sequence[str], language: str) -> dict[str, Any]:
        known = self._newsletter.settings.lists
        titles = [known[name].title for name in lists] or [self._newsletter.settings.name]
        path = PATHS.get(one.kind, "p")
        values = {
            "titles": ", ".join(titles),
            "link": f"{self._newsletter.settings.sender.public_url}/{path}/{ticket_of(self._newsletter, one)}",
            "button": self._pages.button(one.kind.value, language),
        }
        if one.kind is NoticeKind.KEPT:
            record = kept_of(self._newsletter, one.address)
            values["sheet"] = kept_text(record, self._newsletter.settings.name, self._pages.says(language))
        return values


def _again(one: Notice) -> datetime:
    """Return when a notice that failed is tried again: ``min(1 min · 3^(n-1), 1 h)`` from now."""
    wait: timedelta = min(FIRST_WAIT * 3 ** min(one.attempts - 1, 8), LONGEST_WAIT)
    return datetime.now(UTC) + wait


def keep_sending(newsletter: Newsletter, via: str, stop: Event, wake: Event, told: Told) -> None:
    """Send notices until *stop* is set; *wake* says that one was posted, *told* hears what goes wrong."""
    post = NoticePost(newsletter, via)
    said = ""
    while not stop.is_set():
        wake.clear()
        try:
            post.send_due(stop)
            said = ""
        except NewsletterError as error:
            if said != (said := f"notices wait: {error}"):
                told(said)
        _sleep(stop, wake, post_pause(newsletter))


def post_pause(newsletter: Newsletter) -> float:
    """Return the seconds until a notice is due, the longest sleep at most."""
    due = NoticeStore(newsletter.database).next_due()
    if due is None:
        return SLEEP
    return min(max((due - datetime.now(UTC)).total_seconds(), 1.0), SLEEP)


def _sleep(stop: Event, wake: Event, seconds: float) -> None:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    while not stop.is_set() and not wake.is_set() and datetime.now(UTC) < until:
        wake.wait(0.5)
