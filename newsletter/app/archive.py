"""The archive: which issues the public may read, and the files of the site that shows them.

What an issue's page shows is issues/042.html, the mail's own HTML as it was sent with neutral slots, and not the
theme's web page: that would be made today, of an issue file and a theme that may have changed since.

::

    receipts ──an issue was sent to a public list──► SentIssue ──issues/042.html──► its page, the feeds
                                                         └──no page was kept──► named on the first page alone
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from newsletter.app.newsletter import Newsletter
from newsletter.app.pictures import published_picture
from newsletter.app.web_versions import restore_web_version, web_version_path
from newsletter.composer.receipt import Receipt
from newsletter.errors import IssueError
from newsletter.model.sent_issue import SentIssue
from newsletter.model.site import SiteAddress, SiteFile
from newsletter.rendering.feed_content import feed_content
from newsletter.rendering.feeds import JSON_FEED, LENGTH, RSS, SITE_MAP, TYPES, Feed, FeedItem, json_feed, rss, site_map
from newsletter.rendering.kept_page import KeptPage, read_kept_page, read_summary, read_title
from newsletter.rendering.media import MEDIA
from newsletter.rendering.site import STYLE, Neighbours, SiteRenderer
from newsletter.rendering.themes import builtin_templates

HTML = "text/html; charset=utf-8"
BEGINNING = 262_144
"""Bytes of a kept page that have its title and summary: the pictures of a mail make the rest of it long."""
INDEX, MISSING, ROBOTS = "index.html", "404.html", "robots.txt"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicIssues:
    """What the receipts say of what may be shown.

    :param issues: the newest first.
    :param withheld: why others that were sent are not among them, by number.
    """

    issues: tuple[SentIssue, ...]
    withheld: Mapping[int, str]


def public_issues(newsletter: Newsletter) -> PublicIssues:
    """Return the issues that were sent to a list that is public, unless their file says that they are not for all.

    What went to a segment alone is for all only if the file says so.

    A list that newsletter.toml does not name any more may have been a private one: what went to it alone is withheld.

    :raises IssueError: a receipt or the head of an issue file cannot be read.
    """
    issues, withheld, files = [], {}, newsletter.issues.paths()
    for path in sorted(newsletter.issues.folder.glob("*.receipt.toml")):
        if not (match := re.fullmatch(r"(\d{3,9})\.receipt\.toml", path.name)):
            continue
        number = int(match[1])
        if not (receipts := newsletter.issues.receipts_of(number)):
            continue
        if reason := _withheld(newsletter, receipts, files.get(number)):
            withheld[number] = reason
        else:
            issues.append(_sent(newsletter, number, receipts))
    issues.sort(key=lambda issue: (issue.published, issue.number), reverse=True)
    return PublicIssues(issues=tuple(issues), withheld=withheld)


def is_shown(newsletter: Newsletter, number: int) -> bool:
    """Whether the archive has a page of issue *number* that everybody may read.

    :raises IssueError: as :func:`public_issues` does.
    """
    receipts = newsletter.issues.receipts_of(number)
    if not receipts or not web_version_path(newsletter, number).is_file():
        return False
    return not _withheld(newsletter, receipts, newsletter.issues.paths().get(number))


def _withheld(newsletter: Newsletter, receipts: tuple[Receipt, ...], file: Path | None) -> str:
    """Say why an issue is not for everybody; empty if it is.

    :param file: the issue file, if it is still there.
    """
    lists = newsletter.settings.lists
    wanted = newsletter.issues.head(file).archive if file else None
    if wanted is False:
        return "its front matter says archive = false"
    if public := [receipt for receipt in receipts if receipt.list in lists and lists[receipt.list].public]:
        if wanted or not all(receipt.segment for receipt in public):
            return ""
        return f"it went to the segment {public[0].segment} alone; archive = true in its front matter shows it to all"
    unknown = [receipt.list for receipt in receipts if receipt.list not in lists]
    return (
        f"newsletter.toml has no list {unknown[0]} any more" if unknown else f"the list {receipts[0].list} is private"
    )


def _sent(newsletter: Newsletter, number: int, receipts: tuple[Receipt, ...]) -> SentIssue:
    first = min(receipts, key=lambda receipt: receipt.started)
    path = web_version_path(newsletter, number)
    html = _text(path, BEGINNING) if path.is_file() else ""
    return SentIssue(
        number=number,
        title=read_title(html) or first.subject or f"{number:03d}",
        summary=read_summary(html),
        published=first.started.astimezone(newsletter.settings.timezone),
        kept=bool(html),
    )


def _text(path: Path, most: int = -1) -> str:
    try:
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except OSError as cause:
        todo = "look at its permissions, or get it from git"
        raise IssueError(f"it cannot be read ({cause.strerror})", todo, where=path) from cause


def restore_pages(newsletter: Newsletter) -> tuple[int, ...]:
    """Make the web versions that are missing from the ledger, where this machine has it; return whose were made."""
    missing = [issue.number for issue in public_issues(newsletter).issues if not issue.kept]
    if not missing or not newsletter.has_database():
        return ()
    from newsletter.store.ledger import LedgerStore

    ledger = LedgerStore(newsletter.database)
    for number in missing:
        restore_web_version(newsletter, ledger, number)
    return tuple(number for number in missing if web_version_path(newsletter, number).is_file())


def site_address(newsletter: Newsletter, url: str | None = None, *, subscribe: str | None = None) -> SiteAddress:
    """Return where the site is: at *url*, or at the newsletter's public URL.

    :param subscribe: a path from the first page; None for the page of the public URL, where there is one.
    """
    public = newsletter.settings.sender.public_url
    url = public if url is None else url.rstrip("/")
    found = re.match(r"https?://[^/]+(/.*)?$", url)
    if subscribe is None:
        subscribe = f"{public}/subscribe" if public else ""
    return SiteAddress(url=url, root=f"{(found[1] or '') if found else ''}/", subscribe=subscribe)


class Archive:
    """The archive's files, as they are now: they are made when they are asked for.

    :ivar issues: those that it shows, the newest first.
    """

    def __init__(self, newsletter: Newsletter, address: SiteAddress) -> None:
        self._newsletter = newsletter
        self._address = address
        settings = newsletter.settings
        folders = (newsletter.shown / "templates", builtin_templates())
        self._renderer = SiteRenderer(settings.rendering, address, folders, newsletter.shown / MEDIA)
        self._public = public_issues(newsletter)
        self.issues = self._public.issues
        self._places = {issue.number: place for place, issue in enumerate(self._kept)}

    @property
    def withheld(self) -> Mapping[int, str]:
        """Why issues that were sent are not shown, by number."""
        return self._public.withheld

    @cached_property
    def _kept(self) -> tuple[SentIssue, ...]:
        return tuple(issue for issue in self.issues if issue.kept)

    def files(self) -> Iterator[SiteFile]:
        """Yield every file of the site, each once."""
        yield from self._fixed()
        seen = set()
        for issue in self._kept:
            page = self._page(issue)
            yield self._shown(issue, page)
            for picture in (*page.pictures, *self._published(page)):
                if picture.path not in seen:
                    seen.add(picture.path)
                    yield picture

    def file(self, path: str) -> SiteFile | None:
        """Return the file at *path*; None when there is none."""
        if match := re.fullmatch(r"issues/(\d{3,9})\.html", path):
            issue = self._issue(int(match[1]))
            return self._shown(issue, self._page(issue)) if issue and issue.path == path else None
        if match := re.fullmatch(r"media/([\w.-]+)", path):
            return self._picture(match[1])
        return next((file for file in self._fixed(path)), None)

    def _fixed(self, wanted: str | None = None) -> Iterator[SiteFile]:
        """Yield the files that are not an issue's, or the *wanted* one alone."""
        for path, (kind, make) in self._makers.items():
            if wanted in (None, path):
                yield SiteFile(path=path, type=kind, data=make())
        for picture in self._renderer.logo_pictures:
            path = f"{MEDIA}/{picture.published_name}"
            if wanted in (None, path):
                yield SiteFile(path=path, type=picture.type, data=picture.data, lasting=True)

    @cached_property
    def _makers(self) -> Mapping[str, tuple[str, Callable[[], bytes]]]:
        """What makes each file that is not an issue's, with its media type."""
        always: dict[str, tuple[str, Callable[[], bytes]]] = {
            INDEX: (HTML, lambda: self._renderer.index(self.issues).encode()),
            STYLE: ("text/css; charset=utf-8", lambda: self._renderer.style().encode()),
            MISSING: (HTML, lambda: self._renderer.missing().encode()),
        }
        if not self._address.url:  # feeds and maps name whole addresses
            return always
        found: dict[str, tuple[str, Callable[[], bytes]]] = {
            **always,
            RSS: (TYPES[RSS], lambda: rss(self._feed)),
            JSON_FEED: (TYPES[JSON_FEED], lambda: json_feed(self._feed)),
            SITE_MAP: (TYPES[SITE_MAP], lambda: site_map(self._address, self._kept)),
        }
        if self._address.root == "/":  # robots.txt counts at the root of a host alone
            found[ROBOTS] = ("text/plain; charset=utf-8", lambda: _robots(self._address).encode())
        return found

    def _issue(self, number: int) -> SentIssue | None:
        place = self._places.get(number)
        return None if place is None else self._kept[place]

    def _page(self, issue: SentIssue) -> KeptPage:
        html = _text(web_version_path(self._newsletter, issue.number))
        return read_kept_page(html, issue.label, self._newsletter.settings.rendering.pictures_at)

    def _shown(self, issue: SentIssue, page: KeptPage) -> SiteFile:
        place = self._places[issue.number]
        neighbours = Neighbours(
            newer=self._kept[place - 1] if place else None,
            older=self._kept[place + 1] if place + 1 < len(self._kept) else None,
        )
        html = self._renderer.issue(page, issue, neighbours)
        return SiteFile(path=issue.path, type=HTML, data=html.encode())

    def _picture(self, name: str) -> SiteFile | None:
        if match := re.match(r"(\d{3,9})-", name):
            issue = self._issue(int(match[1]))
            found = self._page(issue).pictures if issue else ()
            if own := next((picture for picture in found if picture.path == f"{MEDIA}/{name}"), None):
                return own
        return next(self._fixed(f"{MEDIA}/{name}"), None) or published_picture(self._newsletter, name)

    def _published(self, page: KeptPage) -> Iterator[SiteFile]:
        for name in page.published:
            if picture := published_picture(self._newsletter, name):
                yield picture

    @cached_property
    def _feed(self) -> Feed:
        settings = self._newsletter.settings
        items = tuple(self._item(issue) for issue in self._kept[:LENGTH])
        return Feed(id=settings.id, options=settings.rendering, address=self._address, items=items)

    def _item(self, issue: SentIssue) -> FeedItem:
        page = self._page(issue)
        image = page.image.source if page.image else ""
        return FeedItem(
            issue=issue,
            content=feed_content(page.html, self._address.absolute(issue.path)),
            image=self._address.absolute(image.removeprefix("../")) if image.startswith("../") else image,
        )


def _robots(address: SiteAddress) -> str:
    return f"User-agent: *\nDisallow:\n\nSitemap: {address.absolute(SITE_MAP)}\n"
