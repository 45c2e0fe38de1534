"""A Postfix of our own on loopback: its configuration, queue, log and mailboxes in one folder."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from needs import missing

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
multi_instance_name = {name}
multi_instance_enable = yes
syslog_name = {name}
enable_long_queue_ids = {long_ids}
myhostname = mx.example.net
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
virtual_mailbox_domains = example.com, news.example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/boxes
virtual_alias_maps =
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 100
header_checks = regexp:{folder}/header_checks
default_transport = discard:nothing leaves this machine
alias_maps =
alias_database =
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
discard unix - - n - - discard
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

RETURNING = """smtpd_reject_unlisted_recipient = no
recipient_delimiter = +
transport_maps = texthash:{folder}/transport
bounce_queue_lifetime = 0
"""
"""Adds what makes real bounces: unknown users are found out late, and what bounces has a mailbox."""
FULL = 1_000_000
"""Octets that the mailbox of full@example.com may have, and has."""
RETURNING_MASTER = """full unix - n n - - virtual
  -o virtual_mailbox_limit={limit} -o message_size_limit={limit}
lmtp unix - - n - - lmtp
"""


class Postfix:
    """A running Postfix.

    :param folder: everything of it: ``maillog``, ``mail/USER/new``, ``queue``.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    @property
    def log(self) -> Path:
        return self.folder / "maillog"

    def logged(self, words: str) -> str:
        """Return the log once it has *words*."""
        until(lambda: words in self.log.read_text(encoding="utf-8"), f"{words!r} in {self.log}")
        return self.log.read_text(encoding="utf-8")

    def mail(self, user: str) -> list[bytes]:
        """Return what the Maildir of *user* has (maildir(5): what is in new is whole)."""
        return [path.read_bytes() for path in sorted((self.folder / "mail" / user / "new").glob("*"))]

    def idle(self) -> None:
        """Wait until the queue is empty: all that was accepted is in its mailbox."""
        until(lambda: not any(self._queued()), "an empty queue")

    def all_logged(self) -> str:
        """Return the log once it has all that happened until now: postlogd(8) writes in the order in which it hears."""
        before = self._goodbyes()
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.recv(1000)
            line.sendall(b"QUIT\r\n")
            line.recv(1000)
        until(lambda: self._goodbyes() > before, "the end of a connection in the log")
        return self.log.read_text(encoding="utf-8")

    def _goodbyes(self) -> int:
        return self.log.read_text(encoding="utf-8").count(" quit=1 commands=1\n")

    def _queued(self) -> Iterator[Path]:
        for name in ("maildrop", "incoming", "active", "deferred"):
            yield from (path for path in (self.folder / "queue" / name).rglob("*") if path.is_file())


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for what another program does and does not announce."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


@contextmanager
def running_postfix(
    users: Sequence[str], *, name: str = "postfix-test", long_ids: bool = False, lmtp: int = 0
) -> Iterator[Postfix]:
    """Run a Postfix with a Maildir for each of *users* at example.com.

    :param lmtp: the port that mail for lmtp.example.org is handed over at; then unknown users are bounced, the mailbox
        of full@example.com is full, and bounces@news.example.org has a Maildir "bounces".
    """
    program = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        missing("Postfix", "apt-get install postfix")
    if os.geteuid() != 0:
        missing("the right to start Postfix", "run this test as root")
    # Its daemons run as the user postfix: pytest's own folders are closed to it.
    with tempfile.TemporaryDirectory(prefix="postfix-") as folder:
        server = Postfix(Path(folder), _free_port())
        _configure(server, users, name, long_ids)
        if lmtp:
            _return_mail(server, lmtp)
        _run(program, server, "start")
        try:
            yield server
        finally:
            _run(program, server, "stop")


def _free_port() -> int:
    """Return a port below those that the system gives to others meanwhile (ip(7), ip_local_port_range)."""
    for port in range(20000 + os.getpid() % 10000, 32768):
        with socket.socket() as asked, suppress(OSError):
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as master(8) does
            asked.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def _configure(server: Postfix, users: Sequence[str], name: str, long_ids: bool) -> None:
    folder = server.folder
    folder.chmod(0o755)
    for part in ("queue", "data", "mail"):
        (folder / part).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", 65534, 65534)
    facts = {"folder": folder, "name": name, "long_ids": "yes" if long_ids else "no", "port": server.port}
    (folder / "main.cf").write_text(MAIN.format(**facts))
    (folder / "master.cf").write_text(MASTER.format(**facts))
    (folder / "boxes").write_text("".join(f"{user}@example.com {user}/\n" for user in users))
    (folder / "header_checks").write_text(
        "/^X-Test: hold/ HOLD\n/^X-Test: reject/ REJECT\n/^X-Test: discard/ DISCARD\n"
    )


def _return_mail(server: Postfix, lmtp: int) -> None:
    for file, text in (
        ("main.cf", RETURNING.format(folder=server.folder)),
        ("master.cf", RETURNING_MASTER.format(limit=FULL)),
        ("boxes", "bounces@news.example.org bounces/\nfull@example.com full\n"),
        ("transport", f"full@example.com full:\nlmtp.example.org lmtp:inet:127.0.0.1:{lmtp}\n"),
    ):
        with (server.folder / file).open("a") as opened:
            opened.write(text)
    full = server.folder / "mail" / "full"
    full.write_bytes(b"From x Fri Nov 27 10:00:00 2026\n\n" + b"x" * (FULL - 100) + b"\n")
    shutil.chown(full, 65534, 65534)


def _run(program: str, server: Postfix, word: str) -> None:
    words = [program, "-c", str(server.folder), word]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    log = server.log.read_text(encoding="utf-8") if server.log.exists() else ""
    assert done.returncode == 0, done.stdout + done.stderr + log
