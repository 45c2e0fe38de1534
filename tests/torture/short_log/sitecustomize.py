"""Found on PYTHONPATH at the start of a process: its SQLite writes the log over after 30 pages, where 1,000 are usual.

So a mailing of two hundred meets what one of thousands does.
"""

import sqlite3

_connect = sqlite3.connect


def connect(*arguments, **options):
    connection = _connect(*arguments, **options)
    connection.execute("PRAGMA wal_autocheckpoint = 30")
    return connection


sqlite3.connect = connect
