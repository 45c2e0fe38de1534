"""A mail as a client in light or dark mode shows it, whatever mode the browser is in."""

import re

# Browsers take the scheme from their own settings, and a page cannot change that for a frame in it: so each media
# query is decided here. Only where CSS stands: an article may well be about prefers-color-scheme.
_SHEET = re.compile(r"(<style\b[^>]*>)(.*?)(</style\s*>)", re.I | re.S)
_MEDIA = re.compile(r"""<(?:source|link|style)\b[^>]*\bmedia\s*=\s*(?:"[^"]*"|'[^']*')""", re.I)
_META = re.compile(r"""<meta\b[^>]*\bname\s*=\s*["']?(?:supported-)?color-schemes?\b[^>]*>""", re.I)
_FEATURE = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.I)
_PROPERTY = re.compile(r"(?<![\w-])((?:supported-)?color-schemes?\s*:\s*)(?:light|dark)\s+(?:light|dark)", re.I)
_CONTENT = re.compile(r"""(\bcontent\s*=\s*["']?)(?:light|dark)\s+(?:light|dark)""", re.I)
_TRUE, _FALSE = "(min-width: 0)", "(max-width: 0)"


def in_scheme(html: str, *, dark: bool) -> str:
    """Return *html* with its colour scheme decided; what readers read in it stays as it is."""
    scheme = "dark" if dark else "light"

    def css(text: str) -> str:
        text = _FEATURE.sub(lambda match: _TRUE if match[1].lower() == scheme else _FALSE, text)
        return _PROPERTY.sub(rf"\g<1>{scheme}", text)

    html = _SHEET.sub(lambda match: match[1] + css(match[2]) + match[3], html)
    html = _MEDIA.sub(lambda match: css(match[0]), html)
    return _META.sub(lambda match: _CONTENT.sub(rf"\g<1>{scheme}", match[0]), html)
