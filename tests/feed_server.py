"""Two hundred feeds on this machine, good ones and every kind of bad one, over ten hosts; it counts what it sends.

Each feed has articles of its own, and says which of them a lenient parser finds and what asking it should come to. What
is the same as the last time is answered with a 304, if the question has the validators byte for byte.
"""

import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from web_site import Asked, Says, Site, web_site

HOSTS = 10
FEEDS = 200
BOMB = b'<!DOCTYPE r [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (to, *[to - 1] * 10) for to in b"bcdefghij"
) + b"]>"  # fmt: skip
"""Entities that unfold to 2 GB."""


@dataclass(frozen=True)
class Planned:
    """A feed: what stands at *path* of the host *host*, and what is to come of it.

    :param titles: of the articles that are to be found.
    :param outcome: of asking it for the first time.
    """

    slug: str
    host: int
    path: str
    titles: frozenset[str]
    outcome: str = "changed"


@dataclass
class FeedServer:
    """The running hosts and their feeds.

    :param octets: of bodies that were sent, by slug.
    :param asked: how often each was asked.
    """

    sites: list[Site] = field(default_factory=list)
    feeds: list[Planned] = field(default_factory=list)
    answers: dict[tuple[int, str], Callable[[Asked], Says]] = field(default_factory=dict)
    octets: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    counting: threading.Lock = field(default_factory=threading.Lock)

    def address(self, feed: Planned) -> str:
        return f"http://127.0.0.1:{self.sites[feed.host].port}{feed.path}"

    def toml(self) -> str:
        """Return a feeds.toml that has them all."""
        tables = [f'[feeds.{feed.slug}]\naddress = "{self.address(feed)}"\nsection = "Tech"\n' for feed in self.feeds]
        return "\n".join(tables)

    def answer(self, host: int, asked: Asked) -> Says:
        says = self.answers.get((host, asked.path), lambda _: Says(status=404))(asked)
        slug = asked.path.strip("/").partition("/")[0]
        with self.counting:
            self.asked[slug] += 1
            self.octets[slug] += len(says.body if not says.raw else says.raw) if says.status != 304 else 0
        return says

    def of(self, outcome: str) -> set[str]:
        return {feed.slug for feed in self.feeds if feed.outcome == outcome}


