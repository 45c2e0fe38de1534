"""Reads when a mailing is to start, as a person writes it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.errors import SendError

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_FORMS = 'write it like "2026-11-27 09:00", "09:00" or 2026-11-27T09:00+01:00'


def moment_of(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that *text* says, in *zone*.

    ``2026-11-27 09:00`` is of *zone*, ``09:00`` the next one there; with an offset (ISO 8601) it is any zone's.

    :param now: aware.
    :raises SendError: it is no time, it is past, or the clocks of *zone* never show it, or show it twice.
    """
    now = now.astimezone(zone)
    if clock := _CLOCK.fullmatch(text.strip()):
        return _next(clock, text, now, zone)
    at = _read(text)
    at = _placed(at, zone) if at.tzinfo is None else at.astimezone(zone)
    if at <= now:
        raise SendError(f"{shown(at)} is past", f"it is {shown(now)} now; without --at it goes at once")
    return at


def shown(at: datetime) -> str:
    """Return *at* as a person of its zone reads it: "Fri 2026-11-27 09:00 CET", with seconds if there are any."""
    return f"{at:%a %Y-%m-%d %H:%M}{f':{at:%S}' if at.second else ''} {at:%Z}"


def _read(text: str) -> datetime:
    if not re.search(r"\d[T ]\d", text.strip()):  # a day alone would be its midnight, which nobody means
        raise SendError(f'"{text}" is no time of a day', _FORMS)
    try:
        return datetime.fromisoformat(text.strip()).replace(microsecond=0)
    except ValueError as cause:
        raise SendError(f'"{text}" is no time of a day', _FORMS) from cause


def _next(clock: re.Match[str], text: str, now: datetime, zone: ZoneInfo) -> datetime:
    hour, minute, second = (int(part or 0) for part in clock.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise SendError(f'"{text}" is no time of a day', _FORMS)
    today = now.replace(tzinfo=None, hour=hour, minute=minute, second=second, microsecond=0, fold=0)
    day = today if today > now.replace(tzinfo=None) else today + timedelta(days=1)
    return _placed(day, zone)


def _placed(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the one moment at which the clocks of *zone* show *wall* (PEP 495: fold is which of two)."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    there = first.astimezone(UTC).astimezone(zone)
    clock, day = f"{wall:%H:%M}", f"{wall:%Y-%m-%d} in {zone.key}"
    if there.replace(tzinfo=None, fold=0) != wall:
        what = f"there is no {clock} on {day}: the clocks go forward"
        raise SendError(what, f'that moment is called "{there:%Y-%m-%d %H:%M}" there')
    both = " or ".join(moment.isoformat(timespec="minutes") for moment in (first, second))
    raise SendError(f"{clock} comes twice on {day}: the clocks go back", f"say which one: {both}")
