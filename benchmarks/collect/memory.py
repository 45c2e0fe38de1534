"""How right the memory is, and what it costs: addresses and texts of this project's own labelled sets.

Addresses: pairs that are one page, or two; a false merge loses an article, a missed one repeats it. Beside ours stand
what courlan does (trafilatura's library for links, which is there anyway) and a plain comparison of spellings.

Texts: essays that were cut, edited, shuffled or got boilerplate, and pairs that only look alike. Beside ours stand the
methods that the choice was made among: simhash of 64 bits, MinHash's resemblance (here exact), the same title.

Cost: 500 sent issues of ten articles, each with the sketch of a text of 1,000 words, and 10,000 candidates that are
asked; processor time, best of three, because a machine that does something else beside it is no slower memory.
"""

import csv
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure
from newsletter.composer.boilerplate import Boilerplate, SiteTexts
from newsletter.composer.issues import IssueFolder
from newsletter.composer.memory import Memory
from newsletter.composer.past import Past
from newsletter.composer.receipt import Receipt, receipt_path, write_receipts
from newsletter.composer.sent_texts import SentText, SentTexts
from newsletter.composer.sketch import RUN, sketch_of, words_of
from newsletter.model.article import Article
from newsletter.model.canonical import link_key

TESTS = Path(__file__).parents[2] / "tests"
ISSUES, ARTICLES, CANDIDATES = 500, 10, 10_000
ROUNDS = 3


def figures() -> Iterator[Figure]:
    """Yield all of them."""
    yield from _addresses()
    yield from _texts()
    yield from _costs()


def _addresses() -> Iterator[Figure]:
    from courlan import clean_url, normalize_url

    rows = csv.reader((TESTS / "data/canonical_pairs.tsv").read_text(encoding="utf-8").splitlines()[1:], delimiter="\t")
    pairs = [(a, b, verdict == "same") for verdict, a, b, _ in rows]
    yield Figure(name="addresses", value=len(pairs), unit="")
    yield from _counted("addresses", pairs, lambda a, b: link_key(a) == link_key(b), bars=True)
    others: dict[str, Callable[[str], object]] = {
        "spelling": lambda link: link.casefold().rstrip("/"),
        "courlan": lambda link: clean_url(link),
        "courlan strict": lambda link: normalize_url(link, strict=True),
    }
    for name, key in others.items():
        yield from _counted(f"  {name}", pairs, lambda a, b, key=key: key(a) == key(b))  # type: ignore[misc]


def _texts() -> Iterator[Figure]:
    sys.path.insert(0, str(TESTS))
    from duplicate_samples import pairs, texts

    sites = SiteTexts()
    for text in texts():
        sites.add(text.feed, sketch_of(text.text))
    boilerplate, none = Boilerplate(sites.of), Boilerplate(lambda site: ())
    labelled = [((one.a, one.b), one.same) for one in pairs()]
    yield Figure(name="texts", value=len(labelled), unit="")

    def same_by(stripped: Boilerplate) -> Callable[..., bool]:
        def same(a, b):  # type: ignore[no-untyped-def]
            sent = SentTexts([SentText(number=1, site=a.feed, sketch=sketch_of(a.text))], stripped)
            return bool(sent.likest(sketch_of(b.text), b.feed)[0])

        return same

    flat = [(a, b, same) for (a, b), same in labelled]
    yield from _counted("texts", flat, same_by(boilerplate), bars=True)
    yield from _counted("  boilerplate left in", flat, same_by(none))
    yield from _counted("  simhash, 3 bits", flat, lambda a, b: _apart(a.text, b.text) <= 3)
    yield from _counted("  simhash, 10 bits", flat, lambda a, b: _apart(a.text, b.text) <= 10)
    yield from _counted("  resemblance .5", flat, lambda a, b: _resemblance(a.text, b.text) >= 0.5)
    by_hand = [(one.a, one.b, one.same) for one in pairs() if one.kind == "by hand"]
    yield Figure(name="texts by hand", value=len(by_hand), unit="")
    yield from _counted("texts by hand", by_hand, same_by(boilerplate))
    yield from _counted("  same title", by_hand, lambda a, b: a.title == b.title)


def _counted(name: str, pairs: Sequence[tuple], same: Callable[..., bool], *, bars: bool = False) -> Iterator[Figure]:
    """Yield how many pairs are right, how many are missed, and how many are merged falsely."""
    judged = [(truth, same(a, b)) for a, b, truth in pairs]
    missed = sum(truth and not said for truth, said in judged)
    false = sum(said and not truth for truth, said in judged)
    right = len(judged) - missed - false
    yield Figure(name=f"{name}: right", value=right / len(judged) * 100, unit="%", bar=90 if bars else None, least=True)
    yield Figure(name=f"{name}: missed", value=missed, unit="")
    yield Figure(name=f"{name}: false", value=false, unit="", bar=0 if bars else None)


