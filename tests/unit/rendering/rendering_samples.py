"""Issues as values, the eight-article one among them, and what a reader sees of a built mail."""

import csv
import itertools
import re
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from newsletter.composer.issue_file import parse_issue
from newsletter.model.issue import Issue, Passage, PickedArticle, Section
from newsletter.rendering.options import RenderingOptions

SAMPLE = Path(__file__).parents[3] / "templates" / "sample"
ESSAY = Path(__file__).parents[2] / "data" / "essay.md"
THEMES = ("compact", "digest", "letter")
ISSUE = Path("issues/042.md")
OPTIONS = RenderingOptions(
    name="Moka Digest",
    tagline="What engineers wrote this week",
    public=True,
    postal_address="Example Press\n1 Printer's Row\n10115 Berlin, Germany",
)


@dataclass(frozen=True)
class Told:
    """One article of the digest, as it stands there."""

    why: str
    points: tuple[str, ...]


def read_digest() -> list[Told]:
    """Read the sample digest: the fixture's own few lines, not the parser of the product."""
    told = []
    for block in re.split(r"^Why it matters: ", (SAMPLE / "digest.txt").read_text("utf-8"), flags=re.M)[1:]:
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        told.append(Told(lines[0], tuple(line[2:] for line in lines[1:] if line.startswith("• "))))
    return told


def passage(markdown: str, line: int = 1) -> Passage:
    return Passage(markdown=markdown, line=line)


def article(title: str = "A title", **values: object) -> PickedArticle:
    values = {"id": "5d46b0q7xk2ma", "link": "https://example.com/a", "source": "Example", **values}
    for name in ("words", "why"):
        if isinstance(values.get(name), str):
            values[name] = passage(str(values[name]), 20)
    points = values.pop("points", ())
    return PickedArticle(
        title=passage(title, 12), points=tuple(passage(p, 30 + n) for n, p in enumerate(points)), **values
    )


def issue_of(*articles: PickedArticle, **values: object) -> Issue:
    settings = {
        "path": ISSUE,
        "number": 42,
        "date": date(2026, 11, 27),
        "subject": "A subject",
        "sections": (Section(name=None, articles=articles),),
        **values,
    }
    return Issue(**settings)


def eight_articles() -> tuple[PickedArticle, ...]:
    with (SAMPLE / "links.tsv").open(encoding="utf-8", newline="") as file:
        links = list(csv.DictReader(file, delimiter="\t"))
    return tuple(
        article(
            row["title"],
            id=f"a{row['position']}",
            link=row["url"],
            source="Pinterest Engineering",
            minutes=8,
            published=row["published"],
            why=told.why,
            points=told.points,
        )
        for row, told in zip(links, read_digest(), strict=True)
    )


def eight_article_issue() -> Issue:
    eight = eight_articles()
    sections = (
        Section(name=passage("Data platforms", 20), articles=(eight[0], eight[3], eight[7])),
        Section(name=passage("Search, ads & recommendations", 90), articles=(eight[2], eight[5], eight[6])),
        Section(name=passage("Developer experience", 150), articles=(eight[1], eight[4])),
    )
    return issue_of(
        subject="Moka, PinConsole, and a one-in-a-million failure",
        sections=sections,
        preheader="Eight engineering write-ups, about 60 minutes in all",
        intro=passage(
            "Two stories run through this issue: **leaving Hadoop** for Kubernetes, and what it"
            " takes to find a failure that happens once in a million requests.\n\n"
            "Start with [the hunt](https://example.com/hunt) if you have ten minutes.",
            9,
        ),
    )


def thirty_article_issue() -> Issue:
    """The eight articles again and again, until there are thirty."""
    thirty = [replace(one, id=f"b{at}") for at, one in zip(range(30), itertools.cycle(eight_articles()), strict=False)]
    sections = tuple(
        Section(name=passage(f"Part {part}"), articles=tuple(thirty[start : start + 6]))
        for part, start in enumerate(range(0, 30, 6), 1)
    )
    return replace(eight_article_issue(), sections=sections)


def essay() -> Issue:
    """One long text in chapters, with a quote, a list, code and a sponsor."""
    return parse_issue(ESSAY.read_text("utf-8"), Path("issues/007.md"))


def private(options: RenderingOptions = OPTIONS) -> RenderingOptions:
    return replace(options, public=False)


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "head"):
            self._hidden += 1
        if tag == "a" and (link := dict(attrs).get("href")):
            self.links.append(link)
        if tag in ("p", "br", "li", "td", "h1", "h2", "h3", "div", "tr", "ul", "ol", "table", "blockquote", "pre"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "head"):
            self._hidden -= 1
        self.parts.append(" " if tag in ("p", "li", "td", "h1", "h2", "h3", "div", "pre") else "")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def visible_text(html: str) -> str:
    """What a reader sees of *html*, in one line."""
    parser = _Visible()
    parser.feed(html)
    parser.close()
    return one_line("".join(parser.parts))


def links_in(html: str) -> list[str]:
    parser = _Visible()
    parser.feed(html)
    return parser.links


def attributes_of(tag: str, html: str) -> list[dict[str, str | None]]:
    """The attributes of every *tag* in *html*."""
    found: list[dict[str, str | None]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
            if name == tag:
                found.append(dict(attrs))

    Parser().feed(html)
    return found


def one_line(text: str) -> str:
    return " ".join(text.split())


def escape_markdown(text: str) -> str:
    """Markdown that says *text* and nothing more."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
