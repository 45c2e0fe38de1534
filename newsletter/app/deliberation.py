"""Decisions that are made one by one: each is kept at once, and each can be taken back.

``.newsletter/triage/decisions.jsonl`` holds them, a step a line, until they are carried out: whoever is killed goes on
where they were, and can still undo what they did before.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from newsletter.app.newsletter import Newsletter
from newsletter.composer.picking import source_of
from newsletter.composer.shortlist import RepeatKind
from newsletter.composer.sitting import Room, Sitting
from newsletter.composer.verdict import Verb, Verdict
from newsletter.errors import FileError


class Step(NamedTuple):
    """What one decision changed: the verdict about an article before it, and after."""

    id: str
    before: Verdict | None
    after: Verdict | None


class Deliberation:
    """The verdicts of a sitting, as far as they have been thought of.

    :param journal: the file that keeps them.
    """

    def __init__(self, sitting: Sitting, journal: Path) -> None:
        self.sitting = sitting
        self._journal = journal
        self._steps: list[Step] = []
        self._verdicts: dict[str, Verdict] = {}
        self._index = {one.choice.article.id: at for at, one in enumerate(sitting.suggestions)}
        self._sources = [source_of(one.choice.article).casefold() for one in sitting.suggestions]
        for line in _lines(journal):
            self._replay(line)
        self.kept = len(self._verdicts)

    @classmethod
    def of(cls, newsletter: Newsletter, sitting: Sitting) -> "Deliberation":
        """Go on with what is kept in the newsletter's folder."""
        return cls(sitting, newsletter.shown / ".newsletter" / "triage" / "decisions.jsonl")

    def verdict(self, index: int) -> Verdict | None:
        """Return what is decided about the story number *index*."""
        return self._verdicts.get(self._id(index))

    def is_muted(self, index: int) -> bool:
        """Whether the source of a story is to be muted, by the verdict about whichever of its stories."""
        return self._sources[index] in self._muted()

    def runs_again(self, index: int) -> str:
        """Say where a sent issue had the story; empty when none had: a pick needs no reason then."""
        repeats = self.sitting.suggestions[index].repeats
        return next((repeat.words for repeat in repeats if repeat.kind is RepeatKind.SAME), "")

    def pick(self, index: int, section: str | None = None, again: str = "") -> None:
        """Pick a story, into *section*; None is where it seems to belong."""
        own = self.sitting.suggestions[index].section
        self._decide(index, Verb.PICK, section=own or None if section is None else section, again=again)

    def hold(self, index: int, reason: str = "") -> None:
        """Hold a story."""
        self._decide(index, Verb.HOLD, reason=reason)

    def drop(self, index: int, reason: str) -> None:
        """Drop a story."""
        self._decide(index, Verb.DROP, reason=reason)

    def mute(self, index: int) -> None:
        """Mute the source of a story."""
        self._decide(index, Verb.MUTE)

    def clear(self, index: int) -> None:
        """Leave a story undecided."""
        if self.verdict(index):
            self._make(Step(self._id(index), self.verdict(index), None))

    def undo(self) -> int | None:
        """Take the last decision back; return the number of its story, None where there is none any more.

        :raises IndexError: there is no decision.
        """
        step = self._steps[-1]
        self._append({"undo": True})
        self._steps.pop()
        self._set(step.id, step.before)
        return self._index.get(step.id)

    def verdicts(self) -> list[Verdict]:
        """Return all verdicts: the stories' in their order, then those about what is not shown any more."""
        last = len(self._index)
        ordered = sorted(self._verdicts.items(), key=lambda item: self._index.get(item[0], last))
        return [replace(verdict, line=self._index.get(id, last) + 1) for id, verdict in ordered]

    def elsewhere(self) -> int:
        """Return how many verdicts are about what is not shown any more."""
        return sum(id not in self._index for id in self._verdicts)

    def counts(self) -> Counter[Verb]:
        """Return how many verdicts there are of each kind."""
        return Counter(verdict.verb for verdict in self._verdicts.values())

    def muted_along(self) -> int:
        """Return how many stories go with another one, whose source is to be muted."""
        return len(self._index.keys() - self._verdicts.keys()) - self.undecided()

    def undecided(self) -> int:
        """Return how many stories wait."""
        muted = self._muted()
        return sum(id not in self._verdicts and self._sources[at] not in muted for id, at in self._index.items())

    def rooms(self) -> tuple[Room, ...]:
        """Return the sections with what is picked into them so far."""
        picks = [verdict.section or "" for verdict in self._verdicts.values() if verdict.verb is Verb.PICK]
        named = {room.name.casefold(): room for room in self.sitting.rooms}
        for section in picks:
            if section:
                room = named.get(section.casefold(), Room(name=section))
                named[section.casefold()] = replace(room, count=room.count + 1)
        return tuple(named.values())

    def forget(self) -> None:
        """Let go of all of them: they were carried out, or are given up."""
        self._journal.unlink(missing_ok=True)
        self._steps, self._verdicts = [], {}

    def _id(self, index: int) -> str:
        return self.sitting.suggestions[index].choice.article.id

    def _muted(self) -> set[str]:
        muted = (id for id, verdict in self._verdicts.items() if verdict.verb is Verb.MUTE)
        return {self._sources[self._index[id]] for id in muted if id in self._index}

    def _decide(self, index: int, verb: Verb, **more: Any) -> None:
        id = self._id(index)
        self._make(Step(id, self._verdicts.get(id), Verdict(id=id, verb=verb, **more)))

    def _make(self, step: Step) -> None:
        self._append({"id": step.id, "after": _facts(step.after)})
        self._steps.append(step)
        self._set(step.id, step.after)

    def _set(self, id: str, verdict: Verdict | None) -> None:
        self._verdicts.pop(id, None)
        if verdict:
            self._verdicts[id] = verdict

    def _replay(self, line: Mapping[str, Any]) -> None:
        if line.get("undo"):
            if self._steps:
                step = self._steps.pop()
                self._set(step.id, step.before)
        elif verdict := _verdict(line):
            step = Step(verdict[0], self._verdicts.get(verdict[0]), verdict[1])
            self._steps.append(step)
            self._set(step.id, step.after)

    def _append(self, line: Mapping[str, Any]) -> None:
        try:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("ab+") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(end - 1, 0))
                torn = b"\n" if file.read(1) not in (b"", b"\n") else b""
                file.write(torn + json.dumps(line, ensure_ascii=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as cause:
            what = f"what you decide cannot be kept ({cause.strerror or cause})"
            raise FileError(what, "make room, or look at the folder", where=self._journal) from cause


def _facts(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"verb": verdict.verb.value, "section": verdict.section, "reason": verdict.reason, "again": verdict.again}


def _verdict(line: Mapping[str, Any]) -> tuple[str, Verdict | None] | None:
    """Return an id and the verdict about it; None for a line that is no step."""
    try:
        id, facts = str(line["id"]), line["after"]
        return id, Verdict(id=id, **{**facts, "verb": Verb(facts["verb"])}) if facts else None
    except (KeyError, ValueError, TypeError):
        return None


def _lines(journal: Path) -> list[dict[str, Any]]:
    """Return the lines of *journal* that can be read: the last one may be torn, and was not seen on the screen then."""
    found = []
    for line in journal.read_bytes().split(b"\n") if journal.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [line for line in found if isinstance(line, dict)]
