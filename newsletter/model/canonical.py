"""Keys under which two spellings of one thing are the same thing."""

import base64
import hashlib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from newsletter.model.article import Article
from newsletter.model.site_rules import hosts_beside, one_address, wrapped
from newsletter.model.trackers import is_pass, is_tracker

ID_LENGTH = 13
"""Base32 characters of an id: 65 bits, so that 80,000 articles collide with a chance below 1 in 10 billion."""

LONGEST = 4000
"""Characters of an address."""

# Everything that a part of a path, or a value, may have in it as it is (RFC 3986 §3.3).
_SAFE = "-._~!$&'()*+,;=:@"
_PLAIN = re.compile(r"[\w.~/-]*", re.A)
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):(?!\d)", re.I)
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_TRACE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=[:/?#]|$)")
_MANY_HOSTS = re.compile(r"(?:www|m|mobile|amp)\.(?=[^.]+\.)")  # of one site: for telephones, for search engines
_INDEXES = frozenset(
    f"{name}.{end}" for name in ("index", "default") for end in ("html", "htm", "php", "asp", "aspx", "jsp", "shtml")
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.I)
_ARTICLE = re.compile(r"\d{4}|\.html?$", re.I)
_AMP_PAIRS = frozenset((("amp", ""), ("amp", "1"), ("amp", "true"), ("outputType", "amp")))


@lru_cache(maxsize=32_768)  # 8 µs each, and the memory of a list asks for the same ones several times
def link_key(link: str) -> str:
    """Return the key of *link*, the same for all spellings of one page's address.

    It has no scheme, no www. or m., no trackers, no session, no slash or index.html at its end, no fragment; parameters
    stand in the order of their names, and accents have one spelling. A site that gives one page several addresses has
    one of them as key, and what a page only leads to (Google's /url) has its own. It is a key, not an address to open;
    its own key is itself. A fragment that begins like a path ("#/posts/3") is a page's address, and stays. A link that
    cannot be read is its own key, as is one that is not http, or longer than any page's address.
    """
    link = link.strip().encode("utf-8", "backslashreplace").decode()
    while True:  # each address in another is shorter
        read = _read(link) if len(link) <= LONGEST else None
        if read is None:
            return link
        host, port, path, query, fragment = read
        inner = wrapped(host, path, query)
        if not inner:
            break
        link = inner
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    pairs = [(normalize("NFC", name), normalize("NFC", value)) for name, value in pairs]
    kept = tuple(
        one for one in pairs if one not in _AMP_PAIRS and not (is_tracker(*one, host, path) or is_pass(*one, host))
    )
    host, path, kept = one_address((host, _path(path), kept))
    asked = urlencode(sorted(kept, key=lambda pair: pair[0]), errors="surrogateescape") if kept else ""
    return f"{host}{port}{path}{'?' if asked else ''}{asked}{fragment}"


def article_key(article: Article) -> str:
    """Return the key under which *article* is the same one: of its canonical address, or of its link; empty without.

    A canonical address with a fragment is kept with it: another article of its feed has the address without.
    """
    link = article.canonical or article.link
    fragment = article.canonical.partition("#")[2].strip()
    return keys_of(link)[-1 if fragment else 0] if link.strip() else ""


def keys_of(link: str) -> tuple[str, ...]:
    """Return the key of *link*, and the one with its fragment where it has one: an article may go by either."""
    key, fragment = link_key(link), link.partition("#")[2].strip()
    return (key, f"{key}#{fragment}") if fragment and "#" not in key else (key,)


def traces_of(key: str) -> tuple[str, ...]:
    """Return of what each address of *key* has at least one in it, whatever its case, unless it has it escaped.

    That is its host, and those of the same site; nothing where the host has letters that are not ASCII, or is none.
    """
    found = _TRACE.match(key)
    return hosts_beside(found[0]) if found and "xn--" not in found[0] else ()


def scheme_of(link: str) -> str:
    """Return the scheme of *link* in lower case; empty where there is none, as in ``example.com:8080/x``."""
    found = _SCHEME.match(link)
    return found[1].lower() if found else ""


def _read(link: str) -> tuple[str, str, str, str, str] | None:
    """Return host, port, path, query and fragment of an address of the web; None for what is none."""
    scheme = scheme_of(link)
    if scheme not in ("http", "https", ""):
        return None
    address = link if scheme or link.startswith("//") else f"//{link}"
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
        host = _host(parts.hostname or "")
    except ValueError:  # "https://example.com:abc/", "http://[::1/"
        return None
    route = f"#{parts.fragment}" if re.match(r"!?/.", parts.fragment) else ""
    return (host, port, parts.path, parts.query, route) if _HOST.fullmatch(host) else None


def _host(host: str) -> str:
    if not host.isascii():
        with suppress(UnicodeError):  # what is no name stays, and is no host
            host = host.encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host.lower().strip(".")
    while match := _MANY_HOSTS.match(host):
        host = host[match.end() :]
    return host


def _path(path: str) -> str:
    if not _PLAIN.fullmatch(path):
        path = "/".join(map(_quoted, path.split("/")))
        path = _SESSION.sub("", path)
    if "/." in path or "//" in path:
        path = _without_dots(path)
    while path != (shorter := _without_end(path)):
        path = shorter
    return path


def _quoted(part: str) -> str:
    """Return a part of a path with what must be escaped in it, its accents in one spelling (RFC 3987 §5.3.2.2)."""
    plain = normalize("NFC", unquote(part, errors="surrogateescape"))
    return quote(plain, _SAFE, errors="surrogateescape")


def _without_end(path: str) -> str:
    """Return *path* without a slash, an index.html, or a mark of a copy for telephones at its end."""
    path = path.rstrip("/")
    before, _, last = path.rpartition("/")
    folded = last.lower()
    if folded in _INDEXES:
        return before
    # A last "/amp" is such a mark only behind what is named like an article: GitHub has projects that are called so.
    if folded in ("amp", "amp.html"):
        article = before.rpartition("/")[2]
        return before if article.count("-") > 1 or _ARTICLE.search(article) else path
    for end in (".amp", ".amp.htm", ".amp.html"):
        if folded.endswith(end) and folded != end:
            return path[: -len(end)] + end.removeprefix(".amp")
    return path


def _without_dots(path: str) -> str:
    """Return *path* without "." and ".." (RFC 3986 §5.2.4), and without empty parts."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "".join(f"/{part}" for part in parts)


def without_login(link: str) -> str:
    """Return *link* without a name and a password: it may stand in git, and in front of readers."""
    if "@" not in link:
        return link
    scheme, mark, rest = link.partition("//")
    if not mark or scheme.strip().lower() not in ("http:", "https:", ""):
        return link
    server = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    return f"{scheme}{mark}{server.rpartition('@')[2]}{rest[len(server) :]}"


def article_without_logins(article: Article) -> Article:
    """Return *article* without a name and a password in any of its addresses."""
    link, canonical = without_login(article.link), without_login(article.canonical)
    image, feed = without_login(article.image), without_login(article.feed)
    if (link, canonical, image, feed) == (article.link, article.canonical, article.image, article.feed):
        return article
    return replace(article, link=link, canonical=canonical, image=image, feed=feed)


def host_of(link: str) -> str:
    """Return the host of *link* without www.; empty when it has none that can be read."""
    try:
        return (urlsplit(link.strip()).hostname or "").removeprefix("www.")
    except ValueError:  # "http://[::1/"
        return ""


def text_key(texts: Iterable[str]) -> str:
    """Return the key of some words: case, spaces and marks between them do not count, nor how accents are spelled."""
    return " ".join(re.findall(r"\w+", normalize("NFC", " ".join(texts)).casefold()))


def article_id(link: str, title: str, texts: Iterable[str]) -> str:
    """Return the id of an article: of its words if it has some, else of its link, else of its title.

    The words come first because a digest often arrives before its links do. What has no letter or digit at all, like
    "🎉", is its own key.
    """
    texts = tuple(texts)
    key = text_key(texts) or (link and _first_key(link)) or text_key([title]) or " ".join([title, *texts]).strip()
    digest = hashlib.sha256(key.encode()).digest()
    return base64.b32encode(digest)[:ID_LENGTH].decode().lower()


# The rules of link_key as the first ids were made by them: ids stand in issue files and pools, so they never change.
_FIRST_TRACKERS = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|yclid|_hsenc|_hsmi|mkt_tok)$", re.I
)


def _first_key(link: str) -> str:
    try:
        parts = urlsplit(link.strip())
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    except ValueError:
        return link.strip()
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    path = re.sub(r"/(index\.(html?|php))?$", "", parts.path)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted((k, v) for k, v in pairs if not _FIRST_TRACKERS.match(k)))
    return urlunsplit(("", host + port, path, query, "")).removeprefix("//")


def fold_address(address: str) -> str:
    """Return the key of an e-mail address: one person, one key, whatever the case.

    RFC 5321 §2.4 lets a server tell "Ada" from "ada" before the @; none that matters does, and mailing one person
    twice is the worse mistake. The domain is folded to its A-label (RFC 5891 §4.4).
    """
    if address.isascii() and "@" in address:  # its domain is its own A-label: nine of ten take this way, in 0.1 µs
        return address.strip().lower()
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):  # what is no domain is compared as it stands
        domain = domain.encode("idna").decode("ascii")
    return f"{local.casefold()}@{domain.lower()}"
