"""A document for each element of MJML, with whatever attributes are to be tried on it."""

import re

from newsletter.rendering.components import components

_PAGE = "<mjml><mj-body>{}</mj-body></mjml>"
_SECTION = "<mj-section>{}</mj-section>"
_COLUMN = _SECTION.format("<mj-column>{}</mj-column>")
_AROUND = {
    "mj-body": "",
    "mj-column": _SECTION,
    "mj-group": _SECTION,
    "mj-accordion-element": _COLUMN.format("<mj-accordion>{}</mj-accordion>"),
    "mj-accordion-title": _COLUMN.format(
        "<mj-accordion><mj-accordion-element>{}</mj-accordion-element></mj-accordion>"
    ),
    "mj-accordion-text": _COLUMN.format("<mj-accordion><mj-accordion-element>{}</mj-accordion-element></mj-accordion>"),
    "mj-carousel-image": _COLUMN.format("<mj-carousel>{}</mj-carousel>"),
    "mj-navbar-link": _COLUMN.format("<mj-navbar>{}</mj-navbar>"),
    "mj-social-element": _COLUMN.format("<mj-social>{}</mj-social>"),
}
_TEXT_IN_COLUMN = "<mj-column><mj-text>a</mj-text></mj-column>"
_INSIDE = {
    "mj-accordion": "<mj-accordion-element><mj-accordion-title>a</mj-accordion-title>"
    "<mj-accordion-text>b</mj-accordion-text></mj-accordion-element>",
    "mj-accordion-element": "<mj-accordion-title>a</mj-accordion-title><mj-accordion-text>b</mj-accordion-text>",
    "mj-attributes": '<mj-text color="red" />',
    "mj-body": f"<mj-section>{_TEXT_IN_COLUMN}</mj-section>",
    "mj-carousel": '<mj-carousel-image src="https://a.example/a.png" />' * 2,
    "mj-column": "<mj-text>a</mj-text>",
    "mj-group": _TEXT_IN_COLUMN * 2,
    "mj-head": "<mj-title>a</mj-title>",
    "mj-hero": "<mj-text>a</mj-text>",
    "mj-navbar": '<mj-navbar-link href="https://a.example/">a</mj-navbar-link>' * 2,
    "mj-section": _TEXT_IN_COLUMN,
    "mj-social": '<mj-social-element name="facebook" href="https://a.example/">a</mj-social-element>',
    "mj-style": "a { color: red }",
    "mj-table": "<tr><td>a</td></tr>",
    "mj-wrapper": f"<mj-section>{_TEXT_IN_COLUMN}</mj-section>" * 2,
    "mjml": f"<mj-body><mj-section>{_TEXT_IN_COLUMN}</mj-section></mj-body>",
}
_VOID = ("mj-breakpoint", "mj-font", "mj-image", "mj-divider", "mj-spacer", "mj-carousel-image")
# What an element needs so that its other attributes show.
_NEEDED = {
    "mj-button": 'href="https://a.example/"',
    "mj-carousel-image": 'src="https://a.example/a.png" href="https://a.example/"',
    "mj-column": 'padding="10px"',
    "mj-font": 'name="xyzzy" href="https://a.example/f.css"',
    "mj-hero": 'background-url="https://a.example/b.png" height="400px" background-height="300px"',
    "mj-image": 'src="https://a.example/a.png" href="https://a.example/"',
    "mj-navbar": 'hamburger="hamburger"',
    "mj-section": 'background-url="https://a.example/b.png" border="1px solid red"',
    "mj-social-element": 'name="facebook" href="https://a.example/"',
    "mj-wrapper": 'background-url="https://a.example/b.png"',
}


def document(name: str, attribute: str = "", value: str = "") -> str:
    """Return a whole document with the element *name*; *attribute* has *value*, if it is given."""
    needed = _NEEDED.get(name, "")
    if attribute:
        needed = re.sub(rf'(^| ){attribute}="[^"]*"', "", needed) + f' {attribute}="{value}"'
    inner = "" if name in _VOID else _INSIDE.get(name, "text")
    return _whole(name, f"<{name} {needed.strip()}>{inner}</{name}>")


def _whole(name: str, element: str) -> str:
    inside = components()[name].inside
    if name == "mjml":
        return element
    if name == "mj-head":
        return f"<mjml>{element}<mj-body></mj-body></mjml>"
    if "mj-head" in inside and name != "mj-raw":
        words = _COLUMN.format('<mj-text font-family="xyzzy">a</mj-text>')
        return f"<mjml><mj-head>{element}</mj-head><mj-body>{words}</mj-body></mjml>"
    if name == "mj-body":
        return f"<mjml>{element}</mjml>"
    around = _AROUND.get(name) or ("{}" if "mj-body" in inside else _COLUMN)
    return _PAGE.format(around.format(element))


def values(kind: str) -> list[str]:
    """Return values of a type, so different that one of them is not the default."""
    if kind == "color":
        return ["#123456", "#654321"]
    if kind.startswith("enum("):
        return kind[5:-1].split(",")
    if kind.startswith("unit"):
        unit = kind[kind.index("(") + 1 : kind.index(")")].split(",")[0]
        return [f"37{unit}", f"41{unit}"]
    if kind == "boolean":
        return ["true", "false"]
    if kind == "integer":
        return ["3", "2"]
    words = ["xyzzy", "plugh", "37px", "1px solid red", "inline", "full-width", "true", "fixed-height", "0 0 10px"]
    return [*words, "https://a.example/x.png"]
