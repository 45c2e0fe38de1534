"""Which texts a model may read, and how much of them."""

from newsletter.composer.draft_answer import one_line
from newsletter.composer.draft_prompt import FEWEST_READ
from newsletter.model.article import Article
from newsletter.model.word_count import count_words

LONGEST_WORD = 40
"""Characters of a word, of a line that is cut: scripts without blanks have lines of one word."""


def refusal(article: Article, text: str, most_words: int, *, cut: bool) -> str:
    """Return why no model is to read *text*, which is known of *article*; empty if one may.

    :param cut: texts that end before the article does are read all the same.
    """
    words = count_words(text)
    if not text.strip():
        return "nothing is known of what it says; newsletter add LINK reads it"
    if words < FEWEST_READ:
        return f"{words} words are known of it, and of fewer than {FEWEST_READ} a model makes up the rest"
    if article.truncated and not cut:
        return "what was read of it ends before the article does; --truncated drafts all the same, and says so"
    if words > most_words and not cut:
        return f"it has {words:,} words, and {most_words:,} are read; raise most_words, or --truncated drafts of those"
    return ""


def readable(text: str, most_words: int) -> tuple[str, bool]:
    """Return as much of *text* as is read, without characters that nobody sees, and whether it was cut."""
    lines = "\n".join(line for raw in text.splitlines() if (line := one_line(raw)))
    if count_words(lines) <= most_words:
        return lines, False
    kept, words = [], 0
    for line in lines.split("\n"):
        words += count_words(line)
        if words > most_words:
            break
        kept.append(line)
    first = " ".join(lines.split()[:most_words])  # all in one line
    return "\n".join(kept) or first[: most_words * LONGEST_WORD], True
