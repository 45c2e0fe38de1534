"""Where a mail uses which feature: the theme's style sheets, MJML's own, style attributes, elements."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from lxml.html import HtmlElement

from newsletter.checks.clients.css_matchers import of_at_rule, of_declaration, of_selector
from newsletter.checks.clients.html_matchers import ASKED, of_shape, of_values
from newsletter.checks.clients.stylesheet import Kind, Piece, declarations, pieces
from newsletter.model.traced import Place, TracedText

if TYPE_CHECKING:  # which has the uses of its own
    from newsletter.checks.document import Document

_BARE_POINT = re.compile(r"(?<![\d.])\.(?=\d)")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something that uses a feature is from; most are never asked.

    :param place: says where it was written.
    :param authored: says whether somebody wrote it, rather than MJML.
    """

    place: Callable[[], Place]
    authored: Callable[[], bool]


@dataclass(slots=True)
class Use:
    """The uses of one feature in a mail.

    :param count: how many there are in the mail; a style sheet's line that was put into 20 style attributes counts 20.
    :param texts: what uses it, each with its first origin: selectors, at-rules, tags, declarations; one of a style
        attribute has its tag before it: "td padding:0". What somebody wrote comes before what MJML adds.
    """

    count: int = 0
    texts: dict[str, Origin] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The first."""
        return next(iter(self.texts.values())).place()


Found = dict[str, Use]


def uses(document: "Document") -> Found:
    """Return what a mail uses, by the feature's slug."""
    found: Found = {}
    for sheet in document.sheets:
        _add_sheet(found, sheet.text, partial(_place_in, sheet, document), authored=True)
    _add_styles(found, document)
    _add_rest(found, document)
    _add_elements(found, document)
    return found


def _add(found: Found, slug: str, text: str, origin: Origin, count: int = 1) -> None:
    if (use := found.get(slug)) is None:
        use = found[slug] = Use()
    use.count += count
    use.texts.setdefault(text, origin)


def _place_in(sheet: TracedText, document: "Document", offset: int) -> Place:
    try:
        return sheet.place(offset)
    except LookupError:
        return document.fallback


def _add_sheet(found: Found, css: str, place: Callable[[int], Place], *, authored: bool) -> None:
    for piece in pieces(css):
        for slug in _of_piece(piece):
            _add(found, slug, piece.text, Origin(partial(place, piece.offset), lambda: authored))


def _of_piece(piece: Piece) -> Iterator[str]:
    match piece.kind:
        case Kind.DECLARATION:
            if not piece.around.startswith("@font-face"):
                yield from of_declaration(piece.text)
        case Kind.AT_RULE:
            yield from of_at_rule(piece.text)
        case Kind.COMMENT:
            yield "css-comments"
        case Kind.SELECTOR:
            if "keyframes" not in piece.around[:20]:
                yield from of_selector(piece.text)
            if piece.around and not piece.around.startswith("@"):
                yield "css-nesting"


def _add_rest(found: Found, document: "Document") -> None:
    """Add what MJML put into the head on its own: nobody wrote it, so it has the place of what nobody wrote."""
    own = [sheet.text.strip() for sheet in document.sheets]
    for style in document.root.iter("style"):
        css = style.text or ""
        for text in own:
            css = css.replace(text, "")
        _add_sheet(found, css, lambda _: document.fallback, authored=False)


def _add_styles(found: Found, document: "Document") -> None:
    """Add what style attributes use; those of the theme's style sheets have their place there, and come first."""
    sheets: dict[str, Origin] = {}
    for sheet in document.inline_sheets:
        for piece in pieces(sheet.text):
            if piece.kind is Kind.DECLARATION:
                place = partial(_place_in, sheet, document, piece.offset)
                sheets.setdefault(tight(piece.text), Origin(place, lambda: True))
    written = _declarations(document.root)
    for declaration in sorted(written, key=lambda declaration: tight(declaration) not in sheets):
        for slug in of_declaration(declaration):
            for tag, elements in written[declaration].items():
                origin = sheets.get(tight(declaration)) or Origin(
                    partial(document.place, elements[0]), partial(_is_in_source, declaration, document)
                )
                _add(found, slug, f"{tag} {declaration}", origin, len(elements))


def _declarations(root: HtmlElement) -> dict[str, dict[str, list[HtmlElement]]]:
    """Return the elements of each declaration in a style attribute, by tag; the same attribute is read once."""
    styles: dict[tuple[str, str], list[HtmlElement]] = defaultdict(list)
    for element in root.iterfind(".//*[@style]"):
        styles[element.tag, element.get("style")].append(element)
    written: dict[str, dict[str, list[HtmlElement]]] = defaultdict(lambda: defaultdict(list))
    for (tag, style), elements in styles.items():
        # MJML's buttons: Outlook reads mso-padding-alt, and the cell around has the padding.
        for_outlook = "mso-padding-alt" in style
        for declaration in declarations(style):
            if not (for_outlook and declaration.startswith("padding")):
                written[declaration][tag] += elements
    return written


def _is_in_source(declaration: str, document: "Document") -> bool:
    """Whether a declaration stands in what the theme made of the issue, before MJML."""
    wanted, source = tight(declaration), document.source
    at = source.find(wanted)
    while at >= 0:
        before, behind = source[at - 1 : at], source[at + len(wanted) : at + len(wanted) + 1]
        if not (before.isalpha() or before == "-" or behind.isalnum() or behind in (".", "%")):
            return True
        at = source.find(wanted, at + 1)
    return False


def tight(css: str) -> str:
    """Return CSS without space, as premailer leaves it in a style attribute, or nearly."""
    return _BARE_POINT.sub("0.", "".join(css.split()).replace('"', "'"))


def _add_elements(found: Found, document: "Document") -> None:
    """Add what elements use; those of the same tag and attributes are looked at once."""
    shapes: dict[tuple[str, ...], list[HtmlElement]] = defaultdict(list)
    for element in document.root.iter("*"):
        shapes[(element.tag, *element.keys())].append(element)
        if element.tag in ASKED:
            for slug in of_values(element.tag, element.attrib):
                _add(found, slug, element.tag, _origin([element], document))
    for (tag, *names), elements in shapes.items():
        for slug in of_shape(tag, names):
            _add(found, slug, tag, _origin(elements, document), len(elements))
    html, nobody = document.traced.html, Origin(lambda: document.fallback, lambda: False)
    if comments := html.count("<!--"):
        _add(found, "html-comments", "<!-- -->", nobody, comments)
    if html[:9].lower() == "<!doctype":
        _add(found, "html-doctype", "<!doctype>", nobody)


def _origin(elements: list[HtmlElement], document: "Document") -> Origin:
    return Origin(
        partial(document.place, elements[0]), lambda: any(document.is_marked(element) for element in elements)
    )
