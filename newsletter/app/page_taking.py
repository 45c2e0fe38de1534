"""Takes what was read of a page into the pool: its facts where nobody knew better, its text beside it."""

from dataclasses import dataclass, replace

from newsletter.app.newsletter import Newsletter
from newsletter.app.noting import note
from newsletter.app.page_asking import Asked
from newsletter.app.texts import keep_texts
from newsletter.composer.fitting import fitted
from newsletter.composer.pool import Decision, Entry, Pool
from newsletter.composer.shortlist import Repeat
from newsletter.composer.sketch import sketch_of
from newsletter.model.article import Article
from newsletter.model.canonical import article_without_logins, link_key, without_login
from newsletter.model.page_state import PageState
from newsletter.sources.page import PageReading
from newsletter.sources.same_site import is_same_site

TEXT = ("text_sha256", "words", "sketch", "truncated")
"""What an article says of its text: all of it is of one text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of a page.

    :param entry: its article as the pool has it now.
    :param state: how the page stands; its *words* say why it was not read.
    :param remarks: what was not believed of it, and where it led.
    :param same_as: the article that the pool has of the same page, for which this one was dropped.
    :param repeats: what of it readers had before.
    """

    entry: Entry
    state: PageState
    remarks: tuple[str, ...] = ()
    same_as: Entry | None = None
    repeats: tuple[Repeat, ...] = ()


def take(newsletter: Newsletter, pool: Pool, asked: Asked) -> Taken:
    """Complete the article of a page with what was read of it, if anything was."""
    state, reading = asked.state, asked.reading
    if reading is None:
        return Taken(entry=pool.entries[state.id], state=state)
    remarks = list(reading.remarks)
    article = article_without_logins(with_text(newsletter, reading))
    link, canonical, remark = _places(state.link, without_login(asked.address), article)
    remarks += [remark] if remark else []
    entry, same_as = complete(pool, replace(article, id=state.id, link=link, canonical=canonical))
    return Taken(entry=entry, state=state, remarks=tuple(remarks), same_as=same_as)


def with_text(newsletter: Newsletter, reading: PageReading) -> Article:
    """Return the article of *reading* with the hash that its text is kept by, and its sketch."""
    if not reading.text:
        return reading.article
    (key,) = keep_texts(newsletter, [reading.text])
    return replace(reading.article, text_sha256=key, sketch=sketch_of(reading.text))


def _places(asked: str, final: str, article: Article) -> tuple[str, str, str]:
    """Return the link that is printed, the canonical address, and what a person should know of them.

    Who follows a short or counted link is at another site in the end, and that address is printed. A redirect within
    a site is the site's own matter: the link stays as it was given, and where it leads is noted.
    """
    canonical = article.canonical
    if link_key(final) == link_key(asked):
        return asked, canonical, ""
    if _is_front(final) and not _is_front(asked):
        return asked, "", f"it leads to the front page of {final}: is the article gone?"
    if is_same_site(asked, final):
        return asked, canonical or final, ""
    return final, canonical, f"it leads to {final}"


def _is_front(address: str) -> bool:
    return not link_key(address).partition("/")[2]


def complete(pool: Pool, article: Article) -> tuple[Entry, Entry | None]:
    """Complete an article of the pool; return it, and the older one of the same page if the pool has one.

    Then this one is dropped, and what an editor noted of it goes over to the other.
    """
    entry = pool.entries[article.id]
    if article.link != entry.article.link:
        pool.edit(article.id, {"link": article.link})
    pool.add([fitted(replace(article, found=entry.article.found))])
    if entry.article.text_sha256 and article.words > entry.article.words:  # its feed gave the beginning, or a summary
        pool.edit(article.id, {name: getattr(article, name) for name in TEXT})
    entry = pool.entries[article.id]
    same = pool.same_as(entry.article)
    if same is None:
        return entry, None
    note(pool, same, note=entry.article.note, tags=entry.article.tags)
    if entry.decision is not Decision.DROPPED:
        pool.decide(article.id, Decision.DROPPED, f"the same page as {same.article.id}")
    return pool.entries[article.id], pool.entries[same.article.id]
