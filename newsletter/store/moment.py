"""Times as the database keeps them: ISO 8601 in UTC to the second, of one width, so that text order is time order."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


def written(at: datetime) -> str:
    """Return an aware time as "2026-11-27T10:00:00Z"."""
    if at.tzinfo is None:
        raise ValueError("a time without a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """Return the aware time that *text* says."""
    return datetime.fromisoformat(text)
