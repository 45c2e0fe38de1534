"""Reads a triage that was edited: one verdict a line, each fault with the number of its line.

::

    line     := [ verb ] [ argument ] ID …              # what stands behind the ID is not read
    verb     := pick | hold | drop | mute | again | -   # or its first letter
    argument := section [ again reason ] | reason       # words, or "in quotes"
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from newsletter.composer.verdict import Fault, Verb, Verdict
from newsletter.model.excerpt import excerpt
from newsletter.model.table import nearest

Resolve = Callable[[str], str]
"""Gives the whole id of what is one, or the beginning of one; empty for all else."""

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"(?=\s|$)|\S+')
_VERBS = {"p": "pick", "h": "hold", "d": "drop", "m": "mute", "a": "again"}
_LIKE_ID = re.compile(r"(?=.*[2-7])[a-z2-7]{6,13}")
_UNDECIDED = frozenset("-–—.")
REASON_LIMIT = 500
"""Characters: a line of the pool has room for more, and nobody wants to read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an edited triage says.

    :param verdicts: in the order of the lines.
    :param listed: the ids of all lines, the undecided ones among them.
    :param lines: how many lines said anything at all.
    """

    verdicts: tuple[Verdict, ...] = ()
    faults: tuple[Fault, ...] = ()
    listed: frozenset[str] = frozenset()
    lines: int = 0


class _Wrong(Exception):
    """A line cannot be read: what is wrong, and what to do."""


def read_triage(text: str, sections: Sequence[str], resolve: Resolve) -> Answer:
    """Return the verdicts in *text*.

    :param sections: the names that are known.
    """
    verdicts: list[Verdict] = []
    faults, seen, lines = [], dict[str, int](), 0
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not (words := _WORD.findall(line)) or words[0].startswith("#"):
            continue
        lines += 1
        try:
            verb, words = _verb(words, resolve)
            at = _id_at(words, resolve)
            id = resolve(words[at])
            if id in seen:
                raise _Wrong(f"{words[at]} stands in line {seen[id]} already", "take one of the two lines out")
            seen[id] = number
            verdicts += _verdict(verb, id, words[:at], sections, number)
        except _Wrong as wrong:
            faults.append(Fault(line=number, what=wrong.args[0], todo=wrong.args[1]))
    return Answer(verdicts=tuple(verdicts), faults=tuple(faults), listed=frozenset(seen), lines=lines)


def _verb(words: list[str], resolve: Resolve) -> tuple[str, list[str]]:
    """Return the verb of a line, empty for none, and what stands behind it."""
    first = words[0].casefold()
    if first in _UNDECIDED:
        return "", words[1:]
    if verb := _VERBS.get(first, first if first in _VERBS.values() else ""):
        return verb, words[1:]
    if words[0].startswith('"') or resolve(words[0]):
        return "", words
    todo = nearest(first, list(_VERBS.values())) if len(first) > 1 else "pick, hold, drop, mute, again, or - for none"
    raise _Wrong(f'"{excerpt(words[0], 30)}" is no verb', todo)


def _id_at(words: Sequence[str], resolve: Resolve) -> int:
    found = next((at for at, word in enumerate(words) if not word.startswith('"') and resolve(word)), None)
    if found is None:
        if meant := next((word for word in words if _LIKE_ID.fullmatch(word)), None):
            raise _Wrong(f'"{meant}" is no id of an article', "newsletter triage --print lists those that wait")
        raise _Wrong(
            "there is no id of an article in it", "each line is VERB [SECTION or REASON] ID, as it was printed"
        )
    return found


def _verdict(verb: str, id: str, words: Sequence[str], sections: Sequence[str], line: int) -> Iterator[Verdict]:
    """Yield what a line decides: one verdict, or none while it is undecided."""
    if verb == "pick":
        told = next((at for at, word in enumerate(words) if word.casefold() == "again"), len(words))
        again = _reason(words[told + 1 :], ())
        if told < len(words) and not again:
            raise _Wrong("again needs a reason", "say why the readers get it a second time")
        yield Verdict(id=id, verb=Verb.PICK, section=_section(words[:told], sections), again=again, line=line)
    elif verb == "again":
        own = [word for word in words[:1] if _is_section(word, sections)]
        if not (again := _reason(words[len(own) :], ())):
            raise _Wrong("again needs a reason", "say why the readers get it a second time")
        yield Verdict(id=id, verb=Verb.PICK, section=_section(own, sections), again=again, line=line)
    elif verb:
        reason = _reason(words, sections)
        if verb == "drop" and not reason:
            raise _Wrong("a drop needs a reason", "who looks at the pool later wants to know it: drop REASON ID")
        yield Verdict(id=id, verb=Verb(verb), reason=reason, line=line)
    elif words and not (len(words) == 1 and words[0].startswith('"')):
        said = excerpt(" ".join(words), 40)
        raise _Wrong(f'"{said}" is said, and no verb before it', "begin the line with pick, hold or drop")


def _section(words: Sequence[str], sections: Sequence[str]) -> str | None:
    """Return the section that *words* name: one that is known, or what stands in quotes; None for no words."""
    if not words:
        return None
    if any(word.startswith('"') for word in words):
        if len(words) > 1:
            raise _Wrong(f"these are two sections: {' '.join(words)}", "leave one of them")
        name = _unquoted(words[0])
        return next((known for known in sections if known.casefold() == name.casefold()), name)
    said = " ".join(words)
    close = meant(said, sections)
    if len(close) > 1:
        raise _Wrong(f'"{said}" begins {len(close)} sections: {", ".join(close)}', "type a letter more")
    if not close:
        known = f"known here: {', '.join(sections)}; " if sections else ""
        raise _Wrong(f'no section begins with "{said}"', f"{known}in quotes it is made")
    return close[0]


def meant(said: str, sections: Sequence[str]) -> list[str]:
    """Return the section that *said* names, else those that begin with it."""
    folded = said.casefold()
    exact = [known for known in sections if known.casefold() == folded]
    return exact[:1] or [known for known in sections if known.casefold().startswith(folded)]


def _reason(words: Sequence[str], sections: Sequence[str]) -> str:
    """Return the reason that *words* give; the section that was printed before the id is none."""
    kept = list(words)
    for at in (0, -1):
        if kept and _is_section(kept[at], sections):
            del kept[at]
    reason = _unquoted(kept[0]) if len(kept) == 1 else " ".join(kept)
    if len(reason) > REASON_LIMIT:
        raise _Wrong(f"a reason of {len(reason):,} characters", f"say it in {REASON_LIMIT}")
    return reason


def _is_section(word: str, sections: Sequence[str]) -> bool:
    return word.startswith('"') and _unquoted(word).casefold() in {known.casefold() for known in sections}


def _unquoted(word: str) -> str:
    if len(word) > 1 and word.startswith('"') and word.endswith('"'):
        word = re.sub(r"\\(.)", r"\1", word[1:-1])
    return " ".join(word.split())
