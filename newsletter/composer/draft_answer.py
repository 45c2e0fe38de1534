"""Reads a model's answer as strictly as if somebody had written it who means us ill."""

import json
import re
import unicodedata
from typing import Any

from newsletter.composer.draft_prompt import FEWEST_POINTS, MOST_POINTS, POINT_WORDS, WHY_WORDS
from newsletter.composer.injection import words_to_a_machine
from newsletter.model.draft import Claim, Draft

OCTETS = 100_000
"""Of an answer: what is longer is none."""
_CHARACTERS = 400
"""Of a sentence: words may be as long as somebody likes."""
_QUOTED = 2_000
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://|\b(?:mailto|javascript|data|tel):\S|\bwww\.|\]\(|\]\[|<[a-z/!]|[\w.+-]+@[\w-]+\.\w"
    r"|\b(?:[\w-]+\.)+[a-z]{2,}/\S",
    re.I,
)
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?```\s*", re.S)


class AnswerFault(ValueError):
    """Why an answer cannot be used, in words that its writer may be told."""


def read_answer(data: bytes | str, drafted_by: str) -> Draft:
    """Return the draft that *data* is: one JSON object, as the schema has it.

    :raises AnswerFault: when it is none.
    """
    values = _object(data)
    points, quotes = _texts(values, "points", _CHARACTERS), _texts(values, "quotes", _QUOTED)
    if not FEWEST_POINTS <= len(points) <= MOST_POINTS:
        raise AnswerFault(f"it has {len(points)} points, and {FEWEST_POINTS} to {MOST_POINTS} were asked for")
    if len(quotes) != len(points):
        raise AnswerFault(f"it has {len(points)} points and {len(quotes)} quotes, and each point needs its own")
    why = _text(values.get("why"), "why", _CHARACTERS * 2)
    _require_short(why, "why", WHY_WORDS)
    for number, point in enumerate(points, 1):
        _require_short(point, f"point {number}", POINT_WORDS)
    if not isinstance(values.get("confident"), bool):
        raise AnswerFault('"confident" must be true or false')
    claims = tuple(Claim(text=point, quote=quote) for point, quote in zip(points, quotes, strict=True))
    return Draft(drafted_by=drafted_by, why=Claim(text=why), points=claims, confident=values["confident"])


def _object(data: bytes | str) -> dict[str, Any]:
    try:
        text = data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError as cause:
        raise AnswerFault("it is no UTF-8 text") from cause
    if len(text) > OCTETS:
        raise AnswerFault("it is too long")
    if fenced := _FENCED.fullmatch(text):  # servers without schemas let models have their habits
        text = fenced[1]
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise AnswerFault("it is no JSON, or breaks off") from cause
    if not isinstance(values, dict):
        raise AnswerFault("it is no JSON object")
    return values


def _texts(values: dict[str, Any], name: str, most: int) -> list[str]:
    found = values.get(name)
    if not isinstance(found, list):
        raise AnswerFault(f'"{name}" must be a list of texts')
    return [_text(value, name, most) for value in found[: MOST_POINTS + 1]]


def _text(value: object, name: str, most: int) -> str:
    if not isinstance(value, str):
        raise AnswerFault(f'"{name}" must be text')
    text = one_line(value)
    if not text:
        raise AnswerFault(f'"{name}" is empty')
    if len(text) > most:
        raise AnswerFault(f'"{name}" has a text of {len(text)} characters, and {most} may be')
    return text


def _require_short(text: str, name: str, most: int) -> None:
    if (words := len(text.split())) > most:
        raise AnswerFault(f"{name} has {words} words, and {most} may be")
    if _LINK.search(text):
        raise AnswerFault(f"{name} has a link, an address or markup in it")
    if words_to_a_machine(text):
        raise AnswerFault(f"{name} speaks to a machine")


def one_line(text: str) -> str:
    """Return *text* on one line, without characters that steer a terminal, hide text or turn its direction."""
    kept = "".join(
        " " if letter in "\t\n\r\u2028\u2029" else letter
        for letter in text
        if letter in "\t\n\r\u2028\u2029\u200c\u200d" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")
    )
    return " ".join(kept.split())
