"""A draft: words for an article that no person has written yet, and what speaks for and against them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from newsletter.model.issue import PickedArticle, Provenance

EXCERPT = "excerpt"
"""Who drafted sentences of the article itself."""
MODEL = "llm:"
"""What the name of a model has before it."""
UNSUPPORTED = "(unsupported) "
"""What a sentence begins with in an issue file that the article's text does not bear out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One sentence of a draft, plain text.

    :param quote: what the article says of it, word for word; empty behind why it matters, which needs none.
    :param fault: why the article does not bear it out; empty if it does.
    """

    text: str
    quote: str = ""
    fault: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What is offered for one article.

    :param drafted_by: "excerpt", or "llm:" and the name of the model.
    :param why: why it matters; None in a draft that does not say.
    :param confident: whether the model says that it is.
    """

    drafted_by: str
    why: Claim | None = None
    points: tuple[Claim, ...] = ()
    confident: bool = True

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All of its sentences."""
        return (*((self.why,) if self.why else ()), *self.points)


def words_sha256(why: str, points: Sequence[str]) -> str:
    """Return the hash of an article's own Markdown: runs of white space count as one space."""
    lines = [" ".join(words.split()) for words in (why, *points)]
    return sha256("\n".join(lines).encode()).hexdigest()


def picked_sha256(article: PickedArticle) -> str:
    """Return the hash of what an issue says of *article*, as :attr:`Provenance.draft_sha256` has it."""
    return words_sha256(article.why.markdown if article.why else "", [point.markdown for point in article.points])


def is_draft(known: Provenance | None) -> bool:
    """Whether a machine drafted it, whatever a person did since."""
    return bool(known) and known.drafted_by.startswith((MODEL, EXCERPT))  # type: ignore[union-attr]


def is_edited(article: PickedArticle, known: Provenance) -> bool:
    """Whether the words of a draft are others today."""
    return bool(known.draft_sha256) and picked_sha256(article) != known.draft_sha256


def waits_for_review(article: PickedArticle, known: Provenance | None) -> bool:
    """Whether a machine drafted its words, and no person has read or changed them."""
    return is_draft(known) and known is not None and not known.reviewed_by and not is_edited(article, known)


def told_by(article: PickedArticle, known: Provenance) -> str:
    """Return whose words they are, as it is told: "llm:some-model", or "llm:some-model+edited"."""
    return f"{known.drafted_by}+edited" if is_draft(known) and is_edited(article, known) else known.drafted_by
