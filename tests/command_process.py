"""Commands in processes of their own that need not load the program first: each is forked from one that has.

    a test ──── request ────▶ loaded_process.py ──── fork ────▶ a command: its own memory, folder, environment, files
       ◀─────────────── its end ──────────┘

What a person's command line does beyond that, Python's start and the imports (0.3 s of the processor), is the same for
every command: the tests of the wheel, of terminals, of torture and of what is imported do it. Where there is no pidfd,
in Linux alone there is, each command starts.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_", "TZ")
"""What names of the environment begin with that are read when a process starts: a change needs a real start."""


@dataclass
class Command:
    """A command that runs, or has run; as much of :class:`subprocess.Popen` as tests need."""

    args: list[str]
    pid: int
    told: socket.socket
    stdout: IO[str]
    stderr: IO[str]
    kept: bool
    returncode: int | None = None
    said: tuple[str, str] | None = None

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self.told], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self.told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout)
            self.returncode = _number(self.told)
            self.told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; return what it said and what it complained of."""
        self.wait(timeout)
        if self.said is None:
            with self.stdout, self.stderr:
                if self.kept:
                    self.stdout.seek(0)
                    self.stderr.seek(0)
                self.said = self.stdout.read(), self.stderr.read()
        return self.said

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, *exception: object) -> None:
        self.wait()
        self.stdout.close()
        self.stderr.close()


@dataclass
class Loaded:
    """The process that has the program loaded."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    environment: dict[str, str]
    asking: threading.Lock = field(default_factory=threading.Lock)
    """Held while a request is sent: a mail server's thread may run a command beside the test's."""

    def takes(self, environment: Mapping[str, str]) -> bool:
        """Tell whether a command in this environment is as one that starts by itself."""
        return _at_start(environment) == _at_start(self.environment)

    def start(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str], typed: str, live: bool
    ) -> Command:
        """Start a command; see :func:`start_command`."""
        ours, theirs = socket.socketpair()
        request = json.dumps([list(words), str(folder), dict(environment)]).encode()
        (out, out_end), (err, err_end) = (_pipe() if live else _file() for _ in range(2))
        with theirs, tempfile.TemporaryFile() as given:
            given.write(typed.encode())
            given.seek(0)
            with self.asking:
                files = [given.fileno(), out_end, err_end, theirs.fileno()]
                socket.send_fds(self.control, [len(request).to_bytes(4)], files)
                self.control.sendall(request)
        os.close(out_end)
        os.close(err_end)
        return Command(list(words), _number(ours), ours, out, err, kept=not live)


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(AT_START)}


def _number(told: socket.socket) -> int:
    data = told.recv(4)
    assert data, "the loaded process has ended"
    return int.from_bytes(data, signed=True)


def _pipe() -> tuple[IO[str], int]:
    reading, writing = os.pipe()
    return os.fdopen(reading, encoding="utf-8"), writing


def _file() -> tuple[IO[str], int]:
    file = tempfile.TemporaryFile("r+", encoding="utf-8")  # noqa: SIM115 - the command closes it
    return file, os.dup(file.fileno())


_loaded: Loaded | None = None
_loading = threading.Lock()


def _load() -> Loaded:
    global _loaded
    with _loading:
        if _loaded is None:
            ours, theirs = socket.socketpair()
            program = [sys.executable, str(Path(__file__).with_name("loaded_process.py"))]
            with theirs:
                process = subprocess.Popen(program, stdin=theirs, stdout=subprocess.DEVNULL)
            _loaded = Loaded(process, ours, dict(os.environ))
        return _loaded


def end_loaded_process() -> None:
    """End the process that commands are forked from, if there is one."""
    global _loaded
    if _loaded:
        _loaded.control.close()
        _loaded.process.wait()
        _loaded = None


def start_command(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], *, typed: str | None = None, live: bool = False
) -> "Command | subprocess.Popen[str]":
    """Start ``newsletter WORDS`` in *folder*.

    :param typed: what stands on its standard input; None is for nothing.
    :param live: what it says is read while it runs, and is less than a pipe holds, 64 KB; else it is read at its end.
    """
    if hasattr(os, "pidfd_open") and (loaded := _load()).takes(environment):
        return loaded.start(words, folder, environment, typed or "", live)
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words], cwd=folder, env=environment, text=True, encoding="utf-8",
        stdin=subprocess.DEVNULL if typed is None else subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    if typed is not None and process.stdin:
        process.stdin.write(typed)
        process.stdin.close()
        process.stdin = None
    return process


def run_command(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], *, typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``newsletter WORDS`` in *folder* to its end; whoever takes longer than two minutes is killed."""
    with start_command(words, folder, environment, typed=typed) as process:
        try:
            said = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, *said)
