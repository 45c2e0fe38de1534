"""The process that a third party's source runs in: a question and bytes come in, an answer in JSON goes out.

It is started by :mod:`newsletter.sources.plugins` as ``python -m newsletter.sources.aside``.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from newsletter.errors import InputError, SourceError
from newsletter.sources.context import Context
from newsletter.sources.plugins import adapter
from newsletter.sources.reading import Reading


def main() -> None:
    """Answer the question on standard input; nothing else that is printed here reaches anybody."""
    question = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _limit_memory(int(question["memory"]))
    _limit_time(float(question["seconds"]))
    answer = json.dumps(_answer(question, data)).encode()
    with open(out, "wb") as pipe:  # noqa: PTH123 - a handle has no path
        pipe.write(answer)


def _answer(question: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    try:
        source = adapter(question["source"])
        if question["do"] == "terms":
            suffixes = [str(suffix).lower() for suffix in getattr(source, "suffixes", ())]
            return {"suffixes": suffixes, "handles": hasattr(source, "handles")}
        if question["do"] == "handles":
            return {"handles": bool(source.handles(question["name"], data))}  # type: ignore[attr-defined]
        now = datetime.fromisoformat(question["now"])
        known = {key: question[key] for key in ("name", "address", "headers")}
        return {"reading": _values(source(data, Context(now=now, **known)))}
    except SourceError as fault:
        return {"unusable": fault.what}
    except InputError as refusal:
        return {"refused": "; ".join(part for part in (refusal.what, refusal.todo) if part)}
    except Exception as fault:  # a stranger's code: all that can be said is what it says
        return {"fault": f"{type(fault).__name__}: {fault}"}


def _values(reading: Reading) -> dict[str, Any]:
    collected = [
        {"facts": one.article.facts(), "first_line": one.first_line, "last_line": one.last_line, "text": one.text}
        for one in reading.collected
    ]
    return {"collected": collected, "remarks": [(one.line, one.what, one.harmless) for one in reading.remarks]}


def _limit_time(seconds: float) -> None:
    """End this process a second after whoever asked would end it: that one may have been killed."""
    if hasattr(signal, "setitimer"):  # Windows has none
        signal.setitimer(signal.ITIMER_REAL, seconds + 1)


def _limit_memory(size: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit, and macOS keeps none
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    main()
