"""The sample issue's mail, made as long as a measurement wants it."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from newsletter.app import open_newsletter
from newsletter.app.newsletter import Newsletter
from newsletter.app.sample import make_sample
from newsletter.model.mail import RenderedIssue, Slot

UNLINKED = re.compile(r"^### (Developer Experience.*?)( \{#\w+\})?$", re.MULTILINE)
"""The sample's planted mistake: an article without its link."""
LINE = 70
"""Characters of a line of padding; with its end it is two octets more."""


def sample_newsletter(folder: Path) -> Newsletter:
    """Make the sample newsletter in *folder*, mend its planted mistake, and open it."""
    _, path = make_sample(folder)
    text = path.read_text(encoding="utf-8")
    mended = re.sub(
        r"^### (Developer Experience.*?)( \{#\w+\})?$", r"### [\1](https://example.com/console)\2", text, flags=re.M
    )
    path.write_text(mended, encoding="utf-8")
    return open_newsletter(folder)


def rendered_sample(newsletter: Newsletter) -> RenderedIssue:
    """Return the sample issue as mail."""
    return newsletter.render(newsletter.issues.read(newsletter.issues.find("1")))


def sized(rendered: RenderedIssue, octets: int, size: Callable[[RenderedIssue], int]) -> RenderedIssue:
    """Return *rendered* such that *size* of it, its message's octets on the wire, is *octets*.

    What is too long is told again in plain paragraphs, as many of its lines as there is room for; the rest is padding.
    """
    if size(rendered) > octets:
        rendered = _shorter(rendered, octets, size)
    padded = _padded(rendered, octets - size(rendered))
    assert size(padded) == octets, (size(padded), octets)
    return padded


def _shorter(rendered: RenderedIssue, octets: int, size: Callable[[RenderedIssue], int]) -> RenderedIssue:
    tokens = rendered.tokens
    lines = [line for line in rendered.text.split("\n") if line and not any(token in line for token in tokens.values())]
    kept = min(len(lines), octets // 150)
    while size(shorter := _told(rendered, lines[:kept])) > octets:
        kept -= 1
    return shorter


def _told(rendered: RenderedIssue, lines: list[str]) -> RenderedIssue:
    tokens = rendered.tokens
    first, last = f"Hello {tokens[Slot.NAME]},", f"Unsubscribe: {tokens[Slot.UNSUBSCRIBE]}"
    paragraphs = "\n".join(f"<p>{html.escape(line)}</p>" for line in (first, *lines, last))
    whole = f"<!doctype html>\n<html><body>\n{paragraphs}\n</body></html>\n"
    return replace(rendered, html=whole, text="\n".join((first, *lines, last)) + "\n")


def _padded(rendered: RenderedIssue, octets: int) -> RenderedIssue:
    """Add lines to the text part; each costs its characters and CRLF."""
    letters = cycle("thequickbrownfoxjumpsoverthelazydog")
    lines = []
    while octets:
        cost = min(LINE + 2, octets)
        if 0 < octets - cost < 3:
            cost -= 3
        lines.append("".join(next(letters) for _ in range(cost - 2)))
        octets -= cost
    return replace(rendered, text=rendered.text + "".join(f"{line}\n" for line in lines))
