"""Signals that come at the worst of moments: each line of what they interrupt is one."""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from paper_ledger import PaperLedger
from scripted_server import ScriptedServer, mail, profile, serving

from newsletter.app import stopping as app_stopping
from newsletter.app.stopping import stopping
from newsletter.sender import mailing

WATCHED = tuple(str(Path(module.__file__ or "").parent) for module in (asyncio, mailing))
BESIDE = mailing.__file__
"""It runs beside the loop, too, where a signal interrupts as it does everywhere."""
HANDLING = (threading.__file__, app_stopping.__file__)
READERS = 40


@pytest.fixture(autouse=True)
def no_hanging() -> Iterator[None]:
    """What hangs is interrupted after a minute: a hang is what these tests are about."""

    def cry(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, cry)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


class Lines:
    """Counts the lines that run in *places*, and does *then* at the one with *number*."""

    def __init__(self, number: int, places: tuple[str, ...], then: Callable[[], None]) -> None:
        self.count = 0
        self._number = number
        self._places = places
        self._then = then

    def watch(self) -> None:
        """Begin with the frames that run now."""
        sys.settrace(self._entered)
        frame: FrameType | None = sys._getframe(1)
        while frame:
            frame.f_trace = self._entered(frame, "call", None)
            frame = frame.f_back

    def _entered(self, frame: FrameType, event: str, argument: object) -> Callable[..., object] | None:
        file = frame.f_code.co_filename
        return self._line if file.startswith(self._places) and file != BESIDE else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Callable[..., object]:
        if event == "line":
            self.count += 1
            if self.count == self._number:
                sys.settrace(None)
                self._then()
        return self._line


@contextmanager
def untraced() -> Iterator[None]:
    before = sys.gettrace()
    try:
        yield
    finally:
        sys.settrace(before)


def signalled(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def stopped_twice(server: ScriptedServer, at: int) -> bool | None:
    """Stop a mailing after its first outcome, and again *at* so many lines later.

    Return whether it was interrupted, None if it ended before.
    """
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(READERS)))
    lines = Lines(at, WATCHED, lambda: signalled(signal.SIGINT))

    def told(outcomes: object) -> None:
        if not lines.count:
            signalled(signal.SIGTERM)
            lines.watch()

    interrupted = False
    with untraced():
        try:
            with stopping() as stop:
                mailing.run_mailing(
                    ledger, lambda subscriber: mail(subscriber.address.address),
                    [profile(server, connections=4)], progress=told, stop=stop, pauses=(),
                )  # fmt: skip
        except KeyboardInterrupt:
            interrupted = True
    assert ledger.balance().planned == READERS
    return interrupted if lines.count >= at else None


def test_a_second_signal_never_makes_a_mailing_hang():
    """Wherever it comes: a KeyboardInterrupt raised in the loop could take away the callback that was next."""
    at, interruptions = 1, 0
    with serving() as server:
        while (interrupted := stopped_twice(server, at)) is not None:
            interruptions += interrupted
            at += 2
    assert interruptions >= 100
    gc.collect()  # no loop and no line is left open: they would complain


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_within_the_handler_of_another_is_the_second_one_and_nothing_waits_for_ever(second):
    """threading.Event.set would: it takes a lock that the first handler holds."""
    at, interruptions, reached = 0, 0, True
    while reached:
        at += 1
        watched = Lines(at, HANDLING, lambda: signalled(second))
        with untraced():
            try:
                with stopping() as stop:
                    watched.watch()
                    signalled(signal.SIGINT)
                    assert stop.is_set()
                    sys.settrace(None)
            except KeyboardInterrupt:
                interruptions += 1
        reached = watched.count == at
    assert at > 4
    assert interruptions


def test_who_waits_for_the_stop_is_woken_by_the_signal_whichever_thread_it_is():
    woken = []
    with stopping() as stop:
        threads = [threading.Thread(target=lambda: woken.append(stop.wait(30))) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert not stop.wait(0.01)
        threading.Timer(0.05, signalled, [signal.SIGTERM]).start()
        assert stop.wait()
        for thread in threads:
            thread.join()
        assert stop.wait(-1)
    assert woken == [True, True, True]


def test_the_third_signal_ends_the_process_whatever_it_waits_for(tmp_path):
    import subprocess

    script = """if True:
        import asyncio, contextlib, sys
        from newsletter.app.stopping import stopping

        async def stubborn():
            print("ready", flush=True)
            while True:
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(60)
                    continue
                print("stays", flush=True)

        with stopping():
            asyncio.run(stubborn())
    """
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == b"stays\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert err == b"\nnewsletter: stopped\n"
