"""A mailing that comes to harm, and the comparison of what the server has with what the ledger says."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsletter.model.delivery import Balance, State
from newsletter.store.database import open_database
from newsletter.store.ledger import LedgerStore

READERS = int(os.environ.get("TORTURE_READERS") or "3000")
KILLS = int(os.environ.get("TORTURE_KILLS") or "20")
SEED = int(os.environ.get("TORTURE_SEED") or int.from_bytes(os.urandom(4)))
"""What ``make torture`` sets; the seed is printed, and repeats a run as far as a machine repeats itself."""

HERE = Path(__file__).parent
ISSUE = 1
CONNECTIONS = 10
RESUME = ("resume", str(ISSUE))
PATIENCE = 60.0
"""Seconds after which a command that does nothing any more is a failure, not a slow one."""
BODY_MAY_BE_THERE = {State.ACCEPTED: {1}, State.IN_DOUBT: {0, 1}, State.SENDING: {0, 1}}
"""How often the server may have accepted a message to somebody who stands there; in all other states never."""


@dataclass(frozen=True, kw_only=True)
class End:
    """How a command ended.

    :param code: its exit code, negative for a signal that killed it.
    :param accepted: how many messages the server had accepted by then, over all commands.
    """

    code: int
    words: str
    accepted: int = 0


@dataclass
class Ordeal:
    """A newsletter with readers, a server that records, and runs of the real command that come to an end too soon.

    :param folder: the newsletter's.
    :param record: the server's file.
    :param readers: how many people it goes to.
    :param chance: where all randomness comes from.
    :ivar environment: what the commands have in theirs beside the usual.
    """

    folder: Path
    home: Path
    record: Path
    readers: int
    chance: random.Random
    environment: dict[str, str] = field(default_factory=dict)
    _read: int = 0
    _lines: int = 0

    def speak_to(self, port: int) -> None:
        """Make the server at *port* the newsletter's."""
        (self.folder / "newsletter.local.toml").write_text(
            f'[smtp.recorder]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = {CONNECTIONS}\n'
        )

    @property
    def start(self) -> tuple[str, ...]:
        """The command that starts the mailing."""
        return ("send", str(ISSUE), "--really", "--yes", "--expect", str(self.readers))

    def command(self, *words: str, prefix: Sequence[str] = ()) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
        return subprocess.Popen(
            [*prefix, sys.executable, "-m", "newsletter", *words],
            cwd=self.folder, env={**environment, "NEWSLETTER_HOME": str(self.home), **self.environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, *words: str, prefix: Sequence[str] = ()) -> End:
        """Run a command to its end."""
        return ended(self.command(*words, prefix=prefix))

    def done(self, *words: str) -> str:
        """Run a command that comes to a good end, somebody in doubt or nobody, and return what it printed."""
        end = self.run(*words)
        assert end.code in (0, 5), end
        return end.words

    def run_until(self, accepted: int, signals: Sequence[signal.Signals], *words: str) -> End:
        """Run a command, and signal it when the server has accepted so many more and a moment has passed."""
        process = self.command(*words)
        self.wait_for(self.accepted + accepted, process)
        for number in signals:
            time.sleep(self.chance.uniform(0, 0.004))
            process.send_signal(number)
        return replace(ended(process), accepted=self.accepted)

    def wait_for(self, accepted: int, *processes: subprocess.Popen[str]) -> None:
        """Wait until the server has accepted so many in all, or all *processes* have ended."""
        end = time.monotonic() + PATIENCE
        while self.accepted < accepted and any(process.poll() is None for process in processes):
            if time.monotonic() > end:
                for process in processes:
                    process.kill()
                words = [process.communicate() for process in processes]
                raise AssertionError(f"it stands still at {self.accepted} messages: {words}")
            time.sleep(0.0005)

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
    def records(self) -> list[tuple[str, str]]:
        """Recipient and Message-ID of each message that the server accepted."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [(recipient, message_id) for recipient, _, message_id in (line.partition("\t") for line in lines)]

    @property
    def served(self) -> Counter[str]:
        """How often the server accepted a message for whom."""
        return Counter(recipient for recipient, _ in self.records)

    @property
    def receipt(self) -> Path:
        return self.folder / "issues" / f"{ISSUE:03}.receipt.toml"

    @property
    def data_folder(self) -> Path:
        (folder,) = [path for path in self.home.iterdir() if path.is_dir()]
        return folder

    def standing(self) -> dict[str, State]:
        """Where each recipient stands in the ledger, by address.

        A copy is looked at: the first who opens a database after a crash mends it, and that is to be the next command.
        """
        with tempfile.TemporaryDirectory(dir=self.home.parent) as name:
            for path in self.data_folder.iterdir():
                if path.is_file() and not path.name.endswith("-shm"):
                    shutil.copy(path, name)
            return standing_in(Path(name))

    def look(self) -> Balance:
        """Compare the ledger with the server's record, person by person, and return the balance."""
        served, standing = self.served, self.standing()  # in this order: the ledger knows only of what was before it
        wrong = [
            f"{address} is {state.value} and has {served[address]}"
            for address, state in standing.items()
            if served[address] not in BODY_MAY_BE_THERE.get(state, {0})
        ]
        wrong += [f"{address} has {count}" for address, count in served.items() if address not in standing]
        assert not wrong, wrong
        assert len(standing) in (0, self.readers), "half an audience"
        return Balance(counts=Counter(standing.values()))

    def settle(self) -> None:
        """Settle what is in doubt by the server's record, go on, and see that everybody has it exactly once."""
        served = self.served
        doubted = [address for address, state in self.standing().items() if state is State.IN_DOUBT]
        for word, had in (("--accepted", True), ("--resend", False)):
            if those := [address for address in doubted if (address in served) is had]:
                self.done("settle", str(ISSUE), word, *those)
        self.done(*RESUME)
        assert self.look().counts == {State.ACCEPTED: self.readers}
        assert set(self.served.values()) == {1}
        assert len({message_id for _, message_id in self.records if message_id}) == self.readers


def ended(process: subprocess.Popen[str]) -> End:
    """Wait for the end of *process*."""
    out, err = process.communicate(timeout=300)
    assert "Traceback" not in err, err
    return End(code=process.returncode, words=out + err)


def standing_in(data_folder: Path, *, recovered: bool = False) -> dict[str, State]:
    """Return where each recipient stands in the ledger in *data_folder*; *recovered* as every command does it first."""
    with open_database(data_folder) as database:
        ledger = LedgerStore(database)
        if recovered:
            ledger.recover()
        return {each.address: each.state for each in ledger.deliveries(ISSUE)}


def interrupt_again_and_again(ordeal: Ordeal, times: int, *signals: Sequence[signal.Signals]) -> list[End]:
    """Start the mailing and signal it at moments that are spread over it; return how those runs ended.

    After each the ledger is compared with the server's record.

    :param signals: what a run may be sent, one after the other; one of these is chosen each time.
    """
    ends = []
    in_doubt = 0
    words = ordeal.start
    spared = ordeal.readers // 10  # so that the last signal, too, finds a mailing that has not ended
    for left in range(times, 0, -1):
        rest = ordeal.readers - ordeal.accepted - spared
        share = max(1, rest // (left + 1))
        ends.append(ordeal.run_until(ordeal.chance.randint(1, 2 * share), ordeal.chance.choice(signals), *words))
        balance = ordeal.look()
        assert balance[State.SENDING] <= CONNECTIONS, "more than was on the wire"
        assert balance[State.IN_DOUBT] <= in_doubt + CONNECTIONS, "more than the runs before left"
        in_doubt = balance[State.IN_DOUBT] + balance[State.SENDING]
        words = RESUME if balance.planned else words
        if not balance.open:
            break
    ordeal.done(*words)
    return ends


def spread(ends: Sequence[End], readers: int) -> str:
    """Say how many of *ends* lay in each tenth of the mailing."""
    tenths = Counter(min(9, 10 * end.accepted // readers) for end in ends)
    return f"{[tenths[tenth] for tenth in range(10)]} in the tenths of the mailing"


@contextmanager
def recording(record: Path, delay: float = 0.005) -> Iterator[int]:
    """Run the server in a process of its own, and give its port."""
    record.parent.mkdir(exist_ok=True)
    program = [sys.executable, str(HERE / "recording_server.py"), str(record), str(delay)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def prepared(base: Path, port: int, readers: int, *, small: bool = False) -> Ordeal:
    """Make the sample newsletter with so many readers, and a profile for the server at *port*.

    :param small: one article in place of eight, 16 KB in place of 70.
    """
    print(f"TORTURE_SEED={SEED}")
    folder, home = base / "desk", base / "home"
    folder.mkdir(parents=True)
    chance = random.Random(SEED)
    ordeal = Ordeal(folder=folder, home=home, record=base / "record.tsv", readers=readers, chance=chance)
    ordeal.done("init", ".", "--sample")
    issue = folder / "issues" / "001.md"
    issue.write_text(SMALL if small else mended(issue.read_text(encoding="utf-8")), encoding="utf-8")
    ordeal.speak_to(port)
    people = folder / "people.csv"
    people.write_text(
        "email,name\n" + "".join(f"reader{n}@example{n % 7}.com,Reader {n}\n" for n in range(readers - 3))
    )
    ordeal.done("subscribers", "import", people.name, "--consent", "confirmed", "--basis", "they are made up")
    return ordeal


@contextmanager
def copied(ordeal: Ordeal, base: Path) -> Iterator[Ordeal]:
    """Give the same newsletter once more, with a server of its own."""
    with recording(base / "record.tsv") as port:
        copy = Ordeal(
            folder=shutil.copytree(ordeal.folder, base / "desk"),
            home=shutil.copytree(ordeal.home, base / "home"),
            record=base / "record.tsv",
            readers=ordeal.readers,
            chance=ordeal.chance,
        )
        copy.speak_to(port)
        yield copy


def mended(sample: str) -> str:
    """Give the sample issue the link that its planted mistake took away."""
    return re.sub(
        r"^### (Developer Experience[^{]*) \{", r"### [\1](https://example.com/pinconsole) {", sample, flags=re.M
    )


SMALL = """+++
number = 1
date = 2026-11-27
subject = "Moka"
preheader = "One article"
list = "weekly"
+++

Hello.

## Data platforms

### [Moka](https://example.com/moka)
Pinterest Engineering · 12 min

**Why it matters:** deploying Spark on EKS.
"""
