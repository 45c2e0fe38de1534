"""Adds feeds, one or a whole list of a feed reader's, and gives such a list away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from newsletter.app.feeds import TITLE_LENGTH, FeedList, changing_feeds
from newsletter.app.newsletter import Newsletter
from newsletter.errors import InputError
from newsletter.model.canonical import link_key
from newsletter.model.excerpt import excerpt
from newsletter.model.feed import Feed
from newsletter.model.slug import slug_of
from newsletter.sources.feeds_file import SLUG, is_address
from newsletter.sources.fields import SOURCE_LIMIT
from newsletter.sources.opml import Outline, read_opml, write_opml


@dataclass(frozen=True, kw_only=True, slots=True)
class AddedFeed:
    """A feed, and whether it is new; else it was there already."""

    feed: Feed
    new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedFeeds:
    """What became of the feeds of an OPML file.

    :param known: addresses that were there already, in the file too, and the slugs of their feeds.
    :param refused: addresses that are none of a feed.
    """

    added: tuple[Feed, ...]
    known: tuple[tuple[str, str], ...]
    refused: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many the file has."""
        return len(self.added) + len(self.known) + len(self.refused)

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "added": [{"feed": feed.slug, "address": feed.address, "section": feed.section} for feed in self.added],
            "known": [{"feed": slug, "address": address} for address, slug in self.known],
            "refused": list(self.refused),
        }


def read_address(text: str) -> str:
    """Return the address that somebody typed: a host alone is one of https.

    :raises InputError: it is none.
    """
    text = text.strip()
    address = text if "://" in text else f"https://{text}"
    if not is_address(address):
        todo = "it begins with https://, and has no password in it"
        raise InputError("this is no address of a feed or a page", todo, where="" if "@" in text else text)
    return address


def add_feed(newsletter: Newsletter, feed: Feed) -> AddedFeed:
    """Add *feed* to feeds.toml, unless it is there.

    :raises InputError: its name will not do, or another feed has it.
    """
    with changing_feeds(newsletter) as found:
        if known := found.at(feed.address):
            return AddedFeed(feed=known, new=False)
        _require_right(feed, found)
        (added,) = found.add([replace(feed, title=excerpt(feed.title, TITLE_LENGTH))])
    return AddedFeed(feed=added, new=True)


def _require_right(feed: Feed, found: FeedList) -> None:
    if feed.slug and not SLUG.fullmatch(feed.slug):
        todo = f"lower-case letters, digits and hyphens, like {slug_of(feed.slug) or 'my-feed'}"
        raise InputError(f'"{feed.slug}" is no name of a feed', todo)
    if feed.slug in found.feeds:
        what = f'there is a feed "{feed.slug}" already: {found.feeds[feed.slug].address}'
        raise InputError(what, "give another --name", where=found.path)
    if len(feed.source) > SOURCE_LIMIT:
        raise InputError(f"the source has more than {SOURCE_LIMIT} characters", "give its short name")


def import_opml(newsletter: Newsletter, data: bytes, name: str) -> ImportedFeeds:
    """Add the feeds of the OPML file *name* to feeds.toml, all at once.

    :raises InputError: it is none.
    """
    outlines = read_opml(data, name)
    with changing_feeds(newsletter) as found:
        return _imported(outlines, found)


def _imported(outlines: Iterable[Outline], found: FeedList) -> ImportedFeeds:
    fresh: dict[str, Outline] = {}
    known, refused, again = [], [], []
    for outline in outlines:
        key = link_key(outline.address)
        if not is_address(outline.address):
            refused.append(outline.address if "@" not in outline.address else "(with a password)")
        elif feed := found.at(outline.address):
            known.append((outline.address, feed.slug))
        elif key in fresh:
            again.append((outline.address, key))
        else:
            fresh[key] = outline
    added = found.add(map(_feed, fresh.values())) if fresh else []
    slugs = dict(zip(fresh, (feed.slug for feed in added), strict=True))
    known += [(address, slugs[key]) for address, key in again]
    return ImportedFeeds(added=tuple(added), known=tuple(known), refused=tuple(refused))


def _feed(outline: Outline) -> Feed:
    section = excerpt(outline.path[0], TITLE_LENGTH) if outline.path else ""
    tags = dict.fromkeys((*outline.path[1:], *(tag for tag in outline.tags if tag != section)))
    title = excerpt(outline.title, TITLE_LENGTH)
    return Feed(slug="", address=outline.address, title=title, section=section, tags=tuple(tags))


def export_opml(newsletter: Newsletter) -> tuple[int, bytes]:
    """Return how many feeds there are, and OPML that has them."""
    feeds = FeedList(newsletter).feeds.values()
    return len(feeds), write_opml(feeds, title=newsletter.settings.name, now=datetime.now(UTC))
