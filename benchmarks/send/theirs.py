"""The others, each in a process of its own: aiosmtplib's sendmail, and mailmerge. Neither is timed while it starts."""

import asyncio
import contextlib
import os
import time
from pathlib import Path
from typing import Any

from benchmarks.send.process import do_job


def send_with_aiosmtplib(folder: str, port: int, connections: int, messages: int) -> dict[str, Any]:
    """Send one message many times over connections that are kept, each with a task that waits for it."""
    import aiosmtplib

    mail = Path(folder, "mail.eml").read_bytes().replace(b"\n", b"\r\n")

    async def work(todo: "asyncio.Queue[int]") -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            while not todo.empty():
                todo.get_nowait()
                await client.sendmail("a@bench.example.com", ["b@bench.example.com"], mail)

    async def everything() -> None:
        todo: asyncio.Queue[int] = asyncio.Queue()
        for number in range(messages):
            todo.put_nowait(number)
        await asyncio.gather(*(work(todo) for _ in range(connections)))

    begun = time.perf_counter()
    asyncio.run(everything())
    return {"rate": messages / (time.perf_counter() - begun)}


def send_with_mailmerge(folder: str, messages: int) -> dict[str, Any]:
    """Run its own command on the files in *folder*, without a limit of messages or of their rate."""
    from mailmerge.__main__ import main

    os.chdir(folder)
    arguments = ["--no-dry-run", "--no-limit", "--output-format", "text"]
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        begun = time.perf_counter()
        main(arguments, standalone_mode=False)
        seconds = time.perf_counter() - begun
    return {"rate": messages / seconds}


if __name__ == "__main__":
    do_job(aiosmtplib=send_with_aiosmtplib, mailmerge=send_with_mailmerge)
