"""A feed: where a site says what is new there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed as feeds.toml has it.

    :param slug: what it is called there and on the command line: lower-case letters, digits and hyphens.
    :param title: what people call it; empty for the slug.
    :param section: of an issue, that its articles are meant for.
    :param source: who publishes its articles, in words; empty for its own title.
    :param tags: what an editor calls all of its articles.
    :param kind: what reads it: the name of a source that another package brings; empty for RSS, Atom and JSON Feed.
    :param muted: it is fetched, and its articles are not offered.
    """

    slug: str
    address: str
    title: str = ""
    section: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    kind: str = ""
    muted: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return self.title or self.slug

    @property
    def told(self) -> str:
        """A hash of all that its articles take from feeds.toml, and of what reads them."""
        facts = (self.slug, self.title, self.section, self.source, self.tags, self.kind)
        return sha256(repr(facts).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """What is known of a feed since it was last asked.

    :param address: as feeds.toml has it.
    :param etag: of its last answer, byte for byte, quotes included; *last_modified* as well.
    :param asked_at: the last time that it was asked; *answered_at* the last time that it gave an answer that will do.
    :param next_at: it is not asked before then, unless somebody asks for it.
    :param retry_at: it is not asked before then, whoever asks for it: its site said so.
    :param failures: how often in a row it gave none that will do; *words* say why the last time.
    :param gone_at: when it said that it is gone for good.
    :param moved_to: where it has moved to for good, as it says.
    :param timings: milliseconds that its last answers took, the newest last.
    :param body_sha256: of its last body, so that one is read once.
    :param told: :attr:`Feed.told` when that was read: what feeds.toml says otherwise since must reach its articles.
    """

    address: str
    etag: str = ""
    last_modified: str = ""
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    next_at: datetime | None = None
    retry_at: datetime | None = None
    failures: int = 0
    words: str = ""
    gone_at: datetime | None = None
    moved_to: str = ""
    timings: tuple[int, ...] = ()
    body_sha256: str = ""
    told: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How long answers take, in milliseconds.

    Half of them take at most *p50*, 99 of 100 at most *p99*, and none more than *most*.
    """

    p50: int
    p99: int
    most: int


def pace_of(timings: Sequence[int]) -> Pace | None:
    """Return the pace of *timings* (nearest rank: each is a time that was measured); None when there are none."""
    if not timings:
        return None
    ordered = sorted(timings)
    rank = [ordered[max(0, -(-len(ordered) * share // 100) - 1)] for share in (50, 99, 100)]
    return Pace(p50=rank[0], p99=rank[1], most=rank[2])
