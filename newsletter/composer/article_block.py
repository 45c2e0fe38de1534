"""Reads one article of an issue file: the heading and the blocks below it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from newsletter.composer.blocks import SEPARATOR
from newsletter.composer.markdown import Block, Document, inline_tokens, plain_text, shown
from newsletter.errors import IssueError
from newsletter.model.issue import Passage, PickedArticle

_ATTRIBUTES = re.compile(r"(?:^|\s+)(?<!\\)\{([^{}]*)\}\s*$")
_PLAIN_LINK = re.compile(r"\[([^\[\]\\`*_<>&!\n]+)\]\(([^\s()<>\\&]+)\)")
"""A link with nothing in it that Markdown would read in another way."""
_WHY = re.compile(r"\s*(?:\*\*|__)why\s+(?:it|this)\s+matters\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:?)\s*", re.I)
_MINUTES = re.compile(r"(\d{1,4}) min(?:utes?|\.)?")
_PUBLISHED = re.compile(r"\d{4}(?:-\d\d){0,2}")
BYLINE_LIMIT = 160
"""Characters: what is longer under a heading is prose, and wants a blank line above it."""


class ArticleReader:
    """Reads articles of one document."""

    def __init__(self, document: Document, path: Path) -> None:
        self._document = document
        self._path = path

    def read(self, heading: Block, blocks: Sequence[Block]) -> PickedArticle:
        """Return the article under *heading*."""
        article = self._heading(heading)
        if (
            blocks
            and blocks[0].line == heading.end + 1
            and blocks[0].kind == "paragraph"
            and not _WHY.match(blocks[0].text)
        ):
            article = self._byline(article, blocks[0])
            blocks = blocks[1:]
        words, blocks = self._words(blocks)
        if words and article.words:  # a sponsor's line has words of its own; each line keeps its number
            gap = "\n" * max(words.line - article.words.line, 2)
            words = Passage(markdown=article.words.markdown + gap + words.markdown, line=article.words.line)
        if words:
            article = replace(article, words=words)
        if blocks and _is_why(blocks[0]):
            article = replace(article, why=self._why(blocks[0]))
            blocks = blocks[1:]
        if blocks and _is_points(blocks[0]):
            article = replace(article, points=self._points(blocks[0]))
            blocks = blocks[1:]
        if blocks:
            self._fail(blocks[0])
        return article

    def _heading(self, block: Block) -> PickedArticle:
        text, id, classes = block.text, "", set()
        if match := _ATTRIBUTES.search(text):
            text = text[: match.start()]
            for word in match[1].split():
                if re.fullmatch(r"#[A-Za-z0-9_-]+", word) and not id:
                    id = word[1:]
                elif word == ".sponsor":
                    classes.add(word)
                else:
                    todo = "an article has {#id}, {.sponsor}, or both"
                    raise IssueError(f'"{word}" means nothing behind a title', todo, where=self._path, line=block.line)
        title, link = _title_and_link(text)
        return PickedArticle(
            id=id, title=Passage(markdown=title, line=block.line), link=link, sponsor=".sponsor" in classes
        )

    def _byline(self, article: PickedArticle, block: Block) -> PickedArticle:
        if block.end != block.line or len(block.text) > BYLINE_LIMIT:
            what = "the line below a title is its source (Source · 12 min), and this is longer"
            raise IssueError(what, "leave a blank line below the title", where=self._path, line=block.line)
        minutes, published, names = 0, "", []
        for part in re.split(r"\s+·\s+", block.text.strip()):
            if match := _MINUTES.fullmatch(part):
                minutes = int(match[1])
            elif _PUBLISHED.fullmatch(part):
                published = part
            else:
                names.append(part)
        words = None
        if article.sponsor and len(names) > 1:
            words = Passage(markdown=SEPARATOR.join(names[1:]), line=block.line)
            names = names[:1]
        source = plain_text(SEPARATOR.join(names))
        return replace(article, source=source, minutes=minutes, published=published, words=words)

    def _words(self, blocks: Sequence[Block]) -> tuple[Passage | None, Sequence[Block]]:
        """Return the editor's own blocks above the why or the key points, and what comes after them."""
        why = next((at for at, block in enumerate(blocks) if _is_why(block)), None)
        if why is None:  # without a why, a list at the end is the key points
            why = len(blocks) - 1 if blocks and _is_points(blocks[-1]) else len(blocks)
        return self._document.passage(blocks[:why]), blocks[why:]

    def _why(self, block: Block) -> Passage:
        return Passage(markdown=_WHY.sub("", block.text, count=1), line=block.line)

    def _points(self, block: Block) -> tuple[Passage, ...]:
        points = []
        for token, opening, content in zip(block.tokens, block.tokens[1:], block.tokens[2:], strict=False):
            if token.type == "list_item_open":
                line = self._document.first_line + (token.map or [0])[0]
                if opening.type != "paragraph_open" or token.level != 1 or _extent(block, token.map) > 1:
                    what = "a key point is one paragraph"
                    raise IssueError(
                        what, "make it one line without a list, code or quote", where=self._path, line=line
                    )
                points.append(Passage(markdown=content.content, line=line))
        return tuple(points)

    def _fail(self, block: Block) -> None:
        if _is_why(block):
            what, todo = 'a second "Why it matters:"', "make one of the two"
        else:
            what, todo = "there is text below the key points", 'move it above "Why it matters:"'
        raise IssueError(what, todo, where=self._path, line=block.line)


def _is_why(block: Block) -> bool:
    return block.kind == "paragraph" and bool(_WHY.match(block.text))


def _is_points(block: Block) -> bool:
    return block.kind in ("bullet_list", "ordered_list")


def _extent(block: Block, lines: Sequence[int] | None) -> int:
    """Return how many blocks stand within *lines* of a list."""
    first, end = lines or (0, 0)
    kinds = ("inline", "fence", "code_block", "hr", "html_block")
    return sum(first <= token.map[0] < end for token in block.tokens if token.map and token.type in kinds)


def _title_and_link(text: str) -> tuple[str, str]:
    if match := _PLAIN_LINK.fullmatch(text):  # parsing each title was a sixth of reading an issue
        return match[1], match[2]
    tokens = inline_tokens(text)
    opening = [token for token in tokens if token.type == "link_open"]
    if len(opening) == 1 and tokens[0] is opening[0] and tokens[-1].type == "link_close" and text.startswith("["):
        # Title and address may both have "](" in them: the title is what reads like the words of the link.
        titles = [text[1 : mark.start()] for mark in re.finditer(r"\]\(", text)]
        title = next((title for title in titles if plain_text(title) == shown(tokens[1:-1])), titles[-1])
        return title, str(opening[0].attrGet("href") or "")
    return text, ""
