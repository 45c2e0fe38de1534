"""Reads articles from JSON: a list, an object with a list in it (JSON Feed among them), or a line an article."""

import json
import re
from collections.abc import Iterator
from typing import Any

from newsletter.errors import InputError
from newsletter.sources.fields import article_of
from newsletter.sources.reading import Collected, Reading, Remark
from newsletter.sources.services import renamed, service_of

_LISTS = ("articles", "items", "posts", "results")
"""Keys under which an object may have its articles, best first."""

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")  # RFC 8259 §2


def read_json(text: str, name: str) -> Reading:
    """Read one article from each object."""
    try:
        values = _articles(json.loads(text), name)
        numbered = list(zip(_places(text), values, strict=True))
    except json.JSONDecodeError as cause:
        if "\n" not in text.strip() or cause.msg != "Extra data":
            raise _broken(cause, name, cause.lineno) from cause
        numbered = _lines(text, name)
    except ValueError as cause:  # a number of thousands of digits
        raise InputError("a number in this JSON is too long", "mend it", where=name) from cause
    except RecursionError as cause:
        raise InputError("this JSON is nested too deeply", "is this a list of articles?", where=name) from cause
    collected, remarks = [], []
    for position, (line, value) in enumerate(numbered, 1):
        if not isinstance(value, dict):
            remarks.append(Remark(line=line, what=f"entry {position} is no object"))
            continue
        service = service_of(value)
        found = f"{service.name if service else 'json'}:{name}"
        article, unknown = article_of(renamed(value, service), found=found, where=name, line=line)
        if unknown:
            remarks.append(
                Remark(line=line, what=f"entry {position}: keys that mean nothing here: {', '.join(unknown)}")
            )
        if article.title or article.link:
            collected.append(Collected(article=article, first_line=line, last_line=line))
        else:
            remarks.append(Remark(line=line, what=f"entry {position} has neither title nor link"))
    return Reading(name=name, collected=tuple(collected), remarks=tuple(remarks))


def _articles(value: Any, name: str) -> list[Any]:
    if isinstance(value, dict):
        listed = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
        value = [value] if listed is None else listed
    if not isinstance(value, list):
        raise InputError("this JSON is no list of articles", 'give [{"title": …, "link": …}, …]', where=name)
    return value


def _places(text: str) -> Iterator[int]:
    """Yield the line where each article of a JSON *text* begins, as :func:`_articles` finds them."""
    begin = _skip(text, 0)
    starts = list(_elements(text, begin)) if text[begin] == "[" else [begin]
    if text[begin] == "{":
        lists = {key: at for key, at in _members(text, begin) if text[at] == "["}
        if key := next((key for key in _LISTS if key in lists), ""):
            starts = list(_elements(text, lists[key]))
    line, before = 1, 0
    for at in starts:
        line, before = line + text.count("\n", before, at), at
        yield line


def _elements(text: str, at: int) -> Iterator[int]:
    """Yield where each value of the list at *at* begins; the text was read once, so it is JSON."""
    while text[at := _skip(text, at + 1)] != "]":
        yield at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == "]":
            return


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield each key of the object at *at*, and where its value begins."""
    while text[at := _skip(text, at + 1)] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)  # behind the colon
        yield key, at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == "}":
            return


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _lines(text: str, name: str) -> list[tuple[int, Any]]:
    numbered = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                numbered.append((number, json.loads(line)))
            except json.JSONDecodeError as cause:
                raise _broken(cause, name, number) from cause
    return numbered


def _broken(cause: json.JSONDecodeError, name: str, line: int) -> InputError:
    return InputError(f"this is not JSON: {cause.msg}", "mend that line", where=name, line=line)
