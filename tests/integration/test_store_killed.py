"""Processes that are really killed, at every point between two commits, and what is found afterwards."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from store_press import ACCEPTED, IN_DOUBT, PEOPLE, QUEUED, SENDING, Press

from newsletter.model.subscriber import Consent
from newsletter.store.database import create, open_database
from newsletter.store.ledger import LedgerStore
from newsletter.store.lock import CoordinatorBusy
from newsletter.store.subscribers import BATCH, SubscriberStore

PROGRAM = [sys.executable, str(Path(__file__).with_name("store_dying.py"))]


@pytest.fixture(scope="module")
def worker():
    """Does a job in a process of its own, and says how that ended."""
    with subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def work(job, folder, url, log="", dies_at=0):
            process.stdin.write(f"{job}\t{folder}\t{url}\t{log}\t{dies_at}\n")
            process.stdin.flush()
            return process.stdout.readline().rstrip("\n")

        yield work
        process.stdin.close()


def places(tmp_path, new_url, confirmed=PEOPLE):
    """Yield a number, and a database with readers of its own, for each point until there is none."""
    for dies_at in range(1, 100):
        url = new_url()
        press = Press(tmp_path / f"data-{dies_at}", url)
        press.confirm(*confirmed)
        press.close()
        yield dies_at, (tmp_path / f"data-{dies_at}", url)


def received(log):
    return Counter(log.read_text().split()) if log.exists() else Counter()


def test_wherever_a_sender_is_killed_nothing_is_lost_and_nothing_comes_twice(worker, tmp_path, new_url):
    doubted = 0
    for dies_at, place in places(tmp_path, new_url):
        log = tmp_path / f"log-{dies_at}"
        end = worker("send", *place, log, dies_at)
        had = received(log)
        assert worker("send", *place, log) == "ended"
        with open_database(*place) as database:
            ledger = LedgerStore(database)
            balance = ledger.balance(42)
            in_doubt = [each.address for each in ledger.deliveries(42, [IN_DOUBT])]
            assert balance.planned == balance[ACCEPTED] + balance[IN_DOUBT] == len(PEOPLE)
            assert len(in_doubt) <= 2, "more than the group that was being sent"
            assert received(log) + Counter(set(in_doubt) - set(received(log))) == Counter(PEOPLE)
            # The server's log is the proof that settles it.
            for address in in_doubt:
                ledger.settle(42, [address], ACCEPTED if address in had else QUEUED)
        assert worker("send", *place, log) == "ended"
        assert received(log) == Counter(PEOPLE)
        doubted += len(in_doubt)
        if end == "ended":
            break
        assert end == "killed"
    assert dies_at > 12, "the points were passed"
    # Between the commit of the intents and that of the outcomes lie four points for the group of two, and two for the
    # last one, which is alone: those leave them in doubt, no others do.
    assert doubted == 4 * 2 + 2 * 1


def test_what_a_killed_sender_had_begun_is_in_doubt_and_what_it_had_claimed_is_claimed_again(worker, tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.now = datetime.now(UTC)
    press.confirm(*PEOPLE)
    press.start()
    assert worker("die_sending", press.database.folder, url) == "killed"
    assert press.counts() == {SENDING: 1, QUEUED: 2}
    assert not press.open().claim(3), "its leases still run"
    with press.database.coordinator_lock():
        assert press.ledger.recover() == 1
    assert press.addresses(IN_DOUBT) == PEOPLE[:1]
    assert [each.address for each in press.open(retry_now=True).claim(3)] == PEOPLE[1:]
    press.close()


def test_wherever_an_import_is_killed_all_of_it_is_there_or_nothing(worker, tmp_path, new_url):
    for dies_at, place in places(tmp_path, new_url, confirmed=[]):
        end = worker("enter", *place, dies_at=dies_at)
        with open_database(*place) as database:
            count = SubscriberStore(database).counts("weekly")[Consent.CONFIRMED]
        assert count == (BATCH + 1 if end == "ended" else 0)
        if end == "ended":
            break
    assert worker("enter", *place) == "ended"
    assert dies_at > 1


def test_wherever_making_a_database_is_killed_it_can_be_made_again(worker, tmp_path):
    for dies_at in range(1, 10):
        folder = tmp_path / f"data-{dies_at}"
        end = worker("make", folder, "", dies_at=dies_at)
        if end == "ended":
            break
        assert end == "killed"
        if not folder.exists():
            create(folder).close()
        open_database(folder).close()
    assert dies_at > 1


def test_a_second_process_on_one_mailing_is_refused_in_one_line_until_the_first_one_dies(worker, tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.confirm(*PEOPLE)
    press.start()
    place, log = (press.database.folder, url), tmp_path / "log"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, *map(str, place)], stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "holding\n"
        try:
            refused = worker("send", *place, log)
            with pytest.raises(CoordinatorBusy, match="another newsletter command"), press.database.coordinator_lock():
                pytest.fail("two coordinators at once")
        finally:
            first.kill()
    assert "another newsletter command is sending from this database; wait until it has ended" in refused
    assert press.counts() == {QUEUED: len(PEOPLE)}
    assert not log.exists()
    assert worker("send", *place, log) == "ended"
    assert press.counts() == {ACCEPTED: len(PEOPLE)}
    press.close()


HOLDING = """
import signal, sys
from pathlib import Path
from newsletter.store.database import open_database
with open_database(Path(sys.argv[1]), sys.argv[2]) as database, database.coordinator_lock():
    print("holding", flush=True)
    signal.pause()
"""


def test_even_without_the_lock_no_two_processes_send_to_one_person(tmp_path, url):
    people = [f"{number}@example.com" for number in range(60)]
    press = Press(tmp_path / "data", url)
    press.confirm(*people)
    press.start()
    folder, log = press.database.folder, tmp_path / "log"
    several = [subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in several:
        process.stdin.write(f"send_unlocked\t{folder}\t{url}\t{log}\t0\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in several] == ["ended\n"] * 3
    assert received(log) == Counter(people)
    assert press.counts() == {ACCEPTED: len(people)}
    press.close()
