"""What reading costs: feeds usual, large and hostile beside feedparser's own defaults, bookmarks, past issues."""

import io
import os
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figure import Figure

RUNS = 5
HEAD = '<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title>'
ITEM = (
    "<item><title>Part {0} of R &amp;amp; D</title><link>https://example.com/{0}</link><guid>{0}</guid>"
    "<pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate><description>&lt;p&gt;{1}&lt;/p&gt;</description></item>"
)
WORDS = "Some &lt;b&gt;words&lt;/b&gt; of an article, and a few more of them. "
HOSTILE = {
    "links": "<item>" + "<link>https://example.com/</link>" * 200_000,
    "tags": "<a>" * 1_600_000,
    "ampersands": "<item><title>" + "&" * 4_900_000,
    "xhtml": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">' + "<p>a</p>" * 600_000,
}


def seconds(action: Callable[[], object]) -> float:
    """Return how long the processor is busy with *action*: others may have the machine, too."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


def figures() -> Iterator[Figure]:
    """Read each several times, and give the median; what is hostile is read once."""
    yield from _feeds()
    yield from _bookmarks()
    yield from _past_issues()


def _feeds() -> Iterator[Figure]:
    import feedparser

    from newsletter.sources.context import Context
    from newsletter.sources.feed import read_feed

    context = Context(name="feed", address="https://example.com/feed", now=datetime(2026, 11, 27, tzinfo=UTC))
    usual = (HEAD + "".join(ITEM.format(n, WORDS * 60) for n in range(30)) + "</channel></rss>").encode()
    broken = usual.replace(b"R &amp;amp; D", b"R & D &nbsp;")
    for name, data in (("usual", usual), ("broken", broken)):
        ours = statistics.median(seconds(lambda data=data: read_feed(data, context)) for _ in range(RUNS))
        theirs = statistics.median(seconds(lambda data=data: feedparser.parse(io.BytesIO(data))) for _ in range(RUNS))
        yield Figure(name=f"feed {name}", value=ours * 1000, unit="ms")
        yield Figure(name=f"feed {name}/feedparser", value=ours / theirs, unit="x", bar=1.0)
    large = (HEAD + "".join(ITEM.format(n, WORDS * 5) for n in range(10_000)) + "</channel></rss>").encode()
    found: list[int] = []
    took = seconds(lambda: found.append(len(read_feed(large, context).collected)))
    yield Figure(name=f"feed of {found[0]:,}", value=took, unit="s", bar=10)
    for name, text in HOSTILE.items():
        data = (text if text.startswith("<feed") else HEAD + text).encode()
        yield Figure(
            name=f"hostile {name}", value=seconds(lambda data=data: read_feed(data, context)), unit="s", bar=15
        )


def _bookmarks() -> Iterator[Figure]:
    from newsletter.sources.reader import read_source

    mark = '<DT><A HREF="https://example.com/{0}" ADD_DATE="1762160400" TAGS="a,b">Title {0}</A>\n<DD>A note\n'
    text = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n" + "".join(mark.format(n) for n in range(10_000)) + "</DL>"
    took = statistics.median(seconds(lambda: read_source(text.encode(), "bookmarks.html")) for _ in range(3))
    yield Figure(name="10,000 bookmarks", value=took, unit="s", bar=3)


def _past_issues() -> Iterator[Figure]:
    count = 100
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NEWSLETTER_HOME"] = str(Path(folder, "home"))
        from newsletter.app import open_newsletter
        from newsletter.app.importing import Wanted, import_past
        from newsletter.app.scaffold import make_newsletter

        desk, export = Path(folder, "desk"), Path(folder, "export.zip")
        make_newsletter(desk, name="News", author="News <news@example.com>")
        rows = ["post_id,post_date,is_published,type,title"]
        body = "".join(
            f'<h2>Piece {n}</h2><p>{"Some words. " * 40}<a href="https://example.com/{n}">link</a></p>'
            for n in range(8)
        )
        with zipfile.ZipFile(export, "w") as archive:
            for number in range(count):
                rows.append(
                    f"{number}.p,2024-01-01T10:{number // 60:02}:{number % 60:02}Z,true,newsletter,Post {number}"
                )
                archive.writestr(f"posts/{number}.p.html", body)
            archive.writestr("posts.csv", "\n".join(rows) + "\n")
        newsletter = open_newsletter(desk)
        took = seconds(lambda: import_past(newsletter, export, Wanted()))
        newsletter.close()
    yield Figure(name="past issue taken in", value=took / count * 1000, unit="ms", bar=300)
