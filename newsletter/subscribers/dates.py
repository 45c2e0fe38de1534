"""Dates as other tools write them."""

import re
from datetime import UTC, datetime

EARLIEST = 1980
_GO = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4})(?: \w+)?")


def read_date(text: str, now: datetime) -> str:
    """Return the moment that *text* says, as "2026-11-27T10:00:00Z"; empty when it says none, or one yet to come.

    ISO 8601 with or without a zone (without one it is UTC, as Mailchimp has it), "2023-03-24 10:23:10 UTC" (beehiiv),
    "2023-03-24 10:23:10.5 +0000 UTC" (listmonk), seconds since 1970. Days and months in figures that could be read two
    ways, "03/04/2024", are not guessed.
    """
    text = text.strip()
    try:
        found = _read(text)
    except (ValueError, OverflowError, OSError):
        return ""
    if found.year < EARLIEST or found > now:
        return ""
    return f"{found.isoformat()[:19]}Z"


def _read(text: str) -> datetime:
    if text.isascii() and text.isdigit() and len(text) in (9, 10):
        return datetime.fromtimestamp(int(text), UTC)
    if len(text) > 24 and (match := _GO.fullmatch(text)):
        text = f"{match[1]}{match[2]}"
    found = datetime.fromisoformat(text.removesuffix(" UTC"))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
