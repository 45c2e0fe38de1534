"""Text that cannot be mailed: control characters and what no encoding carries."""

import re
from collections.abc import Iterator
from dataclasses import fields

from newsletter.errors import RenderError
from newsletter.model.issue import Issue
from newsletter.rendering.options import RenderingOptions

# C0 and C1 without tab and line feed; lone surrogates have no UTF-8; U+FFFE and U+FFFF are no characters, and libxml2
# refuses them. A carriage return is fine only in CRLF.
IN_PROSE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|\r(?!\n)")
IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def refuse_unmailable(issue: Issue, options: RenderingOptions) -> None:
    """Raise RenderError, with file and line, for the first character of *issue* that cannot be mailed."""
    for passage in issue.passages():
        if found := IN_PROSE.search(passage.markdown):
            above = passage.markdown.count("\n", 0, found.start())
            raise _refusal(found[0], where=str(issue.path), line=passage.line + above)
    for text, line in _lines(issue):
        if found := IN_LINE.search(text):
            raise _refusal(found[0], where=str(issue.path), line=line)
    for field in fields(options):
        value = getattr(options, field.name)
        if isinstance(value, str) and (found := IN_PROSE.search(value)):
            raise _refusal(found[0], where=f"{field.name.replace('_', ' ')} of the newsletter")


def _lines(issue: Issue) -> Iterator[tuple[str, int | None]]:
    """Every text of *issue* that is one line, and where it stands."""
    yield issue.subject, issue.lines.get("subject")
    yield issue.preheader, issue.lines.get("preheader")
    for article in issue.articles:
        for text in (article.link, article.source, article.published):
            yield text, article.line


def _refusal(character: str, *, where: str, line: int | None = None) -> RenderError:
    name = {"\0": "a NUL byte", "\n": "a line break", "\r": "a carriage return"}.get(
        character, f"the control character U+{ord(character):04X}"
    )
    return RenderError(f"{name} cannot be mailed", "take it out", where=where, line=line)
