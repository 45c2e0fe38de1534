"""A page as facts are read from it: its tree, its meta elements, and what is marked in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from newsletter.sources.invisible import line_of
from newsletter.sources.json_ld import JsonLd


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page's tree, without what is hidden in it, and what was read from it already.

    :param address: where it is from; empty for a saved page that does not say.
    :param meta: the contents of its meta elements by name or property in lower case, in their order.
    :param marked: its elements by itemprop in lower case, five of each at most.
    """

    root: HtmlElement
    linked: JsonLd
    meta: Mapping[str, tuple[str, ...]]
    marked: Mapping[str, Sequence[HtmlElement]]
    address: str
    now: datetime

    def first(self, *names: str) -> str:
        """Return what the first meta element of these names says that says something."""
        return next((text for name in names for text in self.meta.get(name, ())), "")

    def all(self, name: str) -> str:
        """Return what all meta elements of a name say, with commas between."""
        return ", ".join(dict.fromkeys(self.meta.get(name, ())))


def meta_of(root: HtmlElement) -> dict[str, tuple[str, ...]]:
    """Return the contents of the meta elements below *root* by name or property; those without a content left out."""
    found: dict[str, tuple[str, ...]] = {}
    for element in root.iter("meta"):
        name = (
            element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv") or ""
        )
        if content := line_of(element.get("content", "")[:20_000]):
            key = name.strip().lower()
            found[key] = (*found.get(key, ()), content) if len(found.get(key, ())) < 50 else found[key]
    return found


def marked_of(root: HtmlElement) -> dict[str, list[HtmlElement]]:
    """Return the elements below *root* by itemprop, five of each at most."""
    found: dict[str, list[HtmlElement]] = {}
    for element in root.iter("*"):
        if (name := element.get("itemprop", "").strip().lower()) and len(found.setdefault(name, [])) < 5:
            found[name].append(element)
    return found
