"""Mails made by hand, whose parts have places made by hand."""

import re
from pathlib import Path

from newsletter.checks.document import Document
from newsletter.model.traced import Place, TracedIssue, TracedText

THEME = Path("templates/mine/issue.mjml.j2")
ISSUE = Path("issues/042.md")


def sheet(css: str, line: int = 30) -> TracedText:
    return TracedText(text=css, starts=(0,), places=(Place(path=THEME, line=line, column=1),))


def document(body: str, css: str = "", head: str = "", root: str = 'lang="en" dir="ltr"') -> Document:
    """Return a mail: ``@7`` in a tag says that line 7 of the theme wrote it, ``@@7`` that line 7 of the issue did."""
    places: list[Place] = []

    def mark(found: re.Match[str]) -> str:
        places.append(Place(path=ISSUE if len(found[1]) == 2 else THEME, line=int(found[2])))
        return f' data-place="{len(places) - 1}"'

    marked = re.sub(r" (@{1,2})(\d+)", mark, body)
    top = f"<head><title>T</title>{head}<style>{css}</style></head>"
    html = f"<!doctype html><html {root}>{top}<body>{marked}</body></html>"
    traced = TracedIssue(
        mjml=TracedText(text="", starts=(), places=()),
        html=html,
        places=tuple(places),
        sheets=(sheet(css),) if css else (),
    )
    return Document(traced, fallback=Place(path=THEME, line=1))
