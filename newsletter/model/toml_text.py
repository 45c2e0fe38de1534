"""Where a character of a TOML text stands in its file (TOML 1.0, "String")."""

import re

# What one character of a text is written with: an escape, a line break that a backslash takes away, or itself.
_WRITTEN = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|(?P<nothing>\\[ \t]*\r?\n\s*)|\\.|\r\n|.", re.DOTALL)
_PLAIN = re.compile(r"\r\n|.", re.DOTALL)


def place_in_text(source: str, key: str, offset: int) -> tuple[int, int] | None:
    """Return line and column, from 0, of the character *offset* in the text of *key*, whose line *source* begins with.

    None where no text in quotes stands behind the key.
    """
    name = re.escape(key)
    opening = re.match(rf"""\s*(?:[^=\n]*\.)?\s*["']?{name}["']?\s*=\s*(\"\"\"|'''|"|')""", source)
    if opening is None:
        return None
    at, quote = opening.end(), opening[1]
    if len(quote) == 3 and (newline := re.compile(r"\r?\n").match(source, at)):
        at = newline.end()
    written = _PLAIN if quote[0] == "'" else _WRITTEN
    while offset or _is_nothing(written, source, at):
        match = written.match(source, at)
        if match is None:
            return None
        if not match.groupdict().get("nothing"):
            offset -= 1
        at = match.end()
    before = source[:at]
    return before.count("\n"), at - (before.rfind("\n") + 1)


def _is_nothing(written: re.Pattern[str], source: str, at: int) -> bool:
    match = written.match(source, at)
    return bool(match and match.groupdict().get("nothing"))
