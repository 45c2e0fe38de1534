"""What was read from one source: the articles, the lines they stand on, and what was not understood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.model.canonical import article_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """An article and the lines of the source that it was read from, both counted in; 0 where a source has no lines.

    :param text: all of its text that the source had, plain; empty where that is only what the article says.
    """

    article: Article
    first_line: int = 0
    last_line: int = 0
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A line of the source that is in no article, and why.

    :param harmless: nothing is lost by it, as with a page footer.
    """

    line: int
    what: str
    harmless: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Everything that one source gave."""

    name: str
    collected: tuple[Collected, ...]
    remarks: tuple[Remark, ...] = ()


def identified(article: Article) -> Article:
    """Return *article* with the id that its words, link or title give it."""
    return replace(article, id=article_id(article.link, article.title, (article.why, *article.points)))


_ODD = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return *text* with U+FFFD for each character that no mail can hold: controls, and halves of surrogate pairs."""
    return _ODD.sub("\ufffd", text)


def decode(data: bytes, name: str) -> str:
    """Return *data* as text: UTF-8 with or without a byte order mark, or UTF-16 with one."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as cause:
        line = data.count(b"\n", 0, cause.start) + 1
        raise InputError("this is not UTF-8 text", "save the file as UTF-8", where=name, line=line) from cause
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        raise InputError("there is a NUL byte in it", "is this a text file?", where=name, line=line)
    return clean(text)


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number; a form feed ends a line too, but the number is that of an editor's."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        for part in line.split("\f"):
            yield number, part
