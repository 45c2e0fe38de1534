"""A reading of a mailbox that is killed in the middle, again and again: in the end each report counts once."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

from postfix_instance import until
from returned_mail import Ours, complaint, postfix
from store_press import Press, begin, record

from newsletter.app.mailboxes import BATCH
from newsletter.model.delivery import State
from newsletter.settings import read_settings

READERS = 150


def test_a_killed_reading_goes_on_and_counts_nothing_twice(tmp_path):
    (tmp_path / "newsletter.toml").write_text('id = "news"\nname = "News"\nfrom = "editor@example.org"\n')
    settings = read_settings(tmp_path)
    press = Press(settings.data_folder)
    addresses = [f"p{number:03}@example.com" for number in range(READERS)]
    press.confirm(*addresses)
    press.start()
    with press.open() as run:
        deliveries = run.claim(READERS)
        begin(run, *deliveries)
        record(run, *(each.now(State.ACCEPTED) for each in deliveries))
    key = press.database.key
    press.close()
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    for number, address in enumerate(addresses):
        ours = Ours(address=address, subscriber=number + 1, key=key)
        (tmp_path / "box" / "new" / f"{number:03}.b").write_bytes(postfix(ours, name=str(number)))
        (tmp_path / "box" / "new" / f"{number:03}.c").write_bytes(complaint(ours))
    words = [sys.executable, "-m", "newsletter", "bounces", "box", "--delete"]
    database = settings.data_folder / "newsletter.sqlite3"

    def count(table: str) -> int:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    reached = []
    for enough in (40, 120):
        with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            until(lambda enough=enough: count("delivery_event") >= enough, "some reports")
            process.send_signal(signal.SIGKILL)
        reached.append(count("delivery_event"))
    assert reached[-1] < 2 * READERS, "nothing was killed in the middle"
    left = len(list((tmp_path / "box" / "new").iterdir()))
    assert 0 <= left - (2 * READERS - reached[-1]) <= BATCH  # at most those that were recorded last are still there
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert (count("delivery_event"), count("suppression")) == (2 * READERS, READERS)
    assert count("subscription WHERE consent = 'unsubscribed'") == READERS
    assert count("consent_log") == 2 * READERS
    assert not any((tmp_path / "box" / "new").iterdir())
