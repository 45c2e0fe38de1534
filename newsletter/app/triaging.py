"""Lays out a triage: the stories that wait, the issue that they may go into, its sections and its deadline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from newsletter.app.candidates import Articles
from newsletter.app.deciding import Decided, Refused, decide
from newsletter.app.issue_lock import issues_locked
from newsletter.app.kept_triage import Opened
from newsletter.app.newsletter import Newsletter
from newsletter.app.picking import list_of, require_unsent
from newsletter.app.shortlisting import shortlist
from newsletter.composer.markdown import plain_text
from newsletter.composer.shortlist import Suggestion
from newsletter.composer.sitting import Room, Sitting
from newsletter.composer.triage_reading import Resolve, meant, read_triage
from newsletter.composer.verdict import Verdict
from newsletter.errors import PoolError
from newsletter.model.progress import Progress
from newsletter.settings import FILE

FEWEST = 6
"""Letters that an id must have in an edited list: a shorter word is a word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of an edited list.

    :param undecided: stories that still wait.
    :param lost: lines that the list had and that were taken out: they are undecided.
    :param over: sections that have more articles now than they may have.
    """

    decided: Decided = field(default_factory=Decided)
    undecided: int = 0
    lost: tuple[int, ...] = ()
    over: tuple[Room, ...] = ()

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        over = [{"section": room.name, "articles": room.count, "cap": room.cap} for room in self.over]
        return {**self.decided.values(), "undecided": self.undecided, "lost": list(self.lost), "over": over}


def sit_down(
    newsletter: Newsletter,
    reference: str | None,
    list_name: str,
    *,
    limit: int,
    section: str,
    advance: Progress | None = None,
) -> Sitting:
    """Return what is to be decided about for an issue.

    :param reference: of the issue; None is the newest unsent one of the list, or a new one.
    :param list_name: empty is the issue's own list, or that of a new one.
    :param limit: stories at most; 0 is all that the shortlist has.
    :param section: only those that seem to belong there, by its name or what no other begins with; empty is all.
    :param advance: hears how far it is where it takes long.
    :raises PoolError: there is no such list or section, or the issue was sent.
    """
    path = issue_for(newsletter, reference, list_name)
    list_name = list_name or list_of(newsletter, path)
    now, stories = datetime.now(newsletter.settings.timezone), shortlist(newsletter, list_name, advance=advance)
    suggestions = stories.suggestions
    if section:
        names = [room.name for room in rooms_of(newsletter, path, _sections(suggestions))]
        wanted = _section(section, names).casefold()
        suggestions = tuple(one for one in suggestions if one.section.casefold() == wanted)
    deadline = newsletter.settings.picking.deadline
    return Sitting(
        path=path,
        list_name=list_name,
        suggestions=suggestions[: limit or None],
        rooms=rooms_of(newsletter, path, _sections(suggestions)),
        now=now,
        deadline=deadline.after(now) if deadline else None,
        left_out=stories.left_out,
    )


def _sections(suggestions: Sequence[Suggestion]) -> list[str]:
    return [one.section for one in suggestions]


def _section(said: str, names: Sequence[str]) -> str:
    close = meant(said, names)
    if len(close) == 1:
        return close[0]
    known = ", ".join(close or names) or "none"
    what = f'"{said}" begins {len(close)} sections' if close else f'no section begins with "{said}"'
    raise PoolError(what, f"{'they are' if close else 'known here'}: {known}")


def issue_for(newsletter: Newsletter, reference: str | None, list_name: str) -> Path | None:
    """Return the issue that picks go into; None is a new one, where no unsent one is for this list."""
    if list_name and list_name not in newsletter.settings.lists:
        known = ", ".join(newsletter.settings.lists) or "none"
        raise PoolError(f"there is no list {list_name}", f"lists here: {known}", where=FILE)
    if reference:
        path = newsletter.issues.find(reference)
        require_unsent(newsletter, path)
        return path
    unsent = (p for p in reversed(newsletter.issues.paths().values()) if not newsletter.issues.receipts(p))
    return next((path for path in unsent if not list_name or newsletter.issues.head(path).list == list_name), None)


def rooms_of(newsletter: Newsletter, path: Path | None, suggested: Sequence[str] = ()) -> tuple[Room, ...]:
    """Return the sections of newsletter.toml, of the issue *path*, and those *suggested*, each once."""
    counts: Counter[str] = Counter()
    named: dict[str, str] = {name.casefold(): name for name in newsletter.settings.sections}
    if path:
        for section in newsletter.issues.read(path).sections:
            if section.name:
                name = plain_text(section.name.markdown)
                counts[named.setdefault(name.casefold(), name)] += len(section.articles)
    for name in filter(None, suggested):
        named.setdefault(name.casefold(), name)
    caps = newsletter.settings.caps
    return tuple(Room(name=name, count=counts[name], cap=caps.get(name, 0)) for name in named.values())


def carry_out(newsletter: Newsletter, text: str, opened: Opened, *, reference: str | None, list_name: str) -> Outcome:
    """Do what an edited list says.

    :param opened: what it was opened with.
    :param reference: of the issue; None is the one that it was opened with, or the newest unsent one.
    :raises Refused: with each fault of it; then nothing was written.
    """
    with issues_locked(newsletter):
        return _carry_out(newsletter, text, opened, reference, list_name or opened.list_name)


def _carry_out(newsletter: Newsletter, text: str, opened: Opened, reference: str | None, list_name: str) -> Outcome:
    path = issue_for(newsletter, reference or opened.issue or None, list_name)
    sections = [room.name for room in rooms_of(newsletter, path, opened.sections)]
    answer = read_triage(text, sections, _resolver(newsletter, opened))
    if answer.faults:
        raise Refused(answer.faults)
    decided = Decided()
    if answer.verdicts:
        decided = decide(newsletter, answer.verdicts, path, list_name=list_name, others=opened.others)
    return Outcome(
        decided=decided,
        undecided=len(answer.listed | set(opened.lines)) - len(answer.verdicts),
        lost=tuple(line for id, line in opened.lines.items() if id not in answer.listed),
        over=_over(newsletter, decided),
    )


def write_verdicts(newsletter: Newsletter, sitting: Sitting, verdicts: Sequence[Verdict]) -> Outcome:
    """Carry out what was decided in *sitting*.

    :raises Refused: with each verdict that cannot be; then nothing was written.
    """
    with issues_locked(newsletter):
        path = sitting.path or issue_for(newsletter, None, sitting.list_name)
        decided = decide(newsletter, verdicts, path, list_name=sitting.list_name, others=sitting.others)
    about = {verdict.id for verdict in verdicts}
    undecided = sum(one.choice.article.id not in about for one in sitting.suggestions)
    return Outcome(decided=decided, undecided=undecided, over=_over(newsletter, decided))


def _over(newsletter: Newsletter, decided: Decided) -> tuple[Room, ...]:
    return tuple(room for room in rooms_of(newsletter, decided.path) if room.is_over)


def _resolver(newsletter: Newsletter, opened: Opened) -> Resolve:
    """Return what finds the ids of a list: those that it was opened with, then all that there are."""
    articles = Articles(newsletter, newsletter.pool())

    def resolve(word: str) -> str:
        wanted = word.lower()
        if len(wanted) < FEWEST or not (wanted.isascii() and wanted.isalnum()):
            return ""
        if len(shown := [id for id in opened.lines if id.startswith(wanted)]) == 1:
            return shown[0]
        try:
            return articles.find(wanted).article.id
        except PoolError:
            return ""

    return resolve
