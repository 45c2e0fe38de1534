"""A mail as clients show it that cannot, or may not, show all of it: Word's Outlook, and images off."""

import re
from html import escape, unescape

# Word hides what `<!--[if !mso]><!-->` opens, and shows what stands in the comment `<!--[if mso | IE]> … <![endif]-->`.
_NOT_MSO = re.compile(r"<!--\[if\s+!\s*\(?\s*mso[^\]]*\]>\s*<!\s*--+>.*?<!--\s*<!\[endif\]--+>", re.I | re.S)
_MSO = re.compile(r"<!--\[if\s([^\]]*)\]>(.*?)<!\[endif\]--+>", re.I | re.S)
_XML = re.compile(r"<(xml|noscript)\b[^>]*>.*?</\1\s*>", re.I | re.S)  # Office's settings, which are never shown
_MEDIA = re.compile(r"@media\b[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.I)
_SHEET = re.compile(r"(<style\b[^>]*>)(.*?)(</style\s*>)", re.I | re.S)
_IMAGE = re.compile(r"""<img\b(?:[^>"']|"[^"]*"|'[^']*')*>""", re.I)
_BOX = "display:inline-block;box-sizing:border-box;border:1px solid #999;padding:4px;overflow:hidden;"


def as_outlook(html: str) -> str:
    """Return *html* as Outlook with Word's engine reads it: MSO parts shown, `!mso` parts gone, no media queries."""
    html = _NOT_MSO.sub("", html)
    html = _MSO.sub(lambda match: _XML.sub("", match[2]) if _holds(match[1]) else "", html)
    return _SHEET.sub(lambda match: match[1] + _MEDIA.sub("", match[2]) + match[3], html)


def _holds(condition: str) -> bool:
    """Whether a condition is true for Outlook 16, the Word engine of today: `mso`, `gte mso 9`, `mso | IE`."""
    return any(all(map(_term, part.split("&"))) for part in condition.replace("(", "").replace(")", "").split("|"))


def _term(term: str) -> bool:
    match = re.fullmatch(r"\s*(!?)\s*(?:(lte|lt|gte|gt)\s+)?mso\s*(\d+)?\s*", term, re.I)
    if not match:
        return False
    version = int(match[3] or 16)
    order = {"lt": version > 16, "lte": version >= 16, "gt": version < 16, "gte": version <= 16}
    return order.get((match[2] or "").lower(), version == 16) != bool(match[1])


def without_images(html: str) -> str:
    """Return *html* with each image replaced by a box of its width with its alt text, and no background images."""
    html = _IMAGE.sub(lambda match: _box(match[0]), html)
    return re.sub(r"""\s+background\s*=\s*(?:"[^"]*"|'[^']*')|url\([^)]*\)""", "", html, flags=re.I)


def _box(image: str) -> str:
    if re.search(r"display\s*:\s*none", _attribute(image, "style"), re.I):  # such as the logo for the dark scheme
        return ""
    return f'<span style="{_BOX}{_size(image)}">{escape(_attribute(image, "alt"))}</span>'


def _size(image: str) -> str:
    """Return the CSS of the box of *image*: as wide as it, or as there is room, if it shrinks on a phone."""
    width, height = (_attribute(image, name) for name in ("width", "height"))
    if not width.isdigit():
        return f"min-height:{height}px;" if height.isdigit() else ""
    if not re.search(r"(?:max-)?width\s*:\s*100%", _attribute(image, "style"), re.I):
        return f"width:{width}px;" + (f"min-height:{height}px;" if height.isdigit() else "")
    # A width of 100 % asks for no room of its own, so that a table around it may shrink.
    return f"width:100%;max-width:{width}px;" + (f"aspect-ratio:{width}/{height};" if height.isdigit() else "")


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", tag, re.I)
    return unescape(next((group for group in match.groups() if group is not None), "")) if match else ""


def text_page(text: str) -> str:
    """Return a page that shows the plain-text part as a terminal's mail reader does."""
    style = "margin:16px;font:14px/1.4 monospace;white-space:pre-wrap;overflow-wrap:anywhere"
    return f'<!DOCTYPE html><meta charset="utf-8"><title>Text</title><pre style="{style}">{escape(text)}</pre>'
