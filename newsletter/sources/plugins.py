"""Sources of third parties: found by the entry point group ``newsletter.sources``, run in processes of their own.

A source is a function ``(data: bytes, context: Context) -> Reading``. It may say what files are its own: by an
attribute ``suffixes`` (``(".acme",)``), or ``handles(name, data)`` that returns a bool. One that raises, hangs, prints,
exits or takes all memory costs nobody but itself: what becomes of it is a SourceError that names it.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import PurePath
from threading import Event, Thread
from typing import Any

from newsletter.errors import InputError, SourceError
from newsletter.model.article import Article
from newsletter.model.excerpt import excerpt
from newsletter.processes import kill
from newsletter.sources.context import Adapter, Context
from newsletter.sources.entry import ENTRY_LIMIT, web_link
from newsletter.sources.plain import visible
from newsletter.sources.reading import Collected, Reading, Remark, clean, identified

GROUP = "newsletter.sources"
SECONDS = 20.0
"""How long a source may take, unless told otherwise."""
MEMORY = 1_000_000_000
"""Bytes of address space that one may have, where the system keeps such a limit."""
LOOK = 0.1
"""Seconds between two looks whether somebody wants it to end."""


PATIENCE = 3
"""How often a source may fail at being asked about files before it is asked no more."""
_faults: Counter[str] = Counter()


def names() -> tuple[str, ...]:
    """Return the names of the sources that are installed."""
    return tuple(sorted(_installed(tuple(sys.path))))


@cache  # looking for them takes 20 ms, and a folder has thousands of files
def _installed(path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    return {found.name: found for found in reversed(entry_points(group=GROUP))}


def require_source(name: str) -> None:
    """Refuse a *name* that no installed source has; InputError says which there are."""
    _entry_point(name)


def adapter(name: str) -> Adapter:
    """Load the source called *name* into this process; InputError when there is none, or it cannot be loaded."""
    return loaded(_entry_point(name))


def loaded(found: EntryPoint) -> Adapter:
    """Load the source that *found* points to."""
    try:
        source = found.load()
    except Exception as cause:  # whatever the import of somebody else's module raises
        what = f'the source "{found.name}" cannot be loaded: {type(cause).__name__}: {excerpt(str(cause), 200)}'
        raise SourceError(what, f"mend or remove {_package(found)}") from cause
    if not callable(source):
        raise SourceError(f'the source "{found.name}" is no function', f"mend or remove {_package(found)}")
    return source  # type: ignore[no-any-return]


def run_aside(
    name: str, data: bytes, context: Context, seconds: float | None = None, stop: Event | None = None
) -> Reading:
    """Return what the source called *name* reads in *data*, in a process of its own and within *seconds*.

    :param seconds: :data:`SECONDS` unless told otherwise.
    :param stop: ends it when it is set.
    :raises SourceError: when it raises, hangs, exits, is ended, or returns what is no reading.
    :raises InputError: when it says that the data are none of its own.
    """
    found = _entry_point(name)
    asked = {"name": context.name, "address": context.address, "headers": dict(context.headers)}
    question = {"do": "read", "now": context.now.isoformat(), **asked}
    answer = _asked(found, question, data, context.name, seconds or SECONDS, stop)
    try:
        return _reading(answer["reading"], name, context)
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        what = f'the source "{name}" returned what is no reading: {excerpt(str(cause), 100)}'
        raise SourceError(what, f"mend or remove {_package(found)}", where=context.name) from cause


def handler_of(name: str, data: bytes, seconds: float = 5.0) -> str:
    """Return the first source that says it can read the file *name*, which has *data*; empty when none does.

    One that fails at being asked can read nothing. Each is asked about all files once for its suffixes, and about each
    file only if it has a ``handles``.
    """
    suffix = PurePath(name).suffix.lower()
    for source in names():
        terms = _terms(source, tuple(sys.path), seconds)
        if suffix in terms.get("suffixes", ()):
            return source
        if terms.get("handles") is not True or _faults[source] >= PATIENCE:
            continue
        try:
            answer = _asked(_entry_point(source), {"do": "handles", "name": name}, data, name, seconds)
        except InputError:
            _faults[source] += 1
            continue
        if answer.get("handles") is True:
            return source
    return ""


@cache
def _terms(source: str, path: tuple[str, ...], seconds: float) -> Mapping[str, Any]:
    """Return what *source* says of the files that it reads; nothing where it fails at being asked."""
    try:
        return _asked(_entry_point(source), {"do": "terms"}, b"", source, seconds)
    except InputError:
        return {}


def _entry_point(name: str) -> EntryPoint:
    found = _installed(tuple(sys.path)).get(name)
    if found is None:
        there = ", ".join(names()) or "none is installed"
        raise InputError(f'there is no source "{excerpt(name, 40)}"', f"sources of others: {there}")
    return found


def _package(found: EntryPoint) -> str:
    return found.dist.name if found.dist else found.value


def _asked(
    found: EntryPoint, question: Mapping[str, Any], data: bytes, where: str, seconds: float, stop: Event | None = None
) -> Mapping[str, Any]:
    """Return the answer of the source's own process: it has no more to do with this one than its pipes."""
    head = json.dumps({**question, "source": found.name, "memory": MEMORY, "seconds": seconds}).encode() + b"\n"
    # -P: what lies in the editor's folder is not imported, whatever it is called.
    command = [sys.executable, "-P", "-m", "newsletter.sources.aside"]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        with _ended_by(stop, process):
            answer, _ = process.communicate(head + data, timeout=seconds)
    except subprocess.TimeoutExpired as cause:
        what = f'the source "{found.name}" did not finish within {seconds:g} seconds, and was stopped'
        raise SourceError(what, f"mend or remove {_package(found)}", where=where) from cause
    finally:
        _end(process)
    try:
        values: Mapping[str, Any] = json.loads(answer)
    except ValueError as cause:
        end = f"signal {-process.returncode}" if process.returncode < 0 else f"exit code {process.returncode}"
        what = f'the source "{found.name}" ended without an answer ({end})'
        raise SourceError(what, f"mend or remove {_package(found)}", where=where) from cause
    if refusal := values.get("refused"):
        raise InputError(excerpt(str(refusal), 300), where=where)
    if unusable := values.get("unusable"):
        raise SourceError(excerpt(visible(str(unusable)), 300), f"mend or remove {_package(found)}", where=where)
    if fault := values.get("fault"):
        what = f'the source "{found.name}" failed: {excerpt(visible(str(fault)), 300)}'
        raise SourceError(what, f"mend or remove {_package(found)}", where=where)
    return values


