"""A rendered mail, taken apart: its elements, its style sheets, and where each was written."""

from dataclasses import dataclass
from functools import cached_property

from lxml import html as lxml_html
from lxml.html import HtmlElement

from newsletter.checks.cascade import Cascade
from newsletter.checks.clients.use import Use, tight, uses
from newsletter.model.traced import Place, TracedIssue, TracedText

MARK = "data-place"
"""The attribute in which an element of a traced mail carries the number of its place."""


@dataclass(frozen=True)
class Document:
    """The HTML of a traced issue.

    :param traced: the issue.
    :param fallback: the place of what nobody wrote: the theme's first file.
    """

    traced: TracedIssue
    fallback: Place

    @cached_property
    def root(self) -> HtmlElement:
        """The ``html`` element; conditional comments stand in it as comments, as most clients read them."""
        return lxml_html.document_fromstring(self.traced.html)

    @cached_property
    def cascade(self) -> Cascade:
        """What its texts look like."""
        return Cascade(self.root)

    @cached_property
    def uses(self) -> dict[str, Use]:
        """Which features of HTML and CSS it uses, by their slugs."""
        return uses(self)

    @cached_property
    def source(self) -> str:
        """The body that the theme made of the issue, before MJML, without any space."""
        return tight(self.traced.mjml.text[max(self.traced.mjml.text.find("<mj-body"), 0) :])

    @property
    def sheets(self) -> tuple[TracedText, ...]:
        """The theme's CSS in the head."""
        return self.traced.sheets

    @property
    def inline_sheets(self) -> tuple[TracedText, ...]:
        """The theme's CSS that became style attributes."""
        return self.traced.inline_sheets

    def is_marked(self, element: HtmlElement) -> bool:
        """Whether *element* itself was written by somebody, or stands for a component that was."""
        return element.get(MARK) is not None

    def place(self, element: HtmlElement) -> Place:
        """Return where *element*, or the nearest one around it that somebody wrote, was written."""
        current: HtmlElement | None = element
        while current is not None:
            if (number := current.get(MARK)) is not None:
                return self.traced.places[int(number)]
            current = current.getparent()
        return self.fallback
