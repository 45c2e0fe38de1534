"""A PostgreSQL server of the tests' own, from Debian's binaries: in a folder of its own, on a socket there, no port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import psycopg

SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=50", "shared_buffers=32MB")
"""No port; and no disk is waited for, unless a test is about that: nothing here outlives a power loss."""


def find_binaries() -> Path | None:
    """Return the folder of initdb and postgres: Debian keeps them out of the path, the newest version is taken."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)


class Server:
    """A running server."""

    def __init__(self, socket: Path) -> None:
        self._socket = quote(str(socket), safe="")
        self._numbers = count(1)

    def url(self, name: str = "postgres") -> str:
        """Return the address of the database *name*."""
        return f"postgresql://postgres@/{name}?host={self._socket}"

    def fresh(self) -> str:
        """Return the address of a new, empty schema: five times as fast to make and drop as a database."""
        schema = f"test_{next(self._numbers)}"
        self.ask(f"CREATE SCHEMA {schema}")
        return f"{self.url()}&options=-csearch_path%3D{schema}"

    def drop(self, url: str) -> None:
        """Drop what :meth:`fresh` made."""
        self.ask(f"DROP SCHEMA {url.rpartition('%3D')[2]} CASCADE")

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Say something to the server itself."""
        with psycopg.connect(self.url(), autocommit=True, options="-c idle_session_timeout=0") as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def running(binaries: Path, *settings: str) -> Iterator[Server]:
    """Run a server until the block ends."""
    with tempfile.TemporaryDirectory(prefix="pg.", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        as_user = _user(folder)
        initdb = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **as_user)
        options = [word for setting in (*SETTINGS, f"unix_socket_directories={folder}", *settings)
                   for word in ("-c", setting)]  # fmt: skip
        # Linux ends it even when this process is killed and can end nothing any more.
        end_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
        command = [*end_with_us, binaries / "postgres", "-D", folder / "data", *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder, **as_user) as process:
            reader = Thread(target=deque, args=(process.stderr, 0), daemon=True)  # a full pipe would stop it
            try:
                _await(process)
                reader.start()
                yield Server(folder)
            finally:
                process.send_signal(signal.SIGINT)  # whoever is connected is not waited for
                process.wait()
                if reader.is_alive():
                    reader.join()  # it must be at the end before the pipe is closed


def _await(process: subprocess.Popen[str]) -> None:
    said = []
    for line in process.stderr or ():
        said.append(line)
        if "ready to accept connections" in line:
            return
    raise AssertionError("".join(said))


def _user(folder: Path) -> dict[str, object]:
    """Return who the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    user = next(each for each in pwd.getpwall() if each.pw_name in ("postgres", "nobody"))
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
