"""The mail of an issue whose elements say where they were written."""

import re
from collections.abc import Iterator

from newsletter.model.traced import Place, TracedIssue, TracedText
from newsletter.rendering.grammar import ATTRIBUTE, TOKEN
from newsletter.rendering.inlining import BLOCK, cut_inline_css, inline
from newsletter.rendering.mjml import compile_mjml

STYLE = re.compile(r"<mj-style\b(?![^>]*\binline\b)[^>]*>(.*?)</mj-style>", re.S)
CLASS = re.compile(r'(<[a-z][a-z0-9]*\b[^<>]*?)\bclass="([^"]*\bplace-\d+[^"]*)"')
NUMBER = re.compile(r"\s*\bplace-(\d+)(?:-[\w-]+)?")


def trace_mail(mjml: TracedText) -> TracedIssue:
    """Return the mail of *mjml* with ``data-place`` on each element that its author wrote.

    A component's number travels as a class, which MJML puts on the element that stands for it.

    :raises MjmlError: the MJML cannot become mail.
    """
    places: list[Place] = []
    offsets: list[int] = []
    numbered = _number(mjml, places, offsets)
    bare, css = cut_inline_css(numbered)
    html = inline(_placed(compile_mjml(bare)), css)
    return TracedIssue(
        mjml=mjml,
        html=html,
        places=tuple(places),
        offsets=tuple(offsets),
        sheets=tuple(mjml.slice(*block.span(1)) for block in STYLE.finditer(mjml.text)),
        inline_sheets=tuple(mjml.slice(*block.span(1)) for block in BLOCK.finditer(mjml.text)),
    )


def _number(mjml: TracedText, places: list[Place], offsets: list[int]) -> str:
    """Return the MJML with a number on each start tag of its body; append the place and the offset of each."""
    body = mjml.text.find("<mj-body")
    if body < 0:
        return mjml.text
    pieces, behind = [mjml.text[:body]], body
    for tag in _start_tags(mjml.text, body):
        try:
            place = mjml.place(tag.start())
        except LookupError:
            continue
        at = tag.end("tag")
        old = next((one for one in ATTRIBUTE.finditer(tag["attributes"]) if one[1] == "css-class"), None)
        if not tag["tag"].startswith("mj"):
            pieces += [mjml.text[behind:at], f' data-place="{len(places)}"']
        elif old:
            # Before the author's own class, because mrml puts "-outlook" behind the last one.
            at = mjml.text.index('"', tag.start("attributes") + old.start()) + 1
            pieces += [mjml.text[behind:at], f"place-{len(places)} "]
        elif "mj-class" in tag["attributes"]:  # which may bring a css-class of its own
            continue
        else:
            pieces += [mjml.text[behind:at], f' css-class="place-{len(places)}"']
        behind = at
        places.append(place)
        offsets.append(tag.start())
    return "".join([*pieces, mjml.text[behind:]])


def _start_tags(mjml: str, body: int) -> Iterator[re.Match[str]]:
    return (token for token in TOKEN.finditer(mjml, body) if token["tag"] and token["tag"] != "mj-raw")


def _placed(html: str) -> str:
    """Return *html* with each class that carries a number turned into ``data-place``."""

    def attributes(found: re.Match[str]) -> str:
        number = NUMBER.search(found[2])
        rest = NUMBER.sub("", found[2]).strip()
        own = f'class="{rest}" ' if rest else ""
        return f'{found[1]}{own}data-place="{number[1] if number else 0}"'

    return CLASS.sub(attributes, html)
