"""What MJML must be before mjml-python sees it: that one accepts or swallows most mistakes without a word.

One walk finds all that is wrong, and goes on behind it: a theme's author sees everything at once.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from newsletter.model.table import nearest
from newsletter.rendering.attribute_type import attribute_type
from newsletter.rendering.components import EVERYWHERE, IGNORED, UNREAD, components, shared_attributes, structure
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
CLASS_NAME = re.compile(r"""<mj-class\b[^<>]*?\sname\s*=\s*(?:"([^"]*)"|'([^']*)')""")
STARTED = re.compile(r"<(mj[\w-]*)[^<]*?(/?)>", re.S)


class Fault(NamedTuple):
    """What is wrong at one place of the MJML.

    :param rule: the rule of ``newsletter check`` that says so.
    :param offset: in characters from the start of the MJML.
    :param spoils: the mail would be another one than was meant, or none; otherwise a part of it comes to nothing.
    """

    rule: str
    what: str
    todo: str
    offset: int
    spoils: bool = True


class Open(NamedTuple):
    """An element that waits for its end tag."""

    name: str
    offset: int


def check_mjml(mjml: str) -> None:
    """Raise MjmlError for the first thing in *mjml* that would spoil the mail."""
    for fault in faults(mjml, typed=False):
        if fault.spoils:
            raise MjmlError(fault.what, fault.todo, offset=fault.offset)


def faults(mjml: str, *, typed: bool = True) -> Iterator[Fault]:
    """Yield what is wrong with *mjml*, from its start to its end.

    :param typed: values are looked at, too; none of them spoils the mail.
    """
    holders = structure()
    classes = frozenset(found[1] or found[2] for found in CLASS_NAME.finditer(mjml)) if typed else None
    stack: list[Open] = []
    behind = 0
    for token in TOKEN.finditer(mjml):
        kind, start = token.lastgroup, token.start()
        if stack and stack[-1].name in holders and (text := mjml[behind:start].lstrip()):
            what = f"there is text directly in <{stack[-1].name}>"
            yield Fault("mjml-nesting", what, "put it into an <mj-text>", start - len(text))
        behind = token.end()
        if kind == "void":
            yield from _start(token, stack, typed)
            if classes is not None and "mj-class" in token["attributes"]:
                yield from _class_unknown(token, classes)
        elif kind == "end":
            if stack and stack[-1].name == token["end"]:
                stack.pop()
            else:
                yield from _end(token, stack)
        elif kind == "bad":
            yield _bad(mjml, start)
            if (begun := STARTED.match(mjml, start)) and not begun[2] and begun[1] in components():
                stack.append(Open(begun[1], start))  # so that its end tag is not said to close nothing
                behind = begun.end()
    yield from (_unclosed(opened, stack) for opened in reversed(stack))
    if not stack:
        yield from _root(mjml)


def _start(token: re.Match[str], stack: list[Open], typed: bool) -> Iterator[Fault]:
    name, offset = token["tag"], token.start()
    if name.startswith("mj"):
        yield from _close_text(name, stack)
        parent = stack[-1].name if stack else ""
        yield from _default(token, typed) if parent == "mj-attributes" else _component(token, parent, typed)
    elif not stack or stack[-1].name in structure():
        where = stack[-1].name if stack else "the template"
        yield Fault(
            "mjml-nesting", f"<{name}> stands directly in <{where}>", "put it into an <mj-text> or <mj-raw>", offset
        )
    if "'" in token["attributes"]:
        yield from _quotes(token)
    if typed and token["attributes"].count("=") > 1:
        yield from _twice(token)
    if token["void"] or name in VOID:
        return
    stack.append(Open(name, offset))
    if len(stack) == DEPTH + 1:
        yield Fault("mjml-nesting", f"this is nested more than {DEPTH} levels deep", "make it flatter", offset)


def _close_text(name: str, stack: list[Open]) -> Iterator[Fault]:
    """Yield what must have been left open where the element *name* begins within text, and leave it."""
    holders, known = structure(), components()
    if stack and stack[-1].name == "mj-class":
        return
    while stack and stack[-1].name not in holders and (stack[-1].name in known or not stack[-1].name.startswith("mj")):
        yield _unclosed(stack[-1], stack, before=f" before <{name}>")
        stack.pop()


