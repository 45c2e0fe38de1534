"""Made-up pools of any size: the same seed gives the same bytes."""

import json
import random
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from newsletter.model.article import Article
from newsletter.model.canonical import article_id

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = """data platform search index queue cluster cost latency memory cache stream batch model feature team schema
migration release rollout incident debugging kernel network storage disk query planner compiler language runtime thread
lock scheduler container kubernetes spark kafka postgres sqlite browser render layout network proxy gateway token key
secret audit policy budget quota metric trace log alert dashboard pager review test fuzz property mutation coverage
build bazel cargo python rust java kotlin swift design colour type grid reader editor newsletter mail archive""".split()  # noqa: SIM905
PLACES = 120
"""Sources; a few publish most."""


def article(chance: random.Random, number: int, *, sketches: bool = True) -> Article:
    """Return made-up article *number*, with all that a page that was read gives: about 1.4 KB, 4 KB with a sketch."""
    place = int(PLACES * chance.random() ** 2)
    title = " ".join(chance.choices(WORDS, k=8)).capitalize()
    link = f"https://blog{place}.example.com/{number}/{'-'.join(title.lower().split())}"
    said = [" ".join(chance.choices(WORDS, k=20)).capitalize() + "." for _ in range(4)]
    day = BEGIN + timedelta(minutes=10 * number)
    return Article(
        id=article_id(link, title, ()),
        title=title,
        link=link,
        source=f"Blog {place}",
        minutes=chance.randint(2, 30),
        published=f"{day:%Y-%m-%d}",
        author=f"{chance.choice(WORDS).capitalize()} {chance.choice(WORDS).capitalize()}",
        language="en",
        image=f"{link}/cover.png",
        canonical=link,
        summary=" ".join(said[:2]),
        feed=f"https://blog{place}.example.com/feed.xml",
        guid=f"tag:blog{place}.example.com,{number}",
        tags=tuple(chance.sample(WORDS, 3)),
        text_sha256=sha256(link.encode()).hexdigest(),
        words=chance.randint(200, 5000),
        sketch=b64encode(chance.randbytes(1920)).decode() if sketches else "",
        origins=("title:og", "author:json-ld", "canonical:html"),
        found=f"feed:blog{place}",
    )


def make_pool(folder: Path, count: int, *, seed: int = 6, writers: int = 3, sketches: bool = True) -> int:
    """Write a pool of *count* articles into *folder*: of ten, six were dropped and one is held; return its bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    chance, size = random.Random(seed), 0
    files = [(folder / f"writer-{number}.jsonl").open("wb") for number in range(writers)]
    try:
        for number in range(count):
            one = article(chance, number, sketches=sketches)
            at = BEGIN + timedelta(minutes=10 * number)
            events = [{"at": _iso(at), "event": "added", "id": one.id, "article": one.facts()}]
            if (sort := chance.random()) < 0.7:
                event = "dropped" if sort < 0.6 else "held"
                reason = chance.choice(["too old", "known", "an ad", "off topic"])
                events.append({"at": _iso(at + timedelta(hours=8)), "event": event, "id": one.id, "reason": reason})
            for event in events:
                line = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                size += chance.choice(files).write(line)
    finally:
        for file in files:
            file.close()
    return size


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
