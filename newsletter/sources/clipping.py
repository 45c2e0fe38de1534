"""Reads what Obsidian's Web Clipper saves of a page: front matter about it, and its text in Markdown.

::

    ---
    title: "Moving the queue"
    source: "https://acme.example/queue"
    author:
      - "[[Ada Byron]]"
    published: 2026-11-03
    created: 2026-11-04
    description: "Why we moved it."
    tags:
      - "clippings"
    ---

Source: the clipper's default template (help.obsidian.md/web-clipper/templates).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from newsletter.sources.fields import article_of
from newsletter.sources.reading import Collected, Reading, Remark, identified

_CALLED = {"source": "link", "description": "summary_text", "site": "source", "domain": "source"}
_MARKS = (
    (re.compile(r"!\[[^\[\]]{0,1000}\]\([^()]{0,3000}\)"), ""),  # a picture
    (re.compile(r"\[\[(?:[^\[\]|]{0,500}\|)?([^\[\]|]{0,500})\]\]|\[([^\[\]]{0,1000})\]\([^()]{0,3000}\)"), r"\1\2"),
    (re.compile(r"^[ \t]*(?:#{1,6}|>+|[-*+]|\d{1,3}[.)])[ \t]+|^[ \t]*(?:[-*_=]{3,}|```\S*)[ \t]*$", re.M), ""),
    (re.compile(r"\*\*|__|==|`"), ""),
)


def is_clipping(values: Mapping[str, Any]) -> bool:
    """Whether the front matter *values* are a clipping's: its source is an address."""
    source = values.get("source")
    return isinstance(source, str) and bool(re.match(r"https?://\S+$", source)) and not values.get("link")


def read_clipping(values: Mapping[str, Any], body: str, name: str, *, last_line: int) -> Reading:
    """Read the one article of a clipping; its text is that of the page."""
    named = {_CALLED.get(key, key): value for key, value in values.items()}
    article, unknown = article_of(named, found=f"clipping:{name}", where=name, line=1)
    article = identified(replace(article, title=article.title or PurePath(name).stem))
    what = f"keys that mean nothing here: {', '.join(unknown)}"
    remarks = (Remark(line=1, what=what, harmless=True),) if unknown else ()
    collected = Collected(article=article, first_line=1, last_line=last_line, text=plain_text(body))
    return Reading(name=name, collected=(collected,), remarks=remarks)


def plain_text(markdown: str) -> str:
    """Return the words of *markdown* without its marks, a line for each that has some."""
    for mark, instead in _MARKS:
        markdown = mark.sub(instead, markdown)
    return "\n".join(line for one in markdown.splitlines() if (line := " ".join(one.split())))
