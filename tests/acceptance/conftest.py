"""The command line as a person has it: a process of its own, a folder of its own, a real SMTP server beside it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from command_process import Command, run_command, start_command
from smtp_server import Server, certified

PASSWORD = "correct horse battery"


@dataclass
class Desk:
    """A newsletter folder, and commands run in it."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def start(self, *words: str) -> Command | subprocess.Popen[str]:
        """Run a command while the test goes on."""
        return start_command(words, self.folder, {**os.environ, **self.env}, live=True)

    def run(self, *words: str, typed: str | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return run_command(words, cwd or self.folder, {**os.environ, **self.env}, typed=typed)

    def ok(self, *words: str, **kwargs) -> str:
        done = self.run(*words, **kwargs)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fails(self, code: int, *words: str, **kwargs) -> str:
        """Run what a person got wrong: one line says so, and nothing is a traceback."""
        done = self.run(*words, **kwargs)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def path(self, name: str) -> Path:
        return self.folder / name

    def change(self, name: str, old: str, new: str) -> None:
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def desk(tmp_path) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder)


@pytest.fixture(scope="session")
def made_sample(tmp_path_factory) -> Path:
    """A folder with the sample newsletter, its planted mistake mended, and its home; made once, and copied by tests."""
    base = tmp_path_factory.mktemp("sample")
    (base / "desk").mkdir()
    desk = Desk(base / "desk", {"NEWSLETTER_HOME": str(base / "home")})
    desk.ok("init", ".", "--sample")
    mend(desk)
    return base


@pytest.fixture
def sample(desk, made_sample) -> Desk:
    """The sample newsletter with its planted mistake mended."""
    shutil.copytree(made_sample / "desk", desk.folder, dirs_exist_ok=True)
    shutil.copytree(made_sample / "home", os.environ["NEWSLETTER_HOME"])
    return desk


def mend(desk: Desk) -> None:
    path = desk.path("issues/001.md")
    text = path.read_text(encoding="utf-8")
    mended = re.sub(
        r"^### (Developer Experience[^{]*) \{", r"### [\1](https://example.com/pinconsole) {", text, flags=re.M
    )
    assert mended != text
    path.write_text(mended, encoding="utf-8")


@dataclass
class Inbox:
    """A real SMTP server on this machine that keeps what it accepts.

    :param refuse: addresses that get a 550.
    :param defer: addresses that get a 451.
    :param on_message: called with each recipient before its message is accepted.
    :param closed: it ends connections and rejects logins.
    """

    ca_file: str
    port: int = 0
    refuse: set[str] = field(default_factory=set)
    defer: set[str] = field(default_factory=set)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    on_message: Callable[[str], None] = lambda address: None
    closed: bool = False

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.closed:
            return "421 4.3.2 shutting down"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=right and not self.closed, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuse:
            return "550 5.1.1 no such mailbox"
        if address in self.defer:
            return "451 4.2.0 mailbox busy, come again"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.messages.append((envelope.rcpt_tos[0], envelope.content))
        self.senders.append(envelope.mail_from)
        self.on_message(envelope.rcpt_tos[0])
        return "250 2.0.0 taken"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.messages]

    def profile(self, **changes: object) -> str:
        """Return the TOML of a profile for it: one connection, so that a test knows who is next."""
        values = {"host": "localhost", "port": self.port, "username": "editor", "password_env": "SMTP_PASSWORD",
                  "ca_file": self.ca_file, "connections": 1, **changes}  # fmt: skip
        lines = [f"{name} = {value if isinstance(value, int) else chr(39) + str(value) + chr(39)}"
                 for name, value in values.items() if value is not None]  # fmt: skip
        return "[smtp.test]\n" + "\n".join(lines) + "\n"


@pytest.fixture
def open_inbox(authority, ca_file) -> Iterator[Callable[..., Inbox]]:
    servers = []

    def start(name: str = "localhost", *, implicit_tls: bool = False, **options: object) -> Inbox:
        inbox = Inbox(ca_file=ca_file)
        server = Server(inbox, certified(authority, name), implicit=implicit_tls, **options)
        server.start()
        servers.append(server)
        inbox.port = server.port
        return inbox

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def inbox(open_inbox) -> Inbox:
    return open_inbox()


@pytest.fixture
def sending(sample, inbox) -> Desk:
    """The sample newsletter with a mail server."""
    sample.path("newsletter.local.toml").write_text(inbox.profile())
    sample.env["SMTP_PASSWORD"] = PASSWORD
    return sample
