"""What MJML must be before mjml-python sees it: that one accepts or swallows most mistakes without a word.

The components and their attributes are those of mjml 5 (npm's mjml-preset-core 5.4.1, MIT), as far as mjml-python
knows them.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from newsletter.model.table import nearest
from newsletter.rendering.mjml_error import MjmlError

DEPTH = 150
"""Levels of elements in all: 100 of a text and what a theme puts around it; libxml2 drops what is deeper than 256."""

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
# Every branch begins behind the same "<", which lets the engine leap from one to the next.
TOKEN = re.compile(
    r"""<(?:
      (?P<tag>[A-Za-z][\w.:-]*)(?P<attributes>(?:\s+[\w.:-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*(?P<void>/?)>
    | /(?P<end>[A-Za-z][\w.:-]*)\s*>
    | (?P<condition>!--\[if[^\]<>]*\]>(?:<!-->)?)
    | (?P<endif>!(?:--<!)?\[endif\]-->)
    | (?P<comment>!--(?!\[)[^-]*(?:-[^-]+)*-->)
    | (?P<bad>)
    )""",
    re.X,
)
ATTRIBUTE = re.compile(r"""([\w.:-]+)(?:\s*=\s*(?:"[^"]*"|('[^']*')))?""")
EVERYWHERE = ("css-class", "mj-class")


class Component(NamedTuple):
    """What mjml 5 says of one ``mj-`` element; *inside* is empty for the root."""

    inside: frozenset[str]
    attributes: frozenset[str]


class Open(NamedTuple):
    """An element that waits for its end tag."""

    name: str
    offset: int


def check_mjml(mjml: str) -> None:
    """Raise MjmlError for the first thing in *mjml* that would not come out as it was meant."""
    holders = structure()
    stack: list[Open] = []
    behind = 0
    for token in TOKEN.finditer(mjml):
        kind = token.lastgroup
        start = token.start()
        if stack and stack[-1].name in holders and (text := mjml[behind:start].lstrip()):
            raise MjmlError(
                f"there is text directly in <{stack[-1].name}>", "put it into an <mj-text>", offset=start - len(text)
            )
        behind = token.end()
        if kind == "void":
            _check_start(token, stack)
        elif kind == "end":
            if stack and stack[-1].name == token["end"]:
                stack.pop()
            else:
                raise _misplaced_end(token, stack)
        elif kind == "bad":
            raise _bad(mjml, start)
    if stack:
        raise _unclosed(stack[-1])
    _check_root(mjml)


@cache
def components() -> Mapping[str, Component]:
    """Return the elements that a theme may use, by name."""
    table = json.loads((Path(__file__).parent / "components.json").read_text("utf-8"))
    return {
        name: Component(frozenset(row["inside"].split()), frozenset(row["attributes"].split()))
        for name, row in table.items()
    }


@cache
def structure() -> frozenset[str]:
    """Return the elements that hold components and nothing else."""
    return frozenset(parent for component in components().values() for parent in component.inside) | {"mj-attributes"}


def _check_start(token: re.Match[str], stack: list[Open]) -> None:
    name = token["tag"]
    parent = stack[-1].name if stack else ""
    if parent == "mj-attributes":
        _check_default(token)
    elif name.startswith("mj"):
        if stack and parent not in structure():
            raise _unclosed(stack[-1], before=f" before <{name}>")
        _check_component(token, parent)
    elif not stack or parent in structure():
        raise MjmlError(
            f"<{name}> stands directly in <{parent or 'the template'}>",
            "put it into an <mj-text> or <mj-raw>",
            offset=token.start(),
        )
    if "'" in token["attributes"]:
        _check_quotes(token)
    if token["void"] or name in VOID:
        return
    stack.append(Open(name, token.start()))
    if len(stack) > DEPTH:
        raise MjmlError(f"this is nested more than {DEPTH} levels deep", "make it flatter", offset=token.start())


def _check_component(token: re.Match[str], parent: str) -> None:
    name, offset, known = token["tag"], token.start(), components()
    component = known.get(name)
    if name == "mj-include":
        raise MjmlError("<mj-include> is not read here", 'write {% include "./NAME" %}', offset=offset)
    if component is None:
        raise MjmlError(f"<{name}> is not an MJML element", nearest(name, list(known)), offset=offset)
    if parent not in component.inside and (parent or component.inside):
        allowed = " or ".join(f"<{outer}>" for outer in sorted(component.inside)) or "nothing"
        raise MjmlError(
            f"<{name}> cannot stand in <{parent or 'nothing'}>", f"it belongs into {allowed}", offset=offset
        )
    _check_attributes(token, component)


def _check_default(token: re.Match[str]) -> None:
    """Check one line of ``<mj-attributes>``: defaults for an element, a class, or all."""
    name, known = token["tag"], components()
    if name in ("mj-all", "mj-class"):
        return
    if name not in known:
        raise MjmlError(
            f"<{name}> is not an MJML element", nearest(name, [*known, "mj-all", "mj-class"]), offset=token.start()
        )
    _check_attributes(token, known[name])


def _check_attributes(token: re.Match[str], component: Component) -> None:
    for attribute in ATTRIBUTE.finditer(token["attributes"]):
        if attribute[1] not in component.attributes and attribute[1] not in EVERYWHERE:
            raise MjmlError(
                f'<{token["tag"]}> has no attribute "{attribute[1]}"',
                nearest(attribute[1], [*component.attributes, *EVERYWHERE]),
                offset=token.start("attributes") + attribute.start(),
            )


def _check_quotes(token: re.Match[str]) -> None:
    for attribute in ATTRIBUTE.finditer(token["attributes"]):
        # mrml 6.0.1 writes title='say "hi"' as title="say \"hi\"", which ends the value early.
        if attribute[2] and '"' in attribute[2]:
            raise MjmlError(
                f'the value of "{attribute[1]}" has double quotes inside single ones',
                "put it into double quotes and write &quot; inside",
                offset=token.start("attributes") + attribute.start(),
            )


def _misplaced_end(token: re.Match[str], stack: list[Open]) -> MjmlError:
    name = token["end"]
    if not stack or name in VOID:
        return MjmlError(f"</{name}> closes nothing", "take it out", offset=token.start())
    if any(opened.name == name for opened in stack):
        return _unclosed(stack[-1], before=f" before </{name}>")
    return MjmlError(
        f"</{name}> stands where </{stack[-1].name}> is due", "close what was opened last", offset=token.start()
    )


def _unclosed(opened: Open, before: str = "") -> MjmlError:
    return MjmlError(f"<{opened.name}> is not closed{before}", f"add </{opened.name}>", offset=opened.offset)


def _bad(mjml: str, offset: int) -> MjmlError:
    piece = mjml[offset : offset + 40].split("\n")[0]
    if piece.startswith("<!["):
        return MjmlError(
            f'"{piece}" becomes a comment on its way', "write <!--[if !mso]><!--> … <!--<![endif]-->", offset=offset
        )
    if piece.startswith("<!--"):
        return MjmlError("this comment has no end, or -- inside", "mend it, or write {# … #}", offset=offset)
    return MjmlError(
        f'"{piece}" is not a tag', 'write &lt; for a bare "<", and attribute values in double quotes', offset=offset
    )


def _check_root(mjml: str) -> None:
    if not re.match(r"(?:\s|<!--(?!\[).*?-->)*<mjml[\s>]", mjml, re.S):
        raise MjmlError("the template does not begin with <mjml>", "put everything into <mjml> … </mjml>", offset=0)
    for name in ("<mj-body", "</mjml>"):
        if name not in mjml:
            raise MjmlError(f"{name.rstrip('>')}> is missing", "add it", offset=0)
