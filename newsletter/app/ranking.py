"""Orders all stories that wait by what speaks for them, and makes suggestions of those that are asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.app.clustering import find_stories, follow_ups
from newsletter.app.filing import filing_of
from newsletter.app.newsletter import Newsletter
from newsletter.app.remembering import sketches_of
from newsletter.app.waiting import Gathered, articles_of, gather
from newsletter.composer.scoring import score
from newsletter.composer.shortlist import Repeat, RepeatKind, Score, Suggestion, Tie
from newsletter.composer.stories import Story
from newsletter.model.article import Article
from newsletter.model.progress import Progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A story that waits.

    :param id: of its best article.
    :param also: ids of the others.
    :param story: ids of all its articles, those of the last and the next issues too.
    :param noted: an editor wants to see it again.
    """

    id: str
    also: tuple[str, ...]
    story: frozenset[str]
    ties: tuple[Tie, ...]
    score: Score
    noted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """All stories that wait, best first."""

    stories: tuple[Ranked, ...]
    gathered: Gathered


def rank(
    newsletter: Newsletter, list_name: str = "", now: datetime | None = None, advance: Progress | None = None
) -> Ranking:
    """Return all that waits in stories, best first; of what scores the same, what came first.

    :param list_name: the list whose issues are remembered; empty is the first one.
    :param now: the time by which things are new; None is the clock's.
    :param advance: hears how far it is where it takes long.
    """
    gathered = gather(newsletter, list_name or next(iter(newsletter.settings.lists), ""))
    moment = (now or datetime.now(UTC)).timestamp()

    def find(ids: Sequence[str]) -> list[Article]:
        return articles_of(newsletter, gathered.pool, ids)

    waiting, place = gathered.waiting, {address: at for at, address in enumerate(gathered.feeds)}
    told = [*(one.told for one in waiting.values()), *gathered.recent]
    ranked = []
    for story in find_stories(newsletter, told, find, advance):
        if ids := [id for id in story.ids if id in waiting]:
            best, *also = sorted(ids, key=_face(gathered, place, story)) if len(ids) > 1 else ids
            ranked.append(
                Ranked(
                    id=best,
                    also=tuple(also),
                    story=frozenset(story.ids),
                    ties=story.ties,
                    score=_score(newsletter, gathered, best, ids, moment),
                    noted=any(waiting[id].noted for id in ids),
                )
            )
    ranked.sort(key=lambda one: (-round(one.score.total, 2), waiting[one.id].told.at, one.id))
    return Ranking(stories=tuple(ranked), gathered=gathered)


def _face(gathered: Gathered, place: Mapping[str, int], story: Story) -> Callable[[str], tuple[object, ...]]:
    """Return the order in which articles of one *story* may stand for it.

    What an editor chose by hand; what is alike to more than one other; the feed that is picked most; the first of
    feeds.toml; the earliest; the longest.

    :param place: of each feed in feeds.toml.
    """

    def order(id: str) -> tuple[object, ...]:
        one = gathered.waiting[id]
        rate = -round(gathered.rates.rate(one.origin), 2)
        return not one.noted, id in story.edges, rate, place.get(one.origin, len(place)), one.told.at, -one.words, id

    return order


def _score(newsletter: Newsletter, gathered: Gathered, best: str, ids: Sequence[str], now: float) -> Score:
    waiting, face = gathered.waiting, gathered.waiting[best]
    return score(
        feed=gathered.rates.term(face.origin),
        outlets=len({waiting[id].source.casefold() for id in ids}),
        age=timedelta(seconds=now - face.told.at),
        half_life=newsletter.settings.picking.half_life,
        noted=any(waiting[id].noted for id in ids),
    )


def suggestions_of(newsletter: Newsletter, ranking: Ranking, stories: Sequence[Ranked]) -> list[Suggestion]:
    """Return *stories* of the *ranking* as suggestions, each with its articles and its section."""
    gathered = ranking.gathered
    ids = [id for story in stories for id in (story.id, *story.also)]
    articles = {article.id: article for article in articles_of(newsletter, gathered.pool, ids)}
    there = [story for story in stories if story.id in articles]
    shown = [articles[story.id] for story in there]
    section_of = filing_of(newsletter, gathered, shown)
    sketches = sketches_of(newsletter, shown)
    followed = follow_ups(newsletter, shown, articles_of(newsletter, gathered.pool, list(gathered.memory.recent())))
    return [
        Suggestion(
            choice=gathered.choice(articles[story.id]),
            also=tuple(gathered.choice(articles[id]) for id in story.also if id in articles),
            score=story.score,
            section=section_of(articles[story.id]),
            repeats=(
                *gathered.memory.repeats_of(
                    articles[story.id], sketches[story.id], story.story | followed.get(story.id, frozenset())
                ),
                *_picked(gathered, story),
            ),
            ties=story.ties,
        )
        for story in there
    ]


def _picked(gathered: Gathered, story: Ranked) -> Iterator[Repeat]:
    """Yield that an issue has the *story* already, and is not sent yet."""
    if number := max((gathered.picked.get(id, 0) for id in story.story), default=0):
        yield Repeat(kind=RepeatKind.STORY, issue=number, words=f"issue {number} tells this story already")
