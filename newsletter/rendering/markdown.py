"""The editor's Markdown as HTML and as text, with nothing in it that mail must not carry."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from newsletter.errors import RenderError
from newsletter.model.issue import Passage
from newsletter.rendering.marks import mark
from newsletter.rendering.media import is_media
from newsletter.rendering.plaintext import blocks_text, inline_text

DEPTH = 100
"""Levels of nesting that a text may have: below what overflows any stack behind us (mrml dies at 10,000, libxml2 drops
what is deeper than 256), above what anybody writes."""

SCHEMES = ("http", "https", "mailto")
Gallery = Callable[[str, Path, int], tuple[str, int, int] | None]
"""Gives the address, width and height of a picture of media/ that a line of a file names; None if it is none."""
TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"style"},
    "th": {"style"},
}

# Text without any of these is the same text in Markdown, but for its escapes: no need to parse it. Nearly all key
# points are so, which makes the render of an issue three times as fast.
MARKED = re.compile(r"[\\`*_\[\]<&\r\t]|\s\n|\n\s")


@dataclass(frozen=True, slots=True)
class Prose:
    """A passage, readable in both parts of a mail: autoescaping templates take the HTML, others the text."""

    html: str
    text: str

    def __html__(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


def is_mailable_link(link: str) -> bool:
    """Say whether *link* is one that a mail may have: http, https or mailto, and whole."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return bool(parts.path)
    return parts.scheme in SCHEMES and bool(parts.netloc)


def inline_prose(
    passage: Passage, path: Path, *, links: bool = True, marked: bool = False, gallery: Gallery | None = None
) -> Prose:
    """Return a *passage* of inline Markdown from the file *path*; without *links* only their words stay.

    :param marked: the HTML has the mark of each line of the passage before it.
    :raises RenderError: it is nested more than 100 levels deep.
    """
    source = passage.markdown.strip()
    if not MARKED.search(source):
        html, text = escape(source, quote=False), source.replace("\n", " ")
    else:
        tokens = _parse(passage, path, gallery, inline=True)[0].children or []
        if not links:
            tokens = [token for token in tokens if token.type not in ("link_open", "link_close")]
        html, text = _clean(_writer().renderInline(tokens, _parser().options, {})), inline_text(tokens)
    if marked:
        lines = enumerate(html.split("\n"), passage.line)
        html = "\n".join(mark(path, number) + line for number, line in lines)
    return Prose(html, text)


def block_prose(passage: Passage, path: Path, *, marked: bool = False, gallery: Gallery | None = None) -> Prose:
    """Return a *passage* of Markdown blocks from the file *path*.

    :param marked: the HTML has a mark before each block, and before each line of a paragraph.
    :raises RenderError: it is nested more than 100 levels deep.
    """
    tokens = _parse(passage, path, gallery, inline=False)
    shown = list(_with_marks(tokens, path, passage.line)) if marked else tokens
    return Prose(_clean(_writer().render(shown, _parser().options, {})).strip(), blocks_text(tokens))


def _with_marks(tokens: Iterable[Token], path: Path, first_line: int) -> Iterator[Token]:
    """Yield *tokens* and, before each block but those of a table, a mark of its line.

    Tables are marked as a whole: a text between their rows would not stay there (HTML Standard §13.2.6.4.9).
    """
    in_table = False
    for token in tokens:
        in_table = (in_table or token.type == "table_open") and token.type != "table_close"
        line = first_line + token.map[0] if token.map else 0
        if line and token.type == "inline":
            yield Token("inline", "", 0, children=list(_lines_marked(token, path, line)), content=token.content)
            continue
        if line and token.nesting >= 0 and (not in_table or token.type == "table_open"):
            yield Token("html_block", "", 0, content=mark(path, line))
        yield token


def _lines_marked(inline: Token, path: Path, line: int) -> Iterator[Token]:
    yield Token("html_inline", "", 0, content=mark(path, line))
    for child in inline.children or ():
        yield child
        if child.type in ("softbreak", "hardbreak"):
            line += 1
            yield Token("html_inline", "", 0, content=mark(path, line))


def _parse(passage: Passage, path: Path, gallery: Gallery | None, *, inline: bool) -> list[Token]:
    parser = _parser()
    try:
        tokens = parser.parseInline(passage.markdown.strip()) if inline else parser.parse(passage.markdown)
    except RecursionError as cause:
        raise _too_deep(path, passage.line) from cause
    _refuse_depth(tokens, path, passage.line)
    _settle_addresses(tokens, path, passage.line, gallery)
    return tokens


def _refuse_depth(tokens: Sequence[Token], path: Path, first_line: int) -> None:
    depth, line = 0, first_line
    for token in tokens:
        if token.map:
            line = first_line + token.map[0]
        depth += token.nesting
        inner = depth
        for child in token.children or ():
            inner += child.nesting
            if inner > DEPTH:
                break
        if max(depth, inner) > DEPTH:
            raise _too_deep(path, line)


def _too_deep(path: Path, line: int) -> RenderError:
    return RenderError(f"this is nested more than {DEPTH} levels deep", "write it flatter", where=path, line=line)


def _settle_addresses(tokens: Iterable[Token], path: Path, first_line: int, gallery: Gallery | None) -> None:
    """Give each picture of media/ its address in the mail, and take out what mail cannot carry.

    An image from elsewhere that is not on https becomes its alternative text: mail readers block or proxy all others.
    A link to a file of ours becomes its words: the file is nowhere where readers could get it.
    """
    for token in tokens:
        line = first_line + token.map[0] if token.map else first_line
        inside_own = False
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            if child.type == "image":
                _settle_image(child, path, line, gallery)
            elif child.type == "link_open" and is_media(str(child.attrs["href"])):
                inside_own, child.type, child.tag = True, "text", ""
            elif child.type == "link_close" and inside_own:
                inside_own, child.type, child.tag = False, "text", ""


def _settle_image(image: Token, path: Path, line: int, gallery: Gallery | None) -> None:
    source = str(image.attrs["src"])
    if gallery and (shown := gallery(source, path, line)):
        image.attrs["src"], width, height = shown
        image.attrs.update(width=str(width), height=str(height))
    elif urlsplit(source).scheme != "https":
        image.type, image.tag, image.content = "text", "", inline_text(image.children or ())
        image.children = None


def _clean(html: str) -> str:
    return _cleaner().clean(html)


@cache
def _parser() -> MarkdownIt:
    # HTML is off: an article about "<script>" shows the word. nh3 stands behind it all the same.
    # markdown-it stops at maxNesting and drops what is deeper, in silence: so it must lie above our own limit.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEPTH * 3}).enable("table")
    parser.validateLink = lambda link: is_mailable_link(link) or is_media(link)  # type: ignore[method-assign, assignment]
    return parser


@cache
def _writer() -> RendererHTML:
    return RendererHTML()


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={*SCHEMES, "cid"},  # which none but our own pictures have: the parser takes no such address
        link_rel=None,
        filter_style_properties={"text-align"},
    )
