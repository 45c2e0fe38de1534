"""Reads articles from JSON: a list, an object with a list in it (JSON Feed among them), or a line an article."""

import json
import re
from typing import Any

from newsletter.errors import InputError
from newsletter.sources.fields import article_of
from newsletter.sources.reading import Collected, Reading, Remark


def read_json(text: str, name: str) -> Reading:
    """Read one article from each object."""
    try:
        values = _articles(json.loads(text), name)
        numbered = list(zip(_places(text, len(values)), values, strict=True))
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
        article, unknown = article_of(value, found=f"json:{name}", where=name, line=line)
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
        listed = next((value[key] for key in ("articles", "items", "posts") if isinstance(value.get(key), list)), None)
        value = [value] if listed is None else listed
    if not isinstance(value, list):
        raise InputError("this JSON is no list of articles", 'give [{"title": …, "link": …}, …]', where=name)
    return value


def _places(text: str, count: int) -> list[int]:
    """Return the line where each of *count* articles begins: of the one object, or of those in the first list."""
    at = text.index("{") if count and text.lstrip().startswith("{") and not re.search(r'"\s*:\s*\[\s*\{', text) else -1
    if at >= 0:
        return [text.count("\n", 0, at) + 1] * count
    begin = re.search(r"(?:^\s*|\"(?:articles|items|posts)\"\s*:\s*)\[", text)
    at, places, decoder = begin.end() if begin else 0, [], json.JSONDecoder()
    for _ in range(count):
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        places.append(text.count("\n", 0, at) + 1)
        _, at = decoder.raw_decode(text, at)
    return places


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
