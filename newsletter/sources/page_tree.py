"""The tree of a page's elements: from bytes in whatever encoding, however broken."""

import re
from itertools import islice
from typing import Final

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from newsletter.errors import InputError
from newsletter.sources.charset import decoded
from newsletter.sources.context import Context

LIMIT: Final = 5_000_000
"""Octets of a page that are read; what is behind them is not."""
ELEMENTS: Final = 50_000
"""Elements of a page that are read: ordinary ones have 5,000 at most, and those that are meant to be slow 500,000."""
_BEGINNING: Final = 4096

_LANGUAGE = re.compile(rb"""<html[^>]{0,300}?\slang\s*=\s*["']?([a-z]{2})""", re.I)
# HTML standard §13.2.3.2: what a page in a language is written in, where nothing says so.
_BY_LANGUAGE = {
    "ru": "cp1251", "uk": "cp1251", "bg": "cp1251", "be": "cp1251", "mk": "cp1251", "sr": "cp1251", "ja": "cp932",
    "ko": "cp949", "zh": "gb18030", "pl": "iso8859-2", "hu": "iso8859-2", "sl": "iso8859-2", "cs": "cp1250",
    "sk": "cp1250", "hr": "iso8859-2", "el": "iso8859-7", "he": "cp1255", "ar": "cp1256", "fa": "cp1256",
    "tr": "cp1254", "th": "cp874", "vi": "cp1258", "et": "cp1257", "lt": "cp1257", "lv": "cp1257",
}  # fmt: skip

# What a server says that a page is, or how it begins, when it is none.
_KINDS = {
    b"%PDF-": "PDF", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture", b"PK\x03\x04": "archive",
    b"\x1f\x8b": "archive", b"ID3": "sound", b"OggS": "sound", b"RIFF": "picture or sound",
}  # fmt: skip
_TYPES = {"application/pdf": "PDF", "image": "picture", "video": "video", "audio": "sound", "font": "font",
          "application/zip": "archive", "application/json": "JSON", "text/plain": "plain text"}  # fmt: skip
_FEED = re.compile(rb"\s*<(?:rss|feed|rdf:RDF)[\s>]", re.I)
# Taken out one after the other: a pattern for any number of them would try all ways to tell them apart.
_PROLOGUE = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE\s+rss[^>]*>", re.S | re.I)


def page_tree(data: bytes, context: Context) -> tuple[HtmlElement, bool]:
    """Return the root of the page in *data*, and whether its end is missing: it may be longer than is read.

    :raises InputError: it is no page: a PDF, a feed, a video, nothing at all.
    """
    _require_page(data, context)
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    text = page_text(data[:LIMIT], context)
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as cause:
        raise InputError("there is no page in it", "look at it in a browser", where=context.name) from cause
    return root, _cut(root) or len(data) > LIMIT


def _cut(root: HtmlElement) -> bool:
    """Leave out of the tree below *root* what comes after so many elements; return whether there was any of it."""
    last = next(islice(root.iter("*"), ELEMENTS, None), None)
    while last is not None:
        for after in list(last.itersiblings()):
            last.getparent().remove(after)
        cut, last = True, last.getparent()
        if last is None:
            return cut
    return False


def page_text(data: bytes, context: Context) -> str:
    """Return the page in *data* as text, whatever it is encoded in; no octet of it can fail."""
    language = _LANGUAGE.search(data[:_BEGINNING])
    usual = _BY_LANGUAGE.get(language[1].decode().lower(), "windows-1252") if language else "windows-1252"
    return decoded(data, context.headers.get("content-type", ""), usual=usual).replace("\0", "\ufffd")


def _require_page(data: bytes, context: Context) -> None:
    kind = context.headers.get("content-type", "").partition(";")[0].strip().lower()
    what = next((word for begin, word in _KINDS.items() if data.startswith(begin)), "")
    what = what or _TYPES.get(kind) or _TYPES.get(kind.partition("/")[0]) or ""
    if what == "plain text" and re.match(rb"\s*<(!doctype html|html)\b", data, re.I):
        what = ""
    if _FEED.match(_PROLOGUE.sub(b"", data[:_BEGINNING].removeprefix(b"\xef\xbb\xbf"))):
        raise InputError(
            "this is a feed, no page", f"newsletter feeds add {context.name} follows it", where=context.name
        )
    if what:
        raise InputError(f"this is no page but {_article(what)} {what}", "its text is not read", where=context.name)
    if not data.strip():
        raise InputError("the page is empty", "look at it in a browser", where=context.name)


def _article(word: str) -> str:
    return "an" if word[0] in "aeio" else "a"
