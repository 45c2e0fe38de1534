"""Which rules of the style sheets match which elements of a mail.

A mail repeats itself: a card has the same tags and classes as the next one. So elements are sorted into kinds, those of
one kind having the same tag, the same attributes that anything asks for, and a parent of one kind; what most selectors
match and what an element looks like is asked once for each kind.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cssselect import HTMLTranslator, SelectorError
from cssselect import parser as css
from lxml.html import HtmlElement

from newsletter.checks.css import StyleRule

HINTS = ("bgcolor", "color", "text", "style", "hidden")
"""Attributes by which an element looks different from another."""


@dataclass(slots=True, eq=False)
class Kind:
    """Elements that look the same.

    :param parent: None for the root.
    :param ids: the element's id, if a selector asks for it.
    :param values: its attributes that selectors or HINTS name.
    :param odd: indices of the rules that match it, found by XPath.
    :param rules: indices of all the rules that match it, ascending.
    """

    index: int
    parent: "Kind | None"
    tag: str
    classes: frozenset[str]
    id: str
    values: dict[str, str]
    odd: tuple[int, ...]
    rules: tuple[int, ...] = ()
    elements: list[HtmlElement] = field(default_factory=list)


def sort_into_kinds(root: HtmlElement, rules: Sequence[StyleRule]) -> list[Kind]:
    """Return the kinds of the elements of a mail, each behind its parent."""
    plain = [index for index, rule in enumerate(rules) if _is_plain(rule.selector.parsed_tree)]
    odd = _odd_matches(root, rules, set(range(len(rules))) - set(plain))
    asked = {name for index in plain for name in _names(rules[index].selector.parsed_tree)}
    wanted = (*HINTS, *sorted(asked - {"id", "class"}))
    ids = {one for index in plain for one in _ids(rules[index].selector.parsed_tree)} if "id" not in asked else None
    kinds = _gather(root, wanted, ids, odd)
    buckets: dict[str, list[int]] = defaultdict(list)
    for index in plain:
        buckets[_key(rules[index].selector.parsed_tree)].append(index)
    for kind in kinds:
        keys = ("*", kind.tag, f"#{kind.id}", *(f".{name}" for name in kind.classes))
        near = [index for key in keys if key in buckets for index in buckets[key]]
        found = [index for index in near if _matches(rules[index].selector.parsed_tree, kind)]
        kind.rules = tuple(sorted((*found, *kind.odd)))
    return kinds


def _gather(
    root: HtmlElement, wanted: tuple[str, ...], ids: set[str] | None, odd: dict[HtmlElement, list[int]]
) -> list[Kind]:
    kinds: list[Kind] = []
    known: dict[tuple[Any, ...], Kind] = {}
    waiting: list[tuple[HtmlElement, Kind | None]] = [(root, None)]
    while waiting:
        element, parent = waiting.pop()
        has = element.attrib
        own = has.get("id", "")
        own = own if ids is None or own in ids else ""
        values = [(name, has[name]) for name in wanted if name in has]
        if element.tag == "a" and "href" in has:
            # That it is a link matters, not where it leads: each leads elsewhere.
            values.append(("link", ""))
        found = tuple(odd.get(element, ())) if odd else ()
        key = (parent.index if parent else -1, element.tag, has.get("class", ""), own, tuple(values), found)
        kind = known.get(key)
        if kind is None:
            kind = known[key] = Kind(
                len(kinds), parent, element.tag, frozenset(key[2].split()), own, dict(values), found
            )
            kinds.append(kind)
        kind.elements.append(element)
        waiting += [(child, kind) for child in reversed(element) if isinstance(child.tag, str)]
    return kinds


def _odd_matches(root: HtmlElement, rules: Sequence[StyleRule], odd: set[int]) -> dict[HtmlElement, list[int]]:
    """Match what is beyond _matches by XPath; a selector that cannot be said in it matches nothing."""
    found: dict[HtmlElement, list[int]] = {}
    for index in sorted(odd):
        try:
            path = HTMLTranslator().selector_to_xpath(rules[index].selector, prefix="descendant-or-self::")
        except SelectorError:
            continue
        for element in root.xpath(path):
            found.setdefault(element, []).append(index)
    return found


def _is_plain(tree: Any) -> bool:
    """Whether a selector is made of tags, classes, ids, attributes, descendants and children alone."""
    match tree:
        case css.Element():
            return tree.namespace is None
        case css.Class() | css.Hash():
            return _is_plain(tree.selector)
        case css.Attrib():
            return tree.operator in ("exists", "=") and tree.namespace is None and _is_plain(tree.selector)
        case css.CombinedSelector():
            return tree.combinator in (" ", ">") and _is_plain(tree.selector) and _is_plain(tree.subselector)
        case _:
            return False


def _parts(tree: Any) -> Iterator[Any]:
    """Yield the parts of a plain selector, from right to left."""
    while not isinstance(tree, css.Element):
        yield tree
        if isinstance(tree, css.CombinedSelector):
            yield from _parts(tree.subselector)
        tree = tree.selector
    yield tree


def _names(tree: Any) -> Iterator[str]:
    return (part.attrib.lower() for part in _parts(tree) if isinstance(part, css.Attrib))


def _ids(tree: Any) -> Iterator[str]:
    return (part.id for part in _parts(tree) if isinstance(part, css.Hash))


def _key(tree: Any) -> str:
    """Return what an element needs at least to be matched."""
    if isinstance(tree, css.CombinedSelector):
        tree = tree.subselector
    key = "*"
    while not isinstance(tree, css.Element):
        if isinstance(tree, css.Hash):
            return f"#{tree.id}"
        if isinstance(tree, css.Class):
            key = f".{tree.class_name}"
        tree = tree.selector
    return key if key != "*" or not tree.element else tree.element.lower()


def _matches(tree: Any, kind: Kind) -> bool:
    match tree:
        case css.Element():
            return not tree.element or tree.element.lower() == kind.tag
        case css.Class():
            return tree.class_name in kind.classes and _matches(tree.selector, kind)
        case css.Hash():
            return tree.id == kind.id and _matches(tree.selector, kind)
        case css.Attrib():
            value = kind.id if tree.attrib == "id" else kind.values.get(tree.attrib.lower())
            fits = bool(value is not None and (tree.operator == "exists" or (tree.value and value == tree.value.value)))
            return fits and _matches(tree.selector, kind)
    return _matches(tree.subselector, kind) and _above(tree, kind)


def _above(tree: css.CombinedSelector, kind: Kind) -> bool:
    """Whether a parent, or for a descendant any ancestor, matches the left side."""
    above = kind.parent
    while above is not None:
        if _matches(tree.selector, above):
            return True
        if tree.combinator == ">":
            return False
        above = above.parent
    return False
