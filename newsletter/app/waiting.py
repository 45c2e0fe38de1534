"""Gathers what waits for a decision, little of each article: of 100,000 there is no need to keep all words in mind."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from sys import intern

from newsletter.app.clustering import Told
from newsletter.app.muting import Muting
from newsletter.app.newsletter import Newsletter
from newsletter.app.remembering import memory_of
from newsletter.composer.memory import Memory
from newsletter.composer.picking import source_of
from newsletter.composer.pool import Decision, Pool
from newsletter.composer.scoring import PickRates, origin_of
from newsletter.composer.shortlist import Choice
from newsletter.model.article import Article
from newsletter.model.canonical import article_key
from newsletter.model.feed import Feed


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An article that can be decided about.

    :param since: when it came in, or was held, ISO 8601 in UTC.
    :param words: of the text that was read; 0 where none was.
    :param noted: an editor wants to see it: they added it by hand, or held it.
    """

    told: Told
    origin: str
    source: str
    since: str
    words: int = 0
    pooled: bool = False
    noted: bool = False
    held: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """All that waits.

    :param waiting: by id.
    :param recent: articles of the last issues, and of the next ones, which may tell the same stories.
    :param stale: candidates that the pool has, with what was decided about them: whoever took them was killed.
    :param picked: the unsent issue of those that are in one, by id.
    :param left_out: how many do not wait any more, by why.
    :param feeds: of feeds.toml by address, in its order.
    """

    waiting: Mapping[str, Waiting]
    recent: Sequence[Told]
    picked: Mapping[str, int]
    stale: Sequence[str]
    rates: PickRates
    left_out: Mapping[str, int]
    feeds: Mapping[str, Feed]
    pool: Pool
    memory: Memory

    def choice(self, article: Article) -> Choice:
        """Return *article*, which waits, as a choice."""
        one = self.waiting[article.id]
        return Choice(article=article, pooled=one.pooled, held=one.held, reason=one.reason, since=one.since)


def gather(newsletter: Newsletter, list_name: str) -> Gathered:
    """Read the pool, the candidates, and what the list *list_name* had."""
    gathering = _Gathering(newsletter, list_name)
    gathering.take_pool()
    if newsletter.has_database():
        gathering.take_candidates()
    return gathering.done()


def articles_of(newsletter: Newsletter, pool: Pool, ids: Sequence[str]) -> list[Article]:
    """Return those of the articles *ids* that the pool or the candidates have."""
    found = [pool.entries[id].article for id in ids if id in pool.entries]
    rest = [id for id in ids if id not in pool.entries]
    if rest and newsletter.has_database():
        from newsletter.store.candidates import CandidateStore

        found += [one.article for one in CandidateStore(newsletter.database).of(rest)]
    return found


class _Gathering:
    def __init__(self, newsletter: Newsletter, list_name: str) -> None:
        self._newsletter = newsletter
        self._pool = newsletter.pool()
        self._past = newsletter.past(list_name, self._pool)
        self._memory = memory_of(newsletter, list_name, pool=self._pool, past=self._past)
        self._lately = self._memory.recent()
        self._muted = Muting.of(newsletter, self._pool)
        self._dropped = {article_key(entry.article) for entry in self._pool.of(Decision.DROPPED)} - {""}
        self._keys: set[str] = set()
        self._waiting: dict[str, Waiting] = {}
        self._recent: list[Told] = []
        self._picked: dict[str, int] = {}
        self._stale: list[str] = []
        self._rates = PickRates()
        self._left_out: Counter[str] = Counter()
        self._last_sent = _last_sent(newsletter)

    def take_pool(self) -> None:
        """Take in the articles of the pool."""
        for entry in self._pool.entries.values():
            article, decision = entry.article, entry.decision
            key = article_key(article)
            self._keys.add(key)
            stands = self._stands(article)
            self._count(article, entry.added, picked=bool(stands), decided=decision is not Decision.NEW)
            if picked := self._past.picked(article):
                self._picked[article.id] = picked.number
            if picked or article.id in self._lately:
                self._recent.append(Told.of(article, entry.added))
            if stands:
                self._left_out[stands] += 1
            elif decision is not Decision.DROPPED and not self._is_unwanted(article, key):
                held = decision is Decision.HELD
                self._waiting[article.id] = Waiting(
                    told=Told.of(article, entry.added),
                    origin=intern(origin_of(article)),
                    source=intern(source_of(article)),
                    since=entry.decided if held else entry.added,
                    words=article.words,
                    pooled=True,
                    noted=held or not article.feed or bool(article.note),
                    held=held,
                    reason=entry.reason,
                )

    def take_candidates(self) -> None:
        """Take in what sources brought, and nobody has decided about."""
        from newsletter.store.candidates import CandidateStore

        for candidate in CandidateStore(self._newsletter.database).waiting():
            article, since = candidate.article, _written(candidate.seen_at)
            key = article_key(article)
            if article.id in self._pool.entries or (key and key in self._keys):
                self._stale.append(article.id)
                continue
            self._count(article, since, picked=False, decided=False)
            if stands := self._stands(article):
                self._left_out[stands] += 1
            elif not self._is_unwanted(article, key):
                self._waiting[article.id] = Waiting(
                    told=Told.of(article, since),
                    origin=intern(origin_of(article)),
                    source=intern(source_of(article)),
                    since=since,
                    words=article.words,
                )

    def done(self) -> Gathered:
        """Return what was gathered."""
        return Gathered(
            waiting=self._waiting,
            recent=self._recent,
            picked=self._picked,
            stale=self._stale,
            rates=self._rates,
            left_out=dict(self._left_out),
            feeds=self._muted.feeds,
            pool=self._pool,
            memory=self._memory,
        )

    def _stands(self, article: Article) -> str:
        """Return why *article* is no news for an issue; empty when it is."""
        if self._memory.ran_in(article):
            return "ran before"
        return "picked already" if self._past.picked(article) else ""

    def _is_unwanted(self, article: Article, key: str) -> bool:
        if key in self._dropped:
            self._left_out["dropped before"] += 1
        elif article in self._muted:
            self._left_out["muted"] += 1
        else:
            return False
        return True

    def _count(self, article: Article, since: str, *, picked: bool, decided: bool) -> None:
        """Count an article that somebody has seen: it was decided about, or it was there when an issue was made."""
        if picked or decided or since < self._last_sent:
            self._rates.count(origin_of(article), picked=picked)


def _last_sent(newsletter: Newsletter) -> str:
    """Return when the last mailing began; empty before the first."""
    for path in reversed(newsletter.issues.paths().values()):
        if receipts := newsletter.issues.receipts(path):
            return _written(max(receipt.started for receipt in receipts))
    return ""


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
