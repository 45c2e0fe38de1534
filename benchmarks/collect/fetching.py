"""Two hundred feeds that have nothing new, beside a bare loop that asks the same with the same client library."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Event

import httpx2

from benchmarks.figure import Figure, seconds

FEEDS, HOSTS = 200, 10
ETAG = '"abc"'
RUNS = 5


def figures() -> Iterator[Figure]:
    """Fetch them once, then measure runs in which every feed says 304, each beside a bare one."""
    with tempfile.TemporaryDirectory() as folder, _served() as ports:
        os.environ["NEWSLETTER_HOME"] = str(Path(folder, "home"))
        addresses = [f"http://127.0.0.1:{ports[number % HOSTS]}/{number}" for number in range(FEEDS)]
        desk = _desk(Path(folder, "desk"), addresses)
        yield Figure(name="fetch: first", value=_fetch(desk), unit="s")
        bare, ours = [], []
        for _ in range(RUNS):
            bare.append(seconds(lambda: asyncio.run(_bare(addresses))))
            ours.append(_fetch(desk))
        yield Figure(name="fetch: bare loop, 304s", value=min(bare), unit="s")
        yield Figure(name="fetch: 304s", value=min(ours), unit="s")
        yield Figure(name="fetch/bare loop", value=min(ours) / min(bare), unit="x", bar=5)


def _desk(folder: Path, addresses: list[str]) -> Path:
    from newsletter.app.scaffold import make_newsletter

    make_newsletter(folder, name="Bench", author="Bench <bench@example.com>")
    with (folder / "newsletter.local.toml").open("a") as file:
        file.write('\n[sources]\nallow_private = ["127.0.0.1"]\n')
    tables = (f'[feeds.f{number:03}]\naddress = "{address}"\n' for number, address in enumerate(addresses))
    (folder / "feeds.toml").write_text("\n".join(tables))
    return folder


def _fetch(folder: Path) -> float:
    from newsletter.app import open_newsletter
    from newsletter.app.fetching import Wanted, fetch_feeds

    newsletter = open_newsletter(folder)
    try:
        begun = time.perf_counter()
        run = fetch_feeds(newsletter, Wanted(force=True), lambda done, total: None, Event())
        taken = time.perf_counter() - begun
    finally:
        newsletter.close()
    if len(run.results) != FEEDS or any(result.outcome in ("failed", "gone") for result in run.results):
        raise RuntimeError(f"not all feeds were had: {run.values()}")
    return taken


async def _bare(addresses: list[str]) -> None:
    """Ask as kindly: one request at a time a host, four hosts at once; its connections stay open."""
    turn = asyncio.Semaphore(4)

    async def host(some: list[str]) -> None:
        async with turn:
            for address in some:
                answer = await client.get(address, headers={"If-None-Match": ETAG})
                if answer.status_code != 304:
                    raise RuntimeError(f"{address} answers {answer.status_code}")

    async with httpx2.AsyncClient(trust_env=False) as client:
        await asyncio.gather(*(host(addresses[number::HOSTS]) for number in range(HOSTS)))


class _served:  # noqa: N801 - a context, used like a function
    """Ten servers in a process of their own; it gives their ports."""

    def __enter__(self) -> list[int]:
        self._pool = ProcessPoolExecutor(1)
        return self._pool.submit(_serve).result()

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()


def _serve() -> list[int]:
    from threading import Thread

    ready: list[int] = []
    begun = Event()

    def run() -> None:
        asyncio.run(_servers(ready, begun))

    Thread(target=run, daemon=True).start()
    begun.wait()
    return ready


async def _servers(ready: list[int], begun: Event) -> None:
    servers = [await asyncio.start_server(_answer, "127.0.0.1", 0) for _ in range(HOSTS)]
    ready += [server.sockets[0].getsockname()[1] for server in servers]
    begun.set()
    await asyncio.Event().wait()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one question after the other, as long as somebody asks."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            number = head.split(b" ", 2)[1].strip(b"/").decode()
            if f"if-none-match: {ETAG}".encode() in head.lower().replace(ETAG.encode().lower(), ETAG.encode()):
                writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode())
            else:
                body = _feed(number)
                writer.write(f"HTTP/1.1 200 OK\r\nETag: {ETAG}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _feed(number: str) -> bytes:
    items = "".join(
        f"<item><title>{number} piece {n}</title><link>https://f{number}.example/{n}</link><guid>{n}</guid>"
        f"<description>{'What it says at some length. ' * 8}</description></item>"
        for n in range(20)
    )
    return f'<rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()


if __name__ == "__main__":
    sys.exit("make bench-collect runs this")