def _component(token: re.Match[str], parent: str, typed: bool) -> Iterator[Fault]:
    name, offset, known = token["tag"], token.start(), components()
    component = known.get(name)
    if parent == "mj-class":
        what = f"<{name}> in <mj-class> is not read here"
        yield Fault("mjml-ignored", what, f"write what it says into an <mj-class> for <{name}> alone", offset)
    elif name in UNREAD:
        if parent not in UNREAD:  # said once, of the outermost
            yield Fault("mjml-ignored", f"<{name}> is not read here", UNREAD[name], offset)
    elif component is None:
        yield Fault("mjml-unknown", f"<{name}> is not an MJML element", nearest(name, list(known)), offset)
    elif parent not in component.inside and (not parent or parent in known) and (parent or component.inside):
        allowed = " or ".join(f"<{outer}>" for outer in sorted(component.inside)) or "nothing"
        what = f"<{name}> cannot stand in <{parent or 'nothing'}>"
        yield Fault("mjml-nesting", what, f"it belongs into {allowed}", offset)
    if component:
        yield from _attributes(token, typed)


def _default(token: re.Match[str], typed: bool) -> Iterator[Fault]:
    """Check one line of ``<mj-attributes>``: defaults for an element, a class, or all."""
    name, known = token["tag"], components()
    if name in ("mj-all", "mj-class"):
        yield from _shared(token, typed)
        return
    if name not in known:
        todo = nearest(name, [*known, "mj-all", "mj-class"])
        yield Fault("mjml-unknown", f"<{name}> is not an MJML element", todo, token.start())
        return
    yield from _attributes(token, typed)


def _shared(token: re.Match[str], typed: bool) -> Iterator[Fault]:
    """Check the defaults of ``<mj-all>`` or of an ``<mj-class>``: one of the elements that read them must take each."""
    name, start, types = token["tag"], token.start("attributes"), shared_attributes()
    written = list(ATTRIBUTE.finditer(token["attributes"]))
    if name == "mj-class" and not any(attribute[1] == "name" for attribute in written):
        yield Fault("mjml-tags", "<mj-class> has no name", 'write <mj-class name="NAME" …>', token.start())
    for attribute in written if typed else ():
        key, value = attribute[1], _value(attribute)
        if key in EVERYWHERE or (name, key) == ("mj-class", "name"):
            continue
        kinds = [attribute_type(kind) for kind in types.get(key, ())]
        if not kinds:
            what, todo = f'no element has the attribute "{key}" of <{name}>', nearest(key, list(types))
            yield Fault("mjml-unknown", what, todo, start + attribute.start(), False)
        elif not any(kind.pattern.fullmatch(value) for kind in kinds):
            what = f'"{value}" is no {key} of any element'
            yield Fault("mjml-value", what, kinds[0].todo(value), start + attribute.start(), False)


def _class_unknown(token: re.Match[str], classes: frozenset[str]) -> Iterator[Fault]:
    """Yield the classes that an element asks for and no ``<mj-class>`` has: MJML passes over them."""
    for attribute in ATTRIBUTE.finditer(token["attributes"]):
        for name in _value(attribute).split() if attribute[1] == "mj-class" else ():
            if name not in classes:
                what, todo = f'there is no <mj-class name="{name}">', nearest(name, sorted(classes))
                yield Fault("mjml-unknown", what, todo, token.start("attributes") + attribute.start(), False)


def _twice(token: re.Match[str]) -> Iterator[Fault]:
    """Yield what stands twice in one tag: one of the two is lost (HTML, §13.1.2.3)."""
    seen: set[str] = set()
    for attribute in ATTRIBUTE.finditer(token["attributes"]):
        if attribute[1] in seen:
            what = f'<{token["tag"]}> has "{attribute[1]}" twice, and one of them is lost'
            yield Fault("mjml-tags", what, "take one out", token.start("attributes") + attribute.start(), False)
        seen.add(attribute[1])


def _value(attribute: re.Match[str]) -> str:
    return attribute[0].partition("=")[2].strip()[1:-1]


