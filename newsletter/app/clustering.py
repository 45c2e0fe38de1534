"""Finds which articles tell one story; what it worked out is kept, so that next time only the new ones are compared."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from hashlib import sha256
from itertools import islice

from newsletter.app.newsletter import Newsletter
from newsletter.app.texts import own_words, texts_of
from newsletter.composer.picking import source_of
from newsletter.composer.reckoning import Reckoning
from newsletter.composer.series import Part, part_of
from newsletter.composer.shortlist import Tie
from newsletter.composer.stories import WINDOW, Story, Telling, stories_of, ties_among, ties_between
from newsletter.composer.tfidf import Frequencies, Wording, Wordings
from newsletter.model.article import Article
from newsletter.model.progress import Progress
from newsletter.store.derived import Derived

VERSION = "2"
"""Of how texts are compared: what another version worked out is of no use."""
WORDINGS, STORIES = "vector", "stories"
_NOTHING = Wording()
_AT_ONCE = 500
"""Articles, with their texts, in memory."""

SAME_OUTLET = 0.4
"""An outlet seldom tells one story twice, and often two of one topic: so alike two of its articles must be."""
FOLLOWING = 0.28
"""So alike a later article must be to be told as a follow-up: more than within a window, as likeness does not fade."""
LONG = 4_000
"""So many texts take more than a second."""

Find = Callable[[Sequence[str]], Iterable[Article]]
"""Returns the articles of these ids."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An article that may tell a story.

    :param at: when it did, in seconds since 1970.
    :param content: the key of its title and text.
    :param part: of a series, that it is: two parts are two articles, however alike.
    :param outlet: who published it.
    """

    id: str
    at: float
    content: str
    part: Part | None = None
    outlet: str = ""

    @classmethod
    def of(cls, article: Article, since: str) -> "Told":
        """Return *article* with the moment that it was published, or that it came in where nobody knows."""
        moment = moment_of(article.published) or moment_of(since) or datetime.now(UTC)
        text = article.text_sha256 or own_words(article)
        key = sha256(f"{VERSION}\n{article.title}\n{text}".encode("utf-8", "replace")).hexdigest()
        part = part_of(article.title, article.link)
        outlet = source_of(article).casefold()
        return cls(id=article.id, at=moment.timestamp(), content=key[:32], part=part, outlet=outlet)

    @property
    def mark(self) -> str:
        """What changes with it."""
        return f"{self.content}@{self.at:.0f}"


def moment_of(written: str) -> datetime | None:
    """Return the moment that *written* names, noon of a day; None where it names no day."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:  # "2025", "2025-09", ""
        return None
    if len(written) <= len("2025-09-10"):
        moment = datetime.combine(moment, time(12))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_stories(
    newsletter: Newsletter, articles: Iterable[Told], find: Find, advance: Progress | None = None
) -> list[Story]:
    """Return *articles* in stories.

    :param find: gives those whose texts were never read.
    :param advance: hears how far it is where it takes long.
    """
    ordered = sorted(articles, key=lambda one: (one.at, one.id))
    times, marks = {one.id: one.at for one in ordered}, {one.id: one.mark for one in ordered}
    before = Reckoning.from_bytes(newsletter.derived.get(STORIES, VERSION) or b"")
    if not (fresh := before.fresh(marks)):
        return stories_of(times, _of_stories(ordered, before.ties))
    texts = _Texts(newsletter, find)
    if before.is_due(marks):
        texts.announce(2 * len(ordered), advance)
        frequencies = Frequencies.of(telling.wording for telling in texts.tellings(ordered))
        found: Iterable[Tie] = ties_among(texts.tellings(ordered), frequencies)
        now = Reckoning(told=marks, ties=tuple(found), frequencies=frequencies, whole=len(ordered))
    else:
        new = list(texts.tellings([one for one in ordered if one.id in fresh]))
        frequencies = before.frequencies.with_more(telling.wording for telling in new)
        near = _near(ordered, fresh)
        texts.announce(len(near), advance)
        others = texts.tellings(near)
        found = (*before.kept(marks), *ties_among(new, frequencies), *ties_between(new, others, frequencies))
        now = Reckoning(told=marks, ties=found, frequencies=frequencies, whole=before.whole)
    newsletter.derived.keep(STORIES, {VERSION: now.to_bytes()})
    return stories_of(times, _of_stories(ordered, now.ties))


