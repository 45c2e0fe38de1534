import re
import sqlite3
import textwrap
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from newsletter.errors import StoreError
from newsletter.model.delivery import State
from newsletter.model.subscriber import Consent
from newsletter.store.database import DATABASE_FILE, create, open_database
from newsletter.store.engine import sqlite_engine
from newsletter.store.lock import coordinator_lock
from newsletter.store.postgresql import PostgresqlServer
from newsletter.store.schema import CONSENTS, STATES, VERSION, metadata, version_table
from newsletter.store.upgrade import SCRIPTS, bring_up_to_date, run_migrations, schema_version

SUBSCRIBER = "INSERT INTO subscriber (number, address, folded, name, created) VALUES"
LOGGED = "INSERT INTO consent_log (number, subscriber, list, consent, basis, at) VALUES"
SUBSCRIPTION = "INSERT INTO subscription (subscriber, list, consent, basis, since) VALUES"

OBJECTS = text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")


def test_the_schema_is_what_all_migrations_make_of_an_empty_database():
    made, migrated = create_engine("sqlite://"), create_engine("sqlite://")
    with made.begin() as one, migrated.begin() as other:
        metadata.create_all(one)
        version_table.create(one)
        run_migrations(other, version=VERSION)
        assert [_lines(row) for row in one.execute(OBJECTS)] == [_lines(row) for row in other.execute(OBJECTS)]
        context = MigrationContext.configure(other, opts={"include_object": _on_sqlite})
        assert compare_metadata(context, metadata) == []
        assert other.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == VERSION
    made.dispose()
    migrated.dispose()


def _on_sqlite(item, name, *_about):
    return name != "delivery_queued"  # an index for PostgreSQL alone


@pytest.mark.postgresql
def test_on_postgresql_the_schema_is_what_all_migrations_make_of_an_empty_database(postgresql):
    said = []
    for make in (_all_at_once, lambda connection: run_migrations(connection, version=VERSION)):
        url = postgresql.fresh()
        engine = PostgresqlServer(url).engine()
        with engine.execution_options(writing=True).begin() as connection:
            make(connection)
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
            said.append({name: sorted(map(str, connection.exec_driver_sql(query))) for name, query in TOLD.items()})
        engine.dispose()
        postgresql.drop(url)
    for topic, before in said[0].items():
        assert before == said[1][topic]
    assert (len(said[0]["triggers"]), len(said[0]["storage"])) == (2, 1)


def _all_at_once(connection):
    metadata.create_all(connection)
    version_table.create(connection)
    connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{VERSION}')")


TOLD = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, replace(column_default, current_schema(), '')"
    " FROM information_schema.columns WHERE table_schema = current_schema()",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = current_schema()::regnamespace",
    "indexes": "SELECT indexname, replace(indexdef, current_schema(), '') FROM pg_indexes"
    " WHERE schemaname = current_schema()",
    "triggers": "SELECT tgname, replace(pg_get_triggerdef(oid), current_schema(), '') FROM pg_trigger"
    " WHERE NOT tgisinternal AND tgrelid = 'consent_log'::regclass",
    "storage": "SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL AND relname = 'delivery'"
    " AND relnamespace = current_schema()::regnamespace",
    "version": "SELECT version_num FROM alembic_version",
}


def _lines(row):
    # In whatever order: a column that was added later stands behind the constraints.
    return row.type, row.name, sorted(part.strip(" \t)") for part in re.split(r"[,\n]", row.sql) if part.strip(" \t)"))


def test_the_newest_migration_is_the_version_that_this_program_knows():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [VERSION]


@pytest.mark.parametrize("values, words", [(State, STATES), (Consent, CONSENTS)])
def test_each_state_stands_in_the_schema_with_its_sentence(values, words):
    lines = [line.strip() for line in words.splitlines()[1:-1]]
    assert [line.split("'")[1] for line in lines] == [value.value for value in values]
    assert all("-- " in line for line in lines)


@pytest.mark.parametrize("statement", ["UPDATE consent_log SET basis = 'another'", "DELETE FROM consent_log"])
def test_the_consent_log_is_append_only(tmp_path, url, statement):
    forged = f"{LOGGED} (1, 1, 'weekly', 'confirmed', 'forged', '')"
    others = ["TRUNCATE consent_log CASCADE"] if url else [forged.replace("INSERT", "REPLACE")]
    with create(tmp_path / "data", url) as database:
        with database.writing() as connection:
            connection.exec_driver_sql(f"{SUBSCRIBER} (1, 'a@b.de', 'a@b.de', '', '')")
            connection.exec_driver_sql(f"{LOGGED} (1, 1, 'weekly', 'pending', 'form', '')")
        for forbidden in (statement, *others):
            with pytest.raises(IntegrityError, match="append-only"), database.writing() as connection:
                connection.exec_driver_sql(forbidden)
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT basis FROM consent_log").scalars().all() == ["form"]


