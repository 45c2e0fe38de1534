"""What is otherwise with a server: how it is made and opened, what it says when it fails, and its locks."""

import threading
from contextlib import closing

import psycopg
import pytest
from postgresql_server import find_binaries, running
from store_press import ACCEPTED, DEFERRED, PEOPLE, Press, record

from newsletter.errors import SettingsError, StoreError
from newsletter.settings import database_of_environment
from newsletter.store.database import create, is_there, open_database, take_back
from newsletter.store.key import KEY_FILE, fingerprint_of, make_key
from newsletter.store.lock import CoordinatorBusy
from newsletter.store.postgresql import PostgresqlServer
from newsletter.store.schema import VERSION
from newsletter.store.upgrade import run_migrations

SUBSCRIBER = "INSERT INTO subscriber (number, address, folded, name, created) VALUES"

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(postgresql):
    made = postgresql.fresh()
    yield made
    postgresql.drop(made)


def tables(url):
    with closing(psycopg.connect(url)) as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        return connection.execute(query).fetchone()[0]


def test_what_is_created_can_be_opened_and_the_key_alone_is_in_the_folder(tmp_path, url):
    folder = tmp_path / "data"
    assert not is_there(folder, url)
    with create(folder, url) as made:
        assert not made.is_sqlite
    with open_database(folder, url) as opened:
        assert (opened.id, opened.key) == (made.id, made.key)
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert is_there(folder, url)


def test_a_second_machine_needs_the_key_of_the_first_and_makes_nothing(tmp_path, url):
    with create(tmp_path / "one", url) as one:
        pass
    with pytest.raises(StoreError, match=r"there is a newsletter's database already; .* copy secret\.key"):
        create(tmp_path / "two", url)
    assert not (tmp_path / "two").exists()
    with pytest.raises(StoreError, match=r"the key is missing; put back .* or from another machine"):
        open_database(tmp_path / "two", url)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / KEY_FILE).write_bytes((tmp_path / "one" / KEY_FILE).read_bytes())
    with open_database(tmp_path / "two", url) as two:
        assert two.id == one.id


def test_two_newsletters_share_a_server_by_schemas_and_neither_waits_for_the_other(tmp_path, postgresql, url):
    other_url = postgresql.fresh()
    with create(tmp_path / "one", url) as one, create(tmp_path / "two", other_url) as two:
        assert one.id != two.id
        with one.coordinator_lock(), two.coordinator_lock(), one.writing(), two.writing():
            pass
    postgresql.drop(other_url)


def test_what_was_just_made_is_taken_back_whole(tmp_path, url):
    create(tmp_path / "data", url).close()
    take_back(tmp_path / "data", url)
    assert not (tmp_path / "data").exists()
    assert tables(url) == 0
    create(tmp_path / "data", url).close()


def test_a_server_without_tables_is_told_from_one_that_is_not_there(tmp_path, url):
    with pytest.raises(StoreError, match="there is no newsletter's database; restore it there, if there was one"):
        open_database(tmp_path, url)
    with pytest.raises(StoreError, match=r"the server cannot be used: .*; newsletter doctor looks at it"):
        open_database(tmp_path, "postgresql://postgres@127.0.0.1:1/news")
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        open_database(tmp_path, url.replace("/postgres?", "/nowhere?"))


def test_nothing_is_made_when_the_server_is_not_there(tmp_path):
    with pytest.raises(StoreError, match="the server cannot be used"):
        create(tmp_path / "parent" / "data", "postgresql://postgres@127.0.0.1:1/news")
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_in_no_message(tmp_path):
    with pytest.raises(StoreError) as caught:
        open_database(tmp_path, "postgresql://news:s3cret@127.0.0.1:1/news")
    assert "s3cret" not in str(caught.value)
    assert "postgresql://news:***@127.0.0.1:1/news" in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://s3cret@host/name", "not an address", "postgresql://host:port/name"])
def test_what_is_no_address_of_a_postgresql_is_refused_and_not_repeated(tmp_path, url):
    with pytest.raises(StoreError, match="no address of a PostgreSQL; write it like") as caught:
        open_database(tmp_path, url)
    assert "s3cret" not in str(caught.value)


def test_the_environment_s_address_is_judged_too(monkeypatch):
    monkeypatch.setenv("NEWSLETTER_DATABASE", "news.sqlite3")
    with pytest.raises(SettingsError, match="NEWSLETTER_DATABASE: this is no address of a PostgreSQL"):
        database_of_environment()


