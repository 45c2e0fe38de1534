"""Programs that run beside this one: each in a session of its own, so that it ends with all that it has started."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def run(
    command: Sequence[str], given: bytes, *, folder: Path, seconds: float, heard: bool = True
) -> "subprocess.CompletedProcess[bytes]":
    """Give *given* to *command* on its standard input, and wait for its end.

    :param heard: keep what it prints; else nobody hears it.
    :raises OSError: it cannot be run.
    :raises subprocess.TimeoutExpired: it took longer than *seconds*, and was ended. It holds what was printed.
    """
    out = subprocess.PIPE if heard else subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - the words are a list and never a shell's; whose they are says the caller
        command, cwd=folder, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
    )
    with process:
        try:
            printed, complaint = process.communicate(given, timeout=seconds)
        except BaseException:
            kill(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, printed or b"", complaint or b"")


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process that leads a session, and what it has started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # it and its children are gone
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
