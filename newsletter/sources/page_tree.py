"""The tree of a page's elements: from bytes in whatever encoding, however broken."""

import codecs
import re
from typing import Final

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from newsletter.errors import InputError
from newsletter.sources.context import Context

LIMIT: Final = 5_000_000
"""Octets of a page that are read; what is behind them is not."""
_PRESCANNED = 4096
"""Octets in which a page says its encoding: the HTML standard asks for 1,024, and some write more before it."""

_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.I)
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{2,40})""", re.I)
_LANG = re.compile(rb"""<html[^>]{0,300}?\slang\s*=\s*["']?([a-z]{2})""", re.I)

# HTML standard §13.2.3.2: what a page in a language is written in, where nothing says so.
_BY_LANGUAGE = {
    "ru": "cp1251", "uk": "cp1251", "bg": "cp1251", "be": "cp1251", "mk": "cp1251", "sr": "cp1251", "ja": "cp932",
    "ko": "cp949", "zh": "gb18030", "pl": "iso8859-2", "hu": "iso8859-2", "sl": "iso8859-2", "cs": "cp1250",
    "sk": "cp1250", "hr": "iso8859-2", "el": "iso8859-7", "he": "cp1255", "ar": "cp1256", "fa": "cp1256",
    "tr": "cp1254", "th": "cp874", "vi": "cp1258", "et": "cp1257", "lt": "cp1257", "lv": "cp1257",
}  # fmt: skip
# Encoding standard §4.2: labels mean what browsers take them for.
_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "shift_jis": "cp932", "euc_kr": "cp949",
             "gb2312": "gb18030", "gbk": "gb18030", "tis-620": "cp874"}  # fmt: skip
_NEVER = {"utf-7", "utf_7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}

# What a server says that a page is, or how it begins, when it is none.
_KINDS = {
    b"%PDF-": "PDF", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture", b"PK\x03\x04": "archive",
    b"\x1f\x8b": "archive", b"ID3": "sound", b"OggS": "sound", b"RIFF": "picture or sound",
}  # fmt: skip
_TYPES = {"application/pdf": "PDF", "image": "picture", "video": "video", "audio": "sound", "font": "font",
          "application/zip": "archive", "application/json": "JSON", "text/plain": "plain text"}  # fmt: skip
_FEED = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<\?.*?\?>\s*)*<(?:rss|feed|rdf:RDF)[\s>]", re.S | re.I)


def page_tree(data: bytes, context: Context) -> HtmlElement:
    """Return the root of the page in *data*; at most LIMIT octets of it are read.

    :raises InputError: it is no page: a PDF, a feed, a video, nothing at all.
    """
    _require_page(data, context)
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    text = page_text(data[:LIMIT], context)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as cause:
        raise InputError("there is no page in it", "look at it in a browser", where=context.name) from cause


def page_text(data: bytes, context: Context) -> str:
    """Return the page in *data* as text, whatever it is encoded in; no octet of it can fail."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    encoding = _encoding(data, context)
    return data.decode(encoding, "replace").replace("\0", "\ufffd")


def _encoding(data: bytes, context: Context) -> str:
    """Return UTF-8 for what is UTF-8, whatever is said of it; else what is said; else what its language is written in.

    Text of more than a few letters in another encoding is never UTF-8 by chance (RFC 3629 §1).
    """
    said = [_known(name) for name in _said(data, context)]
    if data.isascii():  # only encodings that shift are ASCII throughout
        return next((name for name in said if name.startswith(("iso2022", "hz"))), "utf-8")
    if _is_utf8(data):
        return "utf-8"
    language = _LANG.search(data[:_PRESCANNED])
    by_language = _BY_LANGUAGE.get(language[1].decode().lower(), "cp1252") if language else "cp1252"
    return next((name for name in said if name and name != "utf-8"), by_language)


def _said(data: bytes, context: Context) -> list[str]:
    """Return the encodings that the server, then the page, say it is in."""
    header = re.search(r"""charset\s*=\s*["']?\s*([\w:.-]{2,40})""", context.headers.get("content-type", ""), re.I)
    inside = [found[1].decode("ascii", "replace") for one in (_META, _XML) if (found := one.search(data[:_PRESCANNED]))]
    return [*([header[1]] if header else []), *inside]


def _known(name: str) -> str:
    """Return what Python calls the encoding *name*; empty if it knows none, or if it is none of the web's."""
    try:
        found = codecs.lookup(name).name
        b"a".decode(found)  # a codec that is none of text, like hex, is a LookupError here
    except (LookupError, ValueError):
        return ""
    if found in _NEVER:
        return ""
    found = _BROWSERS.get(found, found)
    # A meta element that could be read is in no encoding of two octets a letter (HTML standard §13.2.3.3).
    return "utf-8" if found.startswith(("utf-16", "utf-32")) else found


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(data) - 3 and error.reason == "unexpected end of data"  # cut inside a letter
    return True


def _require_page(data: bytes, context: Context) -> None:
    kind = context.headers.get("content-type", "").partition(";")[0].strip().lower()
    what = next((word for begin, word in _KINDS.items() if data.startswith(begin)), "")
    what = what or _TYPES.get(kind) or _TYPES.get(kind.partition("/")[0]) or ""
    if what == "plain text" and re.match(rb"\s*<(!doctype html|html)\b", data, re.I):
        what = ""
    if _FEED.match(data[:_PRESCANNED]):
        raise InputError(
            "this is a feed, no page", f"newsletter feeds add {context.name} follows it", where=context.name
        )
    if what:
        raise InputError(f"this is no page but {_article(what)} {what}", "its text is not read", where=context.name)
    if not data.strip():
        raise InputError("the page is empty", "look at it in a browser", where=context.name)


def _article(word: str) -> str:
    return "an" if word[0] in "aeio" else "a"
