"""Carries out what an editor decided about the articles of a triage.

::

    verdicts ──judged──► pool: the articles, then what was decided ──► issue file ──► the candidates leave

In this order a process may be killed anywhere: what was written is found again, and the same verdicts given once more
do what is left. Nothing is lost, and nothing comes twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app.candidates import Articles
from newsletter.app.newsletter import Newsletter
from newsletter.app.picking import Placing, list_of, place, require_unsent, stands_in
from newsletter.composer.issues import number_of
from newsletter.composer.mutes import MuteKind, Mutes
from newsletter.composer.past import Past
from newsletter.composer.picking import RanBefore, require_free, source_of
from newsletter.composer.pool import Decision, Entry, Pool
from newsletter.composer.verdict import Fault, Verb, Verdict
from newsletter.errors import NewsletterError, PoolError
from newsletter.model.article import Article

_DECISIONS = {Verb.HOLD: Decision.HELD, Verb.DROP: Decision.DROPPED}


class Refused(PoolError):
    """Some verdicts cannot be; none was carried out.

    :param faults: one for each of them.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(faults[0].what, faults[0].todo)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What became of the verdicts.

    :param path: the issue that the picks are in; None without any.
    :param created: it was made for them.
    :param already: articles about which just that had been decided before.
    :param muted: sources.
    """

    path: Path | None = None
    created: bool = False
    picked: tuple[Article, ...] = ()
    held: tuple[Article, ...] = ()
    dropped: tuple[Article, ...] = ()
    muted: tuple[str, ...] = ()
    already: tuple[Article, ...] = ()

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        names = ("picked", "held", "dropped", "already")
        return {
            "issue": number_of(self.path) if self.path else None,
            "path": self.path.as_posix() if self.path else None,
            "created": self.created,
            **{name: [article.id for article in getattr(self, name)] for name in names},
            "muted": list(self.muted),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """A verdict about an article that it can be carried out with; *known* says that it was before."""

    verdict: Verdict
    entry: Entry
    known: bool

    @property
    def placing(self) -> Placing:
        """Where a picked one goes."""
        section = self.entry.article.section if self.verdict.section is None else self.verdict.section
        return Placing(article=self.entry.article, section=section, again=self.verdict.again)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Grounds:
    """What verdicts are judged by: where articles ran, the number of the issue, 0 for a new one, what is muted."""

    past: Past
    number: int
    mutes: Mutes


def decide(
    newsletter: Newsletter,
    verdicts: Sequence[Verdict],
    path: Path | None,
    *,
    list_name: str = "",
    others: Mapping[str, Sequence[str]] | None = None,
) -> Decided:
    """Carry out *verdicts*: picks go into the issue *path* in their order, or into a new one.

    :param list_name: the mailing list of a new issue; empty is that of the last one.
    :param others: the other articles of a story, by the id of the one that was shown: those that nobody has picked up
        leave together with it.
    :raises Refused: some of them cannot be; then nothing was written.
    :raises NewsletterError: the issue or the pool cannot be written. What was is found again by the same verdicts.
    """
    require_unsent(newsletter, path)
    pool = newsletter.pool()
    past = newsletter.past(list_of(newsletter, path, list_name), pool)
    known = Articles(newsletter, pool)
    number = newsletter.issues.read(path).number if path else 0
    judged = _judged(verdicts, known, _Grounds(past=past, number=number, mutes=pool.mutes))
    known.take_in([one.entry for one in judged if one.verdict.verb is not Verb.MUTE])
    _record(pool, judged)
    picks = [one for one in judged if one.verdict.verb is Verb.PICK]
    fresh = [one.placing for one in picks if not one.known]
    placed = place(newsletter, past, _in_order(newsletter, fresh), path, list_name=list_name) if fresh else path
    known.leave(_leaving(judged, pool, others or {}))
    return _decided(judged, path=placed if picks else None, created=bool(fresh and path is None))


def _judged(verdicts: Sequence[Verdict], known: Articles, grounds: _Grounds) -> list[_Judged]:
    """Return *verdicts* with their articles; all that cannot be are Refused together."""
    judged, faults, lines = [], [], dict[str, int]()
    for verdict in verdicts:
        try:
            entry = known.find(verdict.id)
            if (line := lines.setdefault(entry.article.id, verdict.line)) != verdict.line:
                raise PoolError(f"{entry.article.id} is the article of line {line}", "take one of the two lines out")
            judged.append(_judge(verdict, entry, grounds))
        except RanBefore as error:
            todo = "again REASON instead of its verb runs it anew"
            faults.append(Fault(line=verdict.line, what=error.what, todo=todo))
        except NewsletterError as error:
            faults.append(Fault(line=verdict.line, what=error.what, todo=error.todo))
    if faults:
        raise Refused(faults)
    return judged


def _judge(verdict: Verdict, entry: Entry, grounds: _Grounds) -> _Judged:
    """Return *verdict* about *entry*, unless it cannot be: then a PoolError says why."""
    if verdict.verb is Verb.PICK:
        one = _Judged(verdict=verdict, entry=entry, known=stands_in(grounds.past, entry.article, grounds.number))
        require_free(entry, grounds.past, grounds.number, verdict.again)
        one.placing.require_readable()
        return one
    if verdict.verb is Verb.MUTE:
        if not (source := source_of(entry.article)):
            raise PoolError(f"{entry.article.id} has no source that could be muted", "drop it")
        return _Judged(verdict=verdict, entry=entry, known=bool(grounds.mutes.of(Article(id="", source=source))))
    decision = _DECISIONS[verdict.verb]
    if entry.decision is Decision.DROPPED and decision is not Decision.DROPPED:
        todo = f"newsletter pool restore {entry.article.id} takes it back; or leave it undecided"
        raise PoolError(f"{entry.article.id} was dropped meanwhile: {entry.reason}", todo)
    if seen := grounds.past.picked(entry.article):
        todo = f"take its block out of {seen.path} first; or leave it undecided"
        raise PoolError(f"{entry.article.id} is in issue {seen.number} already", todo)
    same = entry.decision is decision and (decision is Decision.DROPPED or entry.reason == verdict.reason)
    return _Judged(verdict=verdict, entry=entry, known=same)


def _record(pool: Pool, judged: Sequence[_Judged]) -> None:
    """Let the pool remember what it is to remember; picks are in the issue."""
    for one in judged:
        if not one.known and (decision := _DECISIONS.get(one.verdict.verb)):
            pool.decide(one.entry.article.id, decision, one.verdict.reason)
        elif not one.known and one.verdict.verb is Verb.MUTE:
            pool.mute(MuteKind.SOURCE, source_of(one.entry.article), one.verdict.reason)


def _in_order(newsletter: Newsletter, placings: Sequence[Placing]) -> list[Placing]:
    """Return *placings* in the order of newsletter.toml's sections: those that the issue lacks are made in it."""
    names = [name.casefold() for name in newsletter.settings.sections]
    places = {name: at for at, name in enumerate(names)}
    return sorted(placings, key=lambda placing: places.get(placing.section.casefold(), len(names)))


def _leaving(judged: Sequence[_Judged], pool: Pool, others: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what waits no longer; of a story that is picked or dropped, the candidates too."""
    for one in judged:
        if one.verdict.verb is Verb.MUTE:
            continue
        yield one.entry.article.id
        if one.verdict.verb is not Verb.HOLD:
            yield from (id for id in others.get(one.verdict.id, ()) if id not in pool.entries)


def _decided(judged: Sequence[_Judged], *, path: Path | None, created: bool) -> Decided:
    def articles(verb: Verb) -> tuple[Article, ...]:
        return tuple(one.entry.article for one in judged if one.verdict.verb is verb and not one.known)

    sources = dict.fromkeys(source_of(one.entry.article) for one in judged if one.verdict.verb is Verb.MUTE)
    return Decided(
        path=path,
        created=created,
        picked=articles(Verb.PICK),
        held=articles(Verb.HOLD),
        dropped=articles(Verb.DROP),
        muted=tuple(sources),
        already=tuple(one.entry.article for one in judged if one.known and one.verdict.verb is not Verb.MUTE),
    )
