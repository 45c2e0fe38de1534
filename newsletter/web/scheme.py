"""A mail as a client in light or dark mode shows it, whatever mode the browser is in."""

import re

# Browsers take the scheme from their own settings, and a page cannot change that for a frame in it:
# so the media query itself is decided here.
_DARK = re.compile(r"@media\s*(?:screen\s+and\s*)?\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_LIGHT = re.compile(r"@media\s*(?:screen\s+and\s*)?\(\s*prefers-color-scheme\s*:\s*light\s*\)")
_SUPPORTED = re.compile(r"(color-scheme\"?\s*(?:content=\"|:\s*))light dark", re.I)


def in_scheme(html: str, *, dark: bool) -> str:
    """Return *html* with its colour scheme decided."""
    html = _DARK.sub("@media all" if dark else "@media not all", html)
    html = _LIGHT.sub("@media not all" if dark else "@media all", html)
    return _SUPPORTED.sub(rf"\g<1>{'dark' if dark else 'light'}", html)
