"""Measures what the project promises; one line a figure: name, value, unit, bar, ok or short.

``make bench`` runs it; the figures are also written as JSON. A value is a ratio to a reference of the same run where
machines differ, else the median of many.
"""

import argparse
import compileall
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.model.issue import Issue

from benchmarks.figure import Figure, median, sample, seconds
from benchmarks.previewing import previewing

ROUNDS = 20
"""Whole processes of each kind."""


def start() -> Iterator[Figure]:
    """``newsletter --help`` beside ``import click``: whole processes, by turns, so that both meet the same machine.

    Both are compiled, as pip leaves what it installs.
    """
    compileall.compile_dir(Path(__file__).parents[1] / "newsletter", quiet=1)
    scripts = Path(sys.executable).parent
    reference = [sys.executable, "-c", "import click"]
    ours = [str(scripts / "newsletter"), "--help"]

    def run(command: list[str]) -> None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    run(reference)
    run(ours)
    pairs = [(seconds(lambda: run(reference)), seconds(lambda: run(ours))) for _ in range(ROUNDS)]
    base, own = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield Figure(name="import-click", value=base * 1000, unit="ms")
    yield Figure(name="help", value=own * 1000, unit="ms")
    yield Figure(name="help/import-click", value=own / base, unit="x", bar=2)


def building() -> Iterator[Figure]:
    """The eight-article issue, read, rendered and written as .html, .txt, .eml and .mjml in a running process."""
    from newsletter.app import open_newsletter
    from newsletter.app.building import build

    with sample() as folder:
        newsletter = open_newsletter(folder)
        path = newsletter.issues.find("1")
        issue = newsletter.issues.read(path)
        assert len(issue.articles) == 8
        build(newsletter, path)
        yield median("machine: sum(range(1e6))", lambda: sum(range(10**6)))
        yield median("build", lambda: build(newsletter, path), bar=10)
        yield median("build: read", lambda: newsletter.issues.read(path))
        yield median("build: render", lambda: newsletter.render(issue))


def checking() -> Iterator[Figure]:
    """All rules that need no network on an issue of twenty articles, in a running process: read, rendered, checked."""
    from newsletter.app import open_newsletter
    from newsletter.app.checking import check_file
    from newsletter.checks.rule import RULES

    with sample() as folder:
        newsletter = open_newsletter(folder)
        path = newsletter.issues.find("1")
        path.write_text(retold(path.read_text(encoding="utf-8"), 20), encoding="utf-8")
        issue = newsletter.issues.read(path)
        assert len(issue.articles) == 20
        check_file(newsletter, path)
        yield Figure(name="check: rules", value=len(RULES), unit="")
        yield Figure(name="check: HTML", value=len(newsletter.render(issue).html.encode()), unit="B")
        yield median("check", lambda: check_file(newsletter, path), bar=60)
        yield median("clients", client_check(newsletter, issue), bar=10)
        yield median("check: render", lambda: newsletter.render(issue))
        yield median("check: trace", lambda: newsletter.renderer.trace(issue))


def client_check(newsletter: "Newsletter", issue: "Issue") -> Callable[[], object]:
    """Return both rules on mail clients for a mail that they have not seen: nothing is kept from the run before."""
    from newsletter.checks.client_rules import client_fallback, client_support
    from newsletter.checks.clients import css_matchers
    from newsletter.checks.document import Document
    from newsletter.checks.rule import Subject
    from newsletter.model.traced import Place

    traced = newsletter.renderer.trace(issue)
    place = Place(path=newsletter.renderer.file, line=1)
    root = Document(traced, fallback=place).root

    def check() -> None:
        for one in (css_matchers.of_declaration, css_matchers.of_at_rule, css_matchers.of_selector):
            one.cache_clear()
        document = Document(traced, fallback=place)
        document.__dict__["root"] = root  # the other rules have parsed it already
        subject = Subject(issue=issue, rendered=None, document=document, clients=newsletter.settings.clients)
        assert not list(client_support(subject))
        assert list(client_fallback(subject))

    return check


def sizes() -> Iterator[Figure]:
    """The HTML of thirty articles, with all their points, in each theme; compact stays below Gmail's clip."""
    from dataclasses import replace

    from newsletter.app import open_newsletter
    from newsletter.checks.weight import GMAIL_CLIP
    from newsletter.rendering.renderer import Renderer
    from newsletter.rendering.themes import builtin_templates, theme_names

    with sample() as folder:
        newsletter = open_newsletter(folder)
        path = newsletter.issues.find("1")
        path.write_text(retold(path.read_text(encoding="utf-8"), 30), encoding="utf-8")
        issue, templates = newsletter.issues.read(path), (builtin_templates(),)
        for theme in theme_names(templates):
            renderer = Renderer(replace(newsletter.settings.rendering, theme=theme), templates)
            size = len(renderer.render(issue).html.encode())
            yield Figure(
                name=f"30 articles: {theme}", value=size, unit="B", bar=GMAIL_CLIP if theme == "compact" else None
            )


def retold(text: str, count: int) -> str:
    """Return the sample issue with its articles told again under other ids and links, until there are *count*."""
    at = text.index("\n### ")
    blocks = re.split(r"(?m)^(?=### )", text[at + 1 :])
    whole = [block.partition("\n## ")[0].rstrip() + "\n\n" for block in blocks if block.strip()]
    told = []
    for number in range(count):
        block = whole[number % len(whole)]
        block = re.sub(
            r"^### \[?([^\]{]*?)\]?(?:\([^)]*\))? \{#\w+\}", rf"### [\1](https://example.com/{number})", block
        )
        told.append(block)
    head = re.sub(r"(?m)^\[articles\.[^\]]*\]\n(?:\w.*\n)*\n?", "", text[: at + 1])
    return head + "".join(told)


def main() -> int:
    """Measure, print and write; 1 when a figure is short of its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    figures = []
    for measure in (start, building, checking, sizes, previewing):
        for figure in measure():
            figures.append(figure)
            print(figure, flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
    return int(any(figure.bar is not None and figure.value > figure.bar for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
