"""A database that an earlier version filled opens with this one, and says what it said."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from newsletter.errors import StoreError
from newsletter.model.address import Address
from newsletter.model.delivery import State
from newsletter.model.subscriber import Consent
from newsletter.model.suppression import Kind
from newsletter.store.agenda import Agenda
from newsletter.store.database import DATABASE_FILE, Database, open_database
from newsletter.store.forgetting import forget
from newsletter.store.key import KEY_FILE
from newsletter.store.ledger import LedgerStore
from newsletter.store.mentions import still_named
from newsletter.store.postgresql import PostgresqlServer
from newsletter.store.rotation import rotate_key
from newsletter.store.schema import VERSION
from newsletter.store.subscribers import SubscriberStore
from newsletter.store.suppression_list import SuppressionList
from newsletter.store.upgrade import SCRIPTS, run_migrations, schema_version

DATA = Path(__file__).parents[1] / "data"
KEY = bytes(range(32))
RELEASED = sorted(path.stem.removeprefix("schema-") for path in DATA.glob("schema-*.sql"))
ORDER = ["meta", "subscriber", "subscription", "consent_log", "mailing", "progress", "delivery"]
"""What must be there before what: the dumps have the tables in the order of their names."""


@pytest.fixture(params=RELEASED)
def released(request) -> str:
    """The version of a schema that was released."""
    return request.param


@pytest.fixture
def dump(released) -> str:
    return (DATA / f"schema-{released}.sql").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, url, released, dump) -> Path:
    """The data folder of a database of that version."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / KEY_FILE).write_bytes(KEY)
    if url:
        fill_server(url, released, dump)
    else:
        with closing(sqlite3.connect(folder / DATABASE_FILE)) as file:
            file.executescript(dump)
        assert schema_version(folder / DATABASE_FILE) == released
    return folder


def fill_server(url, released, dump):
    """Make the tables of that version by its migrations, and enter the rows of the dump."""
    inserts = {}
    for line in dump.splitlines():
        if found := re.match(r'INSERT INTO "(\w+)"', line):
            # Bytes are written otherwise there: X'00FF' is E'\\x00FF'.
            inserts.setdefault(found[1], []).append(re.sub(r"X'([0-9A-F]*)'", r"E'\\\\x\1'", line))
    del inserts["alembic_version"], inserts["sqlite_sequence"]
    engine = PostgresqlServer(url).engine()
    with engine.execution_options(writing=True).begin() as connection:
        run_migrations(connection, version=released)
        for table in sorted(inserts, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
            for line in inserts[table]:
                connection.exec_driver_sql(line.replace("%", "%%"))
        for table in ("subscriber", "consent_log", "mailing", "delivery"):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), (SELECT max(number) FROM {table}))"
            )
    engine.dispose()


def rows_of(dump):
    """Return the rows of a dump, by table, with their columns."""
    with closing(sqlite3.connect(":memory:")) as file:
        file.executescript(dump)
        file.row_factory = sqlite3.Row
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: [dict(row) for row in file.execute(f"SELECT * FROM {table}")]
            for table in tables
            if table not in ("alembic_version", "sqlite_sequence")
        }


def kept_rows(database: Database, table, columns):
    with database.reading() as connection:
        quoted = ", ".join(f'"{column}"' for column in columns)
        found = connection.exec_driver_sql(f'SELECT {quoted} FROM "{table}"').all()
    return [
        {
            column: bytes(value) if isinstance(value, memoryview) else value
            for column, value in zip(columns, row, strict=True)
        }
        for row in found
    ]


def test_each_version_before_this_one_has_a_dump():
    assert [path.name[:4] for path in sorted(SCRIPTS.glob("versions/0*.py"))][:-1] == RELEASED
    assert VERSION not in RELEASED


def test_a_filled_database_of_each_released_schema_opens_and_keeps_every_row(folder, url, released, dump):
    with open_database(folder, url) as database:
        expected = rows_of(dump)
        assert {row["state"] for row in expected["delivery"]} == {state.value for state in State}
        assert {row["consent"] for row in expected["subscription"]} == {consent.value for consent in Consent}
        for table, rows in expected.items():
            by = repr
            assert sorted(kept_rows(database, table, list(rows[0])), key=by) == sorted(rows, key=by), table
        assert database.id == f"{'0' * 28}{released}"
    if not url:
        (backup,) = (folder / "backups").iterdir()
        assert schema_version(backup) == released
        assert schema_version(folder / DATABASE_FILE) == VERSION


def test_with_it_all_goes_on(folder, url, released):
    with open_database(folder, url) as database:
        people, ledger = SubscriberStore(database), LedgerStore(database, jitter=lambda: 1.0)
        assert people.find("ZOË@exämple.com").address.name == "Zoë"
        rotate_key(database)
        assert ledger.key(42, "weekly") == KEY, "it goes on with the Message-IDs that it began with"
        assert ledger.frozen(41, "weekly") == b"the bytes of 41\x00\xff"
        assert ledger.recover() == 1
        with ledger.open_mailing(42, "weekly") as run:
            claimed = run.claim(10)
            waiting = {"edsger@example.com", "late@example.com", "zoë@exämple.com"}
            # The first version suppressed nobody, and had queued somebody once more.
            more = {"refused@example.com"} if released == "0001" else set()
            assert {each.address for each in claimed} == waiting | more
            assert not run.commit([], claimed).forbidden
            run.commit([each.now(State.ACCEPTED, "250 taken") for each in claimed], [])
        balance = ledger.balance(42)
        assert (balance.planned, balance[State.ACCEPTED], balance[State.IN_DOUBT]) == (8 + len(more), 4 + len(more), 2)
        assert ledger.settle(42, None, State.ACCEPTED) == 2
        assert ledger.finish(42, "weekly")
        result = people.import_all(
            [Address(address="gone@example.com")], "weekly", consent=Consent.CONFIRMED, basis="x"
        )
        assert result.kept_out == ("gone@example.com",)
        added = people.add(Address(address="new@example.com"), "weekly", consent=Consent.CONFIRMED, basis="form")
        assert (added.value, ledger.waiting(43, "weekly")) == ("new", 8 + len(more))
        with pytest.raises(IntegrityError, match="append-only"), database.writing() as connection:
            connection.exec_driver_sql("UPDATE consent_log SET basis = 'another'")
        gone = forget(database, "refused@example.com")
        assert still_named(database, gone.addresses) == {}


def test_what_was_suppressed_and_planned_is_so_still(folder, url, released):
    if released == "0001":
        return  # it knew neither
    with open_database(folder, url) as database:
        (one,) = SuppressionList(database).all()
        assert (one.address, one.list, one.kind) == ("refused@example.com", "", Kind.REFUSED)
        (planned,) = Agenda(database).schedules()
        assert (planned.issue, planned.frozen, planned.segment) == (43, b"\x00later", "")
        assert LedgerStore(database).stop_asked(42)


def test_a_newer_schema_is_refused_with_one_clear_line_and_left_alone(folder, url):
    open_database(folder, url).close()
    newer = "UPDATE alembic_version SET version_num = '9999'"
    if url:
        engine = PostgresqlServer(url).engine().execution_options(writing=True)
        with engine.begin() as connection:
            connection.exec_driver_sql(newer)
        engine.dispose()
    else:
        with closing(sqlite3.connect(folder / DATABASE_FILE)) as file, file:
            file.execute(newer)
    with pytest.raises(StoreError) as caught:
        open_database(folder, url)
    said = str(caught.value)
    assert f"a newer newsletter made this database (schema 9999; this program knows {VERSION})" in said
    assert said.endswith("install the newer program again")
    assert "\n" not in said
