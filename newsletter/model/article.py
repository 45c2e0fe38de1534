"""An article: something collected that an issue may tell its readers about."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """What is known of one article, all of it plain text.

    :param id: 13 base32 characters, see :func:`newsletter.model.canonical.article_id`.
    :param title: empty until somebody knows it.
    :param link: the address as its publisher gave it; empty until somebody knows it.
    :param source: who published it, in words: "Pinterest Engineering".
    :param minutes: reading time; 0 is unknown.
    :param published: "2025", "2025-09" or "2025-09-10"; empty is unknown.
    :param why: one or two sentences on why it matters to the readers.
    :param points: the key points, one sentence each.
    :param section: the section of an issue that it was collected for.
    :param author: who wrote it, in words.
    :param language: a BCP 47 tag.
    :param image: the address of its picture, as its publisher gave it.
    :param canonical: the address that its publisher calls the right one, where that can be believed.
    :param summary: its publisher's own words about it, plain text.
    :param feed: the address of the feed that it came by; *guid* is the id that it has there.
    :param tags: what an editor calls it; *note* is what they noted when they came upon it, *saved* the day of that.
    :param text_sha256: of the text that was read; *words* is how many words that has.
    :param truncated: what was read ended before the article did.
    :param sketch: of its text, see :mod:`newsletter.composer.sketch`.
    :param origins: where each of these facts is from: "title:og", "author:json-ld".
    :param found: where it came from: "digest:digest.txt", "csv:links.csv".
    :param drafted_by: whose words they are: empty for a person's, "imported", "excerpt", "llm:MODEL".
    """

    id: str
    title: str = ""
    link: str = ""
    source: str = ""
    minutes: int = 0
    published: str = ""
    why: str = ""
    points: tuple[str, ...] = ()
    section: str = ""
    author: str = ""
    language: str = ""
    image: str = ""
    canonical: str = ""
    summary: str = ""
    feed: str = ""
    guid: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    saved: str = ""
    text_sha256: str = ""
    words: int = 0
    truncated: bool = False
    sketch: str = ""
    origins: tuple[str, ...] = ()
    found: str = ""
    drafted_by: str = ""

    def facts(self) -> dict[str, Any]:
        """All that is known, by field name, without the id and without what is unknown."""
        known = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "id"}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in known.items() if value}

    def with_facts(self, facts: Mapping[str, Any]) -> "Article":
        """Return the article with *facts* as :meth:`facts` gives them; TypeError names one that is none."""
        values: dict[str, Any] = {}
        for name, value in facts.items():
            kind = _KINDS.get(name, type(None))
            values[name] = tuple(value) if kind is tuple and isinstance(value, list) else value
            if type(values[name]) is not kind or (kind is tuple and {*map(type, value)} - {str}):
                raise TypeError(f"{name!r} is no fact of an article, or is no {kind.__name__}")
        return replace(self, **values)

    @property
    def called(self) -> str:
        """What an editor is told that it is: its title, or its address as long as nobody knows that."""
        return self.title or self.link or "(no title)"

    def missing(self) -> tuple[str, ...]:
        """Names of what an article cannot do without and this one lacks."""
        return tuple(name for name in ("title", "link", "why") if not getattr(self, name))


_KINDS = {field.name: type(getattr(Article(id=""), field.name)) for field in fields(Article)}
"""What each fact is: asked for some hundred thousand of them when a pool is opened."""
