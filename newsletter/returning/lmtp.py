"""A server of LMTP (RFC 2033): a mail server hands over what came back, and hears for each recipient what became of it.

Of our own, because the whole protocol is a dozen commands, and the one library there is (aiosmtpd) has had no release
for two years and would be one more thing to install for everybody.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from newsletter.errors import InputError
from newsletter.returning.mailbox import LARGEST_MAIL

PATIENCE: Final = 300.0
"""Seconds for the next line (RFC 5321 §4.5.3.2.7)."""
LONGEST_LINE: Final = 4096
MOST_RECIPIENTS: Final = 100
MOST_LINES: Final = 50
"""Connections at a time; Postfix opens 20 to one destination."""

_PATH = re.compile(r"(?i)(?:FROM|TO):\s*<(?:@[^:>]*:)?([^>]*)>(?:\s.*)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the mail server hears of one recipient.

    :param code: 250 taken, 4xx try again, 5xx never.
    """

    code: int
    words: str


Take = Callable[[bytes, str, str], Answer]
"""Takes a mail that its sender sent to one recipient, in a thread; what it answers is final."""


@dataclass(slots=True)
class _Transaction:
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


class _Conversation:
    """One connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take: Take, turn: asyncio.Lock
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._take = take
        self._turn = turn
        self._greeted = False
        self._mail = _Transaction()

    async def hold(self) -> None:
        """Answer until the other side leaves."""
        await self._say("220 newsletter LMTP")
        while line := await self._line():
            verb, _, rest = line.partition(" ")
            answer = getattr(self, f"_on_{verb.lower()}", None) if verb.isalpha() else None
            if verb.upper() == "QUIT":
                await self._say("221 2.0.0 bye")
                return
            if answer is None:
                await self._say("500 5.5.1 no such command here")  # RFC 2033 §4.1: HELO and EHLO too
            else:
                await answer(rest.strip())

    async def _on_lhlo(self, _name: str) -> None:
        self._greeted, self._mail = True, _Transaction()
        words = ("newsletter", "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", f"SIZE {LARGEST_MAIL}")
        await self._say(*(f"250{' ' if word == words[-1] else '-'}{word}" for word in words))

    async def _on_mail(self, rest: str) -> None:
        if not self._greeted or self._mail.sender is not None:
            await self._say("503 5.5.1 LHLO first, and one MAIL at a time")
        elif (match := _PATH.fullmatch(rest)) and rest.upper().startswith("FROM"):
            self._mail = _Transaction(sender=match[1])
            await self._say("250 2.1.0 ok")
        else:
            await self._say("501 5.5.4 MAIL FROM:<address>")

    async def _on_rcpt(self, rest: str) -> None:
        if self._mail.sender is None:
            await self._say("503 5.5.1 MAIL first")
        elif len(self._mail.recipients) >= MOST_RECIPIENTS:
            await self._say("452 4.5.3 too many recipients")
        elif (match := _PATH.fullmatch(rest)) and rest.upper().startswith("TO") and match[1]:
            self._mail.recipients.append(match[1])
            await self._say("250 2.1.5 ok")
        else:
            await self._say("501 5.5.4 RCPT TO:<address>")

    async def _on_data(self, _rest: str) -> None:
        if not self._mail.recipients:
            await self._say("503 5.5.1 no valid recipients")  # RFC 2033 §4.2
            return
        await self._say("354 end with a dot on a line of its own")
        data = await self._body()
        sender, recipients = self._mail.sender or "", self._mail.recipients
        self._mail = _Transaction()
        if data is None:
            await self._say(*["552 5.3.4 too large"] * len(recipients))
            return
        answers = [await self._taken(data, sender, recipient) for recipient in recipients]
        # The first digit again: "250 2.0.0 recorded", one line for each recipient in order (RFC 2033 §4.2).
        await self._say(*(f"{each.code} {str(each.code)[0]}.0.0 {each.words}" for each in answers))

    async def _taken(self, data: bytes, sender: str, recipient: str) -> Answer:
        async with self._turn:  # one at a time: the database writes one at a time too
            return await asyncio.to_thread(self._take, data, sender, recipient)

    async def _on_rset(self, _rest: str) -> None:
        self._mail = _Transaction()
        await self._say("250 2.0.0 ok")

    async def _on_noop(self, _rest: str) -> None:
        await self._say("250 2.0.0 ok")

    async def _on_vrfy(self, _rest: str) -> None:
        await self._say("252 2.0.0 send it, and see")

    async def _body(self) -> bytes | None:
        """Return the mail without its stuffed dots; None if it is too large, and then all of it was read."""
        body, tail = bytearray(), b"\r\n"
        while True:
            piece = await self._piece()
            begins = tail == b"\r\n"  # a line that is too long comes in several pieces
            # Only CRLF . CRLF ends it: a bare LF would let a mail smuggle in a second one.
            if begins and piece == b".\r\n":
                return bytes(body) if len(body) <= LARGEST_MAIL else None
            if len(body) <= LARGEST_MAIL:
                body += piece[1:] if begins and piece.startswith(b".") else piece
            tail = (tail + piece)[-2:]

    async def _piece(self) -> bytes:
        """Return the next line, or a part of one that is too long."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as long:
                return await self._reader.readexactly(max(long.consumed, 1))

    async def _line(self) -> str:
        """Return the next command; empty when the other side has gone, or talks nonsense."""
        try:
            piece = await self._piece()
        except asyncio.IncompleteReadError:
            return ""
        if len(piece) > LONGEST_LINE:
            await self._say("500 5.5.6 line too long")
            return ""
        return piece.decode("utf-8", "replace").rstrip("\r\n") or " "

    async def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        async with asyncio.timeout(PATIENCE):
            await self._writer.drain()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the server listens.

    :param path: of a Unix socket; None for *host* and *port*.
    """

    host: str = ""
    port: int = 0
    path: Path | None = None

    @classmethod
    def read(cls, text: str) -> "Place":
        """Read "127.0.0.1:8024", "8024", "[::1]:8024" or the path of a socket; InputError says what is wrong."""
        if "/" in text and sys.platform == "win32":
            raise InputError("there are no sockets in files here", "give HOST:PORT", where=text)
        if "/" in text:
            return cls(path=Path(text))
        host, _, port = text.rpartition(":")
        if not port.isdecimal() or not 0 <= int(port) < 65536:
            raise InputError(f'"{text}" is no place to listen at', "write it like 127.0.0.1:8024 or /run/news.sock")
        return cls(host=host.strip("[]") or "127.0.0.1", port=int(port))


@asynccontextmanager
async def listening(place: Place, take: Take) -> AsyncIterator[str]:
    """Listen at *place* while the block runs, and give where that is; connections that are open end with it.

    :raises InputError: when nobody can listen there.
    """
    turn, held = asyncio.Lock(), set[asyncio.Task[None]]()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:  # the loop runs us in one
            return
        held.add(task)
        try:
            if len(held) > MOST_LINES:
                writer.write(b"421 4.3.2 too many connections\r\n")
            else:
                with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                    await _Conversation(reader, writer, take, turn).hold()
        finally:
            held.discard(task)
            writer.close()

    server, where = await _server(place, hold)
    try:
        yield where
    finally:
        server.close()
        async with turn:  # what is being taken is taken whole
            for task in held:
                task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        if place.path:
            place.path.unlink(missing_ok=True)


async def _server(
    place: Place, hold: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> tuple[asyncio.Server, str]:
    try:
        if place.path:
            await _clear(place.path)
            server = await asyncio.start_unix_server(hold, place.path)
            place.path.chmod(0o660)  # for the mail server, which is in our group
            return server, str(place.path)
        server = await asyncio.start_server(hold, place.host, place.port)
    except OSError as cause:
        where = str(place.path or f"{place.host}:{place.port}")
        raise InputError(f"nobody can listen there ({cause.strerror or cause})", "give another", where=where) from cause
    host, port = server.sockets[0].getsockname()[:2]
    return server, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _clear(path: Path) -> None:
    """Remove the socket of a server that is gone; one that answers, or that is no socket, stays, and is an error."""
    if not path.is_socket():
        return
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        path.unlink(missing_ok=True)
    else:
        writer.close()
