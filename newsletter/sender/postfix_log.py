"""What a log of Postfix proves of messages whose answer was lost.

::

    smtpd:   4F2A81C02D: client=…                 the server begins to read
    cleanup: 4F2A81C02D: message-id=<42.…>        it has read that header line, and proves nothing
    qmgr:    4F2A81C02D: from=<…>, … (queue active)     queued: the server took responsibility
    virtual: 4F2A81C02D: to=<ada@…>, … status=sent
    qmgr:    4F2A81C02D: removed                  the queue id is free for another message
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.model.canonical import fold_address
from newsletter.sender.log_line import LogLine, moment, stamp_of, unfolded


class Trace(StrEnum):
    """What a log has of a message, the strongest first."""

    QUEUED = "Postfix queued it"
    """The server took responsibility."""
    ELSEWHERE = "Postfix queued it, and the log has it for other addresses only"
    """An address was rewritten, or a reader sent the message on."""
    HELD = "Postfix set it aside: hold, discard or quarantine"
    """Whoever releases it sends it."""
    OPEN = "Postfix began to read it, and the log has no end of that"
    """It may be queued yet."""
    BROKEN = "Postfix began to read it, and its connection ended"
    """Not queued, if the log goes on far enough."""
    ABSENT = "the log does not have it"
    """Not queued, if the log is complete."""


QUEUE_MANAGERS = ("qmgr", "nqmgr", "oqmgr")
RECEIVERS = ("smtpd", "qmqpd", "pickup", "cleanup", "postsuper", "postdrop")
"""Who speaks of a message before it is queued, or when it never was."""
_SET_ASIDE = ("hold: ", "discard: ", "milter-hold: ", "milter-discard: ")
_ENDS = ("disconnect from ", "lost connection after ", "timeout after ", "too many errors after ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a log has of the messages that it was read for.

    :param traces: of each Message-ID.
    :param queue_ids: under which Postfix had it, of those that are not absent.
    :param first: the time of the first line; None if no line has one.
    :param last: the time of the last line.
    :param lines: how many lines Postfix wrote.
    """

    traces: Mapping[str, Trace]
    queue_ids: Mapping[str, str]
    first: datetime | None
    last: datetime | None
    lines: int

    @property
    def proven(self) -> frozenset[str]:
        """The Message-IDs that the server took responsibility for."""
        return frozenset(name for name, trace in self.traces.items() if trace is Trace.QUEUED)


@dataclass(kw_only=True, slots=True)
class _Passage:
    """One message on its way through Postfix, from its Message-ID until it is removed."""

    message_id: str
    queue_id: str
    recipients: set[str] = field(default_factory=set)
    queued: bool = False
    aside: bool = False

    def trace(self, address: str, *, ended: bool) -> Trace:
        if self.queued:
            return Trace.QUEUED if not self.recipients or fold_address(address) in self.recipients else Trace.ELSEWHERE
        if self.aside:
            return Trace.HELD
        return Trace.BROKEN if ended else Trace.OPEN


_Key = tuple[tuple[str, str], str]


class _Reading:
    """Follows the messages that are asked for through a log; what it keeps grows with them and not with the log."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self._wanted = wanted
        self._passages: dict[_Key, _Passage] = {}
        self._sessions: dict[_Key, _Key] = {}
        self.found: dict[str, tuple[Trace, str]] = {}

    def line(self, line: LogLine) -> None:
        """Take note of the next line."""
        if line.daemon == "smtpd" and not line.queue_id:
            if line.words.startswith(_ENDS):
                self._sessions.pop((line.instance, line.pid), None)
            return
        key = (line.instance, line.queue_id)
        if line.daemon == "cleanup" and line.words.startswith("message-id="):
            self._close(key)
            message_id = line.words.removeprefix("message-id=")
            if message_id in self._wanted:
                self._passages[key] = _Passage(message_id=message_id, queue_id=line.queue_id)
        elif line.words.startswith(("client=", "uid=")):  # short queue ids are used again: another message
            self._close(key)
            if line.daemon == "smtpd":
                self._sessions[line.instance, line.pid] = key
        elif passage := self._passages.get(key):
            self._follow(passage, line)
            if passage.queued and line.words == "removed":
                self._close(key)

    def _follow(self, passage: _Passage, line: LogLine) -> None:
        if line.daemon in QUEUE_MANAGERS:
            passage.queued |= line.words == "removed" or line.words.startswith("from=<")
        elif line.daemon not in RECEIVERS:
            recipients = _recipients(line.words)
            passage.recipients |= recipients
            passage.queued |= bool(recipients)
        elif line.daemon == "cleanup":
            passage.aside |= line.words.startswith(_SET_ASIDE)

    def _close(self, key: _Key) -> None:
        if passage := self._passages.pop(key, None):
            # The server process and cleanup say what they do each for itself: the end may stand before the header.
            ended = key not in self._sessions.values()
            trace = passage.trace(self._wanted[passage.message_id], ended=ended)
            known = self.found.get(passage.message_id)
            if known is None or _STRENGTH[trace] < _STRENGTH[known[0]]:
                self.found[passage.message_id] = (trace, passage.queue_id)

    def close(self) -> None:
        """Take note that the log ends."""
        for key in list(self._passages):
            self._close(key)


_STRENGTH = {trace: number for number, trace in enumerate(Trace)}


def _recipients(words: str) -> set[str]:
    """Return the folded addresses of a line like ``to=<ada@…>, orig_to=<Ada@…>, relay=…, status=sent (…)``."""
    said, status, _ = words.partition(", status=")
    if not status:
        return set()
    fields = (part.partition("=<") for part in said.split(", "))
    return {fold_address(value.removesuffix(">")) for name, _, value in fields if value and name in ("to", "orig_to")}


def read_log(lines: Iterable[str], wanted: Mapping[str, str], *, now: datetime) -> Evidence:
    """Return what *lines* say of the messages *wanted*: a stream, of which nothing is kept that they do not need.

    Only the queue manager's or a delivery agent's line with the queue id of our Message-ID is proof. Lines that no
    daemon of Postfix wrote are skipped.

    :param lines: of one log or several, in the order in which they were written.
    :param wanted: Message-ID with its brackets → address of the recipient.
    :param now: for times without a year.
    """
    reading = _Reading(wanted)
    first = last = ""
    count = 0
    for text in unfolded(lines):
        if stamp := stamp_of(text):
            first, last = first or stamp, stamp
        if line := LogLine.read(text):
            count += 1
            reading.line(line)
    reading.close()
    return Evidence(
        traces={name: reading.found[name][0] if name in reading.found else Trace.ABSENT for name in wanted},
        queue_ids={name: queue_id for name, (_, queue_id) in reading.found.items()},
        first=moment(first, now),
        last=moment(last, now),
        lines=count,
    )
