"""Which features an element uses. Names on the left are caniemail.com's, without the "html-" or "image-" before."""

import re
from collections.abc import Iterable, Iterator, Mapping

_OWN_TAG = """
abbr acronym address audio base bdi blockquote body code del dfn dialog div form hr img link marquee meter object p
picture pre progress rp rt ruby select small span strike strong style svg table textarea video wbr
"""
_OWN_ATTRIBUTE = """
align aria-describedby aria-hidden aria-label aria-labelledby aria-live background cellpadding cellspacing dir height
hidden lang popover required role target valign width
"""

_TAGS = {
    **{name: (name,) for name in _OWN_TAG.split()},
    "h1-h6": ("h1", "h2", "h3", "h4", "h5", "h6"),
    "image-maps": ("map", "area"),
    "lists": ("ul", "ol", "dl"),
    "semantics": (
        *("article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav"),
        *("section", "summary", "time"),
    ),
}

_ATTRIBUTES = {
    **{name: (name,) for name in _OWN_ATTRIBUTE.split()},
    "image-maps": ("usemap",),
    "loading-attribute": ("loading",),
    "srcset": ("srcset", "sizes"),
}

_TYPES = {
    ("button", "reset"): "html-button-reset",
    ("button", "submit"): "html-button-submit",
    **{("input", name): f"html-input-{name}" for name in ("checkbox", "hidden", "radio", "reset", "submit", "text")},
}

_IMAGES = {
    "apng": r"\.apng$|^data:image/apng",
    "avif": r"\.avif$|^data:image/avif",
    "base64": r"^data:image/",
    "bmp": r"\.bmp$|^data:image/bmp",
    "gif": r"\.gif$|^data:image/gif",
    "heif": r"\.hei[cf]$|^data:image/hei[cf]",
    "ico": r"\.ico$|^data:image/(x-icon|vnd)",
    "jpg": r"\.jpe?g$|^data:image/jpe?g",
    "mp4": r"\.mp4$",
    "png": r"\.png$|^data:image/png",
    "svg": r"\.svgz?$|^data:image/svg",
    "tiff": r"\.tiff?$|^data:image/tiff",
    "webp": r"\.webp$|^data:image/webp",
}

_OF_TAG: dict[str, list[str]] = {}
for _slug, _tags in _TAGS.items():
    for _tag in _tags:
        _OF_TAG.setdefault(_tag, []).append(f"html-{_slug}")
_OF_ATTRIBUTE = {name: f"html-{slug}" for slug, names in _ATTRIBUTES.items() for name in names}
_IMAGE_PATTERNS = [(f"image-{name}", re.compile(pattern)) for name, pattern in _IMAGES.items()]

HTML_FEATURES = frozenset(
    [slug for slugs in _OF_TAG.values() for slug in slugs]
    + [*_OF_ATTRIBUTE.values(), *_TYPES.values(), *(slug for slug, _ in _IMAGE_PATTERNS)]
    + ["html-anchor-links", "html-comments", "html-doctype", "html-mailto-links", "html-meta-color-scheme"]
    + ["css-inert-attribute"]
)
"""All that can be told of HTML."""

UNTOLD = {
    "amp": "a part of the message of its own, which no newsletter here has",
    "bimi": "a record in the DNS, not in the mail",
    "image-hdr": "told by the pixels alone, not by the name or the type of a picture",
}
"""The features that nothing in the HTML tells, and why."""


def of_shape(tag: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the features that an element uses by its tag and the names of its attributes."""
    yield from _OF_TAG.get(tag, ())
    for name in names:
        if name in _OF_ATTRIBUTE:
            yield _OF_ATTRIBUTE[name]
        elif name == "inert":
            yield "css-inert-attribute"


ASKED = frozenset(("a", "area", "button", "img", "input", "meta"))
"""The tags whose attributes' values tell more."""


def of_values(tag: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the features that an element of ASKED uses by what its attributes say."""
    if slug := _TYPES.get((tag, values.get("type", "text" if tag == "input" else "submit").lower())):
        yield slug
    if tag in ("a", "area"):
        yield from _of_link(values.get("href", "").strip().lower())
    elif tag == "meta" and values.get("name", "").lower() == "color-scheme":
        yield "html-meta-color-scheme"
    elif tag == "img":
        source = values.get("src", "").strip().lower()
        address = source if source.startswith("data:") else re.split(r"[?#]", source)[0]
        yield from (slug for slug, pattern in _IMAGE_PATTERNS if pattern.search(address))


def _of_link(link: str) -> Iterator[str]:
    if link.startswith("mailto:"):
        yield "html-mailto-links"
    elif link.startswith("#") and len(link) > 1:
        yield "html-anchor-links"
