"""The feeds that a newsletter is collected from: feeds.toml, and how each of them stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import chain, count
from typing import Any

from newsletter.app.feeds_text import with_facts, with_feeds, without_feed
from newsletter.app.newsletter import Newsletter
from newsletter.errors import SettingsError
from newsletter.files import lock_file, write_whole
from newsletter.model.canonical import host_of, link_key
from newsletter.model.feed import Feed, FeedState, pace_of
from newsletter.model.slug import slug_of
from newsletter.model.table import nearest
from newsletter.sources.feeds_file import FILE, is_address, parse_feeds, read_text

SLUG_LENGTH = 40
TITLE_LENGTH = 120
LOCK = ".newsletter/feeds.lock"
"""What whoever changes feeds.toml has locked."""


class FeedList:
    """The feeds of a newsletter by slug, and the file that has them."""

    def __init__(self, newsletter: Newsletter) -> None:
        self.path = newsletter.shown / FILE
        self._read()

    def _read(self) -> None:
        self._text = read_text(self.path)
        self.feeds = parse_feeds(self._text, self.path)
        self._by_key = {link_key(feed.address): feed for feed in self.feeds.values()}

    def find(self, name: str) -> Feed:
        """Return the feed that is called *name*, or has that address.

        :raises SettingsError: there is none.
        """
        if feed := self.feeds.get(name) or self.at(name):
            return feed
        todo = nearest(name, list(self.feeds)) if self.feeds else "newsletter feeds add ADDRESS adds one"
        raise SettingsError(f'there is no feed "{name}"', todo, where=self.path)

    def named(self, names: Iterable[str]) -> list[Feed]:
        """Return the feeds that are called so, each once; SettingsError where there is one of them that is not."""
        return list({feed.slug: feed for feed in map(self.find, names)}.values())

    def at(self, address: str) -> Feed | None:
        """Return the feed that has *address*, or another spelling of it."""
        return self._by_key.get(link_key(address))

    def add(self, feeds: Iterable[Feed]) -> list[Feed]:
        """Add feeds that are not there yet, and return them with the slugs that they have now.

        A feed without a slug gets one from its title, or else from its host.
        """
        added: dict[str, Feed] = {}
        for feed in feeds:
            wanted = (
                feed.slug or slug_of(feed.title, SLUG_LENGTH) or slug_of(host_of(feed.address), SLUG_LENGTH) or "feed"
            )
            slug = _free(wanted, {*self.feeds, *added})
            added[slug] = replace(feed, slug=slug)
        self._write(with_feeds(self._text, added.values()), {**self.feeds, **added})
        return list(added.values())

    def remove(self, slugs: Sequence[str]) -> None:
        """Take feeds out."""
        text = self._text
        for slug in slugs:
            text = without_feed(text, slug)
        self._write(text, {slug: feed for slug, feed in self.feeds.items() if slug not in slugs})

    def change(self, slug: str, facts: Mapping[str, Any]) -> Feed:
        """Give a feed other facts; an empty one is taken out."""
        feed: Feed = replace(self.feeds[slug], **facts)
        self._write(with_facts(self._text, slug, facts), {**self.feeds, slug: feed})
        return feed

    def _write(self, text: str, meant: Mapping[str, Feed]) -> None:
        """Write *text*, which must say what is *meant*: TOML can be written in ways that are not ours to change."""
        try:
            said = parse_feeds(text, self.path)
        except SettingsError:  # a table [feeds.NAME] below "feeds = {…}"
            said = {}
        if said != dict(meant):
            what = "it is written in a way that cannot be changed from here"
            raise SettingsError(what, "change it in your editor: a table [feeds.NAME] for each feed", where=self.path)
        write_whole(self.path, text.encode())
        self._read()


@contextmanager
def changing_feeds(newsletter: Newsletter) -> Iterator[FeedList]:
    """Give the feeds as they are, and let no other process change them until the block ends.

    feeds.toml itself is replaced by each change, so what is locked is a file that stays.

    :raises FileError: the system does not let us.
    """
    with lock_file(newsletter.shown / LOCK):
        yield FeedList(newsletter)


def _free(slug: str, taken: set[str]) -> str:
    return next(name for name in chain([slug], (f"{slug}-{number}" for number in count(2))) if name not in taken)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedStanding:
    """A feed, and how it stands."""

    feed: Feed
    state: FeedState

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        pace = pace_of(self.state.timings)
        feed = asdict(self.feed)
        hidden = ("timings", "address", "body_sha256", "told")
        state = {
            name: value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
            for name, value in asdict(self.state).items()
            if name not in hidden
        }
        return {"feed": feed.pop("slug"), **feed, **state, "milliseconds": asdict(pace) if pace else None}


def standings(newsletter: Newsletter) -> list[FeedStanding]:
    """Return all feeds with how they stand, in the order of the file."""
    states = states_of(newsletter)
    return [
        FeedStanding(feed=feed, state=states.get(feed.address) or FeedState(address=feed.address))
        for feed in FeedList(newsletter).feeds.values()
    ]


def states_of(newsletter: Newsletter) -> dict[str, FeedState]:
    """Return how each feed stands that was ever asked, by address."""
    if not newsletter.has_database():
        return {}
    from newsletter.store.feeds import FeedStore

    return FeedStore(newsletter.database).states()


def remove_feeds(newsletter: Newsletter, names: Iterable[str]) -> list[Feed]:
    """Take feeds out of feeds.toml, all or none, and forget how they stand; the articles that they brought stay."""
    with changing_feeds(newsletter) as found:
        feeds = found.named(names)
        found.remove([feed.slug for feed in feeds])
    if newsletter.has_database():
        from newsletter.store.feeds import FeedStore

        FeedStore(newsletter.database).forget([feed.address for feed in feeds])
    return feeds


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A feed that is at another address now; *kept* says why feeds.toml has the old one still."""

    feed: Feed
    address: str
    kept: str = ""


def move_feeds(newsletter: Newsletter, names: Sequence[str]) -> list[Move]:
    """Write into feeds.toml where feeds have moved to for good: all that have, or those of *names*."""
    with changing_feeds(newsletter) as found:
        feeds = found.named(names) or list(found.feeds.values())
        states = states_of(newsletter)
        moved = [(feed, state.moved_to) for feed in feeds if (state := states.get(feed.address)) and state.moved_to]
        return [_moved(newsletter, found, feed, address) for feed, address in moved]


def _moved(newsletter: Newsletter, found: FeedList, feed: Feed, address: str) -> Move:
    from newsletter.store.feeds import FeedStore

    if kept := _kept(found, feed, address):
        return Move(feed=feed, address=address, kept=kept)
    changed = found.change(feed.slug, {"address": address})
    FeedStore(newsletter.database).move([(feed.address, address)])
    return Move(feed=changed, address=address)


def mute_feeds(newsletter: Newsletter, names: Sequence[str], *, muted: bool) -> list[Feed]:
    """Mute feeds, or let them be offered again."""
    with changing_feeds(newsletter) as found:
        return [found.change(feed.slug, {"muted": muted}) for feed in found.named(names)]


def _kept(found: FeedList, feed: Feed, address: str) -> str:
    """Return why *feed* cannot be moved to *address*; empty if it can."""
    if not is_address(address):
        return "that is no address that feeds.toml may have"
    other = found.at(address)
    return f"{other.slug} is at that address already" if other and other.slug != feed.slug else ""
