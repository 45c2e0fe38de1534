"""Clocks that are set back and forth, between runs and within them: what was done is not done again."""

import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
from needs import missing
from ordeal import KILLS, RESUME, Ordeal, ended

from newsletter.model.delivery import State
from newsletter.store.sqlite_file import DATABASE_FILE

SIGKILL = signal.SIGKILL
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(ordeal, tmp_path):
    """Sets the clock of the commands, those that run too, so far from the true time."""
    if not shutil.which("faketime"):
        missing("faketime", "apt-get install faketime")
    shown = subprocess.run(["faketime", "-m", "-f", "+0", "env"], capture_output=True, text=True, check=True).stdout
    (preload,) = [line.partition("=")[2] for line in shown.splitlines() if line.startswith("LD_PRELOAD=")]
    file = tmp_path / "clock"
    ordeal.environment |= {
        "LD_PRELOAD": preload,
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        # As when somebody sets the time: what counts seconds goes on as before.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }

    def put(by: timedelta) -> None:
        draft = file.with_suffix(".draft")
        draft.write_text(f"{by.total_seconds():+.0f}\n")
        draft.replace(file)

    put(timedelta())
    return put


def test_a_clock_that_is_set_back_and_forth_sends_nothing_twice(ordeal, clock):
    words = ordeal.start
    shifts = [-48 * HOUR, -HOUR, 24 * 400 * HOUR, -24 * 30 * HOUR, timedelta(seconds=-2)]
    ordeal.chance.shuffle(shifts)
    settings = cycle(shifts)
    left = max(4, KILLS // 10)
    for number in range(left):
        process = ordeal.command(*words)
        share = (ordeal.readers - ordeal.accepted) // (left - number + 1)
        ordeal.wait_for(ordeal.accepted + share // 2, process)
        clock(next(settings))
        ordeal.wait_for(ordeal.accepted + share // 2, process)
        process.send_signal(SIGKILL)
        assert ended(process).code in (-SIGKILL, 0, 5)
        ordeal.look()
        clock(next(settings))
        words = RESUME
    ordeal.done(*RESUME)
    balance = ordeal.look()
    print(f"{left} kills, clocks {[str(shift) for shift in shifts]}: {balance}")
    assert moved_at(ordeal) < datetime.now(UTC) - 24 * HOUR, "the clock was not set"
    assert balance.planned == balance[State.ACCEPTED] + balance[State.IN_DOUBT] == ordeal.readers
    ordeal.settle()


def moved_at(ordeal: Ordeal) -> datetime:
    """Return the earliest time at which a delivery moved, as the commands saw it."""
    with closing(sqlite3.connect(ordeal.data_folder / DATABASE_FILE)) as database:
        return datetime.fromisoformat(database.execute("SELECT min(updated) FROM delivery").fetchone()[0])
