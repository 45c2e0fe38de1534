"""Reads articles from JSON: a list, an object with a list in it (JSON Feed among them), or a line an article."""

import json
from typing import Any

from newsletter.errors import InputError
from newsletter.sources.fields import article_of
from newsletter.sources.reading import Collected, Reading, Remark


def read_json(text: str, name: str) -> Reading:
    """Read one article from each object."""
    try:
        values = _articles(json.loads(text), name)
        numbered = [(1, value) for value in values]
    except json.JSONDecodeError as cause:
        if "\n" not in text.strip() or cause.msg != "Extra data":
            raise _broken(cause, name, cause.lineno) from cause
        numbered = _lines(text, name)
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
