"""Carries messages to one server, on a new connection when the last one is used up or lost."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol

from newsletter.model.mail import Message
from newsletter.sender.opening import ServerUnavailable, open_connection
from newsletter.sender.options import SmtpProfile, judge_profile
from newsletter.sender.password import fetch_password
from newsletter.sender.smtp import Connection
from newsletter.sender.verdict import Verdict

MESSAGES = 100
"""Messages of one connection: a TLS handshake is 0.7 ms of our time, and servers end a connection sooner or later."""
PAUSES = (2.0, 10.0, 30.0)
"""Seconds before each try to come back to a server that was there before."""


class StopFlag(Protocol):
    """Tells that all shall end soon; threading.Event is one, and so is a class that a signal handler sets."""

    def is_set(self) -> bool:
        """Whether it is to end."""


class Courier:
    """Keeps one connection open while it is of use; a context that parts from the server at its end.

    :param stop: ends the waiting for a server that has gone.
    :param pauses: seconds before each further try to come back to it.
    :raises SettingsError: the profile will not do, or the password cannot be had.
    """

    def __init__(self, profile: SmtpProfile, *, stop: StopFlag, pauses: Sequence[float] = PAUSES) -> None:
        judge_profile(profile)
        self._profile = profile
        self._password = fetch_password(profile)
        self._stop = stop
        self._pauses = pauses
        self._connection: Connection | None = None

    def __enter__(self) -> "Courier":
        """Connect, so that a server that is down or wrong shows before anything is begun."""
        self._connection = open_connection(self._profile, self._password)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._connection is None:
            return
        if kind is None or issubclass(kind, Exception):
            self._connection.quit()
        else:  # interrupted: whoever pressed Ctrl-C twice does not wait for a server
            self._connection.drop()

    def carry(self, message: Message, begin: Callable[[], bool]) -> Verdict | None:
        """Send *message*; *begin* commits the intent once the server waits for the body, and may forbid it.

        :returns: None if *begin* forbade it: the body was not sent.
        :raises ServerError: no connection, or none that takes mail; the message was not sent.
        """
        connection, verdict = self._offered(message)
        if verdict:
            return verdict
        try:
            allowed = begin()
        except BaseException:
            connection.drop()
            raise
        if not allowed:
            # After 354 there is no way back but to hang up: RSET would be a line of the body.
            connection.drop()
            return None
        return connection.deliver(message)

    def _offered(self, message: Message) -> tuple[Connection, Verdict | None]:
        connection = self._usable()
        verdict = connection.offer(message)
        if verdict and verdict.hang_up and connection.messages > 1:
            # A server ends a connection after as many messages as it likes, with 421 or without a word (RFC 5321 §3.8),
            # and the next message finds out. That says nothing of its reader, and no body has gone: it is offered anew.
            connection = self._usable()
            verdict = connection.offer(message)
        return connection, verdict

    def _usable(self) -> Connection:
        if self._connection and self._connection.open and self._connection.messages < MESSAGES:
            return self._connection
        if self._connection:
            self._connection.quit()
        self._connection = self._reopened()
        return self._connection

    def _reopened(self) -> Connection:
        for pause in (0.0, *self._pauses):
            if pause and self._paused(pause):
                break
            try:
                return open_connection(self._profile, self._password)
            except ServerUnavailable as cause:
                failure = cause
        raise failure

    def _paused(self, seconds: float) -> bool:
        """Wait; true if the flag was set meanwhile."""
        deadline = time.monotonic() + seconds
        while not self._stop.is_set() and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self._stop.is_set()
