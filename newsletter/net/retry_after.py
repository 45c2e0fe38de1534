"""Retry-After: when a server lets us ask again (RFC 9110 §10.2.3)."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WEEK = timedelta(days=7)
"""The longest that anybody is believed."""


def retry_after(said: str, now: datetime) -> datetime | None:
    """Return the time that *said* names, in seconds or as a date: from *now* to a week on; None if it names none."""
    said = said.strip()
    if re.fullmatch(r"[0-9]{1,9}", said):
        return now + min(timedelta(seconds=int(said)), WEEK)
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000", and dates of before RFC 850
    return min(max(at, now), now + WEEK)
