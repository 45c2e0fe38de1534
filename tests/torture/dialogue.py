"""What a traced sender said to its mail servers, and when: from the calls on its connections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from syscalls import OUTGOING, Call

_DOT = b"\r\n.\r\n"


class Step(Enum):
    """What happened to a message."""

    ASKED_FOR = "the server said 354"
    GONE = "its final dot was given to the system"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A step of one message.

    :param call: the number of the call with which it happened.
    """

    call: int
    step: Step
    recipient: str


class Conversation:
    """One connection: both streams, whatever pieces they come in, with the next envelope behind a body or not.

    It is for a server that refuses nothing: what follows DATA is a body.
    """

    def __init__(self) -> None:
        self._said = b""
        self._heard = b""
        self._recipient = ""
        self._in_body = False

    def say(self, octets: bytes) -> Iterator[str]:
        """Take what the client sent next, and yield whose final dot was in it."""
        self._said += octets
        while True:
            end = _DOT if self._in_body else b"\r\n"
            part, found, rest = self._said.partition(end)
            if not found:
                return
            self._said = rest
            if self._in_body:
                self._in_body = False
                yield self._recipient
            elif part.startswith(b"RCPT TO:<"):
                self._recipient = part[9:].partition(b">")[0].decode()
            elif part == b"DATA":
                self._in_body = True
                self._said = b"\r\n" + self._said  # a lone dot ends a body, too

    def hear(self, octets: bytes) -> Iterator[str]:
        """Take what the client received next, and yield whose body was asked for in it."""
        *lines, self._heard = (self._heard + octets).split(b"\r\n")
        for line in lines:
            if line.startswith(b"354"):
                yield self._recipient


def moments(calls: Iterable[Call]) -> Iterator[Moment]:
    """Yield what happened to the messages of all connections, in order."""
    conversations: dict[str, Conversation] = {}
    for number, call in enumerate(calls):
        if not call.is_line:
            continue
        conversation = conversations.setdefault(call.on, Conversation())
        if call.name in OUTGOING:
            for recipient in conversation.say(call.octets):
                yield Moment(call=number, step=Step.GONE, recipient=recipient)
        else:
            for recipient in conversation.hear(call.octets):
                yield Moment(call=number, step=Step.ASKED_FOR, recipient=recipient)
