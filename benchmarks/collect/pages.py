"""Adding an address, and reading a page: how fast, and how much of the text is the article's."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, seconds
from newsletter.app import page_reading
from newsletter.app.newsletter import Newsletter
from newsletter.app.sample import make_sample
from newsletter.model.article import Article
from newsletter.sources import page_text
from newsletter.sources.context import Context
from newsletter.sources.page import read_page

TESTS = Path(__file__).parents[2] / "tests"
RUNS = 9


def figures() -> Iterator[Figure]:
    """Yield what adding and reading cost, and the scores of both ways to find a text."""
    yield from _adding()
    yield from _reading()


def _adding() -> Iterator[Figure]:
    """Measure whole processes, in turn with a Python that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NEWSLETTER_HOME": str(Path(folder, "home"))}
        os.environ["NEWSLETTER_HOME"] = environment["NEWSLETTER_HOME"]
        desk = Path(folder, "desk")
        make_sample(desk)

        def run(*words: str) -> None:
            subprocess.run([sys.executable, *words], cwd=desk, env=environment, check=True, stdout=subprocess.DEVNULL)

        def add(number: int) -> None:
            run("-m", "newsletter", "add", "--wait", "0", f"https://example.com/{number}")

        add(0)  # compiles what was not compiled
        nothing, few = [], []
        for number in range(1, RUNS + 1):
            nothing.append(seconds(lambda: run("-c", "pass")))
            few.append(seconds(lambda number=number: add(number)))
        newsletter_pool(desk)
        many = [seconds(lambda number=number: add(1000 + number)) for number in range(RUNS)]
    yield Figure(name="add process", value=statistics.median(few), unit="s", bar=0.6)
    yield Figure(name="add, 10,000 in the pool", value=statistics.median(many), unit="s", bar=0.6)
    yield Figure(name="python -c pass", value=statistics.median(nothing), unit="s")
    yield Figure(name="add / python -c pass", value=statistics.median(few) / statistics.median(nothing), unit="x")


def newsletter_pool(desk: Path) -> None:
    """Put ten thousand articles into the pool of *desk*."""
    from newsletter.app import open_newsletter

    articles = [
        Article(id=_id(n), title=f"Article {n}", link=f"https://site-{n % 97}.example/{n}") for n in range(10_000)
    ]
    open_newsletter(desk).pool().add(articles)


def _id(number: int) -> str:
    return f"{number:05d}".translate(str.maketrans("0123456789", "abcdefghij")) + "aaaaaaaa"


def _reading() -> Iterator[Figure]:
    sys.path.insert(0, str(TESTS))
    from page_samples import f1, samples

    pages = list(samples())

    def score() -> float:
        return statistics.mean(f1(read_page(one.data, one.context).text, one.text) for one in pages)

    yield Figure(name="text F1, trafilatura", value=score(), unit="", bar=0.95, least=True)
    times = [seconds(lambda one=one: read_page(one.data, one.context)) for one in pages for _ in range(3)]
    yield Figure(name="page, trafilatura", value=statistics.median(times) * 1000, unit="ms")
    library, page_text._trafilatura = page_text._trafilatura, lambda: None  # type: ignore[assignment]
    yield Figure(name="text F1, own", value=score(), unit="", bar=0.95, least=True)
    times = [seconds(lambda one=one: read_page(one.data, one.context)) for one in pages for _ in range(3)]
    yield Figure(name="page, own", value=statistics.median(times) * 1000, unit="ms")
    page_text._trafilatura = library
    raw = statistics.mean(f1(_all_text(one.data, one.context), one.text) for one in pages)
    yield Figure(name="text F1, the whole page", value=raw, unit="")
    yield from _again(pages[0].data, pages[0].context)


def _all_text(data: bytes, context: Context) -> str:
    from newsletter.sources.page_tree import page_tree

    return str(page_tree(data, context)[0].text_content())


def _again(data: bytes, context: Context) -> Iterator[Figure]:
    """Measure reading bytes that were read before: no extraction is done."""
    from newsletter.app import open_newsletter

    with tempfile.TemporaryDirectory() as folder:
        os.environ["NEWSLETTER_HOME"] = str(Path(folder, "home"))
        make_sample(Path(folder, "desk"))
        newsletter: Newsletter = open_newsletter(Path(folder, "desk"))
        page_reading.read_file(newsletter, data, context)
        again = [seconds(lambda: page_reading.read_file(newsletter, data, context)) for _ in range(30)]
        newsletter.close()
    yield Figure(name="page, read before", value=statistics.median(again) * 1000, unit="ms")
