"""Reads an article from Markdown with front matter, or several under headings.

Front matter between ``+++`` lines is TOML. Between ``---`` lines it is read as plain ``key: text`` lines and ``- item``
lists, not as YAML: of 6,324 real titles 16.5 % are not what was typed once YAML has read them (": ", "#", "[", "no").
"""

import re
from dataclasses import replace
from typing import Any

from newsletter.errors import InputError
from newsletter.model.table import read_toml
from newsletter.sources.clipping import is_clipping, plain_text, read_clipping
from newsletter.sources.digest import read_digest
from newsletter.sources.fields import article_of, field_of
from newsletter.sources.reading import Collected, Reading, Remark, identified


def read_markdown(text: str, name: str) -> Reading:
    """Read a Markdown file: with front matter it is one article, without it a digest under headings."""
    text = text.replace("\r\n", "\n")
    opened = re.match(r"(\+\+\+|---)[ \t]*\n", text)
    if not opened:
        return read_digest(text, name)
    closed = re.compile(rf"^{re.escape(opened[1])}[ \t]*$", re.M).search(text, opened.end())
    if not closed:
        todo = f"close it with a line {opened[1]}"
        raise InputError("the front matter has no end", todo, where=name, line=1)
    matter = text[opened.end() : closed.start()]
    values = (
        read_toml(matter, where=name, error=InputError, first_line=2).values
        if opened[1] == "+++"
        else _plain(matter, name)
    )
    if is_clipping(values):
        return read_clipping(values, text[closed.end() :], name, last_line=text.count("\n") + 1)
    article, unknown = article_of(values, found=f"markdown:{name}", where=name, line=1)
    blanks = "\n" * text.count("\n", 0, closed.end())
    body = read_digest(blanks + text[closed.end() :], name)
    # Below an address, and without words for the newsletter, it is what stands there: as in a folder of saved articles.
    is_text = bool(article.link) and not body.collected
    words = plain_text(text[closed.end() :]) if is_text else ""
    remarks = list(body.remarks) if not is_text else []
    if unknown:
        remarks.insert(0, Remark(line=1, what=f"keys that mean nothing here: {', '.join(unknown)}"))
    if not (article.title or article.link):
        what = "the front matter has neither title nor link; add a line title: …"
        return Reading(name=name, collected=(), remarks=(Remark(line=1, what=what),))
    for position, entry in enumerate(body.collected):
        if position == 0:
            own = entry.article
            article = replace(
                article,
                title=article.title or own.title,
                link=article.link or own.link,
                why=own.why or article.why,
                points=own.points or article.points,
                drafted_by="imported",
            )
        else:
            remarks.append(Remark(line=entry.first_line, what="a second article in a file whose front matter is one"))
    last = text.count("\n") + 1
    collected = Collected(article=identified(article), first_line=1, last_line=last, text=words)
    return Reading(name=name, collected=(collected,), remarks=tuple(remarks))


def _plain(matter: str, name: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    key = ""
    for number, line in enumerate(matter.split("\n"), 2):
        if (item := re.match(r"\s*-\s+(.*)$", line)) and isinstance(values.get(key), list):
            values[key].append(_unquoted(item[1].strip()))
        elif pair := re.match(r"(\w[\w -]*?)\s*:(?:\s+(.*))?$", line):
            key = pair[1]
            listed = field_of(key) in ("", "points", "tags", "author")
            values[key] = _unquoted((pair[2] or "").strip(), listed=listed) or []
        elif key and line.strip() and line[0] in " \t" and not line.lstrip().startswith("#"):
            values[key] = _with_more(values[key], line.strip())
        elif line.strip() and not line.lstrip().startswith("#"):
            what = "this front matter line is neither key: text nor an item of a list"
            raise InputError(what, "mend it", where=name, line=number)
    return {key: value for key, value in values.items() if value}


def _with_more(value: Any, line: str) -> Any:
    """Return *value* with an indented *line* below it: a text goes on, as in a block of YAML (``>-``, ``|``)."""
    if isinstance(value, list) and value:
        return [*value[:-1], f"{value[-1]} {line}"]
    text = "" if not value or re.fullmatch(r"[>|][-+\d]*", value) else value
    return f"{text} {line}".strip()


def _unquoted(text: str, *, listed: bool = False) -> Any:
    if listed and re.fullmatch(r"\[[^\[\]]*\]", text):
        return [_unquoted(part.strip()) for part in text[1:-1].split(",") if part.strip()]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
