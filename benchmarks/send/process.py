"""Processes of their own: each is measured from its beginning, and none is left behind."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parent.parent.parent
PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that a process gets when its parent ends."""
PATIENCE = 300.0
"""Seconds for one process; nothing here takes as long."""


class Missing(Exception):
    """What a measurement needs is not on this machine."""


class Failed(Exception):
    """A process did not do what was to be measured."""


def program(name: str, package: str) -> str:
    """Return where *name* is, also where only root looks; Missing says which Debian *package* has it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Missing(f"{name} is missing: apt-get install {package}")
    return found


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run *command* beside us until the block ends, with everything that it started itself."""
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, text=True, **options)
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):  # it has ended, and its children too
            os.killpg(process.pid, number)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue
        break
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[float, str]:
    """Run *command* to its end; return its seconds and what it printed."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment}
    begun = time.perf_counter()
    with running(command, **pipes) as process:
        out, err = process.communicate(timeout=PATIENCE)
        took = time.perf_counter() - begun
    if process.returncode:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{(err or out).strip()[-2000:]}")
    return took, out


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A process that has ended.

    :param memory: its peak, resident, in MB (ru_maxrss of getrusage(2)).
    """

    seconds: float
    memory: float


def newsletter(folder: Path, *arguments: str, codes: Collection[int] = (0,)) -> Ended:
    """Run ``newsletter`` as a person does in the folder of :mod:`benchmarks.send.desk`; Failed unless it ends well."""
    command = [sys.executable, "-m", "newsletter", "-C", str(folder / "desk"), *arguments]
    with tempfile.TemporaryFile("w+") as said:
        begun = time.perf_counter()
        with running(command, env=home_of(folder), stdin=subprocess.DEVNULL, stdout=said, stderr=said) as process:
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode not in codes:
            raise Failed(f"newsletter {' '.join(arguments)} ended with {process.returncode}:\n{said.read()[-2000:]}")
    return Ended(seconds=seconds, memory=used.ru_maxrss / 1000)  # it is in kilobytes on Linux


def home_of(folder: Path) -> dict[str, str]:
    """Return the environment in which the database of *folder* is the newsletter's."""
    return {**os.environ, "NEWSLETTER_HOME": str(folder / "home")}


def child(module: str, job: str, environment: Mapping[str, str] | None = None, /, **facts: object) -> dict[str, Any]:
    """Run *job* of a module of this folder with *facts* in a fresh Python, and return what it prints as JSON.

    This process stays small and imports nothing of the newsletter: Linux starts a child's peak memory with that of
    the parent (getrusage(2), exec_mmap).
    """
    _, out = run([sys.executable, "-m", f"benchmarks.send.{module}", job, json.dumps(facts)], environment)
    return dict(json.loads(out.splitlines()[-1]))


def do_job(**jobs: Callable[..., dict[str, Any]]) -> None:
    """Do what :func:`child` asked for, in the child, which ends with its parent, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    job, facts = sys.argv[1:]
    print(json.dumps(jobs[job](**json.loads(facts))))


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ends_as_asked() -> None:
    """Let SIGTERM and SIGHUP end this process as an error does, so that what it runs ends, too."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
