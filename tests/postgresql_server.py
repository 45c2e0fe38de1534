"""A PostgreSQL server of the tests' own, from Debian's binaries: in a folder of its own, on a socket there, no port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
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

    def url(self, name: str) -> str:
        """Return the address of the database *name*."""
        return f"postgresql://postgres@/{name}?host={self._socket}"

    def fresh(self) -> str:
        """Return the address of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever still uses it."""
        self.ask(f"DROP DATABASE {url.split('/')[-1].split('?')[0]} WITH (FORCE)")

    def ask(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


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
        command = [binaries / "postgres", "-D", folder / "data", *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder, **as_user) as process:
            try:
                _await(process)
                yield Server(folder)
            finally:
                process.terminate()
                process.communicate()


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
