"""Days as people write them into pages."""

import re
from datetime import UTC, date, datetime, timedelta

from newsletter.sources.dates import EARLIEST, read_moment

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_WRITTEN = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.I),
)
_ISO = re.compile(r"(?P<year>\d{4})(?:(?P<mark>[-/.]?)(?P<month>\d{2})(?:(?P=mark)(?P<day>\d{2}))?)?(?=$|[T ])")


def written_day(text: str, now: datetime) -> str:
    """Return the day that *text* names as 2025-09-10, or 2025-09, or 2025; empty if it is none, or cannot be right.

    ISO 8601, RFC 5322, "10 September 2025" and "Sept. 10, 2025" are read, and the day is that of whoever wrote it.
    Right is from 1990 to the day after *now*.
    """
    text = " ".join(text[:200].split())
    try:
        parts = _parts(text)
        day = date(*(*parts, 1, 1)[:3]) if parts else None
    except (ValueError, OverflowError):  # the 31st of September
        return ""
    if day is None or not EARLIEST <= day <= now.astimezone(UTC).date() + timedelta(days=1):
        return ""
    return day.isoformat()[: (4, 7, 10)[len(parts) - 1]]


def _parts(text: str) -> tuple[int, ...]:
    if iso := _ISO.match(text):
        return tuple(int(iso[name]) for name in ("year", "month", "day") if iso[name])
    for written in _WRITTEN:
        if found := written.search(text):
            month = _MONTHS.index(found["month"].lower()[:3]) + 1
            return int(found["year"]), month, int(found["day"])
    moment = read_moment(text)
    return (moment.year, moment.month, moment.day) if moment else ()
