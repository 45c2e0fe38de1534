"""Signs a large mailing beside the loop, in processes of its own.

In threads each signature hands Python's lock over twice, while the loop wants it too: a third of what signing costs.
"""

import asyncio
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Final, cast

from newsletter.model.mail import Message
from newsletter.sender import signing_process
from newsletter.sender.dkim import Draft, Signer
from newsletter.sender.signing_process import framed, unframed

MOST_PROCESSES: Final = 3
"""Beyond that the process that sends is what limits."""
MANY: Final = 2000
"""Messages from which on it is worth the start of processes, a tenth of a second."""
LOTS: Final = 2
"""Lots that a process has at a time: one that it signs, and the next. More could fill its pipe, and halt the loop."""
MOST_AT_ONCE: Final = 64 * 1024
"""Octets that are read of its answers in one go."""

Done = Callable[[list[Message]], None]


class Signing:
    """Has messages signed in as many processes as there are processors, by the running loop.

    What no process does, because somebody killed it or the system has none to give, is done here.
    """

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._waiting: deque[_Lot] = deque()
        self._loop = asyncio.get_running_loop()
        self._processes: set[_Process] = set()
        pems = [key.pem for key in signer.keys]
        with suppress(OSError):  # the system has none to give: then it is done here
            for _ in range(min(MOST_PROCESSES, os.cpu_count() or 1)):
                self._processes.add(_Process(pems, self._feed, self._ended))

    @staticmethod
    def is_worth_it(messages: int) -> bool:
        """Whether so many messages are better signed beside the loop; on Windows it cannot watch pipes."""
        return messages >= MANY and sys.platform != "win32"

    def draft(self, message: Message) -> Draft:
        """Return what is to be signed of *message*; SendError if it has no From."""
        return self._signer.draft(message)

    def begin(self, drafts: Sequence[Draft], done: Done) -> None:
        """Have *drafts* signed, and *done* told in a later turn of the loop."""
        self._waiting.append(_Lot(drafts, done))
        self._feed()

    def close(self) -> None:
        """End the processes; nobody is told anything any more."""
        self._waiting.clear()
        for process in self._processes:
            process.close()
        self._processes.clear()

    def _feed(self) -> None:
        while self._waiting:
            if not self._processes:
                lot = self._waiting.popleft()
                self._loop.call_soon(lot.done, [self._signer.finish(draft) for draft in lot.drafts])
                continue
            idlest = min(self._processes, key=lambda process: len(process.lots))
            if len(idlest.lots) >= LOTS:
                return
            idlest.take(self._waiting.popleft())

    def _ended(self, process: "_Process") -> None:
        self._processes.discard(process)
        self._waiting.extendleft(reversed(process.lots))
        self._feed()


@dataclass(frozen=True, slots=True)
class _Lot:
    drafts: Sequence[Draft]
    done: Done


class _Process:
    """One that signs.

    :param freed: is called when it has answered.
    :param ended: is called when it ended by itself.
    :ivar lots: what it has not answered yet.
    """

    def __init__(self, pems: Sequence[bytes], freed: Callable[[], None], ended: Callable[["_Process"], None]) -> None:
        self.lots: deque[_Lot] = deque()
        self._freed = freed
        self._ended = ended
        self._rest = b""
        self._loop = asyncio.get_running_loop()
        self._process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", signing_process.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._to = cast("IO[bytes]", self._process.stdin)
        self._back = cast("IO[bytes]", self._process.stdout)
        self._loop.add_reader(self._back, self._readable)
        self._write(pems)

    def take(self, lot: _Lot) -> None:
        """Sign *lot*."""
        self.lots.append(lot)
        self._write([each for draft in lot.drafts for each in draft.to_sign])

    def close(self) -> None:
        """End it: it holds nothing that could be lost."""
        self._loop.remove_reader(self._back)
        self._process.kill()
        self._process.communicate()

    def _write(self, items: Sequence[bytes]) -> None:
        octets = memoryview(framed(items))
        try:
            while octets:
                octets = octets[self._to.write(octets) :]
        except OSError:  # it has ended: that is read, too
            return

    def _readable(self) -> None:
        octets = os.read(self._back.fileno(), MOST_AT_ONCE)
        if not octets:
            self.close()
            self._ended(self)
            return
        signatures, self._rest = unframed(self._rest + octets)
        while signatures is not None:
            lot = self.lots.popleft()
            each = len(signatures) // len(lot.drafts)
            by_message = (signatures[at : at + each] for at in range(0, len(signatures), each))
            lot.done([draft.signed(made) for draft, made in zip(lot.drafts, by_message, strict=True)])
            signatures, self._rest = unframed(self._rest)
        self._freed()
