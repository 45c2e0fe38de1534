"""Days, as pages write them."""

import re
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

EARLIEST: Final = date(1990, 1, 1)
"""Before the web there were no pages: of 6,555 real feed entries 36 were "published" earlier."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_WRITTEN = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.I),
)
_ISO = re.compile(r"(?P<year>\d{4})(?:(?P<mark>[-/.]?)(?P<month>\d{2})(?:(?P=mark)(?P<day>\d{2}))?)?(?=$|[T ])")


def day_of(text: str, now: datetime) -> str:
    """Return the day that *text* names as 2025-09-10, or 2025-09, or 2025; empty if it is none, or cannot be right.

    ISO 8601, RFC 5322, "10 September 2025" and "Sept. 10, 2025" are read. Right is from 1990 to the day after *now*.
    """
    text = " ".join(text.split())[:60]
    try:
        parts = _parts(text)
        day = date(*(*parts, 1, 1)[:3]) if parts else None
    except (ValueError, OverflowError, TypeError):  # the 31st of September, the year 99999999999
        return ""
    if day is None or not EARLIEST <= day <= (now + timedelta(days=1)).date():
        return ""
    return day.isoformat()[: (4, 7, 10)[len(parts) - 1]]


def _parts(text: str) -> tuple[int, ...]:
    if iso := _ISO.match(text):
        return tuple(int(iso[name]) for name in ("year", "month", "day") if iso[name])
    for written in _WRITTEN:
        if found := written.search(text):
            month = _MONTHS.index(found["month"].lower()[:3]) + 1
            return int(found["year"]), month, int(found["day"])
    moment = parsedate_to_datetime(text)
    return moment.year, moment.month, moment.day
