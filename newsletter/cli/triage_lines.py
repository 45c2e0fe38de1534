"""What the full screen of a triage says, as text: the line of a story, all about a story, the head, the keys."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from unicodedata import bidirectional

from rich.cells import cell_len, set_cell_size

from newsletter.app.deliberation import Deliberation
from newsletter.cli.output import printable
from newsletter.composer.picking import source_of
from newsletter.composer.shortlist import Choice, Suggestion
from newsletter.composer.sitting import Room, time_left
from newsletter.composer.triage_list import held_for, is_of_one_outlet, one_line
from newsletter.composer.verdict import Verb, Verdict

WIDE = 110
"""Columns from which there is room for longer sections and sources."""
LETTERS = {Verb.PICK: "p", Verb.HOLD: "h", Verb.DROP: "d", Verb.MUTE: "m"}
KEYS = "p pick  1-9 section  h hold  d drop  m mute  u undo  / search  ? help  q write"
HELP = """\
p          pick it into the section of its line, or at the issue's end
1 to 9, s  pick it into that section; s asks for one, or a new one
h, H       hold it for later; H asks for a reason
d, D       drop it for a reason; D takes the last reason again
m          mute its source: nothing of it is shown any more
-, space   leave it undecided
u          undo the last decision, as often as you like
up, down   the next story; also k, j, page up, page down, home, end
tab        the next story that is undecided
/, n       search titles and sources; n goes to the next one found
enter      show all that is known of it, or the list alone
o          show its address
q          write what you decided, after a question
ctrl-c     leave: decisions are kept, written, or given up

Before a title: +2 more tell it   ! ran before   ~ was held

Each decision is kept at once; pool and issue change when you write.
Picks stand in the order of this list.  Any key goes back."""


def story_line(deliberation: Deliberation, index: int, width: int, at_cursor: bool) -> str:
    """Return the line of a story: the cursor, what is decided, section or reason, title, source, score."""
    one, verdict = deliberation.sitting.suggestions[index], deliberation.verdict(index)
    what, source = (24, 22) if width >= WIDE else (15, 14)
    score = f"{one.score.total:.2f}".replace("0.", ".", 1) if one.score.terms else ""
    letter = LETTERS[verdict.verb] if verdict else "m" if deliberation.is_muted(index) else "-"
    title = max(width - what - source - 14, 10)
    parts = [
        f"{'▸' if at_cursor else ' '}{letter}",
        fitting(_what(one, verdict), what),
        fitting(_marks(one) + title_of(one.choice), title),
        fitting(source_of(one.choice.article), source),
        f"{score:>4}",
    ]
    return _left_to_right(parts)


def _left_to_right(parts: Sequence[str]) -> str:
    """Join *parts* so that one in Arabic or Hebrew stays in its column: a terminal turns around what stands beside it.

    Between them is a left-to-right mark (UAX #9, 2.6), which takes no room; other lines do without.
    """
    turned = any(bidirectional(letter) in ("R", "AL") for part in parts for letter in part)
    return ("\u200e  " if turned else "  ").join(parts)


def _what(one: Suggestion, verdict: Verdict | None) -> str:
    if verdict is None:
        return one.section
    if verdict.verb is Verb.PICK:
        return verdict.section or "(at the end)"
    return verdict.reason or {Verb.HOLD: "for later", Verb.MUTE: "its source"}.get(verdict.verb, "")


def _marks(one: Suggestion) -> str:
    """Return what is to be seen of a story at once: "!" ran before in some way, "~" held, "+2" more tell it."""
    marks = [("!", bool(one.repeats)), ("~", one.choice.held), (f"+{len(one.also)}", bool(one.also))]
    shown = "".join(mark for mark, is_so in marks if is_so)
    return f"{shown} " if shown else ""


def title_of(choice: Choice) -> str:
    """Return the title of an article, or what there is instead."""
    return choice.article.title or choice.article.why or choice.article.called


def fitting(text: str, width: int) -> str:
    """Return *text* in so many cells of a terminal."""
    line = one_line(text)
    return set_cell_size(line if cell_len(line) <= width else f"{set_cell_size(line, width - 1).rstrip()}…", width)


def all_about(deliberation: Deliberation, index: int) -> str:
    """Return all that is known of a story, in lines."""
    one = deliberation.sitting.suggestions[index]
    return "\n".join(printable(line) for line in _about(one, deliberation) if line)


def _about(one: Suggestion, deliberation: Deliberation) -> Iterator[str]:
    article = one.choice.article
    facts = (source_of(article), article.author, article.published, f"{article.minutes} min" if article.minutes else "")
    yield one_line(title_of(one.choice))
    yield " · ".join(one_line(fact) for fact in facts if fact)
    yield from (f"! {one_line(repeat.words)}" for repeat in one.repeats)
    if one.choice.held:
        yield held_for(one.choice, deliberation.sitting)
    for other in one.also:
        where = "" if is_of_one_outlet(other, one.choice) else f" at {one_line(source_of(other.article))}"
        yield f"also{where}: {one_line(title_of(other))}"
    if one.score.terms:
        yield f"score {one.score}{' · here to be looked at' if one.explored else ''}"
    if article.note:
        yield f"note: {one_line(article.note)}"
    if article.tags:
        yield f"tags: {', '.join(map(one_line, article.tags))}"
    yield one_line(article.summary)
    yield one_line(article.why)
    yield from (f"• {one_line(point)}" for point in article.points)
    yield one_line(article.link)


def head_line(deliberation: Deliberation, now: datetime, width: int) -> str:
    """Return which issue it is, and how much time is left."""
    sitting = deliberation.sitting
    left = f"issue {sitting.path.stem}" if sitting.path else "a new issue"
    left = f" Triage of {left}{f' for {sitting.list_name}' if sitting.list_name else ''}"
    if not sitting.deadline:
        return left.ljust(width)
    right = f"ready by {sitting.deadline:%a %H:%M}: {time_left(sitting.deadline, now)} left "
    return f"{left}{right:>{max(width - cell_len(left), len(right) + 2)}}"


def tally_line(deliberation: Deliberation) -> str:
    """Return how many stories there are, and what is decided about how many."""
    counts, stories = deliberation.counts(), len(deliberation.sitting.suggestions)
    counts[Verb.MUTE] += deliberation.muted_along()
    parts = [f"{counts[verb]} {done}" for verb, done in DONE.items() if counts[verb]]
    parts += [f"{deliberation.undecided()} undecided"]
    if elsewhere := deliberation.elsewhere():
        parts += [f"{elsewhere} of them from before, not shown"]
    return f" {stories} {'story' if stories == 1 else 'stories'}: {', '.join(parts)}"


DONE = {Verb.PICK: "picked", Verb.HOLD: "held", Verb.DROP: "dropped", Verb.MUTE: "muted"}


def rooms_line(rooms: tuple[Room, ...]) -> str:
    """Return the sections with their numbers: "1 Data platforms 2 of 4", and which has too many."""
    named = (f"{at} {room}" if at < 10 else str(room) for at, room in enumerate(rooms, 1))
    over = (" too many" if room.is_over else "" for room in rooms)
    parts = [printable(f"{name}{more}") for name, more in zip(named, over, strict=True)]
    return " · ".join(parts) or "no sections yet: s makes one"
