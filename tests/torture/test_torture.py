"""A mailing that comes to harm in every way: nobody is forgotten, and nobody gets it twice.

``make torture`` runs the same with 12,000 readers and 200 kills; TORTURE_SEED repeats a run.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from ordeal import CONNECTIONS, ISSUE, Ordeal, kill_again_and_again, prepared, recording

from newsletter.model.delivery import State

READERS = int(os.environ.get("TORTURE_READERS", "3000"))
KILLS = int(os.environ.get("TORTURE_KILLS", "20"))
SEED = int(os.environ.get("TORTURE_SEED", "") or int.from_bytes(os.urandom(4)))


@pytest.fixture
def ordeal(tmp_path: Path) -> Iterator[Ordeal]:
    with recording(tmp_path / "record.tsv") as port:
        print(f"TORTURE_SEED={SEED}")
        yield prepared(tmp_path, port, READERS, SEED)


def test_a_mailing_killed_at_random_moments_reaches_everybody_once_or_names_them(ordeal):
    kill_again_and_again(ordeal, READERS, KILLS, signal.SIGKILL)
    balance, records = ordeal.balance(), ordeal.records
    assert ordeal.disagreements() == []
    assert max(records.values()) == 1, "a duplicate"
    assert balance.planned == balance[State.ACCEPTED] + balance[State.IN_DOUBT] == READERS
    assert balance[State.IN_DOUBT] <= CONNECTIONS * ordeal.ends.count(-signal.SIGKILL)
    assert ordeal.ends.count(-signal.SIGKILL) > KILLS // 2, "most of the kills met a living process"
    print(f"{KILLS} kills, {ordeal.ends.count(-signal.SIGKILL)} of a living process: {balance}")


def test_a_mailing_stopped_by_sigterm_at_random_moments_leaves_nobody_in_doubt(ordeal):
    kill_again_and_again(ordeal, READERS, KILLS // 2, signal.SIGTERM)
    assert ordeal.disagreements() == []
    assert ordeal.balance().counts == {State.ACCEPTED: READERS}
    assert set(ordeal.ends) <= {0, 3, -signal.SIGTERM}, "stopped, ended, or not yet begun"
    assert ordeal.records.total() == READERS
    print(f"{KILLS // 2} stops: {ordeal.balance()}")


def test_a_mailing_killed_while_it_freezes_has_everybody_or_nobody(ordeal):
    """The moments lie before the first message: some in the imports, some in the backup, some in the transaction."""
    for _ in range(max(4, KILLS // 4)):
        process = ordeal.command(*ordeal.start_words(READERS))
        try:
            process.wait(timeout=ordeal.chance.uniform(0.2, 1.2))
        except Exception:
            process.kill()
        process.communicate()
        assert ordeal.balance().planned in (0, READERS)
        if ordeal.balance().planned:
            break
    words = ("resume", str(ISSUE)) if ordeal.balance().planned else ordeal.start_words(READERS)
    ordeal.done(*words, code=None)
    assert ordeal.disagreements() == []
    assert ordeal.balance().planned == READERS
    assert (ordeal.folder / "issues" / "001.receipt.toml").exists()


def test_of_two_senders_at_once_one_is_refused_and_nobody_gets_it_twice(ordeal):
    first = ordeal.command(*ordeal.start_words(READERS))
    while ordeal.accepted < READERS // 10:
        assert first.poll() is None, first.communicate()
    refused = ordeal.done("resume", str(ISSUE), code=2)
    assert "another newsletter command is sending from this database" in refused
    first.communicate(timeout=120)
    assert ordeal.disagreements() == []
    assert ordeal.balance().counts == {State.ACCEPTED: READERS}