def rss(title: str, items: str, begin: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{begin}<rss version="2.0"><channel><title>{title}</title><link>https://{title}.example/</link>{items}</channel></rss>'


def item(slug: str, number: int, extra: str = "") -> str:
    return (
        f"<item><title>{slug} number {number}</title><link>https://{slug}.example/{number}</link>"
        f"<guid>{slug}-{number}</guid><description>What {slug} says in its piece {number}.</description>{extra}</item>"
    )


def titles(slug: str, *numbers: int) -> frozenset[str]:
    return frozenset(f"{slug} number {number}" for number in numbers)


@contextmanager
def feed_server(feeds: int = FEEDS, *, odd: bool = True) -> Iterator[FeedServer]:
    """Run the hosts and so many feeds: the odd ones first, if there are to be any, and then good ones."""
    server = FeedServer()
    with ExitStack() as stack:
        for host in range(HOSTS):
            server.sites.append(
                stack.enter_context(web_site({"/": lambda asked, host=host: server.answer(host, asked)}))
            )
        first = list(ODD.items()) if odd else []
        for number in range(feeds):
            name, kind = first[number] if number < len(first) else list(PLAIN.items())[number % len(PLAIN)]
            slug = f"f{number:03}-{name}"
            # Each odd one is with other odd ones as little as can be: one host of them all would be slow.
            kind(server, slug, number % (HOSTS - 1))
        yield server


def _plan(
    server: FeedServer, slug: str, host: int, found: frozenset[str], answer: Callable[[Asked], Says], **come
) -> None:
    path = come.pop("path", f"/{slug}/feed")
    server.answers[host, path] = answer
    server.feeds.append(Planned(slug, host, path, found, **come))


def _kept(body: bytes, headers: dict[str, str], etag: str = "", modified: str = "") -> Callable[[Asked], Says]:
    """Answer with 304 whoever has the validators as they were given, to the octet."""

    def answer(asked: Asked) -> Says:
        same = (etag and asked.headers.get("if-none-match") == etag) or (
            modified and asked.headers.get("if-modified-since") == modified
        )
        own = {**({"ETag": etag} if etag else {}), **({"Last-Modified": modified} if modified else {})}
        return Says(status=304, body=b"", headers=own) if same else Says(body=body, headers={**headers, **own})

    return answer


def _static(body: bytes | str, **headers: str) -> Callable[[Asked], Says]:
    octets = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _kept(octets, {"Content-Type": "application/xml", **named}, etag=f'"{len(octets)}-x"')


def _rss(server: FeedServer, slug: str, host: int) -> None:
    body = rss(slug, "".join(item(slug, n) for n in range(3))).encode()
    _plan(
        server,
        slug,
        host,
        titles(slug, 0, 1, 2),
        _kept(body, {"Content-Type": "application/rss+xml"}, etag='W/"a b\xe9"'),
    )


def _atom(server: FeedServer, slug: str, host: int) -> None:
    entries = "".join(
        f'<entry><title type="html">{slug} &lt;b&gt;number&lt;/b&gt; {n}</title><id>tag:{slug},{n}</id>'
        f'<link href="{n}" rel="alternate"/><updated>2026-11-2{n}T10:00:00Z</updated></entry>'
        for n in range(3)
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{slug}</title>{entries}</feed>'.encode()
    odd = "Tue, 3 Nov 2026 10:00 +0000"  # no date of RFC 9110, and given back as it is
    _plan(
        server, slug, host, titles(slug, 0, 1, 2), _kept(body, {"Content-Type": "application/atom+xml"}, modified=odd)
    )


def _json(server: FeedServer, slug: str, host: int) -> None:
    items = [{"id": n, "url": f"https://{slug}.example/{n}", "title": f"{slug} number {n}"} for n in range(3)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": slug, "items": items}).encode()
    _plan(server, slug, host, titles(slug, 0, 1, 2), _kept(body, {"Content-Type": "application/feed+json"}, etag='"j"'))


def _packed(server: FeedServer, slug: str, host: int) -> None:
    body = gzip.compress(rss(slug, "".join(item(slug, n) for n in range(3))).encode(), mtime=0)
    _plan(server, slug, host, titles(slug, 0, 1, 2), _static(body, Content_Encoding="gzip"))


def _chain(server: FeedServer, slug: str, host: int) -> None:
    ways = {"feed": (301, f"/{slug}/b"), "b": (308, f"/{slug}/c"), "c": (302, f"/{slug}/d")}
    for at, (status, to) in ways.items():
        says = Says(status=status, body=b"", headers={"Location": to})
        server.answers[host, f"/{slug}/{at}"] = lambda _, says=says: says
    server.answers[host, f"/{slug}/d"] = _static(rss(slug, item(slug, 0)))
    server.feeds.append(Planned(slug, host, f"/{slug}/feed", titles(slug, 0)))


def _charset(server: FeedServer, slug: str, host: int) -> None:
    text = rss(
        slug, f"<item><title>{slug} Grüße</title><link>https://{slug}.example/1</link></item>"
    )  # says UTF-8, is not
    _plan(server, slug, host, frozenset({f"{slug} Grüße"}), _static(text.encode("cp1252")))


def _truncated(server: FeedServer, slug: str, host: int) -> None:
    text = rss(slug, "".join(item(slug, n) for n in range(3)))
    _plan(server, slug, host, titles(slug, 0, 1, 2), _static(text[: text.rindex("<description>") + 20]))


def _unescaped(server: FeedServer, slug: str, host: int) -> None:
    items = f"<item><title>{slug} R & D&nbsp;&mdash; x</title><link>https://{slug}.example/?a=1&b=2</link></item>"
    _plan(server, slug, host, frozenset({f"{slug} R & D — x"}), _static(rss(slug, items)))


def _entity_bomb(server: FeedServer, slug: str, host: int) -> None:
    text = rss(slug, f"<item><title>&j;</title></item>{item(slug, 1)}", begin="").encode()
    _plan(server, slug, host, titles(slug, 1), _static(b'<?xml version="1.0"?>' + BOMB + text))


def _file_entity(server: FeedServer, slug: str, host: int) -> None:
    begin = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    text = rss(
        slug, f"<item><title>{slug} &x;</title><link>https://{slug}.example/x</link></item>{item(slug, 1)}", begin
    )
    _plan(server, slug, host, titles(slug, 1), _static(text))


def _old_dates(server: FeedServer, slug: str, host: int) -> None:
    odd = [
        "1762160400",
        "Mon, 01 Jan 1763 00:00:00 GMT",
        "Fri, 31 Feb 2026 25:61:00 +9999",
        "9999-12-31T23:59:59Z",
        "gestern",
    ]
    items = "".join(item(slug, n, f"<pubDate>{text}</pubDate>") for n, text in enumerate(odd))
    _plan(server, slug, host, titles(slug, *range(len(odd))), _static(rss(slug, items)))


def _fragments(server: FeedServer, slug: str, host: int) -> None:
    items = "".join(
        f"<item><title>{slug} number {n}</title><link>https://{slug}.example/now#day-{n}</link></item>"
        for n in range(3)
    )
    _plan(server, slug, host, titles(slug, 0, 1, 2), _static(rss(slug, items)))


def _bare_entries(server: FeedServer, slug: str, host: int) -> None:
    """Entries without id, link, title or anything at all; one of them twice."""
    items = f"<item/><item><description>{slug} only words</description></item>{item(slug, 1)}{item(slug, 1)}"
    _plan(server, slug, host, frozenset({f"{slug} only words"}) | titles(slug, 1), _static(rss(slug, items)))


def _no_validators(server: FeedServer, slug: str, host: int) -> None:
    """It sends all of it each time, and is read once."""
    body = rss(slug, item(slug, 0)).encode()
    _plan(server, slug, host, titles(slug, 0), lambda asked: Says(body=body, headers={"Content-Type": "text/plain"}))


def _bad(says: Says, outcome: str = "failed") -> Callable[[FeedServer, str, int], None]:
    def kind(server: FeedServer, slug: str, host: int) -> None:
        _plan(server, slug, host, frozenset(), lambda asked: says, outcome=outcome)

    return kind


def _busy(server: FeedServer, slug: str, host: int) -> None:
    """It speaks for its whole host, and has one of its own."""
    says = Says(status=429, body=b"later", headers={"Retry-After": "7200"})
    _plan(server, slug, HOSTS - 1, frozenset(), lambda asked: says, outcome="waiting")


PLAIN = {"rss": _rss, "atom": _atom, "json": _json, "packed": _packed}
ODD: dict[str, Callable[[FeedServer, str, int], None]] = {
    "chain": _chain,
    "charset": _charset,
    "truncated": _truncated,
    "unescaped": _unescaped,
    "entity-bomb": _entity_bomb,
    "file-entity": _file_entity,
    "old-dates": _old_dates,
    "fragments": _fragments,
    "bare-entries": _bare_entries,
    "no-validators": _no_validators,
    "silent": _bad(Says(ends=False, raw=b"HTTP/1.1 200 OK\r\n")),
    "drip": _bad(Says(body=b"<rss>" * 1000, drip=0.05)),
    "half": _bad(Says(ends=False, raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>")),
    "gone": _bad(Says(status=410), "gone"),
    "missing": _bad(Says(status=404, body=b"no")),
    "fault": _bad(Says(status=500, body=b"oops")),
    "strange": _bad(Says(status=599, body=b"?")),
    "html": _bad(Says(body=b"<!doctype html><html><head><title>x</title></head><body>no feed</body></html>")),
    "empty": _bad(Says(body=b"")),
    "noise": _bad(Says(body=bytes(range(256)) * 40)),
    "gzip-bomb": _bad(
        Says(body=gzip.compress(b"<rss>" * 20_000_000, 1, mtime=0), headers={"Content-Encoding": "gzip"})
    ),
    "no-gzip": _bad(Says(body=b"plain", headers={"Content-Encoding": "gzip"})),
    "no-http": _bad(Says(raw=b"220 mail.example ESMTP\r\n")),
    "endless": _bad(Says(body=b"<rss>" * 1_200_000)),
    "inward": _bad(Says(status=302, body=b"", headers={"Location": "http://169.254.169.254/latest/meta-data"})),
    "circle": _bad(Says(status=301, body=b"", headers={"Location": "feed"})),
    "file-redirect": _bad(Says(status=302, body=b"", headers={"Location": "file:///etc/passwd"})),
    "deep": _bad(Says(body=b"<a>" * 200_000)),
    "busy": _busy,
}
