"""A mail in a frame of the preview: it runs nothing, loads nothing unasked, and its links open beside the page."""

import re

_LINK = re.compile(r"""<a\b(?=[^>]*\bhref\s*=\s*["']?(?:https?|mailto):)""", re.I)
_REMOTE = re.compile(
    r"""\b(?:src|srcset|background)\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|<link\b[^>]*\bhref\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|\burl\(\s*["']?\s*(?:https?:)?//|@import\b""",
    re.I,
)
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def framed(html: str) -> str:
    """Return *html* with its outward links opening a new tab; jumps inside the mail stay inside."""
    return _LINK.sub('<a target="_blank" rel="noopener noreferrer"', html)


def wants_remote(html: str) -> bool:
    """Whether the mail names images, fonts or style sheets that stand elsewhere, what only Outlook reads apart."""
    return bool(_REMOTE.search(_COMMENT.sub("", html)))


def policy(*, remote: bool) -> str:
    """Return the Content-Security-Policy of a mail: no script ever, and nothing from elsewhere unless *remote*.

    The page measures the mail's height, hence ``allow-same-origin``; that is safe only because scripts are refused
    twice, by the sandbox and by ``default-src 'none'``.
    """
    away = " https: http:" if remote else ""
    return (
        f"default-src 'none'; style-src 'unsafe-inline'{away}; img-src data:{away}; font-src data:{away}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )
