"""Sites that give one page several addresses, and the one that stands for all of them.

Each rule takes host, path and parameters, without trackers, and gives them back; what it gives, it leaves as it is.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from newsletter.model.trackers import sites_of

Pairs = tuple[tuple[str, str], ...]
Place = tuple[str, str, Pairs]
"""Host, path and parameters."""

_WRAPPED = {
    "google.com": ("/url", ("q", "url")),
    "l.facebook.com": ("/l.php", ("u",)),
    "lm.facebook.com": ("/l.php", ("u",)),
    "out.reddit.com": ("", ("url",)),
    "youtube.com": ("/redirect", ("q",)),
    "linkedin.com": ("/safety/go", ("url",)),
    "t.umblr.com": ("/redirect", ("z",)),
    "slack-redir.net": ("/link", ("url",)),
    "getpocket.com": ("/redirect", ("url",)),
    "medium.com": ("/r", ("url",)),
}
_AMP_CACHE = re.compile(r"/(?:[cvi]/|amp/)(s/)?(?P<inner>[^/]+\..+)")


def wrapped(host: str, path: str, query: str) -> str:
    """Return the address that a page only leads to, or is a copy of; empty where it is a page of its own."""
    if (host == "google.com" and path.startswith("/amp/")) or host.endswith(".cdn.ampproject.org"):
        match = _AMP_CACHE.fullmatch(path)
        return f"https://{match['inner']}{'?' if query else ''}{query}" if match else ""
    if host in _WRAPPED and path.rstrip("/") == _WRAPPED[host][0]:
        values = dict(reversed(parse_qsl(query)))
        inner = next((values[name] for name in _WRAPPED[host][1] if name in values), "")
        return inner if re.match(r"https?://[^/]", inner, re.I) else ""
    return ""


def one_address(place: Place) -> Place:
    """Return the address that stands for all those of the page at *place*."""
    rule = next((_RULES[site] for site in sites_of(place[0]) if site in _RULES), None)
    return rule(place) if rule else place


def hosts_beside(host: str) -> tuple[str, ...]:
    """Return the ends of the hosts that a page of *host* may have an address at."""
    rule = next((_RULES[site] for site in sites_of(host) if site in _RULES), None)
    return tuple(site for site, other in _RULES.items() if other is rule) if rule else (host,)


def _youtube(place: Place) -> Place:
    host, path, pairs = place
    if host == "youtu.be":
        found = re.fullmatch(r"/([\w-]{6,})", path, re.A)
    else:
        found = re.fullmatch(r"/(?:embed|shorts|live|v)/([\w-]{6,})", path, re.A)
    video = found[1] if found else dict(pairs).get("v", "") if path == "/watch" else ""
    if not re.fullmatch(r"[\w-]{6,}", video, re.A):
        return place
    return "youtube.com", "/watch", (("v", video),)  # where it starts, and in which list, is no other film


def _medium(place: Place) -> Place:
    # https://medium.com/p/HEX leads to wherever the story is now; each of its addresses ends with that number.
    found = re.fullmatch(r"/(?:.*[/-])?([0-9a-f]{10,12})", place[1], re.A)
    return ("medium.com", f"/p/{found[1]}", ()) if found else place


def _github(place: Place) -> Place:
    host, path, pairs = place
    if host == "gist.github.com" or host not in ("github.com", "gitlab.com"):
        return place
    _, owner, repo, *rest = [*path.split("/"), "", ""]
    names = ["", owner.lower(), re.sub(r"(\.git)+$", "", repo.lower()), *rest]
    pairs = tuple((k, v) for k, v in pairs if (k, v) != ("tab", "readme-ov-file"))
    return host, "/".join(names).rstrip("/"), pairs


def _substack(place: Place) -> Place:
    host, path, pairs = place
    if host == "open.substack.com" and (found := re.fullmatch(r"/pub/([\w-]+)(/p/[^/]+)", path, re.A)):
        return f"{found[1].lower()}.substack.com", found[2], pairs
    return place


def _x(place: Place) -> Place:
    found = re.fullmatch(r"/(?:i/(?:web/)?|\w+/)?status(?:es)?/(\d+)(?:/(?:photo|video)/\d)?", place[1], re.A)
    return ("x.com", f"/status/{found[1]}", ()) if found else ("x.com", *place[1:])


def _reddit(place: Place) -> Place:
    host, path, pairs = place
    if host == "redd.it":
        found = re.fullmatch(r"/(\w{4,8})", path, re.A)
        return ("reddit.com", f"/comments/{found[1]}", ()) if found else place
    if host.removesuffix(".reddit.com") in ("old", "new", "np", "sh"):
        host = "reddit.com"
    found = re.fullmatch(r"(?:/r/\w+)?/comments/(\w+)(?:/[^/]*)?(?:/(\w+))?", path, re.A)
    if found and host == "reddit.com":
        return host, f"/comments/{found[1]}" + (f"/-/{found[2]}" if found[2] else ""), ()
    return host, path, pairs


def _amazon(place: Place) -> Place:
    found = re.search(r"/(?:dp|gp/product|gp/aw/d)/([A-Z0-9]{10})(?:/|$)", place[1])
    return (place[0], f"/dp/{found[1]}", ()) if found else place


def _arxiv(place: Place) -> Place:
    found = re.fullmatch(r"/(?:abs|pdf|html)/([\w.-]+(?:/\d+)?)", place[1], re.A)
    paper = re.sub(r"(\.pdf)+$", "", found[1]) if found else ""
    paper = re.sub(r"(?<=\d)v\d+$", "", paper)
    return ("arxiv.org", f"/abs/{paper}", ()) if paper else place


def _doi(place: Place) -> Place:
    return ("doi.org", place[1].lower(), place[2])  # ISO 26324 §4.2: names differ in no case


def _wikipedia(place: Place) -> Place:
    return place[0].replace(".m.wikipedia.", ".wikipedia."), *place[1:]


def _stack_overflow(place: Place) -> Place:
    found = re.fullmatch(r"/(?:questions|q)/(\d+)(?:/[^/]*)?", place[1], re.A)
    return (place[0], f"/questions/{found[1]}", ()) if found else place


def _blogspot(place: Place) -> Place:
    host, path, pairs = place
    return (
        re.sub(r"\.blogspot(\.com?)?\.[a-z]{2,3}$", ".blogspot.com", host),
        path,
        tuple(p for p in pairs if p != ("m", "1")),
    )


_RULES: Mapping[str, Callable[[Place], Place]] = {
    "youtube.com": _youtube,
    "youtube-nocookie.com": _youtube,
    "youtu.be": _youtube,
    "medium.com": _medium,
    "github.com": _github,
    "gitlab.com": _github,
    "substack.com": _substack,
    "twitter.com": _x,
    "x.com": _x,
    "reddit.com": _reddit,
    "redd.it": _reddit,
    "amazon.com": _amazon,
    "amazon.de": _amazon,
    "amazon.co.uk": _amazon,
    "arxiv.org": _arxiv,
    "doi.org": _doi,
    "wikipedia.org": _wikipedia,
    "stackoverflow.com": _stack_overflow,
    **{
        f"blogspot.{end}": _blogspot for end in ("com", "de", "fr", "in", "co.uk", "com.au", "com.br", "ca", "it", "nl")
    },
}
