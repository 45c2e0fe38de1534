"""A PostgreSQL that is shared with others: their settings, their tables, their locks; and addresses with a password."""

from contextlib import closing

import psycopg
import pytest
from postgresql_server import find_binaries, running
from store_press import PEOPLE, Press

from newsletter.errors import StoreError
from newsletter.store.database import create, open_database
from newsletter.store.lock import CoordinatorBusy

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(postgresql):
    made = postgresql.fresh()
    yield made
    postgresql.drop(made)


@pytest.fixture(scope="module")
def other_server(postgresql):
    """A server whose owner ends whoever is silent, and isolates transactions otherwise."""
    with running(find_binaries(), "idle_session_timeout=50ms", "default_transaction_isolation=serializable") as server:
        yield server


def test_a_coordinator_stays_the_only_one_where_silent_connections_are_ended(tmp_path, other_server):
    with create(tmp_path / "data", other_server.fresh()) as database, database.coordinator_lock():
        with closing(psycopg.connect(other_server.url(), autocommit=True)) as silent:
            pid = silent.info.backend_pid
            while other_server.ask(f"SELECT FROM pg_stat_activity WHERE pid = {pid}"):
                pass  # until the server has ended it
        with pytest.raises(CoordinatorBusy), database.coordinator_lock():
            pytest.fail("two coordinators at once")


def test_who_has_waited_for_a_writer_sees_what_that_one_wrote_however_transactions_are_isolated(tmp_path, other_server):
    press = Press(tmp_path / "data", other_server.fresh())
    press.confirm(*PEOPLE)
    with press.database.writing() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
    with press.database.reading() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "repeatable read"
    press.start()
    one, other = press.open(), press.open()
    assert not one.commit([], one.claim(2)).forbidden
    assert not other.commit([], other.claim(2)).forbidden
    press.close()


def test_a_claim_passes_by_what_another_one_is_moving_and_waits_for_nobody(tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.confirm(*PEOPLE)
    press.start()
    with closing(psycopg.connect(url)) as other:
        other.execute("SELECT number FROM delivery ORDER BY number LIMIT 2 FOR UPDATE").fetchall()
        run = press.open()
        assert [each.address for each in run.claim(3)] == PEOPLE[2:]
        assert not run.claim(3)
        other.rollback()
        assert [each.address for each in run.claim(3)] == PEOPLE[:2]
    press.close()


def test_nothing_is_made_beside_another_program_s_tables_of_the_same_names(tmp_path, url):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE worker (job text)")
        connection.execute("CREATE VIEW schedule AS SELECT 1")
    with pytest.raises(StoreError, match=r"another program has a table of the same name there: schedule, worker; make"):
        create(tmp_path / "data", url)
    assert not (tmp_path / "data").exists()
    with psycopg.connect(url) as connection:
        connection.execute("DROP VIEW schedule; DROP TABLE worker; CREATE TABLE bookmarks (url text)")
    create(tmp_path / "data", url).close()


def test_another_program_s_database_is_not_taken_for_a_newsletter_s(tmp_path, url):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE meta (x int); CREATE TABLE alembic_version (version_num text)")
    with pytest.raises(StoreError, match="there is no newsletter's database"):
        open_database(tmp_path, url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://news:s3cret@127.0.0.1:1/news",
        "postgresql://news@127.0.0.1:1/news?password=s3cret",
        "postgresql://news@127.0.0.1:1/news?sslpassword=s3cret",
        "postgresql://news@127.0.0.1:1/news?pasword=s3cret",
        "postgresql://news:two@s3cret@127.0.0.1:1/news",
        "postgresql://news:two:s3cret@127.0.0.1:1/news",
        "postgresql://news:two/s3cret@127.0.0.1:1/news",
        "postgresql://news@127.0.0.1:s3cret/news",
        "postgresql://news:s3cret@[::1/news",
        "postgresql://news:s3cret@127.0.0.1:1/news?connect_timeout=soon",
    ],
)
def test_a_password_is_in_no_message_however_it_is_written(tmp_path, url):
    for attempt in (lambda: open_database(tmp_path, url), lambda: create(tmp_path / "data", url)):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert "s3cret" not in str(caught.value)
        assert "\n" not in str(caught.value)
