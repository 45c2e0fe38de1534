"""The preview as a person has it: the sample newsletter, and a process that shows its issue."""

import http.client
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from command_process import Command, start_command


@dataclass(frozen=True, kw_only=True)
class Running:
    """A preview that answers.

    :param address: with the token, ending in a slash.
    """

    process: Command | subprocess.Popen[str]
    folder: Path
    address: str

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def token(self) -> str:
        return urlsplit(self.address).path.strip("/")

    @property
    def issue(self) -> Path:
        return self.folder / "issues" / "001.md"

    def change(self, old: str, new: str) -> None:
        text = self.issue.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {self.issue}"
        self.issue.write_text(text.replace(old, new, 1), encoding="utf-8")

    def ask(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> "Answer":
        """Ask for *path*, sent as it is, with exactly these headers and Host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = {"Host": f"127.0.0.1:{self.port}", **(headers or {})}
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=told, body=answer.read().decode())
        finally:
            connection.close()

    def get(self, name: str, headers: dict[str, str] | None = None) -> "Answer":
        """Ask for *name* below the token."""
        return self.ask(f"/{self.token}/{name}", headers)

    @contextmanager
    def events(self) -> Iterator[Iterator[int]]:
        """Give the numbers that the page is told, one a save."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", f"/{self.token}/issue/events")
            answer = connection.getresponse()
            assert answer.getheader("content-type") == "text/event-stream; charset=utf-8"
            yield (int(line[5:]) for line in answer if line.startswith(b"data:"))
        finally:
            connection.close()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the preview answered; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: str


def start(folder: Path, home: Path, *words: str) -> Command | subprocess.Popen[str]:
    """Start the command in *folder*, with the data folder *home*."""
    return start_command(words, folder, {**os.environ, "NEWSLETTER_HOME": str(home)}, live=True)


def make_sample(folder: Path, home: Path) -> None:
    """Make the sample newsletter in *folder*."""
    folder.mkdir()
    with start(folder, home, "init", ".", "--sample") as process:
        said = process.communicate(timeout=120)
    assert process.returncode == 0, said


@contextmanager
def running_preview(folder: Path, home: Path, *words: str) -> Iterator[Running]:
    """Show the issue of *folder* until the block ends."""
    with start(folder, home, "preview", "--no-open", *words) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            line = process.stdout.readline()
            assert " is shown at http://127.0.0.1:" in line, line + process.stderr.read()
            assert process.stdout.readline() == "It reloads when you save. Ctrl-C ends it.\n"
            yield Running(process=process, folder=folder, address=line.split()[-1])
        finally:
            process.kill()
            process.communicate()
