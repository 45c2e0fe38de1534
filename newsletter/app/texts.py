"""The texts of articles: what was read of them, else what their feed or an editor says of them."""

from collections.abc import Iterable
from hashlib import sha256

from newsletter.app.newsletter import Newsletter
from newsletter.model.article import Article

KIND = "text"


def keep_texts(newsletter: Newsletter, texts: Iterable[str]) -> list[str]:
    """Keep *texts*, and return the hash that each is found by."""
    encoded = [text.encode() for text in texts]
    keys = [sha256(data).hexdigest() for data in encoded]
    newsletter.derived.put(KIND, dict(zip(keys, encoded, strict=True)))
    return keys


def texts_of(newsletter: Newsletter, articles: Iterable[Article]) -> dict[str, str]:
    """Return the text of each of *articles*, by id: the longest that there is, without the title."""
    articles = list(articles)
    read = newsletter.derived.get_many(KIND, [one.text_sha256 for one in articles if one.text_sha256])
    return {one.id: read[one.text_sha256].decode() if one.text_sha256 in read else own_words(one) for one in articles}


def own_words(article: Article) -> str:
    """Return what the article itself says: its publisher's summary, the why, and the key points."""
    return "\n".join(words for words in (article.summary, article.why, *article.points) if words)
