"""Composes an issue alone: the best stories that wait, by the rules of [picking], as a proposal to an editor."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from newsletter.app.candidates import Articles
from newsletter.app.newsletter import Newsletter
from newsletter.app.picking import Placing, list_of, place, require_unsent
from newsletter.app.ranking import Ranking, rank, suggestions_of
from newsletter.app.sections import name_of
from newsletter.app.shortlisting import seed_of
from newsletter.app.waiting import Gathered
from newsletter.composer.issues import number_of
from newsletter.composer.past import Past
from newsletter.composer.pool import Entry
from newsletter.composer.selection import Composed, Limits, compose
from newsletter.composer.series import in_order
from newsletter.composer.shortlist import Suggestion
from newsletter.composer.triage_list import also_at
from newsletter.errors import PoolError
from newsletter.model.progress import Progress

MATERIAL = 20
"""So many times the articles that an issue takes are looked at closely."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """What was proposed.

    :param created: the issue was made for it.
    :param taken: what was put into it, in its order.
    :param passed: how many others were passed by, by why.
    """

    path: Path
    created: bool
    taken: tuple[Suggestion, ...]
    passed: Mapping[str, int]

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "issue": number_of(self.path),
            "path": self.path.as_posix(),
            "created": self.created,
            "proposal": True,
            "picked": [_values(one) for one in self.taken],
            "passed": dict(self.passed),
        }


def _values(one: Suggestion) -> dict[str, Any]:
    return {
        "id": one.choice.article.id,
        "title": one.choice.article.title,
        "section": one.section,
        "score": round(one.score.total, 4),
        "terms": {name: round(value, 4) for name, value in one.score.terms.items()},
        "explored": one.explored,
        "also": [also.article.id for also in one.also],
        "repeats": [repeat.words for repeat in one.repeats],
        "why": why(one),
    }


def why(suggestion: Suggestion) -> str:
    """Say why *suggestion* was taken: its score with its terms, and who else tells the story."""
    also = also_at(suggestion)
    told = [
        str(suggestion.score),
        f"also at: {also}" if also else "",
        *(repeat.words for repeat in suggestion.repeats),
        "drawn by lot, to be looked at" if suggestion.explored else "",
    ]
    return "; ".join(words for words in told if words)


def propose(
    newsletter: Newsletter,
    path: Path | None,
    *,
    limit: int = 0,
    per_source: int | None = None,
    list_name: str = "",
    now: datetime | None = None,
    advance: Progress | None = None,
) -> Proposed:
    """Put the best of what waits into the issue *path*, or into a new one, and mark it as a proposal.

    :param limit: articles of the whole issue; 0 is that of newsletter.toml.
    :param per_source: of one source; 0 is no limit, None that of newsletter.toml.
    :param list_name: the mailing list of a new one; empty is that of the last issue.
    :param now: the time by which things are new; None is the clock's.
    :param advance: hears how far it is where it takes long.
    :raises PoolError: the issue was sent or is full, or nothing is good enough; nothing is written then.
    """
    require_unsent(newsletter, path)
    options = newsletter.settings.picking
    limits = Limits(
        most=limit or options.limit,
        per_source=options.per_source if per_source is None else per_source,
        sections=newsletter.settings.caps,
        explore=options.explore,
    )
    if path and (many := len(_standing(newsletter, path))) >= limits.most:
        what = f"there is no room: it has {many} articles, and an issue takes {limits.most}"
        raise PoolError(what, "--limit N takes more, --new makes another issue", where=path)
    ranking = rank(newsletter, list_of(newsletter, path, list_name), now, advance)
    return propose_of(newsletter, ranking, limits, path, list_name)


def propose_of(
    newsletter: Newsletter, ranking: Ranking, limits: Limits, path: Path | None, list_name: str = ""
) -> Proposed:
    """Do what :func:`propose` does with stories that are ranked; what was decided about since then is passed by."""
    suggestions = suggestions_of(newsletter, ranking, ranking.stories[: limits.most * MATERIAL])
    standing = _standing(newsletter, path) if path else []
    composed = compose(suggestions, limits, standing, seed_of(newsletter))
    return _put(newsletter, ranking.gathered, composed, path, list_name)


def _standing(newsletter: Newsletter, path: Path) -> list[tuple[str, str]]:
    """Return source and section of each article of the issue *path*."""
    return [
        (article.source, name_of(section))
        for section in newsletter.issues.read(path).sections
        for article in section.articles
        if not article.sponsor
    ]


def _put(newsletter: Newsletter, gathered: Gathered, composed: Composed, path: Path | None, list_name: str) -> Proposed:
    """Write what was chosen: into the pool, then into the issue; then the candidates leave."""
    known, passed = Articles(newsletter, gathered.pool), Counter(composed.passed)
    past = newsletter.past(list_of(newsletter, path, list_name))
    entries, placings, taken = [], [], {}
    for one in composed.taken:
        if (entry := _still_free(known, past, one.choice.article.id)) is None:
            passed["taken meanwhile"] += 1
            continue
        placing = Placing(article=entry.article, section=one.section)
        try:
            placing.require_readable()
        except PoolError:
            passed["unreadable in an issue"] += 1
            continue
        entries.append(entry)
        placings.append(placing)
        taken[entry.article.id] = one
    known.leave(gathered.stale)
    if not placings:
        counts = ", ".join(f"{many:,} {words}" for words, many in passed.most_common()) or "nothing waits"
        raise PoolError(
            f"no story that waits is good enough for an issue ({counts})", "newsletter triage shows what waits"
        )
    known.take_in(entries)
    ordered = _in_order(newsletter, placings)
    written = place(newsletter, past, ordered, path, list_name=list_name, proposal=True)
    known.leave()
    return Proposed(
        path=written,
        created=path is None,
        taken=tuple(taken[placing.article.id] for placing in ordered),
        passed=dict(passed),
    )


def _still_free(known: Articles, past: Past, id: str) -> Entry | None:
    """Return the article *id*; None where another process has decided about it since it was ranked."""
    try:
        entry = known.find(id)
    except PoolError:
        return None
    return None if past.of(entry.article) else entry


def _in_order(newsletter: Newsletter, placings: Sequence[Placing]) -> list[Placing]:
    """Return *placings* as an issue has them: what is of no section, then section by section, series by their parts."""
    names = [name.casefold() for name in newsletter.settings.sections]
    places = {name: at for at, name in enumerate(names)}
    by_id = {placing.article.id: placing for placing in placings}
    parts = [by_id[article.id] for article in in_order(placing.article for placing in placings)]
    return sorted(parts, key=lambda one: (bool(one.section), places.get(one.section.casefold(), len(places))))
