"""What is kept of a person beside address and name: tags, attributes, language, time zone; each bounded."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from newsletter.errors import SubscriberError
from newsletter.subscribers.address import is_unsafe, shown

LONGEST_TAG = 100
MOST_TAGS = 100
LONGEST_KEY = 100
LONGEST_ATTRIBUTES = 16_384
"""Characters of all attributes of a person, as JSON."""
DEEPEST = 5
"""Objects and arrays in one another."""
LARGEST = 2**53
"""Beyond it, programs read different numbers (RFC 8259 §6)."""

# RFC 5646 §2.1: language, script, region, variants; extensions and private use are no language that a page can have.
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?((?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)", re.I)


def valid_tag(text: str) -> str:
    """Return a tag as it is kept and compared: as it was typed, in Unicode's composed form.

    :raises SubscriberError: when it is empty, not one line, or longer than 100 characters.
    """
    tag = unicodedata.normalize("NFC", text.strip())
    if not tag or is_unsafe(tag):
        raise SubscriberError(f'"{shown(text)}" is no tag', "a tag is one line of text")
    if len(tag) > LONGEST_TAG:
        raise SubscriberError(f'the tag "{shown(tag)}" has {len(tag)} characters', f"{LONGEST_TAG} will do")
    return tag


def valid_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Return tags in order, each once.

    :raises SubscriberError: when one will not do, or there are more than 100.
    """
    tags = tuple(sorted({valid_tag(text) for text in texts}))
    if len(tags) > MOST_TAGS:
        raise SubscriberError(f"there are {len(tags)} tags", f"{MOST_TAGS} will do")
    return tags


def split_tags(cell: str) -> list[str]:
    """Return the tags in a cell: a JSON array, or with commas between them and quotes around some, as Mailchimp has."""
    cell = cell.strip()
    if cell.startswith("["):
        try:
            read = json.loads(cell)
        except (ValueError, RecursionError):
            read = None
        if isinstance(read, list) and all(isinstance(one, str) for one in read):
            return [one for one in read if one.strip()]
    if '"' not in cell:
        return [one for one in cell.split(",") if one.strip()]
    rows = csv.reader(cell.splitlines(keepends=True), skipinitialspace=True)
    return [one for row in rows for one in row if one.strip()]


def valid_language(text: str) -> str:
    """Return a language as BCP 47 writes it: "de", "pt-BR", "zh-Hant"; "" stays so.

    :raises SubscriberError: when it is none.
    """
    text = text.strip().replace("_", "-")
    match = _LANGUAGE.fullmatch(text)
    if text and not match:
        raise SubscriberError(f'"{shown(text)}" is no language', "write it like en, pt-BR or zh-Hant (BCP 47)")
    if not match:
        return ""
    language, script, region, variants = match.groups()
    parts = [language.lower(), (script or "").title(), (region or "").upper(), *variants.lower().split("-")]
    return "-".join(filter(None, parts))


def valid_timezone(text: str) -> str:
    """Return a time zone of the IANA database; "" stays so.

    :raises SubscriberError: when it is none.
    """
    text = text.strip()
    if text and text not in _zones():
        raise SubscriberError(f'"{shown(text)}" is no time zone', "write it like Europe/Berlin (IANA)")
    return text


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def valid_attributes(values: Mapping[str, Any]) -> str:
    """Return attributes as they are kept: a JSON object as text, keys in order.

    :raises SubscriberError: when they are too many, too deep, or have text or numbers that no JSON should.
    """
    for key, value in values.items():
        _require_key(key)
        _require_value(key, value, 1)
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    if len(text) > LONGEST_ATTRIBUTES:
        raise SubscriberError(f"the attributes have {len(text)} characters", f"{LONGEST_ATTRIBUTES} will do")
    return text


def read_attributes(text: str) -> dict[str, Any]:
    """Return the attributes that a JSON object has.

    :raises SubscriberError: when it is no JSON object.
    """
    try:
        read = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as cause:
        raise SubscriberError(f'"{shown(text)}" is no JSON', 'write attributes like {"plan": "free"}') from cause
    if not isinstance(read, dict):
        raise SubscriberError(f'"{shown(text)}" is no JSON object', 'write attributes like {"plan": "free"}')
    return read


def _require_key(key: str) -> None:
    if not key.strip() or is_unsafe(key) or len(key) > LONGEST_KEY:
        raise SubscriberError(
            f'"{shown(key)}" is no name of an attribute', f"one line, {LONGEST_KEY} characters at most"
        )


def _require_value(key: str, value: Any, depth: int) -> None:
    if depth > DEEPEST + 1:
        raise SubscriberError(f'the attribute "{shown(key)}" is nested too deeply', f"{DEEPEST} levels will do")
    if isinstance(value, dict):
        for inner, one in value.items():
            _require_key(inner)
            _require_value(key, one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _require_value(key, one, depth + 1)
    elif isinstance(value, str) and re.search("[\0\ud800-\udfff]", value):
        raise SubscriberError(f'the attribute "{shown(key)}" has a character that is no text', "leave it out")
    elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:  # a NaN is in no range
        raise SubscriberError(f'the attribute "{shown(key)}" is too large a number', "write it as text, in quotes")
