"""One line for each request: when, what kind, which route, how it ended, how long it took.

The route is its template (/u/{ticket}), so that no token, address or query is ever in it.
"""

import contextlib
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO


class RequestLog:
    """Writes to *stream*, standard error unless something else is given.

    :param as_json: each line is a JSON object.
    :param clients: each line names the client's IP address.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        clients: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._as_json = as_json
        self._clients = clients
        self._stream = stream or sys.stderr
        self._clock = clock

    def request(self, *, method: str, route: str, status: int, seconds: float, client: str) -> None:
        """Note one request that was answered."""
        values = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        self._write({**values, "client": client} if self._clients else values)

    def event(self, what: str) -> None:
        """Note something else that an operator wants to know."""
        self._write({"event": what})

    def fault(self, error: BaseException) -> None:
        """Note an error that is ours: its kind and where it came up, and not its words, which may name a reader."""
        trace, place = error.__traceback__, ""
        while trace:
            place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            trace = trace.tb_next
        self.event(f"a fault of the program: {type(error).__name__} at {place}")

    def _write(self, values: dict[str, object]) -> None:
        at = self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        line = json.dumps({"time": at, **values}) if self._as_json else f"{at} {_words(values)}"
        # A log that cannot be written is no reason to answer nobody.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()


def _words(values: dict[str, object]) -> str:
    return " ".join(f"{value} ms" if name == "ms" else str(value) for name, value in values.items())
