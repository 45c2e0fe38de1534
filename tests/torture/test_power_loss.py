"""The lights go out: what the disk has then never says "to be sent" of somebody who may have got it."""

import os
import random
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dialogue import Moment, Step, moments
from disk import Disk
from ordeal import KILLS, SEED, Ordeal, prepared, recording, standing_in
from syscalls import Call, read_calls, strace

from newsletter.model.delivery import State
from newsletter.store.key import KEY_FILE
from newsletter.store.sqlite_file import DATABASE_FILE

READERS = 240
SHORT_LOG = Path(__file__).with_name("short_log")
CUTS = 5 * KILLS
UNSENT = {State.QUEUED, State.DEFERRED}


@pytest.fixture(scope="module")
def traced(tmp_path_factory) -> Iterator[tuple[Ordeal, Path, list[Call]]]:
    """A mailing as strace saw it, and the data folder as it was before."""
    base = tmp_path_factory.mktemp("traced")
    with recording(base / "record.tsv", delay=0.001) as port:
        ordeal = prepared(base, port, READERS, small=True)
        before = shutil.copytree(ordeal.data_folder, base / "before")
        path = [str(SHORT_LOG), os.environ.get("PYTHONPATH")]
        ordeal.environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
        end = ordeal.run(*ordeal.start, prefix=strace(base / "trace"))
        assert end.code == 0, end
        yield ordeal, before, read_calls(base / "trace")


def states_in(folder: Path) -> dict[str, str]:
    """Return where each recipient stands, as SQLite finds it; nobody if nothing was begun."""
    database = sqlite3.connect(folder / DATABASE_FILE)
    try:
        return dict(database.execute("SELECT address, state FROM delivery"))
    finally:
        database.close()


def test_when_a_final_dot_leaves_its_intent_is_on_the_disk_and_it_came_after_the_354(traced, tmp_path):
    """What is not synced is taken to be lost; the intent must be there all the same."""
    ordeal, before, calls = traced
    disk = Disk(ordeal.data_folder, before)
    steps: dict[int, list[Moment]] = defaultdict(list)
    for moment in moments(calls):
        steps[moment.call].append(moment)
    seen, states, dots = -1, {}, 0
    for number, call in enumerate(calls):
        for moment in steps[number]:
            if seen != disk.version:
                seen, states = disk.version, states_in(fresh(tmp_path / "cut", disk.least))
            if moment.step is Step.GONE:
                dots += 1
                assert states[moment.recipient] == State.SENDING, f"{moment} of {len(calls)} calls"
            else:
                assert states[moment.recipient] == State.QUEUED, f"{moment} of {len(calls)} calls"
        disk.apply(call)
    assert dots == ordeal.served.total() == READERS


def test_the_log_was_written_over_while_mail_was_going_out(traced):
    """Else the cuts would have missed the moments at which SQLite moves what it knows from one file to the other."""
    ordeal, _, calls = traced
    gone = [moment.call for moment in moments(calls) if moment.step is Step.GONE]
    database = str(ordeal.data_folder / DATABASE_FILE)
    assert [call for call in calls[gone[0] : gone[-1]] if call.on == database and call.name == "pwrite64"]
    starts = [call for call in calls if call.on == f"{database}-wal" and call.name == "pwrite64" and call.at == 0]
    assert len(starts) > 1


def test_after_a_power_cut_nobody_who_may_have_got_it_waits_to_be_sent_it(traced, tmp_path):
    ordeal, before, calls = traced
    chance = random.Random(SEED)
    gone = [moment for moment in moments(calls) if moment.step is Step.GONE]
    disk = Disk(ordeal.data_folder, before)
    found: Counter[State] = Counter()
    taken = 0
    for cut in sorted(chance.randrange(len(calls) + 1) for _ in range(CUTS)):
        for call in calls[taken:cut]:
            disk.apply(call)
        taken = cut
        folder = fresh(tmp_path / "cut", disk.perhaps, chance)
        shutil.copy(before / KEY_FILE, folder)
        standing = standing_in(folder, recovered=True)
        assert len(standing) in (0, READERS)
        wrong = [moment for moment in gone if moment.call < cut and standing[moment.recipient] in UNSENT]
        assert not wrong, f"after {cut} of {len(calls)} calls"
        found.update(standing.values())
    print(f"{CUTS} cuts: {dict(found)}")
    assert set(found) == {State.QUEUED, State.ACCEPTED, State.IN_DOUBT}, "some before, some within, some after"


def test_the_receipt_is_on_the_disk_before_the_first_message(traced):
    ordeal, _, calls = traced
    first = next(moment.call for moment in moments(calls) if moment.step is Step.GONE)
    named = [number for number, call in enumerate(calls[:first]) if Path(call.to).name == ordeal.receipt.name]
    assert named
    draft = Path(calls[named[-1]].on).name
    assert [call for call in calls[: named[-1]] if call.is_sync and Path(call.on).name == draft]


def fresh(folder: Path, write: Callable[..., None], *more: object) -> Path:
    """Return *folder* with what *write* puts into it, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    write(folder, *more)
    return folder
