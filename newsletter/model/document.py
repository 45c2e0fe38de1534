"""A document: what a search finds."""

from dataclasses import dataclass
from enum import StrEnum

TEXT_LIMIT = 60_000
"""Characters of a document's text that are searched."""


class DocumentKind(StrEnum):
    """What a document is of."""

    ARTICLE = "article"
    """An article of the pool."""
    CANDIDATE = "candidate"
    """An article that a source brought, and nobody has decided about."""
    ISSUE = "issue"
    """An issue's subject and the editor's own prose in it."""
    ITEM = "item"
    """An article as an issue tells it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What is searched of one thing.

    :param file: the issue file that it stands in, below the folder; empty for an article of pool or sources.
    :param id: the article's; for an item without one, its place in the issue: "#3".
    :param issue: the number of that issue.
    :param key: of the article's address, see :mod:`newsletter.model.canonical`.
    :param about: source, author, tags, and host of the link.
    :param state: "new", "held" or "dropped" for an article, "picked" or "sent" for an issue and its items.
    :param since: when that was decided, or it was published, ISO 8601.
    :param fingerprint: what it was made from: the same one makes the same document.
    """

    kind: DocumentKind
    id: str
    file: str = ""
    issue: int = 0
    key: str = ""
    link: str = ""
    title: str = ""
    source: str = ""
    about: str = ""
    text: str = ""
    state: str = ""
    reason: str = ""
    since: str = ""
    published: str = ""
    fingerprint: str = ""
