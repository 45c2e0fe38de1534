"""Says in which section of an issue an article belongs: its own, its feed's, or that of the picks most like it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice

from newsletter.app.clustering import wordings_of
from newsletter.app.newsletter import Newsletter
from newsletter.app.waiting import Gathered
from newsletter.composer.issues import read_text
from newsletter.composer.sections import Sections, filed_in
from newsletter.composer.tfidf import Wording
from newsletter.model.article import Article

ISSUES = 20
"""So many of the last issues say what stands where."""


def filing_of(newsletter: Newsletter, gathered: Gathered, articles: Sequence[Article]) -> Callable[[Article], str]:
    """Return what names the section of each of *articles*; empty where nobody can tell."""
    feeds = {address: feed.section for address, feed in gathered.feeds.items() if feed.section}
    known = {article.id: section for article in articles if (section := article.section or feeds.get(article.feed, ""))}
    unknown = [article for article in articles if article.id not in known]
    if unknown:
        sections = _sections(newsletter, gathered)
        known |= {id: sections.of(wording) for id, wording in wordings_of(newsletter, unknown).items()}
    return lambda article: known.get(article.id, "")


def _sections(newsletter: Newsletter, gathered: Gathered) -> Sections:
    paths = islice(reversed(newsletter.issues.paths().values()), ISSUES)
    filed = {id: section for path in paths for id, section in filed_in(read_text(path, errors="replace"))}
    entries = gathered.pool.entries
    picked = [entries[id].article for id in filed if id in entries]
    stood: defaultdict[str, list[Wording]] = defaultdict(list)
    for id, wording in wordings_of(newsletter, picked).items():
        stood[filed[id]].append(wording)
    return Sections(stood)
