"""Template syntax in a mail that nobody wrote there.

An article may speak of ``{{ name }}``, and the theme may have left one as well. So it is not the mark alone that is
compared with the texts of the issue, but the mark between its neighbours: "Hi {{ name" is none of "Write {{ name".
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# What Jinja, Mailchimp and MJML leave behind when something was not filled in: each mark of it, and the whole.
_MARK = re.compile(r"\{\{|\}\}|\{%|%\}|\*\||\|\*|</?mj-[\w-]*")
_WHOLE = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\*\|[^|]*\|\*|<[^<>]*>")
_WORD = re.compile(r"[^\W_]+")
_NEAR = 60
"""Characters on each side in which a neighbour is looked for."""

_INLINE_TAG = re.compile(r"</?(?:a|b|strong|em|i|code|span)\b[^>]*>")
_ADDRESS = re.compile(r"(?<!\S)<[a-z]+:[^\s<>{}|*]*>")
"""A link's address behind its words, as the text part has it: no neighbour, for it is written in another way there."""
_OTHER_TAG = re.compile(r"<style.*?</style>|<(?!/?mj-)[^>]*>", re.S)


@dataclass(frozen=True, slots=True)
class _Place:
    """A mark and the words on both sides of it; a word is empty where the text begins or ends."""

    mark: str
    before: str
    after: str

    def may_be(self, own: "_Place") -> bool:
        """Whether this place of a mail may come from *own*, a place in one of the issue's texts."""
        return (
            self.mark == own.mark
            and (not own.before or _ends(self.before, own.before))
            and (not own.after or _ends(self.after[::-1], own.after[::-1]))
        )


def _ends(one: str, other: str) -> bool:
    """Whether the shorter of two words ends the other: what stood apart may be one word when its marks have gone."""
    return bool(one) and (one.endswith(other) or other.endswith(one))


def shown_html(source: str) -> str:
    """Return the text that *source* shows, MJML's own tags with it."""
    return html.unescape(_OTHER_TAG.sub(" ", _INLINE_TAG.sub("", source)))


def first_leftover(text: str, own: Iterable[str]) -> tuple[str, str] | None:
    """Return the first mark in *text* that no text of *own* explains, in quotes, and what stands around it."""
    text = _ADDRESS.sub("", text)
    marks = list(_MARK.finditer(text))
    said = [place for line in _lines(own) for place in _places(line)] if marks else []
    for match in marks:
        place = _place(text, match)
        if not any(place.may_be(other) for other in said):
            whole = _WHOLE.match(text, match.start()) or match
            around = text[max(0, match.start() - 20) : whole.end() + 30]
            return f'"{_one_line(whole[0])}"', f"…{_one_line(around)}…"
    return None


def _places(text: str) -> Iterator[_Place]:
    return (_place(text, match) for match in _MARK.finditer(text))


def _place(text: str, match: re.Match[str]) -> _Place:
    before = _WORD.findall(text[max(0, match.start() - _NEAR) : match.start()])
    after = _WORD.search(text[match.end() : match.end() + _NEAR])
    return _Place(match[0], before[-1].casefold() if before else "", after[0].casefold() if after else "")


def _lines(own: Iterable[str]) -> Iterator[str]:
    """Yield each line of the texts as it stands there, and as it is once its Markdown has become mail."""
    for text in own:
        for line in text.split("\n"):
            bare = re.sub(r"^(?:\s*(?:[-+*>]|\d+[.)])\s+)+", "", line)
            plain = re.sub(r"\\(?=[^\w\s])", "", bare)
            unlinked = re.sub(r"\]\([^()\s]*\)", " ", plain)
            unpictured = re.sub(r"!\[[^\]]*\]\([^()\s]*\)", "", plain)
            for variant in (bare, plain, unlinked, unpictured):
                yield from (variant, html.unescape(variant), re.sub(r"[*_`]+", "", html.unescape(variant)))


def _one_line(text: str) -> str:
    return " ".join(text.split())