def test_a_server_that_is_too_old_is_refused(tmp_path, url, monkeypatch):
    monkeypatch.setattr("newsletter.store.postgresql.OLDEST_SERVER", 99_00_00)
    for act in (create, open_database):
        with pytest.raises(StoreError, match=r"this PostgreSQL is too old: 1[0-9]; 99 or later will do"):
            act(tmp_path / "data", url)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_is_refused_and_left_alone(tmp_path, url):
    create(tmp_path / "data", url).close()
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="a newer newsletter made this database"):
        open_database(tmp_path / "data", url)


def test_an_older_schema_is_migrated_when_it_is_opened_and_not_under_a_mailing(tmp_path, url):
    server = PostgresqlServer(url)
    engine = server.engine()
    with engine.execution_options(writing=True).begin() as connection:
        run_migrations(connection, version="0001")
        fingerprint = fingerprint_of(make_key(tmp_path))
        connection.exec_driver_sql("INSERT INTO meta VALUES (1, 'its id', %s, '')", (fingerprint,))
    engine.dispose()
    with server.coordinator_lock(), pytest.raises(CoordinatorBusy):
        open_database(tmp_path, url)
    with open_database(tmp_path, url) as database:
        assert database.id == "its id"
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one() == VERSION
            assert connection.exec_driver_sql("SELECT count(*) FROM suppression").scalar_one() == 0


def test_the_server_is_asked_to_wait_for_its_disk_even_if_it_does_not_by_itself(tmp_path):
    with running(find_binaries(), "synchronous_commit=off") as server:
        press = Press(tmp_path / "data", server.fresh())
        press.confirm(*PEOPLE)
        press.start()
        assert press.open().synchronous == "on"
        with press.database.writing() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        press.close()


def test_a_server_that_goes_away_is_said_in_words_and_what_was_committed_is_there_when_it_is_back(tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.confirm(*PEOPLE)
    press.start()
    run = press.open()
    ada, bob, _ = run.claim(3)
    assert not run.commit([], [ada]).forbidden
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                      " AND backend_type = 'client backend'")  # fmt: skip
    with pytest.raises(StoreError, match=r"what was recorded is safe|the server cannot be used"):
        run.commit([ada.now(ACCEPTED)], [bob])
    with pytest.raises(StoreError):
        press.counts()
    assert press.counts() == {"queued": 2, "sending": 1}
    assert press.ledger.recover() == 1
    press.close()


def test_whoever_writes_waits_for_no_reader_and_no_two_write_at_once(tmp_path, url):
    create(tmp_path / "data", url).close()
    with open_database(tmp_path / "data", url, patience=0.01) as one, open_database(tmp_path / "data", url) as two:
        with one.reading() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM subscriber").scalar_one() == 0
            with two.writing() as writer:
                writer.exec_driver_sql(f"{SUBSCRIBER} (1, 'a@b.de', 'a@b.de', '', '')")
                with pytest.raises(StoreError, match="another program keeps it locked; try again"), one.writing():
                    pytest.fail("two writers at once")
            assert reader.exec_driver_sql("SELECT count(*) FROM subscriber").scalar_one() == 0
        with one.reading() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM subscriber").scalar_one() == 1


def test_a_move_waits_for_nobody_who_writes(tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.confirm(*PEOPLE)
    press.start()
    run = press.open()
    ended = threading.Event()

    def claim_and_send():
        run.commit([], run.claim(3))
        ended.set()

    with press.database.writing() as connection:
        connection.exec_driver_sql("UPDATE meta SET created = created")
        thread = threading.Thread(target=claim_and_send)
        thread.start()
        assert ended.wait(10)
    thread.join()
    assert press.counts() == {"sending": 3}
    press.close()


def test_one_coordinator_at_a_time(tmp_path, url):
    with create(tmp_path / "data", url) as database, open_database(tmp_path / "data", url) as other:
        busy = pytest.raises(CoordinatorBusy, match="another newsletter command is sending")
        with database.coordinator_lock(), busy, other.coordinator_lock():
            pytest.fail("two coordinators at once")
        with other.coordinator_lock():
            pass


def test_backups_are_the_server_s_own(tmp_path, url):
    with create(tmp_path / "data", url) as database:
        assert database.backup_before("mailing 042") is None
        with pytest.raises(StoreError, match="a database on a server is backed up there; pg_dump"):
            database.backup(tmp_path / "copy")


def test_words_of_a_server_that_are_no_text_are_kept_as_far_as_they_are(tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.confirm(*PEOPLE)
    press.start()
    run = press.open()
    ada, bob, _ = run.claim(3)
    run.commit([], [ada])
    record(run, ada.now(ACCEPTED, "250 o\0k"), bob.now(DEFERRED, "450 \0", "4.0.0"))
    assert [each.reply for each in press.ledger.deliveries(42, [ACCEPTED, DEFERRED])] == ["250 o�k", "450 �"]
    press.close()
