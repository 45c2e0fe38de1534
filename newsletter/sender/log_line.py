"""A line of a mail server's log, however it was written down: syslog, RFC 5424, ISO times, journald."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Oct 11 22:14:15 (RFC 3164 §4.1.2, rsyslog and postlogd) · 2026-10-11T22:14:15.003+02:00 (RFC 3339)
# · Sun 2026-10-11 22:14:15 CEST (journalctl -o short-full)
_STAMP = (
    r"(?P<stamp>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?"
    r"|(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d| [A-Z]{3,5})?)"
)
_PROGRAM = r"(?P<program>[^\s\[\]/]+)(?:/[^\s\[\]]+)?/(?P<daemon>[a-z]+)"
_PLAIN = re.compile(rf"(?:<\d+>)?{_STAMP} (?P<host>\S+) {_PROGRAM}\[(?P<pid>\d+)\]: (?P<words>.*)")
_RFC_5424 = re.compile(
    rf"<\d+>1 {_STAMP} (?P<host>\S+) {_PROGRAM} (?P<pid>\d+|-) \S+ "
    r"(?:-|(?:\[(?:[^\]\\]|\\.)*\])+) \ufeff?(?P<words>.*)"
)
_ANY = re.compile(rf"(?:<\d+>1? ?)?{_STAMP} ")
# Short ids are hex, long ones of 52 letters and digits without vowels (postconf(5), enable_long_queue_ids).
_QUEUE_ID = re.compile(r"([0-9A-F]{6,}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,}): ")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """What a daemon of Postfix said.

    :param instance: host and name of the Postfix ("postfix-out"): queue ids of one mean nothing in another.
    :param daemon: "qmgr", whatever stands between ("postfix-out/smtp/smtpd" is "smtpd").
    :param queue_id: empty where the line is about no message.
    :param words: what follows the queue id.
    """

    instance: tuple[str, str]
    daemon: str
    pid: str
    queue_id: str
    words: str

    @classmethod
    def read(cls, line: str) -> "LogLine | None":
        """Return what *line* says; None if no daemon of Postfix wrote it."""
        match = _PLAIN.match(line) or _RFC_5424.match(line)
        if not match:
            return None
        _stamp, host, program, daemon, pid, words = match.groups()
        about = _QUEUE_ID.match(words)
        return cls(
            instance=(host, program),
            daemon=daemon,
            pid=pid,
            queue_id=about[1] if about else "",
            words=(words[about.end() :] if about else words).rstrip(),
        )


def stamp_of(line: str) -> str:
    """Return the time at the beginning of *line* as it stands there; empty if there is none."""
    match = _ANY.match(line)
    return match["stamp"] if match else ""


def moment(stamp: str, now: datetime) -> datetime | None:
    """Return the aware time that *stamp* says; None if there is no such time, or nothing at all.

    Without a zone it is this machine's; without a year it is the last such day that is not after *now*.
    """
    if not stamp:
        return None
    try:
        if stamp[0].isdigit() or stamp[4:8].isdigit():
            return _dated(stamp)
        clock = datetime.strptime(stamp[7:15], "%H:%M:%S")
        parts = (_MONTHS.index(stamp[:3]) + 1, int(stamp[4:6]), clock.hour, clock.minute, clock.second)
    except (ValueError, OverflowError):
        return None
    for year in range(now.year + 1, now.year - 5, -1):  # the 29th of February comes back after four years
        try:
            at = datetime(year, *parts).astimezone()
        except (ValueError, OverflowError):
            continue
        if at <= now + timedelta(days=1):  # clocks differ
            return at
    return None


def _dated(stamp: str) -> datetime:
    text, _, zone = (
        stamp.lstrip("MTWFSabcdefghijklmnopqrstuvwxyz ").replace(",", ".").replace(" ", "T", 1).partition(" ")
    )
    at = datetime.fromisoformat(text)
    if at.tzinfo:
        return at
    return at.replace(tzinfo=UTC) if zone in ("UTC", "GMT") else at.astimezone()


def unfolded(lines: Iterable[str]) -> Iterator[str]:
    """Yield *lines*, each entry of ``journalctl -o export`` among them as the one line that syslog would have.

    Such an entry is lines NAME=VALUE up to an empty one
    (https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format).
    """
    fields: dict[str, str] | None = None
    for line in lines:
        name, equals, value = line.rstrip("\r\n").partition("=")
        if fields is None:
            if name == "__CURSOR" or name == "__REALTIME_TIMESTAMP":
                fields = {name: value}
            else:
                yield line
        elif not name:
            yield _entry(fields)
            fields = None
        elif equals and name in _FIELDS:
            fields[name] = value
    if fields:
        yield _entry(fields)


_FIELDS = frozenset({"__REALTIME_TIMESTAMP", "_HOSTNAME", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID", "MESSAGE"})


def _entry(fields: dict[str, str]) -> str:
    stamp = fields.get("__REALTIME_TIMESTAMP", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 18):  # microseconds
        return ""
    at = datetime.fromtimestamp(int(stamp) // 1_000_000, UTC)
    pid = fields.get("SYSLOG_PID") or fields.get("_PID", "-")
    who = f"{fields.get('_HOSTNAME', '-')} {fields.get('SYSLOG_IDENTIFIER', '-')}[{pid}]"
    return f"{at:%Y-%m-%dT%H:%M:%SZ} {who}: {fields.get('MESSAGE', '')}"
