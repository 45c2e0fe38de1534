"""The IP addresses of a host."""

import asyncio
import socket
import threading
from contextlib import suppress

from newsletter.errors import Unreachable


async def look_up(host: str, port: int, where: str) -> list[str]:
    """Return the IP addresses of *host*, the preferred one first; Unreachable, about *where*, if it has none.

    In a thread of its own, which may outlive us: a resolver that hangs for a minute cannot be interrupted.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str] | OSError] = loop.create_future()

    def tell(found: list[str] | OSError) -> None:
        if not answer.done():
            answer.set_result(found)

    def ask() -> None:
        found = _addresses(host, port)
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(tell, found)

    threading.Thread(target=ask, daemon=True).start()
    found = await answer
    if isinstance(found, OSError):
        what = f"{host} is not found ({(found.strerror or str(found)).lower()})"
        raise Unreachable(what, "look at the address and at the network", where=where) from found
    return found


def _addresses(host: str, port: int) -> list[str] | OSError:
    try:
        rows = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except OSError as cause:
        return cause
    except UnicodeError as cause:  # a label of more than 63 characters
        return OSError(str(cause))
    return list(dict.fromkeys(str(row[4][0]) for row in rows))
