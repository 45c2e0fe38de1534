"""A real IMAP server on loopback: Debian's Dovecot, its configuration, certificate and mailboxes in one folder."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme
from needs import missing
from postfix_instance import until

CONFIGURATION = """protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
first_valid_uid = 0
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap {{
  chroot =
}}
"""


class Dovecot:
    """A running Dovecot.

    :param folder: everything of it: ``mail/USER`` is a Maildir.
    :param password: of every user.
    """

    def __init__(self, folder: Path, port: int, plain_port: int, password: str) -> None:
        self.folder = folder
        self.port = port
        self.plain_port = plain_port
        self.password = password

    def maildir(self, user: str) -> Path:
        """Return the Maildir of *user*, made if need be."""
        path = self.folder / "mail" / user
        for name in ("new", "cur", "tmp"):
            (path / name).mkdir(parents=True, exist_ok=True)
        for each in (path, *path.iterdir()):
            shutil.chown(each, 65534, 65534)
        return path


@contextmanager
def running_dovecot(authority: trustme.CA, password: str) -> Iterator[Dovecot]:
    """Run a Dovecot whose certificate *authority* signed for localhost."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        missing("Dovecot", "apt-get install dovecot-imapd")
    if os.geteuid() != 0:
        missing("the right to start Dovecot", "run this test as root")
    with tempfile.TemporaryDirectory(prefix="dovecot-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        server = Dovecot(folder, *_free_ports(2), password)
        certificate = authority.issue_cert("localhost")
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        certificate.private_key_pem.write_to_path(folder / "server.key")
        folder.chmod(0o755)  # its login processes run as a user of their own
        (folder / "dovecot.conf").write_text(
            CONFIGURATION.format(folder=folder, password=password, port=server.port, plain_port=server.plain_port)
        )
        with (folder / "start").open("wb") as said:  # no pipe: the daemon would keep it open
            words = [program, "-c", folder / "dovecot.conf"]
            done = subprocess.run(words, stdout=said, stderr=said, timeout=30, check=False)
        assert done.returncode == 0, (folder / "start").read_text()
        try:
            yield server
        finally:
            pid = folder / "run" / "master.pid"
            os.kill(int(pid.read_text()), signal.SIGTERM)
            until(lambda: not pid.exists(), "the end of Dovecot")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
