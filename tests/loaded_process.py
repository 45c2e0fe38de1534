"""A program that has loaded ours, and forks itself into a command at each request: see command_process.

    request   on standard input, a socket: the length, four files (0, 1, 2 and where its end is told), the JSON
              ``[WORDS, FOLDER, ENVIRONMENT]``
    answer    on the fourth file: the process id; at its end the exit code, or the number of a signal below zero

Each number has four bytes. It ends when nobody can ask any more.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NoReturn

INSIDE = ("playwright.sync_api", "psycopg", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite")
"""What a command loads beyond our own modules and what those name first."""


def load() -> None:
    """Load all that a command may need."""
    import newsletter

    for module in pkgutil.walk_packages(newsletter.__path__, "newsletter."):
        if module.name != "newsletter.__main__" and not module.name.startswith("newsletter.store.migrations."):
            importlib.import_module(module.name)
    for name in INSIDE:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a command's collector leaves alone, and so does not copy, what all of them share


def serve(control: socket.socket) -> list[str]:
    """Fork for each request, and tell of each end; return the words to the command, never to whom it is forked from."""
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        ready = select.select([control, *running], [], [])[0]
        for ended in running.keys() & set(ready):
            pid, told = running.pop(ended)
            _tell(told, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            told.close()
            os.close(ended)
        if control not in ready:
            continue
        header, files, _, _ = socket.recv_fds(control, 4, 4)
        if not header:
            os._exit(0)
        words, folder, environment = json.loads(_exactly(control, int.from_bytes(header)))
        told = socket.socket(fileno=files.pop())
        if not (pid := os.fork()):
            for each in (control, told, *(told for _, told in running.values())):
                each.close()
            for ended in running:
                os.close(ended)
            become(files, folder, environment)
            return words
        for file in files:
            os.close(file)
        _tell(told, pid)
        running[os.pidfd_open(pid)] = pid, told


def _tell(told: socket.socket, number: int) -> None:
    with suppress(BrokenPipeError):  # nobody wants to know
        told.sendall(number.to_bytes(4, signed=True))


def _exactly(control: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += control.recv(size - len(data))
    return data


def become(files: Sequence[int], folder: str, environment: Mapping[str, str]) -> None:
    """Have what a process has that has just started: its standard files, folder, environment and Ctrl-C."""
    for number, each in enumerate(files):
        os.dup2(each, number)
        os.close(each)
    sys.stdin = os.fdopen(0, encoding=sys.stdin.encoding, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=sys.stdout.encoding, closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, sys.stderr.encoding, "backslashreplace", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def command(words: Sequence[str]) -> NoReturn:
    """Be the command to its end. Memory is left as it is: to take it down would copy it first, for 50 ms."""
    from newsletter.cli import main

    sys.argv = ["newsletter", *words]
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()
    atexit._run_exitfuncs()
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # at Ctrl-C the tests end, and this process after them
    sys.path.pop(0)  # the tests' own folder
    load()
    command(serve(socket.socket(fileno=os.dup(0))))
