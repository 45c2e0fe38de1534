"""Dates in mail (RFC 5322 §3.3), as strangers write them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def moment(text: str) -> datetime | None:
    """Return the aware time that *text* says; None if it says none."""
    try:
        at = parsedate_to_datetime(text[:200])
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
