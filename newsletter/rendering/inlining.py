"""The author's CSS put into style attributes by premailer, which is kept from reading or fetching anything."""

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml import dom

import cssutils
from premailer import Premailer

from newsletter.rendering.mjml_error import MjmlError

BLOCK = re.compile(r"""<mj-style\b[^>]*\binline\s*=\s*["']inline["'][^>]*>(.*?)</mj-style>""", re.S)
REACHING = re.compile(r"@import|url\s*\(\s*(?!['\"]?data:)|expression\s*\(|\\", re.I)
KEEP = 'data-premailer="ignore"'

# A parser of our own, because cssutils' default one resolves @import itself, over network and files, whatever
# premailer was told (premailer 3.10.0, measured with a local server).
_CSS = cssutils.CSSParser(
    loglevel=logging.CRITICAL, raiseExceptions=True, validate=False, fetcher=lambda url: (None, b"")
)


class _Premailer(Premailer):  # type: ignore[misc]
    """Premailer that reads a style sheet once, and with our parser."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        rules, leftover = _rules(self, css_body, ruleset_index)
        return list(rules), list(leftover)

    def _parse_css_string(self, css_body: str, validate: bool = True) -> object:
        return _CSS.parseString(css_body)

    def _style_to_basic_html_attributes(self, element: object, style_content: str, force: bool = False) -> None:
        """Leave width, height, align, valign and bgcolor to MJML, which knows where each client wants them."""


@lru_cache(maxsize=32)
def _rules(premailer: _Premailer, css: str, index: int) -> tuple[list[Any], list[Any]]:
    rules: tuple[list[Any], list[Any]] = Premailer._parse_style_rules(premailer, css, index)
    return rules


def cut_inline_css(mjml: str) -> tuple[str, tuple[str, ...]]:
    """Return *mjml* without its ``<mj-style inline="inline">`` blocks, and their CSS: mjml-python does not inline.

    :raises MjmlError: a block holds what cannot be inlined.
    """
    if "<mj-style" not in mjml:
        return mjml, ()
    sheets = []
    for block in BLOCK.finditer(mjml):
        if fault := _fault(block[1]):
            raise MjmlError(fault.what, fault.todo, offset=block.start(1) + fault.offset)
        sheets.append(block[1])
    return without_inline_css(mjml), tuple(sheets)


def without_inline_css(mjml: str) -> str:
    """Return *mjml* with line feeds for its ``<mj-style inline="inline">`` blocks.

    As many as there were characters: what comes after keeps its place, and mjml-python drops them.
    """
    return BLOCK.sub(lambda block: "\n" * len(block[0]), mjml)


def inline(html: str, sheets: Sequence[str]) -> str:
    """Return *html* with the rules of *sheets* in style attributes; its own style elements stay as they are.

    A declaration that an element has already wins over a rule.
    """
    if not sheets:
        return html
    # Each step has its witness in libxml2 or premailer: a lower-case doctype is dropped, and a style element without
    # the mark is inlined whole, loses its "!important" and has its @import fetched.
    marked = html.replace("<!doctype html>", "<!DOCTYPE html>", 1).replace("<style", f"<style {KEEP}")
    inlined: str = _premailer(tuple(sheets)).transform(marked, pretty_print=False)
    return inlined.replace(f" {KEEP}", "")


@lru_cache(maxsize=32)
def _premailer(sheets: tuple[str, ...]) -> _Premailer:
    return _Premailer(
        css_text=list(sheets),
        strip_important=False,
        disable_validation=True,
        disable_leftover_css=True,
        allow_network=False,
        allow_loading_external_files=False,
        align_floating_images=False,
        remove_classes=False,
        cssutils_logging_level=logging.CRITICAL,
    )


@lru_cache(maxsize=32)
def _fault(css: str) -> MjmlError | None:
    """Return what is wrong with *css*: it reaches outside, is no CSS, or would be lost without a word."""
    if found := REACHING.search(css):
        return MjmlError(
            f'"{found[0]}" cannot stand in inline CSS',
            "write plain rules; nothing is loaded from elsewhere",
            offset=found.start(),
        )
    try:
        sheet = _CSS.parseString(css)
    except dom.DOMException as cause:
        return MjmlError(f"this inline CSS cannot be read: {_reason(cause)}", "mend it", offset=_line_start(css, cause))
    for rule in sheet:
        if not _fits(rule):
            text = (rule.cssText or css).split("{")[0].strip()  # of a selector that is none, cssutils has no text
            return MjmlError(
                f'"{text}" cannot be put into a style attribute',
                "move it to an <mj-style> without inline",
                offset=max(css.find(text), 0),
            )
    return None


def _fits(rule: Any) -> bool:
    if rule.type == rule.STYLE_RULE:
        return not re.search(r":(?!first-child|last-child|nth-child)|\*", rule.selectorText)
    return bool(rule.type == rule.COMMENT)


def _reason(error: BaseException) -> str:
    return re.sub(r"\s*\[\d+:\d+:.*", "", str(error.args[0])).strip()


def _line_start(css: str, error: BaseException) -> int:
    """Return where the line begins that cssutils names in "[line:column: token]"."""
    found = re.search(r"\[(\d+):\d+:", str(error.args[0]))
    return sum(len(line) for line in css.splitlines(keepends=True)[: int(found[1]) - 1]) if found else 0
