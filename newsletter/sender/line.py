"""The line to a mail server: commands out, replies in, and a word when it breaks.

Sockets rather than smtplib: there a line that breaks after the final dot looks like one that broke before it, half a
line counts as a reply, a reply has no end, and TLS without a context is TLS without a check.
"""

import re
import socket
import ssl
import time
from functools import cache
from typing import Final

from newsletter.sender.options import Timeouts
from newsletter.sender.verdict import Reply

LONGEST_REPLY: Final = 64 * 1024
"""Octets of all lines of a reply; RFC 5321 §4.5.3.1.5 allows 512 for one of them."""

# A line without its end is none: the rest of what begins with "250" would be read as the answer to the next command.
_REPLY_LINE = re.compile(rb"[2-5]\d\d(?:[ -][^\n]*)?\r?\n")


class LineLost(Exception):
    """The line broke, or no answer came in time; judged by verdict.py, and never shown as an error."""


class Line:
    """One connection, a command at a time.

    :param sock: connected; the line owns it.
    """

    def __init__(self, sock: socket.socket, timeouts: Timeouts) -> None:
        self._sock: socket.socket | None = sock
        self._timeouts = timeouts
        self._unread = b""

    @classmethod
    def connect(cls, host: str, port: int, timeouts: Timeouts) -> "Line":
        """Return a line to *host*; OSError if there is none."""
        return cls(socket.create_connection((host, port), timeout=timeouts.connect), timeouts)

    @property
    def open(self) -> bool:
        """Whether it can still be spoken over, as far as we know."""
        return self._sock is not None

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on in TLS with a server that proves to be *host*; ssl.SSLError or OSError if it does not."""
        sock = self._connected()
        if self._unread:  # said in the clear, perhaps by somebody between (CVE-2011-0411)
            self.close()
            raise LineLost("the server spoke on after its answer to STARTTLS")
        sock.settimeout(self._timeouts.reply)
        self._sock = context.wrap_socket(sock, server_hostname=host)

    def ask(self, command: str, patience: float | None = None) -> Reply:
        """Send *command* and return the reply; LineLost if there is none within *patience* seconds."""
        if re.search(r"[\r\n\0]", command):
            raise ValueError("a command of more than one line")
        self.write(f"{command}\r\n".encode())
        return self.hear(patience)

    def write(self, octets: bytes) -> None:
        """Hand *octets* to the network; LineLost says that the last of them never left this machine."""
        sock = self._connected()
        try:
            sock.settimeout(self._timeouts.write)
            sock.sendall(octets)
        except OSError as cause:
            self.close()
            raise LineLost(f"the line broke while sending ({reason(cause)})") from cause

    def hear(self, patience: float | None = None) -> Reply:
        """Return the next reply, its code 0 if it is none of SMTP; after that the line is closed."""
        patience = self._timeouts.reply if patience is None else patience
        deadline = time.monotonic() + patience
        lines: list[bytes] = []
        size = 0
        while size <= LONGEST_REPLY:
            try:
                line = self._read_line(deadline)
            except TimeoutError as cause:
                self.close()
                raise LineLost(f"no answer within {patience:g} s") from cause
            lines.append(line)
            size += len(line)
            # §4.2.1: the code is the same on each line. "250-" with "550 " behind it says two things, and so nothing.
            if not _REPLY_LINE.fullmatch(line) or line[:3] != lines[0][:3]:
                break
            if line[3:4] != b"-":
                return Reply(code=int(line[:3]), lines=tuple(legible(line[4:]) for line in lines))
        self.close()
        return Reply(code=0, lines=(legible(b" ".join(lines)),))

    def close(self) -> None:
        """Hang up, without a word."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _connected(self) -> socket.socket:
        if self._sock is None:
            raise LineLost("the line is closed")
        return self._sock

    def _read_line(self, deadline: float) -> bytes:
        """Return the next line with its end, or the beginning of one that is too long."""
        sock = self._connected()
        while b"\n" not in self._unread and len(self._unread) <= LONGEST_REPLY:
            try:
                sock.settimeout(max(deadline - time.monotonic(), 0.001))
                octets = sock.recv(8192)
            except TimeoutError:
                raise
            except OSError as cause:
                self.close()
                raise LineLost(f"the line broke ({reason(cause)})") from cause
            if not octets:
                self.close()
                raise LineLost("the server closed the line" + (" within a reply" if self._unread else ""))
            self._unread += octets
        line, end, self._unread = self._unread.partition(b"\n")
        return line + end


def legible(text: bytes) -> str:
    """Return the server's words on one line, without what could move a terminal's cursor."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text.decode(errors="replace")).strip()


def reason(cause: OSError) -> str:
    """Return the system's words for *cause*."""
    return "timed out" if isinstance(cause, TimeoutError) else (cause.strerror or str(cause))


@cache  # the resolver may take seconds, and every connection asks
def own_name() -> str:
    """Return what EHLO says: this machine's full name; without one the literal that mail programs use (§4.1.3)."""
    try:
        name = socket.getfqdn()
    except UnicodeError:  # a machine's own name may have a label of 64 characters, which is no host name
        name = ""
    return name if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name) else "[127.0.0.1]"
