"""Ends a run when a signal asks for it."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Event
from types import FrameType

from newsletter.errors import Stopped

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class SignalEvent(Event):
    """An event that a signal handler may set.

    Event.set takes a lock, and the handler waits for ever if it interrupts whoever holds it: another handler, or the
    main thread on its way into Event.wait. SimpleQueue.put may interrupt itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked = False
        self._bell: SimpleQueue[None] = SimpleQueue()

    def is_set(self) -> bool:
        """Whether it was set."""
        return self._asked

    def set(self) -> None:
        """Set it, and wake whoever waits."""
        self._asked = True
        self._bell.put(None)

    def clear(self) -> None:
        """Begin anew."""
        self._asked = False
        with suppress(Empty):
            while True:
                self._bell.get_nowait()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, *timeout* seconds at most; whether it is."""
        if not self._asked:
            with suppress(Empty):
                self._bell.get(timeout=None if timeout is None else max(0.0, timeout))
                self._bell.put(None)  # for whoever else waits
        return self._asked


@contextmanager
def stopping() -> Iterator[Event]:
    """Give an event that the first SIGINT or SIGTERM sets; the second one interrupts.

    The third one ends the process as it is, as a kill does: whatever the second one waits for, it waits for it no more.
    """
    stop = SignalEvent()
    interrupted = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if not stop.is_set():
            stop.set()
        elif interrupted:
            os.write(2, b"\nnewsletter: stopped\n")
            os._exit(Stopped.exit_code)
        else:
            interrupted = True
            interrupt(frame)

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield stop
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt(frame: FrameType | None) -> None:
    """Interrupt the main thread from a signal handler: by KeyboardInterrupt, or within asyncio by CancelledError.

    A KeyboardInterrupt that is raised anywhere in a loop may take away the callback that was next. If that was a task's
    step, who cancels the tasks then, as asyncio.run does, waits for it for ever. Where asyncio has no loop running it
    begins or ends one, and nothing is done: the stop that was asked for before is heeded.

    :param frame: what the signal came upon.
    """
    if not _is_within_asyncio(frame):
        raise KeyboardInterrupt
    with suppress(RuntimeError):
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(_cancel_all, loop)


def _is_within_asyncio(frame: FrameType | None) -> bool:
    while frame and frame.f_globals.get("__package__") != asyncio.__name__:
        frame = frame.f_back
    return frame is not None


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
