"""Finds which articles tell one story; what it worked out is kept, so that next time only the new ones are compared."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from hashlib import sha256
from itertools import islice

from newsletter.app.newsletter import Newsletter
from newsletter.app.texts import own_words, texts_of
from newsletter.composer.reckoning import Reckoning
from newsletter.composer.stories import WINDOW, Story, Telling, stories_of
from newsletter.composer.tfidf import Wording, Wordings
from newsletter.model.article import Article

VERSION = "1"
"""Of how texts are compared: what another version worked out is of no use."""
WORDINGS, STORIES = "vector", "stories"
_AT_ONCE = 500
"""Texts in memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An article that may tell a story; *at* is when it did, in seconds since 1970."""

    article: Article
    at: float


def told(article: Article, since: str) -> Told:
    """Return *article* with the moment that it was published, or came in where nobody knows."""
    return Told(article=article, at=(moment_of(article.published) or moment_of(since) or datetime.now(UTC)).timestamp())


def moment_of(written: str) -> datetime | None:
    """Return the moment that *written* names, noon of a day; None where it names no day."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:  # "2025", "2025-09", ""
        return None
    if len(written) <= len("2025-09-10"):
        moment = datetime.combine(moment, time(12))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_stories(newsletter: Newsletter, articles: Iterable[Told]) -> list[Story]:
    """Return *articles* in stories."""
    by_id = {one.article.id: one for one in articles}
    times = {id: one.at for id, one in by_id.items()}
    contents = {id: _content(one.article) for id, one in by_id.items()}
    marks = {id: f"{contents[id]}@{times[id]:.0f}" for id in by_id}
    before = Reckoning.from_bytes(newsletter.derived.get(STORIES, VERSION) or b"")
    fresh = before.fresh(marks)
    if not fresh:
        return stories_of(times, before.ties)
    near = {id: contents[id] for id in _near(times, fresh)}
    wordings = _wordings(newsletter, by_id, near)
    tellings = [Telling(id=id, at=times[id], wording=wordings[content]) for id, content in near.items()]
    now = before.with_fresh(marks, fresh, tellings)
    newsletter.derived.put(STORIES, {VERSION: now.to_bytes()})
    return stories_of(times, now.ties)


def _near(times: Mapping[str, float], fresh: frozenset[str]) -> Iterator[str]:
    """Yield the *fresh* ones and those that are within one window of one of them."""
    span, moments = WINDOW.total_seconds(), sorted(times[id] for id in fresh)
    for id, at in times.items():
        next_one = bisect_left(moments, at - span)
        if next_one < len(moments) and moments[next_one] <= at + span:
            yield id


def _content(article: Article) -> str:
    text = article.text_sha256 or own_words(article)
    return sha256(f"{VERSION}\n{article.title}\n{text}".encode()).hexdigest()[:32]


def _wordings(newsletter: Newsletter, by_id: Mapping[str, Told], contents: Mapping[str, str]) -> dict[str, Wording]:
    """Return the wordings of *contents*, by content; *contents* are by id."""
    kept = newsletter.derived.get_many(WORDINGS, contents.values())
    found = {content: Wording.from_bytes(data) for content, data in kept.items()}
    make = Wordings()
    for ids in _batches([id for id, content in contents.items() if content not in found]):
        texts = texts_of(newsletter, [by_id[id].article for id in ids])
        made = {contents[id]: make.of(by_id[id].article.title, texts[id]) for id in ids}
        newsletter.derived.put(WORDINGS, {content: wording.to_bytes() for content, wording in made.items()})
        found |= made
    return found


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch
