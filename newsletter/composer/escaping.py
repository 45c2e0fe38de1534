"""Plain text as Markdown that shows it literally (CommonMark 0.31)."""

import re

# Escaped wherever they stand: what opens code, emphasis, links, HTML or an escape itself.
_ANYWHERE = re.compile(r"([\\`*\[\]<>|])")
# "_" opens emphasis only at the edge of a word (CommonMark §6.2, rules 5 to 8).
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# "&" begins an entity only before a name or number and a semicolon (§2.5).
_ENTITY = re.compile(r"&(?=#?\w+;)")
# What opens a block at the start of a line: heading, list, quote (escaped above), fence, table, setext underline.
_BLOCK = re.compile(r"^(?:([#+=~-])|(\d{1,9})([.)])(?=\s|$))")


def _inline(text: str) -> str:
    return escaped_words(" ".join(text.split()))


def escaped_words(text: str) -> str:
    """Return *text* as inline Markdown, its white space as it is; it may stand anywhere but where a line begins."""
    text = _ANYWHERE.sub(r"\\\1", text)
    text = _UNDERSCORE.sub(r"\\_", text)
    return _ENTITY.sub(r"\\&", text)


def escaped(text: str) -> str:
    """Return *text* as Markdown of one line: runs of white space become one space."""
    return escaped_start(_inline(text))


def escaped_start(text: str) -> str:
    """Return inline Markdown so that it may begin a line, and begins no list, heading or other block."""
    return _BLOCK.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", text)


def escaped_heading(text: str) -> str:
    """Return *text* for a heading: no closing marks (§4.2) and no attributes of ours at its end."""
    text = _inline(text)
    text = re.sub(r"#(?=#*$)", r"\\#", text)
    return re.sub(r"\{(?=[^{}]*\}$)", r"\\{", text)


def escaped_link(link: str) -> str:
    """Return *link* as a link destination (§6.3): no spaces, balanced marks, no entities."""
    link = re.sub(r"\s", lambda match: f"%{ord(match[0]):02X}", link.strip())
    link = re.sub(r"([\\()<>*_`\[\]])", r"\\\1", link)
    return _ENTITY.sub(r"\\&", link)