@contextmanager
def _ended_by(stop: Event | None, process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End the process when *stop* is set, until the block ends."""
    if stop is None:
        yield
        return
    done = Event()

    def watch() -> None:
        while not done.wait(LOOK):
            if stop.is_set() and process.returncode is None:
                kill(process)

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop the process, and all that it started."""
    kill(process)
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):  # what it did not read
                pipe.close()
    process.wait()


def _reading(values: Mapping[str, Any], source: str, context: Context) -> Reading:
    found = f"{source}:{context.label}"
    collected = [_collected(one, found, context) for one in values["collected"][:ENTRY_LIMIT]]
    remarks = [
        Remark(line=int(line), what=visible(str(what)), harmless=bool(harmless))
        for line, what, harmless in values["remarks"][:ENTRY_LIMIT]
    ]
    known = [one for one in collected if one.article.title or one.article.link]
    if len(known) < len(collected):
        remarks.append(Remark(line=0, what=f"{len(collected) - len(known)} articles have neither title nor link"))
    return Reading(name=context.name, collected=tuple(known), remarks=tuple(remarks))


def _collected(values: Mapping[str, Any], found: str, context: Context) -> Collected:
    article = Article(id="").with_facts(values["facts"])
    facts = {name: _told(value) for name, value in article.facts().items()}
    for name in ("link", "image", "canonical"):
        facts[name] = web_link(str(facts.get(name, "")), context.address)
    article = Article(id="").with_facts({**facts, "found": found})
    lines = {name: int(values[name]) for name in ("first_line", "last_line")}
    return Collected(article=identified(article), text=clean(str(values["text"])), **lines)


def _told(value: Any) -> Any:
    """Return a fact as it may stand in the pool: texts in one line, without what nobody sees."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [visible(str(one)) for one in value]
    return visible(value) if isinstance(value, str) else value
