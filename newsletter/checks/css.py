"""The rules of a mail's style sheets, with the media they are for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cssselect
import tinycss2

from newsletter.checks.colour import read_colour

MATTERS = frozenset(
    [
        "background",
        "background-color",
        "border",
        "border-bottom",
        "border-bottom-style",
        "color",
        "color-scheme",
        "display",
        "font",
        "font-family",
        "font-size",
        "font-weight",
        "opacity",
        "text-decoration",
        "text-decoration-line",
        "visibility",
    ]
)
"""The properties that decide how text looks against what is behind it."""

Declarations = tuple[tuple[str, str, bool], ...]
"""Property, value, whether it is important; shorthands are taken apart."""


@dataclass(frozen=True, slots=True, eq=False)
class StyleRule:
    """One selector with its declarations.

    :param media: the conditions that all must hold, as they were written.
    :param specificity: ids, classes, types (Selectors 4, §17).
    """

    selector: cssselect.Selector
    specificity: tuple[int, int, int]
    media: tuple[str, ...]
    declarations: Declarations


@lru_cache(maxsize=64)
def read_sheet(css: str, media: str = "") -> tuple[StyleRule, ...]:
    """Return the rules of a style sheet that decide anything of MATTERS, in its order."""
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return tuple(_rules(nodes, (media,) if media.strip() else ()))


def _rules(nodes: Iterable[Any], media: tuple[str, ...]) -> Iterator[StyleRule]:
    for node in nodes:
        if node.type == "at-rule" and node.content is not None and node.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            asked = tinycss2.serialize(node.prelude).strip() if node.lower_at_keyword == "media" else ""
            yield from _rules(inner, (*media, asked) if asked else media)
        elif node.type == "qualified-rule" and (declarations := read_declarations(node.content)):
            for selector in _selectors(tinycss2.serialize(node.prelude).strip()):
                if selector.pseudo_element is None:
                    yield StyleRule(selector, selector.specificity(), media, declarations)


@lru_cache(maxsize=1024)
def _selectors(text: str) -> tuple[cssselect.Selector, ...]:
    """Return the selectors of a list; none if one of them cannot be read, for then a browser drops them all."""
    try:
        return tuple(cssselect.parse(text))
    except (cssselect.SelectorError, ValueError):
        return ()


@lru_cache(maxsize=1024)
def read_style(text: str) -> Declarations:
    """Return the declarations of a style attribute."""
    return read_declarations(text)


def read_declarations(content: Any) -> Declarations:
    """Return the declarations of MATTERS, shorthands taken apart, those that cannot be read left out."""
    found: list[tuple[str, str, bool]] = []
    for one in tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True):
        if one.type == "declaration" and one.lower_name in MATTERS:
            tokens = [token for token in one.value if token.type not in ("whitespace", "comment")]
            found += [(name, value, one.important) for name, value in _long(one.lower_name, tokens)]
    return tuple(found)


def _long(name: str, tokens: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield a declaration as longhands: (property, value in lower case)."""
    text = " ".join(token.serialize() for token in tokens).strip().lower()
    if name in ("background", "background-color"):
        # The colour stands in the last layer of a background, and is transparent where the shorthand names none.
        colours = [token.serialize() for token in tokens if read_colour(token) is not None]
        if len(tokens) == 1 and text in ("inherit", "initial", "unset", "revert"):
            colours = [text]
        if colours or name == "background":
            yield "background-color", colours[-1].lower() if colours else "transparent"
    elif name == "color":
        if text in ("inherit", "initial", "unset", "revert") or (len(tokens) == 1 and read_colour(tokens[0])):
            yield name, text
    elif name in ("text-decoration", "text-decoration-line"):
        yield "underline", "yes" if "underline" in text else "no"
    elif name in ("border", "border-bottom", "border-bottom-style"):
        lined = any(word in text for word in ("solid", "dotted", "dashed", "double"))
        yield "border-bottom", "yes" if lined and not text.startswith("0") else "no"
    elif name == "font":
        yield from _font(tokens)
    else:
        yield name, text


def _font(tokens: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield size and weight of the shorthand; what it does not name is normal (CSS Fonts 4, §2.7)."""
    words = [token.serialize().lower() for token in tokens]
    sizes = [n for n, token in enumerate(tokens) if token.type in ("dimension", "percentage") or words[n] in SIZES]
    if sizes:
        before = words[: sizes[0]]
        weight = next((word for word in before if word in ("bold", "bolder", "lighter") or word.isdigit()), "normal")
        yield "font-weight", weight
        yield "font-size", words[sizes[0]]
        yield "font-family", " ".join(words[sizes[0] + 1 :])


SIZES = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
    "xxx-large": 48.0,
}
"""The words for sizes, in pixels (CSS Fonts 4, §2.5.1)."""
