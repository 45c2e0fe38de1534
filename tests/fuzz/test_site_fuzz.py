"""Everything that the public site answers, asked for what nobody would ask: it never breaks, and nobody is harmed.

``make fuzz-web`` asks 20,000 times, FUZZ other often; FUZZ_SEED begins elsewhere.
"""

import os
import random
import re
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from asgi_client import Client
from readers_site import make_newsletter, readers_site

from newsletter.app.tickets import ticket_of
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.model.tokens import DeliveryTokens
from newsletter.store.ledger import LedgerStore
from newsletter.store.notices import NoticeStore
from newsletter.store.signups import SignupStore
from newsletter.store.subscribers import SubscriberStore

TIMES = int(os.environ.get("FUZZ") or "600")
SEED = int(os.environ.get("FUZZ_SEED") or "5")
ADA, EVE = "ada@example.com", "eve@example.com"
ODD = (
    "", "0", "-1", "%00", "..", "../../etc/passwd", "é", "\u2028", "\ud800", "A" * 3000, "'", '"', "<script>",
    "{{7*7}}", "%", "%2e%2e%2f", "\r\nX-Injected: 1", "1.1.AAAAAAAAAAAAAAAA", "9" * 40, "null", "[]", "*", "\x7f",
    "$(id)", "' OR 1=1",
)  # fmt: skip
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "QUERY")
TYPES = (
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", "application/json",
    "text/plain", "multipart/form-data; boundary=" + "b" * 300, "application/x-www-form-urlencoded; charset=utf-16",
)  # fmt: skip
FIELDS = (
    "form", "address", "name", "list", "website", "do", "section", "language", "timezone", "pause", "current", "leave",
    "List-Unsubscribe",
)  # fmt: skip
HEADERS = (
    "accept-language", "cookie", "if-none-match", "if-modified-since", "x-forwarded-for", "host", "origin", "referer",
    "content-encoding", "expect", "range", "user-agent",
)  # fmt: skip


@pytest.fixture
def newsletter(tmp_path):
    newsletter = make_newsletter(tmp_path / "desk")
    people = SubscriberStore(newsletter.database)
    for address in (ADA, EVE):
        people.add(Address(address=address), "weekly", consent=Consent.CONFIRMED, basis="asked")
    LedgerStore(newsletter.database).start(1, "weekly", frozen=b"{}", subject="One", started=datetime.now(UTC))
    yield newsletter
    newsletter.close()


class Fuzz:
    """Makes requests up: most are nearly right, because those get furthest."""

    def __init__(self, newsletter, seed):
        self.random = random.Random(seed)
        number = SubscriberStore(newsletter.database).find(ADA).number
        tokens = DeliveryTokens.derive(newsletter.database.key, issue=1, subscriber=number, address=ADA)
        word = Provenance(way=Way.PAGE, basis="asked")
        signups = SignupStore(newsletter.database)
        signups.ask(Address(address="new@example.com"), {"weekly": True}, word)
        notices = {one.kind.value: ticket_of(newsletter, one) for one in NoticeStore(newsletter.database).lease(9)}
        self.tickets = [tokens.ticket(one) for one in (tokens.preferences, tokens.web)] + [notices["confirm"]]
        # Eve's own: whatever is done with it, Ada's subscription is another's.
        self.paths = [
            "subscribe",
            "preferences",
            "",
            "feed.xml",
            "feed.json",
            "healthz",
            "metrics",
            "site.css",
            "robots.txt",
        ]
        self.folders = ["u", "p", "w", "confirm", "address", "issues", "media", "in", "hooks"]
        self.form = ("", "")

    def one_of(self, *things):
        return self.random.choice(things)

    def text(self):
        return self.one_of(
            self.one_of(*ODD), self.one_of(*ODD) + self.one_of(*ODD), ADA, "new2@example.com", "weekly", "list"
        )

    def ticket(self):
        ticket = self.one_of(*self.tickets)
        if self.random.random() < 0.6:
            place = self.random.randrange(len(ticket))
            ticket = ticket[:place] + chr(self.random.randrange(32, 300)) + ticket[place + 1 :]
        return ticket

    def path(self):
        kind = self.random.random()
        if kind < 0.4:
            return f"/{self.one_of(*self.folders)}/{self.ticket()}"
        if kind < 0.75:
            return f"/{self.one_of(*self.paths)}"
        return f"/{self.one_of(*self.folders)}/{self.text()}"

    def body(self):
        fields = [(name, self.text()) for name in self.random.choices(FIELDS, k=self.random.randrange(9))]
        if self.random.random() < 0.5:
            fields.append(("form", self.form[0]))
        kind = self.random.random()
        if kind < 0.6:
            return urlencode([(name, value.encode("utf-8", "replace")) for name, value in fields]).encode()
        if kind < 0.8:
            return b"".join(
                b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
                % (name.encode(), self.one_of(b"", b'; filename="x"', b"; name=y"), value.encode("utf-8", "replace"))
                for name, value in fields
            ) + self.one_of(b"--b--\r\n", b"--b", b"")
        return self.random.randbytes(self.random.randrange(400))

    def headers(self, body):
        length = self.one_of(str(len(body)), str(len(body)), "-1", "9" * 20, "x")
        given = {"content-type": self.one_of(*TYPES), "content-length": length}
        for name in self.random.sample(HEADERS, k=self.random.randrange(4)):
            given[name] = self.text().encode("latin-1", "replace").decode("latin-1")
        if self.random.random() < 0.5:
            given["cookie"] = self.form[1]
        return given

    def ask(self, client):
        """Ask for something; return the answer and what was asked."""
        client._peer = f"192.0.{self.random.randrange(256)}.{self.random.randrange(256)}"
        if self.random.random() < 0.05:
            page = client.get("/subscribe")
            self.form = (
                re.search(r'name="form" value="([^"]+)"', page.text)[1],
                page.headers["set-cookie"].split(";")[0],
            )
        method = self.one_of("GET", "POST", "POST", self.one_of(*METHODS))
        path, body = self.path(), self.body()
        asked = quote(path, safe="/%", errors="replace") if self.random.random() < 0.3 else path
        headers = self.headers(body)
        asked = asked.encode("utf-8", "replace").decode()
        return client.ask(method, asked, headers, [body]), (method, asked, headers, body)


def test_the_site_never_breaks_and_a_stranger_changes_nobodys_consent(newsletter):
    fuzz = Fuzz(newsletter, SEED)
    client = Client(readers_site(newsletter).app)
    statuses = set()
    for _ in range(TIMES):
        answer, asked = fuzz.ask(client)
        assert answer.status < 500, asked
        assert "Traceback" not in answer.body.decode("utf-8", "replace"), asked
        assert "x-injected" not in answer.headers, asked
        statuses.add(answer.status)
    client.close()
    people = SubscriberStore(newsletter.database)
    assert {one.list: one.consent for one in people.subscriptions(address=EVE)} == {"weekly": Consent.CONFIRMED}
    assert {200, 400, 404, 405} <= statuses
