"""The elements of MJML 5 and their attributes, and what mjml-python leaves unread of them.

The table is npm's, taken in by ``make mjml-table``; its version and licence stand in components.json.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

EVERYWHERE = ("css-class", "mj-class")
"""Attributes of every element."""

OWN_CSS = "give it a css-class, and say so in an <mj-style>"
IGNORED: Mapping[str, Mapping[str, str]] = {
    "mj-accordion-title": {"font-weight": "write the title's words in <b>"},
    "mj-body": {"id": "take it out"},
    "mj-button": {"title": "let the words of the button say it"},
    "mj-hero": {"border-radius": OWN_CSS, "mode": "take it out"},
    "mj-image": {
        "border-bottom": "write border, which goes round it",
        "border-top": "write border, which goes round it",
        "sizes": "take it out, and srcset with it",
    },
    "mj-raw": {"position": "take it out"},
    "mj-section": {"gutter": "give the columns padding", "text-padding": "give the texts padding"},
    "mj-social": {"border": OWN_CSS, "table-layout": OWN_CSS},
    "mj-social-element": {
        "border": OWN_CSS,
        "icon-position": "take it out",
        "sizes": "take it out",
        "srcset": "take it out, and give src twice the size",
    },
    "mj-spacer": dict.fromkeys(
        ("border", "border-bottom", "border-left", "border-right", "border-top"), "write an <mj-divider>"
    ),
    "mj-table": {"font-weight": OWN_CSS, "role": "write the <table> into an <mj-text>"},
    "mj-text": {"background-color": "write container-background-color"},
    "mj-wrapper": {
        "gap": "give the sections in it padding",
        "gutter": "give the columns padding",
        "text-padding": "give the texts padding",
    },
    "mjml": {"owa": "take it out"},
}
"""Attributes that MJML has and that come to nothing in mjml-python 1.4.2, each with what to do instead.

Compared with npm's mjml 5.4.1: about half of them come to nothing there, too.
"""

UNREAD: Mapping[str, str] = {
    "mj-html-attributes": "write the attributes into the HTML of an <mj-text> or <mj-raw>",
    "mj-selector": "write the attributes into the HTML of an <mj-text> or <mj-raw>",
    "mj-html-attribute": "write the attributes into the HTML of an <mj-text> or <mj-raw>",
    "mj-include": 'write {% include "./NAME" %}',
}
"""Elements of MJML that are not read here, each with what to do instead."""


class Component(NamedTuple):
    """What MJML says of one element.

    :param inside: the elements that it may stand in; empty for the root.
    :param attributes: the type of each, as npm writes it: "unit(px,%){1,4}", "color", "enum(left,right)".
    """

    inside: frozenset[str]
    attributes: Mapping[str, str]


@cache
def components() -> Mapping[str, Component]:
    """Return the elements that a theme may use, by name."""
    rows: Mapping[str, Any] = _table()["components"]
    return {
        name: Component(frozenset(row["inside"]), row["attributes"]) for name, row in rows.items() if name not in UNREAD
    }


@cache
def structure() -> frozenset[str]:
    """Return the elements that hold components and nothing else."""
    return frozenset(parent for component in components().values() for parent in component.inside) | {"mj-attributes"}


@cache
def shared_attributes() -> Mapping[str, tuple[str, ...]]:
    """Return the attributes that a default for several elements may have, with the types that they have in those."""
    types: dict[str, dict[str, None]] = {}
    for name, component in components().items():
        for key, kind in component.attributes.items() if component.inside else ():
            if key not in IGNORED.get(name, ()):
                types.setdefault(key, {})[kind] = None
    return {key: tuple(kinds) for key, kinds in types.items()}


def colour_names() -> list[str]:
    """Return the names that MJML takes for colours."""
    names: list[str] = _table()["colours"]
    return names


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads((Path(__file__).parent / "components.json").read_text("utf-8"))
    return table
