"""The pages of the site around the issues, in the look of the theme: the archive, and what stands about an issue."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from newsletter.model.mail import Picture
from newsletter.model.sent_issue import SentIssue
from newsletter.model.site import SiteAddress
from newsletter.rendering.archive_words import archive_words
from newsletter.rendering.kept_page import Image, KeptPage
from newsletter.rendering.media import MEDIA, Album, Media
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.palette import palette_template
from newsletter.rendering.templates import html_environment, render_template
from newsletter.rendering.view import view_logo
from newsletter.rendering.words import Words, say_day, words_for

STYLE = "site.css"
_HEAD_ENDS = re.compile(r"</head\s*>", re.I)
_BODY = re.compile(r"<body\b[^>]*>", re.I)
_BODY_ENDS = re.compile(r"</body\s*>", re.I)
_TITLE = re.compile(r"<title\b[^>]*>.*?</title\s*>", re.I | re.S)


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The issues before and after one; None at the ends."""

    older: SentIssue | None = None
    newer: SentIssue | None = None


class SiteRenderer:
    """Renders the site of one newsletter. Keep one for as long as the options stand.

    :param folders: template folders in the order of their rank: a file of an earlier one replaces that of a later.
    :param media: the folder of the newsletter's own pictures.
    """

    def __init__(self, options: RenderingOptions, address: SiteAddress, folders: Sequence[Path], media: Path) -> None:
        self._options = options
        self._address = address
        self._environment = html_environment(folders)
        self._media = Media(media)
        self._palette = self._environment.get_template(palette_template(options.theme, folders))
        self._words = words_for(options.language)

    @property
    def logo_pictures(self) -> tuple[Picture, ...]:
        """The pictures that the first page shows."""
        album = Album(self._media, MEDIA)
        view_logo(self._options.look.logo, album)
        return album.pictures

    def style(self) -> str:
        """Return the style sheet of all pages, at :data:`STYLE`."""
        return self._rendered("site.css.j2", {})

    def index(self, issues: Sequence[SentIssue]) -> str:
        """Return the first page: *issues*, the newest first."""
        years = [
            (year, [_row(issue, self._words) for issue in group])
            for year, group in groupby(issues, key=lambda issue: issue.published.year)
        ]
        values = {
            **self._ways(""),
            "years": years,
            "logo": view_logo(self._options.look.logo, Album(self._media, MEDIA)),
        }
        return self._rendered("index.html.j2", values)

    def missing(self) -> str:
        """Return the page for an address where there is nothing."""
        root = self._address.root
        return self._rendered("missing.html.j2", {**self._ways(root), "home": root})

    def issue(self, page: KeptPage, issue: SentIssue, neighbours: Neighbours) -> str:
        """Return the page of an issue: what was sent, untouched, with a head that says what it is and ways on."""
        ways = self._ways("../")
        label = self._words.issue.format(issue.number)
        bar = {
            **ways,
            "label": f"{archive_words(self._options.language).archive}: {label}",
            "newer": None,
            "older": None,
        }
        above = self._rendered("issue_bar.html.j2", bar)
        below = self._rendered(
            "issue_bar.html.j2",
            {
                **bar,
                "label": archive_words(self._options.language).archive,
                "newer": _link(neighbours.newer),
                "older": _link(neighbours.older),
                "subscribe": "",
            },
        )
        title = f"{page.title or issue.title} – {self._options.name}"
        head = self._rendered("issue_head.html.j2", {**ways, "page": self._facts(page, issue)})
        return _put_in(page.html, title=title, head=head, above=above, below=below)

    def _facts(self, page: KeptPage, issue: SentIssue) -> Mapping[str, str]:
        image = page.image or Image(source="", alt="")
        source = image.source
        if source.startswith("../"):
            source = self._address.absolute(source.removeprefix("../"))  # og:image is a whole address, or none
        return {
            "title": page.title or issue.title,
            "summary": page.summary,
            "path": issue.path,
            "published": issue.published.isoformat(timespec="seconds"),
            "image": source,
            "image_alt": image.alt,
        }

    def _ways(self, root: str) -> dict[str, object]:
        """Return the addresses that all pages name: *root* stands before those of the site's own."""
        subscribe = self._address.subscribe
        return {
            "url": self._address.url,
            "root": root,
            "home": (root or "./") if self._address.url else f"{root}index.html",
            "subscribe": subscribe if "://" in subscribe else f"{root}{subscribe}" if subscribe else "",
        }

    def _rendered(self, name: str, values: Mapping[str, object]) -> str:
        given = {"newsletter": self._options, "look": self._options.look, "words": self._words}
        palette = self._palette.make_module({"look": self._options.look})
        words = archive_words(self._options.language)
        return render_template(self._environment, f"web/{name}", {"archive": words, **given, "c": palette, **values})


def _row(issue: SentIssue, words: Words) -> Mapping[str, object]:
    day = issue.published.date()
    return {
        "number": issue.number,
        "title": issue.title,
        "summary": issue.summary,
        "day": say_day(day, words),
        "isodate": day.isoformat(),
        "path": issue.path if issue.kept else "",
    }


def _link(issue: SentIssue | None) -> Mapping[str, str] | None:
    return {"href": f"{issue.label}.html", "title": issue.title} if issue else None


def _put_in(html: str, *, title: str, head: str, above: str, below: str) -> str:
    """Return *html* with more in its head, and something at both ends of its body.

    Where somebody's own page has no head or no body, what is put in stands at its ends: browsers make up the rest.
    """
    from markupsafe import escape

    said = f"<title>{escape(title)}</title>"
    html, titled = _TITLE.subn(lambda match: said, html, count=1)
    head = head if titled else said + head
    ends, body = _HEAD_ENDS.search(html), _BODY.search(html)
    if not ends or not body or body.start() < ends.end():
        return f"{head}{above}{html}{below}"
    last = [*_BODY_ENDS.finditer(html, body.end())][-1:]
    end = last[0].start() if last else len(html)
    return "".join(
        (html[: ends.start()], head, html[ends.start() : body.end()], above, html[body.end() : end], below, html[end:])
    )