def _runs(text: str) -> set[str]:
    words = words_of(text)
    return {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def _resemblance(a: str, b: str) -> float:
    ours, theirs = _runs(a), _runs(b)
    return len(ours & theirs) / (len(ours | theirs) or 1)


def _apart(a: str, b: str) -> int:
    return (_simhash(a) ^ _simhash(b)).bit_count()


def _simhash(text: str) -> int:
    """Charikar 2002, over the same runs of words."""
    votes = [0] * 64
    for run in _runs(text):
        bits = int.from_bytes(blake2b(run.encode(), digest_size=8).digest())
        for at in range(64):
            votes[at] += 1 if bits >> at & 1 else -1
    return sum(1 << at for at, vote in enumerate(votes) if vote > 0)


def _costs() -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        known = _write_issues(Path(folder))
        candidates = [_article(f"c{number}", ISSUES * ARTICLES + number) for number in range(CANDIDATES)]
        sites = SiteTexts()
        for article in (*known.values(), *candidates):
            sites.add(article.feed, article.sketch)

        def build() -> Memory:
            memory = Memory(
                Past(IssueFolder(Path(folder)), "weekly", known.get),
                known.get,
                lambda told: [known[one.id].sketch for one in told],
                Boilerplate(sites.of),
            )
            memory.ran_in(candidates[0])
            return memory

        def ask(memory: Memory) -> int:
            return sum(bool(memory.repeats_of(one, one.sketch, frozenset((one.id,)))) for one in candidates)

        memories: list[Memory] = []
        built = min(_processor(lambda: (link_key.cache_clear(), memories.append(build()))) for _ in range(ROUNDS))
        asked = min(_processor(lambda: ask(memories.pop())) for _ in range(ROUNDS))
    yield Figure(name="machine: sum(range(1e6))", value=_processor(lambda: sum(range(10**6))) * 1000, unit="ms")
    yield Figure(name="memory: 500 issues", value=built * 1000, unit="ms", bar=300)
    yield Figure(name="memory: 10,000 asked", value=asked * 1000, unit="ms", bar=1000)


def _processor(action: Callable[[], object]) -> float:
    begun = time.process_time()
    action()
    return time.process_time() - begun


def _write_issues(folder: Path) -> dict[str, Article]:
    known = {}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(1, ISSUES + 1):
        articles = [_article(f"i{number:04d}n{at}", number * ARTICLES + at, words=1000) for at in range(ARTICLES)]
        known |= {article.id: article for article in articles}
        blocks = [
            f"### [{one.title}]({one.link}) {{#{one.id}}}\nA source · 4 min\n\n**Why it matters:** it does.\n"
            for one in articles
        ]
        head = f'+++\nnumber = {number}\ndate = 2026-01-01\nlist = "weekly"\n+++\n'
        path = folder / f"{number:03d}.md"
        path.write_text("\n".join([head, *blocks]), encoding="utf-8")
        receipt = Receipt(
            ledger="l" * 32, host="h", list="weekly", started=moment, finished=moment, counts={"accepted": 9}
        )
        write_receipts(receipt_path(path, f"{number:03d}"), [receipt])
    return known


_COMMON = [f"w{number}" for number in range(20_000)]
_WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(20_000)))
"""Zipf's law, as texts have it: few words are most of what is said."""


def _article(id: str, seed: int, words: int = 0) -> Article:
    """Return an article of one of 200 feeds: one candidate in twenty has a text that ran, one in thirty is a part."""
    chance = random.Random(seed)
    text = _said(chance, words)
    if not words and seed % 20 == 0:
        text = _said(random.Random(seed % (ISSUES * ARTICLES) + ARTICLES), 1000)[100:160]
    title = f"What we learned about {seed}" + (f" (Part {seed // 30 % 3 + 1})" if seed % 30 == 0 else "")
    feed = f"https://blog{seed % 200}.example.com/"
    sketch = sketch_of(" ".join(text))
    return Article(
        id=id, title=title, link=f"{feed}2026/{seed}?utm_source=feed", feed=f"{feed}feed", guid=id, sketch=sketch
    )


def _said(chance: random.Random, words: int) -> list[str]:
    return chance.choices(_COMMON, cum_weights=_WEIGHTS, k=words or chance.choice((40, 40, 40, 700)))
