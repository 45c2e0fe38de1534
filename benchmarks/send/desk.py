"""An editor's folder with many readers: ``make`` it, and ``leave`` a few to resume."""

from pathlib import Path
from typing import Any

from benchmarks.send.mail import sample_newsletter
from benchmarks.send.process import do_job
from benchmarks.send.readers import seed
from newsletter.app import open_newsletter
from newsletter.store.subscribers import SubscriberStore

_ALL_BUT = """
    UPDATE delivery SET state = 'accepted', attempts = 1, reply = '250 2.0.0 Ok', next_at = NULL,
    claimed_by = NULL, lease_until = NULL WHERE state <> 'accepted'"""
_LEFT = """
    UPDATE delivery SET state = 'queued', attempts = 0, reply = ''
    WHERE number IN (SELECT number FROM delivery ORDER BY number DESC LIMIT :left)"""
_UNFINISHED = "UPDATE mailing SET finished_at = NULL"


def make(folder: str, readers: int, port: int) -> dict[str, Any]:
    """Make the sample newsletter with *readers* in all and the mail server at *port*."""
    newsletter = sample_newsletter(Path(folder, "desk"))
    profile = f'via = "sink"\n\n[smtp.sink]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = 32\n'
    Path(folder, "desk", "newsletter.local.toml").write_text(profile, encoding="utf-8")
    there = sum(SubscriberStore(newsletter.database).counts("weekly").values())
    took = seed(newsletter.database, readers - there)
    newsletter.close()
    return {"seeded": took}


def leave(folder: str, left: int) -> dict[str, Any]:
    """Make it as if all but *left* had been accepted."""
    newsletter = open_newsletter(Path(folder, "desk"))
    with newsletter.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = -400000")
        connection.exec_driver_sql(_ALL_BUT)
        connection.exec_driver_sql(_LEFT, {"left": left})
        connection.exec_driver_sql(_UNFINISHED)
    newsletter.close()
    return {}


if __name__ == "__main__":
    do_job(make=make, leave=leave)