def _attributes(token: re.Match[str], typed: bool) -> Iterator[Fault]:
    start = token.start("attributes")
    for fault in _attribute_faults(token["tag"], token["attributes"]):
        if typed or fault.spoils:
            yield fault._replace(offset=start + fault.offset)


@lru_cache(maxsize=4096)
def _attribute_faults(name: str, attributes: str) -> tuple[Fault, ...]:
    """Return what is wrong with the attributes of an element; a theme writes the same ones for each article."""
    return tuple(
        fault
        for attribute in ATTRIBUTE.finditer(attributes)
        if attribute[1] not in EVERYWHERE
        for fault in [_attribute_fault(name, attribute)]
        if fault
    )


def _attribute_fault(name: str, attribute: re.Match[str]) -> Fault | None:
    key, offset, types = attribute[1], attribute.start(), components()[name].attributes
    value = _value(attribute)
    if key not in types:
        todo = nearest(key, [*types, *EVERYWHERE])
        return Fault("mjml-unknown", f'<{name}> has no attribute "{key}"', todo, offset)
    if name == "mj-style" and key == "inline":
        what = f'<mj-style inline="{value}"> is not put into style attributes'
        return Fault("mjml-ignored", what, 'write inline="inline"', offset, False) if value != "inline" else None
    if key in IGNORED.get(name, ()):
        return Fault("mjml-ignored", f'"{key}" of <{name}> comes to nothing here', IGNORED[name][key], offset, False)
    kind = attribute_type(types[key])
    if kind.pattern.fullmatch(value):
        return None
    return Fault("mjml-value", f'"{value}" is no {key} of <{name}>', kind.todo(value), offset, False)


def _quotes(token: re.Match[str]) -> Iterator[Fault]:
    for attribute in ATTRIBUTE.finditer(token["attributes"]):
        # mrml 6.0.1 writes title='say "hi"' as title="say \"hi\"", which ends the value early.
        if attribute[2] and '"' in attribute[2]:
            what = f'the value of "{attribute[1]}" has double quotes inside single ones'
            todo = "put it into double quotes and write &quot; inside"
            yield Fault("mjml-tags", what, todo, token.start("attributes") + attribute.start())


def _end(token: re.Match[str], stack: list[Open]) -> Iterator[Fault]:
    name = token["end"]
    if not stack or name in VOID:
        yield Fault("mjml-tags", f"</{name}> closes nothing", "take it out", token.start())
    elif any(opened.name == name for opened in stack):
        while stack[-1].name != name:
            yield _unclosed(stack[-1], stack, before=f" before </{name}>")
            stack.pop()
        stack.pop()
    else:
        what = f"</{name}> stands where </{stack[-1].name}> is due"
        yield Fault(_rule_of(stack), what, "close what was opened last", token.start())


def _unclosed(opened: Open, stack: list[Open], before: str = "") -> Fault:
    return Fault(
        _rule_of(stack[: stack.index(opened)]),
        f"<{opened.name}> is not closed{before}",
        f"add </{opened.name}>",
        opened.offset,
    )


def _rule_of(around: list[Open]) -> str:
    return "mjml-raw" if any(opened.name == "mj-raw" for opened in around) else "mjml-tags"


def _bad(mjml: str, offset: int) -> Fault:
    piece = mjml[offset : offset + 40].split("\n")[0]
    if piece.startswith("<!["):
        todo = "write <!--[if !mso]><!--> … <!--<![endif]-->"
        return Fault("mjml-tags", f'"{piece}" becomes a comment on its way', todo, offset)
    if piece.startswith("<!--"):
        return Fault("mjml-tags", "this comment has no end, or -- inside", "mend it, or write {# … #}", offset)
    todo = 'write &lt; for a bare "<", and attribute values in double quotes'
    return Fault("mjml-tags", f'"{piece}" is not a tag', todo, offset)


def _root(mjml: str) -> Iterator[Fault]:
    if not re.match(r"(?:\s|<!--(?!\[).*?-->)*<mjml[\s>]", mjml, re.S):
        todo = "put everything into <mjml> … </mjml>"
        yield Fault("mjml-tags", "the template does not begin with <mjml>", todo, 0)
        return
    for name in ("<mj-body", "</mjml>"):
        if name not in mjml:
            yield Fault("mjml-tags", f"{name.rstrip('>')}> is missing", "add it", 0)