@pytest.fixture
def next_scripts(tmp_path) -> Path:
    """A folder of migrations with one more than this program has."""
    scripts = tmp_path / "50% more scripts"
    (scripts / "versions").mkdir(parents=True)
    for path in [Path("env.py"), *(path.relative_to(SCRIPTS) for path in SCRIPTS.glob("versions/0*.py"))]:
        (scripts / path).write_bytes((SCRIPTS / path).read_bytes())
    (scripts / "versions" / "9999_next.py").write_text(
        textwrap.dedent(f'''
            """The next one."""
            import sqlalchemy as sa
            from alembic import op
            revision = "9999"
            down_revision = "{VERSION}"
            def upgrade():
                op.create_table("extra", sa.Column("number", sa.Integer, primary_key=True))
                op.execute("INSERT INTO extra VALUES (1)")
        ''')
    )
    return scripts


@pytest.fixture
def path(tmp_path) -> Path:
    """The file of a database that has somebody in it."""
    with create(tmp_path / "data") as database, database.writing() as connection:
        connection.exec_driver_sql(f"{SUBSCRIBER} (7, 'ada@example.com', 'ada@example.com', '', '')")
    return tmp_path / "data" / DATABASE_FILE


def rows(path: Path, query: str):
    with closing(sqlite3.connect(path)) as file:
        return file.execute(query).fetchall()


def test_an_older_schema_is_backed_up_and_migrated(path, next_scripts):
    backup = bring_up_to_date(path, version="9999", scripts=next_scripts)
    assert backup is not None
    assert backup.parent == path.parent / "backups"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert schema_version(path) == "9999"
    assert schema_version(backup) == VERSION
    assert rows(path, "SELECT * FROM extra") == [(1,)]
    assert rows(path, "SELECT number FROM subscriber") == rows(backup, "SELECT number FROM subscriber") == [(7,)]
    assert bring_up_to_date(path, version="9999", scripts=next_scripts) is None


@pytest.mark.parametrize(
    "fault",
    ["raise ValueError('planted')", "op.execute('PRAGMA nonsense('); ", "op.execute('INSERT INTO nowhere VALUES (1)')"],
)
def test_a_migration_that_fails_leaves_the_database_as_it_was(path, next_scripts, fault):
    with (next_scripts / "versions" / "9999_next.py").open("a") as script:
        script.write(f"    {fault}\n")
    with pytest.raises((StoreError, ValueError)):
        bring_up_to_date(path, version="9999", scripts=next_scripts)
    assert schema_version(path) == VERSION
    assert rows(path, "SELECT name FROM sqlite_master WHERE name = 'extra'") == []
    open_database(path.parent).close()


def test_a_migration_that_orphans_a_row_is_taken_back(path, next_scripts):
    with (next_scripts / "versions" / "9999_next.py").open("a") as script:
        script.write(f"    op.execute(\"{SUBSCRIPTION} (99, 'weekly', 'pending', '', '')\")\n")
    with pytest.raises(StoreError, match="broke a row of subscription"):
        bring_up_to_date(path, version="9999", scripts=next_scripts)
    assert schema_version(path) == VERSION


def test_without_a_backup_nothing_is_migrated(path, next_scripts):
    (path.parent / "backups").touch()
    with pytest.raises(StoreError, match="the backup cannot be written"):
        bring_up_to_date(path, version="9999", scripts=next_scripts)
    assert schema_version(path) == VERSION


def test_nothing_is_migrated_under_a_mailing(path, next_scripts):
    with coordinator_lock(path.parent), pytest.raises(StoreError, match="another newsletter command is sending"):
        bring_up_to_date(path, version="9999", scripts=next_scripts)
    assert schema_version(path) == VERSION
    assert not (path.parent / "backups").exists()


def test_a_newer_schema_is_refused_in_one_line_and_left_alone(path, next_scripts):
    bring_up_to_date(path, version="9999", scripts=next_scripts)
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        open_database(path.parent)
    assert f"a newer newsletter made this database (schema 9999; this program knows {VERSION})" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_alembic_is_not_imported_to_open_an_up_to_date_database(path):
    import subprocess
    import sys

    program = (
        "import sys; from pathlib import Path; from newsletter.store.database import open_database;"
        "open_database(Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(path.parent)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_every_connection_is_as_safe_as_it_must_be(path):
    engine = sqlite_engine(path)
    with engine.connect() as connection:
        asked = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in (
            "journal_mode", "synchronous", "foreign_keys", "recursive_triggers")}  # fmt: skip
    engine.dispose()
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
