"""A newsletter that follows feeds of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from newsletter.app import Newsletter, open_newsletter
from newsletter.app.fetch_result import FetchRun
from newsletter.app.fetching import Wanted, fetch_feeds
from newsletter.app.scaffold import make_newsletter
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore


def make_desk(
    folder: Path, *, feed_seconds: float = 5, run_seconds: float = 60, private: str = '["127.0.0.1"]'
) -> Path:
    """Make the folder of a newsletter that may ask 127.0.0.1."""
    make_newsletter(folder, name="News", author="News <news@example.com>")
    limits = f"\n[sources]\nfeed_seconds = {feed_seconds}\nrun_seconds = {run_seconds}\n"
    for name, text in (
        ("newsletter.toml", limits),
        ("newsletter.local.toml", f"\n[sources]\nallow_private = {private}\n"),
    ):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[Newsletter]:
    """Open the newsletter in *folder*."""
    newsletter = open_newsletter(folder)
    try:
        yield newsletter
    finally:
        newsletter.close()


def fetch(folder: Path, *names: str, force: bool = False, stop: Event | None = None) -> FetchRun:
    """Run newsletter fetch in this process."""
    with opened(folder) as newsletter:
        return fetch_feeds(newsletter, Wanted(names=names, force=force), lambda done, total: None, stop or Event())


def waiting(folder: Path) -> list[Article]:
    """Return the articles that nobody has decided about."""
    with opened(folder) as newsletter:
        return [candidate.article for candidate in CandidateStore(newsletter.database).waiting()]


def later(folder: Path, *, failed: bool = True) -> None:
    """Let more than a week go by for all feeds that are not gone; those that *failed* may be left as they are."""
    from sqlalchemy import update

    from newsletter.store.schema import feed

    due = feed.c.gone_at.is_(None) & ((feed.c.failures == 0) | failed)
    with opened(folder) as newsletter, newsletter.database.writing() as connection:
        connection.execute(update(feed).where(due).values(next_at=None, retry_at=None))