def _of_stories(told: Iterable[Told], ties: Iterable[Tie]) -> list[Tie]:
    """Return *ties* but for those between two parts of one series, and weak ones between two articles of one outlet."""
    known = {one.id: one for one in told}

    def counts(tie: Tie) -> bool:
        one, other = known.get(tie.one), known.get(tie.other)
        if not one or not other:
            return False
        if one.part and other.part and one.part.number != other.part.number and one.part.belongs_with(other.part):
            return False
        return not one.outlet or one.outlet != other.outlet or tie.share >= SAME_OUTLET

    return [tie for tie in ties if counts(tie)]


def found_alike(newsletter: Newsletter, ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return what was found alike each of *ids* when stories were last looked for; nothing is worked out for it."""
    wanted = frozenset(ids)
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for tie in Reckoning.from_bytes(newsletter.derived.get(STORIES, VERSION) or b"").ties:
        for one, other in ((tie.one, tie.other), (tie.other, tie.one)):
            if one in wanted:
                alike[one].add(other)
    return {id: frozenset(others) for id, others in alike.items()}


def follow_ups(
    newsletter: Newsletter, articles: Iterable[Article], sent: Iterable[Article]
) -> dict[str, frozenset[str]]:
    """Return which of *sent* tell the story of each of *articles*, by id, however long ago they did.

    How common words are is known from the last time that stories were looked for; before the first one, nothing is.
    """
    frequencies = Reckoning.from_bytes(newsletter.derived.get(STORIES, VERSION) or b"").frequencies
    before = {one.id: one for one in sent}
    now = {one.id: one for one in articles if one.id not in before}
    if not (before and now and frequencies.texts):
        return {}
    wordings = wordings_of(newsletter, (*before.values(), *now.values()))
    # At one time, all of them: a follow-up may come weeks later, and its likeness does not fade.
    old, new = ([Telling(id=id, at=0.0, wording=wordings[id]) for id in some] for some in (before, now))
    told = [Told.of(one, "") for one in (*before.values(), *now.values())]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for tie in _of_stories(told, ties_between(old, new, frequencies, FOLLOWING)):
        found[tie.other].add(tie.one)
    return {id: frozenset(ids) for id, ids in found.items()}


def wordings_of(newsletter: Newsletter, articles: Iterable[Article]) -> dict[str, Wording]:
    """Return the wordings of *articles*, by id."""
    by_id = {article.id: article for article in articles}
    texts = _Texts(newsletter, lambda ids: [by_id[id] for id in ids])
    return {telling.id: telling.wording for telling in texts.tellings(Told.of(one, "") for one in by_id.values())}


def _near(ordered: Sequence[Told], fresh: frozenset[str]) -> list[Told]:
    """Return those that are not *fresh*, and within one window of one that is."""
    span, moments = WINDOW.total_seconds(), [one.at for one in ordered if one.id in fresh]
    next_one = ((one, bisect_left(moments, one.at - span)) for one in ordered if one.id not in fresh)
    return [one for one, at in next_one if at < len(moments) and moments[at] <= one.at + span]


class _Texts:
    """The wordings of articles: kept ones, and those that are made now."""

    def __init__(self, newsletter: Newsletter, find: Find) -> None:
        self._newsletter = newsletter
        self._derived: Derived = newsletter.derived
        self._find = find
        self._make = Wordings()
        self._done = self._total = 0
        self._advance: Progress | None = None

    def announce(self, total: int, advance: Progress | None) -> None:
        """Tell *advance* of each batch from now on, if *total* are many."""
        self._done, self._total = 0, total
        self._advance = advance if total >= LONG else None

    def tellings(self, articles: Iterable[Told]) -> Iterator[Telling]:
        """Yield *articles* as tellings, in their order; few of them are in memory."""
        rest = iter(articles)
        while batch := list(islice(rest, _AT_ONCE)):
            kept = self._derived.get_many(WORDINGS, [one.content for one in batch])
            found = {content: Wording.from_bytes(data) for content, data in kept.items()}
            if lacking := {one.id: one.content for one in batch if one.content not in found}:
                found |= self._made(lacking)
            for one in batch:
                yield Telling(id=one.id, at=one.at, wording=found.get(one.content, _NOTHING))
            self._done += len(batch)
            if self._advance:
                self._advance(self._done, self._total)

    def _made(self, contents: dict[str, str]) -> dict[str, Wording]:
        articles = list(self._find(list(contents)))
        texts = texts_of(self._newsletter, articles)
        made = {contents[one.id]: self._make.of(one.title, texts[one.id]) for one in articles}
        self._derived.keep(WORDINGS, {content: wording.to_bytes() for content, wording in made.items()})
        return made
