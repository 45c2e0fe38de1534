"""What a page says of itself in JSON-LD (schema.org), in the shapes that it is found in.

A graph, a list, things inside of things, things that are named by their @id and stand elsewhere, several scripts; and
JSON that is none: commas at ends, line breaks in texts, comments around it.
"""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml.html import HtmlElement

Thing = Mapping[str, Any]

ARTICLES: Final = frozenset(
    ["Article", "AdvertiserContentArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "BlogPosting",
     "LiveBlogPosting", "DiscussionForumPosting", "NewsArticle", "OpinionNewsArticle", "Report", "ReportageNewsArticle",
     "ReviewNewsArticle", "ScholarlyArticle", "SocialMediaPosting", "TechArticle", "APIReference", "HowTo", "Review",
     "CreativeWork", "VideoObject", "PodcastEpisode", "QAPage", "Recipe"]
)  # fmt: skip
_PAGES: Final = frozenset(["WebPage", "ItemPage", "AboutPage"])
_MOST: Final = 5000
"""Things of one page that are looked at."""


@dataclass(frozen=True, kw_only=True)
class JsonLd:
    """All things of a page.

    :param things: in the order of the page; what stands inside another comes behind it.
    """

    things: tuple[Thing, ...] = ()
    by_id: Mapping[str, Thing] = field(default_factory=dict)

    def article(self, addresses: frozenset[str]) -> Thing:
        """Return what the page is about: an article of one of *addresses*, else the first; empty if there is none."""
        for types in (ARTICLES, _PAGES):
            found = [thing for thing in self.things if types_of(thing) & types]
            own = [thing for thing in found if addresses & set(self._addresses(thing))]
            if own or found:
                return (own or found)[0]
        return {}

    def whole(self, value: Any) -> Any:
        """Return the thing that *value* only names by its @id, or *value*."""
        if isinstance(value, Mapping) and set(value) <= {"@id", "@type"}:
            return self.by_id.get(str(value.get("@id")), value)
        return value

    def names(self, value: Any) -> list[str]:
        """Return the names of people or organisations: of a text, a thing, or a list of either."""
        found = []
        for one in value if isinstance(value, list) else [value]:
            one = self.whole(one)
            name = one.get("name") if isinstance(one, Mapping) else one
            found += [part for part in (name if isinstance(name, list) else [name]) if isinstance(part, str)]
        return found

    def site(self) -> str:
        """Return the name of the site that the page is of."""
        sites = (thing for thing in self.things if "WebSite" in types_of(thing))
        return next((name for thing in sites for name in self.names(thing)), "")

    def _addresses(self, thing: Thing) -> Iterator[str]:
        for name in ("url", "@id", "mainEntityOfPage"):
            value = thing.get(name)
            if isinstance(value, Mapping):
                value = value.get("@id") or value.get("url")
            if isinstance(value, str):
                yield value


def types_of(thing: Thing) -> frozenset[str]:
    """Return the types of *thing*, without the address of their vocabulary."""
    types = thing.get("@type", [])
    listed = types if isinstance(types, list) else [types]
    return frozenset(str(one).rpartition("/")[2].rpartition(":")[2] for one in listed)


def text_of(value: Any) -> str:
    """Return the first text of *value*: itself, or what stands in it as @value, url, @id or name."""
    if isinstance(value, list):
        return next((text for one in value if (text := text_of(one))), "")
    if isinstance(value, Mapping):
        return next(
            (text for name in ("@value", "url", "contentUrl", "@id", "name") if (text := text_of(value.get(name)))), ""
        )
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def read_json_ld(root: HtmlElement) -> JsonLd:
    """Return what the scripts below *root* say; what cannot be read is left out."""
    things: list[Thing] = []
    for script in root.iter("script"):
        if "ld+json" in script.get("type", "").lower() and len(things) < _MOST:
            things += _flat(_loaded((script.text or "")[:1_000_000]), _MOST - len(things))
    by_id: dict[str, Thing] = {}
    for thing in things:
        if len(thing) > len(by_id.get(str(thing.get("@id")), {})) and thing.get("@id"):
            by_id[str(thing["@id"])] = thing
    return JsonLd(things=tuple(things), by_id=by_id)


def _flat(value: Any, most: int) -> list[Thing]:
    found: list[Thing] = []
    waiting: deque[Any] = deque([value])
    while waiting and len(found) < most:
        one = waiting.popleft()
        if isinstance(one, list):
            waiting.extendleft(reversed(one[:most]))
        elif isinstance(one, dict):
            if one.get("@type") or one.get("@id"):
                found.append(one)
            waiting.extend(inner for inner in one.values() if isinstance(inner, dict | list))
    return found


_OPENS = re.compile(r"<!--|(?://\s{0,9})?<!\[CDATA\[|/\*\s{0,9}<!\[CDATA\[\s{0,9}\*/")
_CLOSES = re.compile(r"(?://|/\*)?\s{0,9}(?:-->|\]\]>)(?:\s{0,9}\*/)?$")


def _loaded(text: str) -> Any:
    text = text.strip()
    if opened := _OPENS.match(text):
        text = text[opened.end() :]
    text = text[:-40] + _CLOSES.sub("", text[-40:])
    text = text.strip().rstrip(";")
    for attempt in (text, re.sub(r",(?=\s*[}\]])", "", text), text.replace("&quot;", '"')):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return _salvaged(text)


def _salvaged(text: str) -> Thing:
    """Return the plain texts of what is no JSON, those of an article that can be told apart."""
    if not re.search(rf'"@type"\s{{0,9}}:\s{{0,9}}\[?\s{{0,9}}"(?:{"|".join(sorted(ARTICLES))})"', text):
        return {}
    found: dict[str, Any] = {"@type": "Article"}
    for name in ("headline", "datePublished", "description", "inLanguage", "isAccessibleForFree"):
        if value := re.search(rf'"{name}"\s*:\s*("(?:[^"\\\n]|\\.){{1,2000}}"|true|false)', text):
            try:
                found[name] = json.loads(value[1])
            except ValueError:
                continue
    if author := re.search(
        r'"author"\s{0,9}:\s{0,9}\[?\s{0,9}(?:\{[^{}]{0,500}?"name"\s{0,9}:\s{0,9})?"([^"\\\n]{1,200})"', text
    ):
        found["author"] = author[1]
    return found
