"""A triage as a text to be edited: one line a story, its verb first, as in ``git rebase -i``.

::

    -  "Data platforms"  5d46b0q7  Next Gen Data Processing with Moka · Pinterest Engineering · score .81 = feed .42 + …
    │         │             │      └ what is known of it; nobody reads that back
    │         │             └ its id: what is decided is decided by it
    │         └ the section that it seems to belong to
    └ the verb; until there is one it is undecided

"""

import re
from collections.abc import Collection, Iterator

from newsletter.composer.picking import source_of
from newsletter.composer.shortlist import Choice, Suggestion
from newsletter.composer.sitting import Sitting, age_in_days, held_words, time_left
from newsletter.model.excerpt import excerpt
from newsletter.model.printable import printable

SHORTEST = 7
"""Letters of an id that are shown at least: among 10,000 articles two share so many once in 700 times."""
TITLE = 90
"""Characters of a title at most: the line has more to tell."""
HEAD = "# Triage of "
"""How a list begins."""
OUTLETS = 4
"""Other articles of a story that are named at most."""

_HELP = """\
# pick [SECTION]   p  into the issue, in the order of this list; without a section, at the issue's end
# hold [REASON]    h  for later: it comes back with its age
# drop REASON      d  it never comes back
# mute [REASON]    m  its source: nothing of it is shown any more
# again REASON     a  pick what a sent issue had already; pick SECTION again REASON does so too
# -, or no verb       undecided: it waits
#
# A section may be shortened to what no other begins with; "in quotes" it is made if there is none of that name.
# Nothing is decided until you save and leave. A line that is taken out is undecided; without any line nothing is.
"""


def triage_text(sitting: Sitting) -> str:
    """Return *sitting* as the text that an editor is given."""
    lines = [_line(one, sitting) for one in sitting.suggestions]
    length = short_length([one.choice.article.id for one in sitting.suggestions])
    sections = [section for section, _ in lines]
    width = max(map(len, sections), default=0)
    rows = []
    for (section, rest), one in zip(lines, sitting.suggestions, strict=True):
        parts = ["-", section.ljust(width), one.choice.article.id[:length], rest]
        rows.append("  ".join(part for part in parts if part))
    return "\n".join([*_head(sitting), "", *rows]) + "\n"


def short_length(ids: Collection[str]) -> int:
    """Return how many letters tell *ids* apart."""
    whole = max(map(len, ids), default=SHORTEST)
    enough = (length for length in range(SHORTEST, whole) if len({id[:length] for id in ids}) == len(set(ids)))
    return next(enough, whole)


def _head(sitting: Sitting) -> Iterator[str]:
    issue = f"issue {sitting.path.stem}" if sitting.path else "a new issue"
    whom = f" for {sitting.list_name}" if sitting.list_name else ""
    count = len(sitting.suggestions)
    yield f"{HEAD}{issue}{whom}: {count:,} {'story' if count == 1 else 'stories'}, best first"
    if sitting.deadline:
        left = time_left(sitting.deadline, sitting.now)
        yield f"# Ready by {sitting.deadline:%a %d %b %H:%M}: {left} left"
    yield "#"
    yield from _HELP.rstrip("\n").split("\n")
    if sitting.rooms:
        yield "#"
        yield f"# Sections: {' · '.join(one_line(str(room)) for room in sitting.rooms)}"
    if sitting.left_out:
        yield f"# Not shown: {', '.join(f'{number:,} {one_line(why)}' for why, number in sitting.left_out.items())}"


def _line(one: Suggestion, sitting: Sitting) -> tuple[str, str]:
    """Return the section of a story, quoted, and what is told of it."""
    return quoted(one.section) if one.section else "", " · ".join([title_of(one), *told_of(one, sitting)])


def title_of(one: Suggestion) -> str:
    """Return the title of a story, in one line."""
    article = one.choice.article
    return excerpt(one_line(article.title or article.why or article.called), TITLE)


def told_of(one: Suggestion, sitting: Sitting) -> Iterator[str]:
    """Yield what is known of a story behind its title: where it is from, what ran of it before, why it stands here."""
    article = one.choice.article
    if source := one_line(source_of(article)):
        yield source
    if also := also_at(one):
        yield f"also at {also}"
    if one.choice.held:
        yield held_for(one.choice, sitting)
    yield from (one_line(repeat.words) for repeat in one.repeats if repeat.words)
    if article.note:
        yield f"note: {excerpt(one_line(article.note), TITLE)}"
    if one.score.terms:
        yield f"score {one.score}"
    if one.explored:
        yield "here to be looked at"


def also_at(one: Suggestion) -> str:
    """Return who else tells a story: "The Verge, Ars Technica and 3 more"; of its own outlet, “the other's title”."""
    names = list(dict.fromkeys(filter(None, (_other(choice, one.choice) for choice in one.also))))
    rest = len(names) - OUTLETS
    return ", ".join(names[:OUTLETS]) + (f" and {rest} more" if rest > 0 else "")


def _other(choice: Choice, shown: Choice) -> str:
    article = choice.article
    if not is_of_one_outlet(choice, shown):
        return one_line(source_of(article))
    words = excerpt(one_line(article.title), TITLE) if article.title != shown.article.title else ""
    return f"“{words}”" if words else one_line(article.link)


def is_of_one_outlet(choice: Choice, shown: Choice) -> bool:
    """Whether the outlet of *choice* tells nothing beside that of *shown*: it is the same one, or nobody knows it."""
    source = one_line(source_of(choice.article)).casefold()
    return not source or source == one_line(source_of(shown.article)).casefold()


def held_for(choice: Choice, sitting: Sitting) -> str:
    """Return "held 12 days: reason"."""
    age = held_words(age_in_days(choice.since, sitting.now))
    return f"{age}: {excerpt(one_line(choice.reason), TITLE)}" if choice.reason else age


def one_line(text: str) -> str:
    """Return *text* in one line, without the characters that steer whatever shows it."""
    return printable(" ".join(text.split()))


def quoted(text: str) -> str:
    """Return *text* in quotes, as :mod:`newsletter.composer.triage_reading` reads it."""
    return '"' + re.sub(r'(["\\])', r"\\\1", one_line(text)) + '"'
