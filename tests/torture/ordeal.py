"""A mailing that is killed again and again, and the comparison of what the server has with what the ledger says."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.model.delivery import Balance, State
from newsletter.store.database import open_database
from newsletter.store.ledger import LedgerStore

HERE = Path(__file__).parent
ISSUE = 1
CONNECTIONS = 10
PATIENCE = 60.0
"""Seconds after which a command that does nothing any more is a failure, not a slow one."""


@dataclass
class Ordeal:
    """A newsletter with readers, a server that records, and runs of the real command that come to an end too soon.

    :param folder: the newsletter's.
    :param record: the server's file.
    :param chance: where all randomness comes from.
    :ivar ends: exit codes of the runs; -9 is a killed one.
    """

    folder: Path
    home: Path
    record: Path
    chance: random.Random
    ends: list[int] = field(default_factory=list)
    _read: int = 0
    _lines: int = 0

    def command(self, *words: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
        return subprocess.Popen(
            [*prefix, sys.executable, "-m", "newsletter", *words],
            cwd=self.folder, env={**environment, "NEWSLETTER_HOME": str(self.home)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def done(self, *words: str, code: int | None = 0, prefix: tuple[str, ...] = ()) -> str:
        """Run a command to its end and return what it printed."""
        process = self.command(*words, prefix=prefix)
        out, err = process.communicate(timeout=300)
        assert code is None or process.returncode == code, f"{words}: {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err, err
        return out + err

    def start_words(self, readers: int) -> tuple[str, ...]:
        return ("send", str(ISSUE), "--really", "--yes", "--expect", str(readers))

    def run_until(self, accepted: int, number: signal.Signals, *words: str, prefix: tuple[str, ...] = ()) -> int:
        """Run a command, and signal it when the server has accepted so many more and a moment has passed.

        :returns: the exit code, negative for a signal that killed it.
        """
        before = self.accepted
        process = self.command(*words, prefix=prefix)
        end = time.monotonic() + PATIENCE
        while process.poll() is None and self.accepted < before + accepted:
            assert time.monotonic() < end, f"{words} stands still after {self.accepted - before} messages"
            time.sleep(0.0005)
        time.sleep(self.chance.uniform(0, 0.004))
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in err, err
        self.ends.append(process.returncode)
        return process.returncode

    @property
    def accepted(self) -> int:
        """Messages that the server has accepted so far."""
        if self.record.exists():
            with self.record.open("rb") as file:
                file.seek(self._read)
                fresh = file.read()
            self._read += len(fresh)
            self._lines += fresh.count(b"\n")
        return self._lines

    @property
    def records(self) -> Counter[str]:
        """How often the server accepted a message for whom."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return Counter(line.partition("\t")[0] for line in lines)

    @property
    def data_folder(self) -> Path:
        (folder,) = [path for path in self.home.iterdir() if path.is_dir()]
        return folder

    def balance(self) -> Balance:
        with open_database(self.data_folder) as database:
            return LedgerStore(database).balance(ISSUE)

    def standing(self) -> dict[str, State]:
        """Where each recipient stands in the ledger, by address."""
        with open_database(self.data_folder) as database:
            return {each.address: each.state for each in LedgerStore(database).deliveries(ISSUE)}

    def disagreements(self) -> list[str]:
        """Return what the ledger says of anybody that the server's record does not bear out."""
        allowed = {State.ACCEPTED: {1}, State.IN_DOUBT: {0, 1}, State.SENDING: {0, 1}}
        records, standing = self.records, self.standing()
        wrong = [
            f"{address} is {state.value} and has {records[address]}"
            for address, state in standing.items()
            if records[address] not in allowed.get(state, {0})
        ]
        return wrong + [f"{address} has {count}" for address, count in records.items() if address not in standing]


@contextmanager
def recording(record: Path, delay: float = 0.005) -> Iterator[int]:
    """Run the server in a process of its own, and give its port."""
    program = [sys.executable, str(HERE / "recording_server.py"), str(record), str(delay)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def prepared(base: Path, port: int, readers: int, seed: int) -> Ordeal:
    """Make the sample newsletter with so many readers, and a profile for the server at *port*."""
    folder, home = base / "desk", base / "home"
    folder.mkdir(parents=True)
    ordeal = Ordeal(folder=folder, home=home, record=base / "record.tsv", chance=random.Random(seed))
    ordeal.done("init", ".", "--sample")
    mend(folder / "issues" / "001.md")
    (folder / "newsletter.local.toml").write_text(
        f'[smtp.recorder]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = {CONNECTIONS}\n'
    )
    people = folder / "people.csv"
    people.write_text(
        "email,name\n" + "".join(f"reader{n}@example{n % 7}.com,Reader {n}\n" for n in range(readers - 3))
    )
    ordeal.done("subscribers", "import", people.name, "--consent", "confirmed", "--basis", "they are made up")
    return ordeal


def mend(issue: Path) -> None:
    """Give back the link that the sample's planted mistake took away."""
    text = issue.read_text(encoding="utf-8")
    issue.write_text(
        re.sub(r"^### (Developer Experience[^{]*) \{", r"### [\1](https://example.com/pinconsole) {", text, flags=re.M),
        encoding="utf-8",
    )


def kill_again_and_again(ordeal: Ordeal, readers: int, kills: int, number: signal.Signals) -> None:
    """Start the mailing, end it *kills* times at moments spread over it, and then let it come to its end."""
    words = ordeal.start_words(readers)
    for left in range(kills, 0, -1):
        share = max(1, (readers - ordeal.accepted) // (left + 1))
        code = ordeal.run_until(ordeal.chance.randint(0, 2 * share - 1), number, *words)
        balance = ordeal.balance()
        begun = bool(balance.planned)
        assert balance.planned in (0, readers), f"half an audience: {balance}"
        assert code in (0, 3, 5, -number), ordeal.ends
        words = ("resume", str(ISSUE)) if begun else words
    ordeal.done(*words, code=None)
