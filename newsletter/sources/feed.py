"""Reads a feed: RSS 0.9x, 1.0 (RDF) and 2.0, Atom, and JSON Feed.

What is wrong with it costs no more than what cannot be found in it: truncated or broken XML, a wrong charset, an entry
without link, id, title or date are read as far as they go. Only what is no feed at all is an error.
"""

from dataclasses import dataclass, replace

from newsletter.sources.context import Context
from newsletter.sources.json_feed import read_json_feed
from newsletter.sources.reading import Reading, Remark
from newsletter.sources.xml_feed import read_xml_feed

SIZE_LIMIT = 5_000_000
"""Bytes of a feed that are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedReading(Reading):
    """What one feed gave.

    :param title: what it calls itself; *home* is the page that it is the feed of.
    :param language: a BCP 47 tag.
    """

    title: str = ""
    home: str = ""
    language: str = ""


def read_feed(data: bytes, context: Context) -> FeedReading:
    """Read the feed in *data*, 5 MB and 10,000 entries of it.

    :raises InputError: for what is no feed, like a web page.
    """
    begin = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    read = read_json_feed if begin == b"{" else read_xml_feed
    head, collected, remarks = read(data[:SIZE_LIMIT], context)
    if len(data) > SIZE_LIMIT:
        remarks = [Remark(line=0, what=f"it is longer than {SIZE_LIMIT:,} bytes; the rest was not read"), *remarks]
    found = f"feed:{context.label}"
    return FeedReading(
        name=context.name,
        title=head.title,
        home=head.home,
        language=head.language,
        collected=tuple(replace(one, article=replace(one.article, found=found)) for one in collected),
        remarks=tuple(remarks),
    )
