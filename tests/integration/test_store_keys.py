import os
import signal
import subprocess
import sys

import pytest
from store_press import Press

from newsletter.errors import StoreError
from newsletter.model.tokens import DeliveryTokens
from newsletter.store.database import create, open_database
from newsletter.store.key import KEY_FILE, fingerprint_of
from newsletter.store.lock import CoordinatorBusy
from newsletter.store.rotation import rotate_key

ADA = {"issue": 42, "subscriber": 1, "address": "ada@example.com"}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def test_after_a_rotation_new_tokens_are_made_with_a_new_key_and_old_ones_are_still_proved(folder, url):
    with create(folder, url) as database:
        old = database.key
        token = DeliveryTokens.derive(old, **ADA).unsubscribe
        rotated = rotate_key(database)
        assert (rotated.keys, rotated.completed) == (2, False)
        assert database.key != old
        assert rotated.fingerprint == fingerprint_of(database.key)
        assert database.keys == (database.key, old)
        assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
        rotate_key(database)
    with open_database(folder, url) as again:
        assert len(again.keys) == 3
        assert token in [DeliveryTokens.derive(key, **ADA).unsubscribe for key in again.keys]
        assert again.oldest_key == old, "those who are forgotten are known by it"


def test_a_process_that_runs_on_hears_of_a_rotation_elsewhere(folder, url):
    with create(folder, url) as serving, open_database(folder, url) as other:
        before = serving.key
        rotate_key(other)
        assert serving.key == other.key != before
        assert serving.keys == other.keys
        (folder / KEY_FILE).rename(folder / "away")
        assert serving.keys == other.keys, "what was read of a file that is gone is still good"
        (folder / KEY_FILE).write_bytes(b"half of it")
        assert serving.keys == other.keys


DYING = """
import os, signal, sys
from pathlib import Path
from newsletter.store import rotation
from newsletter.store.database import open_database

def die(*facts):
    write(*facts)
    os.kill(os.getpid(), signal.SIGKILL)

write, rotation.write_keys = rotation.write_keys, die
with open_database(Path(sys.argv[1]), sys.argv[2]) as database:
    rotation.rotate_key(database)
"""


def test_killed_between_file_and_database_both_keys_are_readable_and_the_next_rotation_completes_it(folder, url):
    with create(folder, url) as database:
        old = database.key
    dying = subprocess.run([sys.executable, "-c", DYING, str(folder), url], check=False)
    assert dying.returncode == -signal.SIGKILL
    with open_database(folder, url) as database:
        assert database.key == old
        assert len(database.keys) == 2
        new = database.keys[0]
        assert rotate_key(database).completed
        assert (database.key, database.keys) == (new, (new, old))


def test_a_machine_with_the_old_file_is_refused_in_one_line(folder, url):
    with create(folder, url) as database:
        old = (folder / KEY_FILE).read_bytes()
        rotate_key(database)
    (folder / KEY_FILE).write_bytes(old)
    with pytest.raises(StoreError, match="another machine that uses it, where it may have been rotated") as caught:
        open_database(folder, url)
    assert "\n" not in str(caught.value)


def test_nothing_is_rotated_under_a_mailing(folder, url):
    with create(folder, url) as database, open_database(folder, url) as other:
        before = database.keys
        with other.coordinator_lock(), pytest.raises(CoordinatorBusy):
            rotate_key(database)
        assert database.keys == before


def test_a_mailing_that_was_begun_keeps_its_key_and_so_its_message_ids(folder, url):
    press = Press(folder, url)
    press.confirm("ada@example.com")
    press.start()
    old = press.database.key
    rotate_key(press.database)
    assert press.ledger.key(42, "weekly") == old
    press.confirm("bob@example.com")
    press.start()
    assert press.ledger.key(42, "weekly") == old, "a second start goes on with what the first one froze"
    press.start(issue=43)
    assert press.ledger.key(43, "weekly") == press.database.key != old
    with press.database.writing() as connection:  # as a mailing has it that an earlier version began
        connection.exec_driver_sql("UPDATE mailing SET key_fingerprint = '' WHERE issue = 43")
    assert press.ledger.key(43, "weekly") == old
    press.close()


def test_a_mailing_whose_key_is_gone_does_not_go_on_with_another(folder, url):
    press = Press(folder, url)
    press.confirm("ada@example.com")
    press.start()
    rotate_key(press.database)
    (folder / KEY_FILE).write_bytes(press.database.key)
    os.utime(folder / KEY_FILE, (1, 1))
    with pytest.raises(StoreError, match="the key that this mailing began with is missing; put it back"):
        press.ledger.key(42, "weekly")
    press.close()
