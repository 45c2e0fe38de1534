"""Postfix's test programs: smtp-sink takes mail and throws it away, smtp-source sends as fast as C can."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.send.process import Failed, free_port, program, run, running

SESSIONS = 16
"""Of smtp-source: with more it is no faster."""
LONGEST = "900"
"""Seconds after which a server ends by itself, should this process be killed."""
TRIES = 50


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink on a free port, and give the port."""
    port = free_port()
    account = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to be root
    command = ["timeout", LONGEST, program("smtp-sink", "postfix"), *account]
    with running([*command, "-m", "1024", f"127.0.0.1:{port}", "2048"]) as process:
        for _ in range(TRIES):
            if process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                yield port
                return
        raise Failed(f"smtp-sink does not listen on port {port}")


def source(port: int, mail: Path, messages: int) -> float:
    """Send the bytes of *mail* so many times with smtp-source; return messages per second.

    ``-d`` keeps the connections; it knows no pipelining.
    """
    command = [program("smtp-source", "postfix"), "-d", "-s", str(SESSIONS), "-m", str(messages), "-F", str(mail)]
    command += ["-M", "bench.example.com", "-f", "a@bench.example.com", "-t", "b@bench.example.com"]
    seconds, _ = run([*command, f"127.0.0.1:{port}"])
    return messages / seconds
