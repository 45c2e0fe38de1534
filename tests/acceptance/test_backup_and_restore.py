"""A newsletter in one file, and back: on an empty machine, over a newer database, damaged, foreign and hostile."""

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine

from newsletter.app import open_newsletter
from newsletter.app.backing_up import back_up
from newsletter.app.plan import require_here
from newsletter.app.preferences import leave, leave_at_once
from newsletter.app.readers import store_of
from newsletter.app.receipts import keep_receipts
from newsletter.app.restoring import restore
from newsletter.app.tickets import holder_of_mail
from newsletter.cli.root import root
from newsletter.errors import InputError, NewsletterError, SendError, StoreError
from newsletter.model.address import Address
from newsletter.model.delivery import State
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.model.ticket import Leads
from newsletter.model.tokens import DeliveryTokens
from newsletter.store.agenda import Agenda, Schedule
from newsletter.store.backup_file import MANIFEST, BackupFile
from newsletter.store.database import DATABASE_FILE, create, open_database
from newsletter.store.forgetting import forget
from newsletter.store.key import KEY_FILE, fingerprint_of
from newsletter.store.ledger import LedgerStore
from newsletter.store.lock import CoordinatorBusy
from newsletter.store.moment import utc_now
from newsletter.store.notices import NoticeStore
from newsletter.store.preferences import AddressChange, PreferenceStore
from newsletter.store.rotation import rotate_key
from newsletter.store.schema import VERSION
from newsletter.store.signups import SignupStore
from newsletter.store.subscribers import SubscriberStore
from newsletter.store.suppression_list import SuppressionList
from newsletter.store.upgrade import run_migrations

ADA = {"issue": 42, "subscriber": 1, "address": "ada@example.com"}


def unheard(done, total):
    """Nobody watches."""


@pytest.fixture
def opened(sample):
    newsletter = open_newsletter(sample.folder)
    yield newsletter
    newsletter.close()


@pytest.fixture
def file(opened, tmp_path):
    """A backup of the sample newsletter: three readers, a mailing of issue 42 half sent, a key to sign with."""
    (opened.settings.data_folder / "dkim").mkdir()
    (opened.settings.data_folder / "dkim" / "news.pem").write_text("the signing key")
    half_sent(opened)
    back_up(opened, tmp_path / "kept.backup", unheard)
    return tmp_path / "kept.backup"


def half_sent(newsletter):
    ledger = LedgerStore(newsletter.database)
    ledger.start(42, "weekly", frozen=b"", subject="Moka", started=utc_now())
    with ledger.open_mailing(42, "weekly") as run:
        first, second, _third = run.claim(3)
        run.commit([], [first, second])
        run.commit([first.now(State.ACCEPTED, "250 taken")], [])
    ledger.recover()


def parts(path):
    with zipfile.ZipFile(path) as packed:
        return {info.filename: packed.read(info) for info in packed.infolist()}


def repack(path, changed, to):
    with zipfile.ZipFile(to, "w") as packed:
        for name, data in {**parts(path), **changed}.items():
            if data is not None:
                packed.writestr(name, data)
    return to


def tree(folder):
    return {
        path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file() and not path.name.endswith("-shm")
    }


def empty_machine(monkeypatch, tmp_path):
    """Another machine, which has nothing: no folder, no data."""
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "other home"))
    (tmp_path / "other desk").mkdir()
    return tmp_path / "other desk"


def test_a_backup_goes_to_an_empty_machine_where_links_of_older_mail_work(opened, file, tmp_path, monkeypatch):
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "kept" in path.name] == ["kept.backup"], "no draft is left"
    assert file.stat().st_size < (opened.settings.data_folder / DATABASE_FILE).stat().st_size / 2, "it is packed"
    token = DeliveryTokens.derive(opened.database.key, **ADA).unsubscribe
    desk = empty_machine(monkeypatch, tmp_path)
    restored = restore(file, desk, unheard)
    assert restored.written == ("newsletter.toml", "newsletter.local.toml")
    assert (desk / "newsletter.local.toml").stat().st_mode & 0o777 == 0o600
    data = tmp_path / "other home" / opened.settings.id
    assert data.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in data.iterdir() if path.is_file()} == {
        DATABASE_FILE: 0o600, KEY_FILE: 0o600
    }  # fmt: skip
    assert (data / "dkim" / "news.pem").read_text() == "the signing key"
    assert [path.name for path in data.parent.iterdir()] == [opened.settings.id], "nothing is left of the check"
    again = open_newsletter(desk)
    assert again.database.id == opened.database.id
    assert token in [DeliveryTokens.derive(key, **ADA).unsubscribe for key in again.database.keys]
    assert store_of(again).counts() == store_of(opened).counts()
    again.close()
    with pytest.raises(StoreError, match="there is a database already; nothing was changed; --replace"):
        restore(file, desk, unheard)


def test_what_may_have_been_sent_since_is_in_doubt_and_nothing_goes_out_by_itself(opened, file, tmp_path, monkeypatch):
    before = LedgerStore(opened.database).balance(42)
    assert (before[State.ACCEPTED], before[State.IN_DOUBT], before[State.QUEUED]) == (1, 1, 1)
    agenda = Agenda(opened.database)
    agenda.schedule(
        Schedule(issue=43, list="weekly", at=utc_now(), profile="", subject="", frozen=b"", issue_sha256="",
                 correction_of=0, expected=3, asked_at=utc_now())
    )  # fmt: skip
    word = Provenance(way=Way.PAGE, basis="page")
    SignupStore(opened.database).ask(Address(address="eve@example.com"), {"weekly": True}, word)
    back_up(opened, tmp_path / "later.backup", unheard)
    desk = empty_machine(monkeypatch, tmp_path)
    restored = restore(tmp_path / "later.backup", desk, unheard)
    left = restored.left
    assert (left.in_doubt, left.unscheduled, left.notices) == ({42: 1}, (43,), 1)
    again = open_newsletter(desk)
    ledger = LedgerStore(again.database)
    after = ledger.balance(42)
    assert (after[State.ACCEPTED], after[State.IN_DOUBT], after.planned) == (1, 2, 3)
    replies = [each.reply for each in ledger.deliveries(42, [State.IN_DOUBT])]
    assert any(f"restored from the backup of {restored.manifest.made}" in reply for reply in replies)
    assert Agenda(again.database).schedules() == ()
    assert NoticeStore(again.database).lease(10) == ()
    with ledger.open_mailing(42, "weekly") as run:
        assert run.claim(10) == [], "nothing that is in doubt is sent unasked"
    assert ledger.settle(42, None, State.QUEUED) == 2, "a person's word sends it"
    again.close()


def test_an_issue_whose_receipt_the_restored_ledger_does_not_know_is_not_sent_again(opened, file, sample):
    ledger = LedgerStore(opened.database)
    ledger.start(1, "weekly", frozen=b"", subject="Moka", started=utc_now())
    keep_receipts(opened, ledger, 1)
    require_here(opened, 1)
    restored = restore(file, sample.folder, unheard, replace=True)
    assert restored.carried.sent == (1,)
    with pytest.raises(SendError, match="issue 1 went to weekly, its receipt says, and the database does not know"):
        require_here(opened, 1)


def test_over_a_newer_database_each_no_since_is_carried_over_and_what_was_there_is_kept(opened, file, sample, tmp_path):
    store = store_of(opened)
    store.unsubscribe("grace@example.com", basis="link")
    store.add(Address(address="new@example.com"), "weekly", consent=Consent.CONFIRMED, basis="page")
    SuppressionList(opened.database).add("barbara@example.com", "weekly", reason="asked by phone")
    forget(opened.database, "ada@example.com")
    rotate_key(opened.database)
    newest = opened.database.key
    restored = restore(file, sample.folder, unheard, replace=True)
    assert restored.kept == ("newsletter.toml", "newsletter.local.toml")
    carried = restored.carried
    assert (carried.unsubscribed, carried.suppressed, carried.forgotten, carried.sent) == (1, 1, 1, ())
    # The connection that was open all the time sees it, as whoever serves pages meanwhile does.
    assert store.find("new@example.com") is None
    assert store.find("ada@example.com") is None
    assert [each.consent for each in store.subscriptions(address="grace@example.com")] == [Consent.UNSUBSCRIBED]
    assert store.consent_log("grace@example.com")[-1].source == "restored backup"
    assert opened.database.keys[0] == newest, "links of mail that was sent since go on working"
    assert len(opened.database.keys) == 2
    with open_database(opened.settings.data_folder) as again:
        assert again.key == newest, "and the rotation is not taken back"
    log = sample.folder.joinpath(opened.settings.data_folder / f"{DATABASE_FILE}-wal")
    assert b"ada@example.com" not in (opened.settings.data_folder / DATABASE_FILE).read_bytes() + log.read_bytes()
    undone = restore(restored.before, sample.folder, unheard, replace=True)
    assert undone.carried.unsubscribed == 0
    assert store.find("new@example.com") is not None


def test_a_no_that_was_said_under_a_new_address_holds_for_the_old_one_that_comes_back(opened, file, sample):
    store, choices = store_of(opened), PreferenceStore(opened.database)
    for old, new in (("grace", "hopper"), ("lin", "mei"), ("ada", "lovelace")):
        number = store.find(f"{old}@example.com").number
        notice = choices.ask_address(number, Address(address=f"{new}@example.com"))
        assert choices.confirm_address(notice) is AddressChange.DONE
    store.unsubscribe("hopper@example.com", basis="link")
    with opened.database.writing() as connection:  # nothing was ever sent to the first address
        connection.exec_driver_sql("UPDATE delivery SET folded = 'x@x.example' WHERE folded = 'lin@example.com'")
    forget(opened.database, "mei@example.com")
    carried = restore(file, sample.folder, unheard, replace=True).carried
    assert (carried.unsubscribed, carried.forgotten) == (1, 1)
    assert [each.consent for each in store.subscriptions(address="grace@example.com")] == [Consent.UNSUBSCRIBED]
    assert store.find("lin@example.com") is None
    assert [each.consent for each in store.subscriptions(address="ada@example.com")] == [Consent.CONFIRMED]


def test_a_no_that_was_said_to_a_database_begun_anew_holds_in_the_older_one_that_comes_back(opened, file, sample):
    opened.close()
    shutil.rmtree(opened.settings.data_folder)
    people = [Address(address=f"{name}@example.com") for name in ("lin", "grace", "ada", "new")]
    with create(opened.settings.data_folder) as anew:
        store = SubscriberStore(anew)
        store.import_all(people, "weekly", consent=Consent.CONFIRMED, basis="fair")
        store.unsubscribe("grace@example.com", basis="link")
        forget(anew, "ada@example.com")
        SuppressionList(anew).add("lin@example.com", reason="asked by phone")
        SuppressionList(anew).add("ada@example.com", reason="asked by phone")
    carried = restore(file, sample.folder, unheard, replace=True).carried
    assert (carried.unsubscribed, carried.suppressed, carried.forgotten) == (1, 1, 1)
    with open_database(opened.settings.data_folder) as back:
        store = SubscriberStore(back)
        assert store.reachable("weekly") == {}
        assert store.find("ada@example.com") is None
        assert store.import_all(people, "weekly", consent=Consent.CONFIRMED, basis="fair").kept_out == (
            "ada@example.com", "grace@example.com"
        )  # fmt: skip


def test_who_got_a_mail_that_the_restored_ledger_does_not_know_can_leave_by_its_link(opened, file, sample):
    tokens = DeliveryTokens.derive(opened.database.key, **{**ADA, "issue": 43})
    other = DeliveryTokens.derive(opened.database.key, issue=43, subscriber=1, address="grace@example.com")
    restore(file, sample.folder, unheard, replace=True)
    assert holder_of_mail(opened, other.ticket(other.unsubscribe), Leads.UNSUBSCRIBE) is None
    assert holder_of_mail(opened, tokens.ticket(tokens.web), Leads.UNSUBSCRIBE) is None
    holder = holder_of_mail(opened, tokens.ticket(tokens.unsubscribe), Leads.UNSUBSCRIBE)
    assert holder is not None
    store = store_of(opened)
    store.add(Address(address="ada@example.com"), "daily", consent=Consent.CONFIRMED, basis="form")
    assert leave(opened, holder)
    assert store.counts("daily")[Consent.UNSUBSCRIBED] == 1, "of which list it was is not known"
    store.add(Address(address="ada@example.com"), "weekly", consent=Consent.CONFIRMED, basis="form")
    assert leave_at_once(opened, [tokens.ticket(tokens.unsubscribe), other.ticket(other.unsubscribe)]) == [True, False]
    assert {each.consent for each in store.subscriptions(address="ada@example.com")} == {Consent.UNSUBSCRIBED}
    forget(opened.database, "ada@example.com")
    assert holder_of_mail(opened, tokens.ticket(tokens.unsubscribe), Leads.UNSUBSCRIBE) is None


def test_nothing_is_replaced_under_a_mailing(opened, file, sample):
    with opened.database.coordinator_lock():
        before = tree(os.environ["NEWSLETTER_HOME"])
        with pytest.raises(CoordinatorBusy):
            restore(file, sample.folder, unheard, replace=True)
    assert tree(os.environ["NEWSLETTER_HOME"]) == before


DYING = """
import os, signal, sqlite3, sys
from pathlib import Path
from newsletter.app import restoring

def die(fresh, to):
    from contextlib import closing
    from newsletter.store.engine import connect
    with closing(connect(fresh)) as source, closing(connect(to)) as target:
        source.backup(target, pages=5, progress=lambda *_: os.kill(os.getpid(), signal.SIGKILL))

restoring.replace_database = die
restoring.restore(Path(sys.argv[1]), Path(sys.argv[2]), lambda *_: None, replace=True)
"""


def test_killed_while_it_replaces_the_database_is_the_old_one(opened, file, sample):
    store_of(opened).add(Address(address="new@example.com"), "weekly", consent=Consent.PENDING, basis="")
    dying = subprocess.run([sys.executable, "-c", DYING, str(file), str(sample.folder)], check=False)
    assert dying.returncode == -signal.SIGKILL
    with open_database(opened.settings.data_folder) as database, database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert store_of(opened).find("new@example.com") is not None
    assert restore(file, sample.folder, unheard, replace=True).before is not None


@pytest.mark.parametrize("fault", ["damaged", "gone", "no key"])
def test_a_database_that_cannot_be_used_gives_way_and_is_kept(opened, file, sample, fault):
    opened.close()
    data = opened.settings.data_folder
    path = data / (KEY_FILE if fault == "no key" else DATABASE_FILE)
    broken = path.read_bytes()[:4096] + os.urandom(20_000)
    path.write_bytes(broken) if fault == "damaged" else path.unlink()
    for log in data.glob(f"{DATABASE_FILE}-*"):
        log.unlink()
    restored = restore(file, sample.folder, unheard, replace=True)
    assert restored.carried is None
    assert len(list(store_of(opened).subscriptions())) == 3
    if fault == "damaged":
        assert (restored.before / DATABASE_FILE).read_bytes() == broken


def test_a_backup_of_an_older_schema_is_migrated(opened, file, sample, tmp_path, monkeypatch):
    older = tmp_path / "older.sqlite3"
    made_by_0002(older, opened)
    manifest = json.loads(parts(file)[MANIFEST])
    data = older.read_bytes()
    manifest |= {"schema": "0002"}
    manifest["parts"][DATABASE_FILE] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    old = repack(file, {DATABASE_FILE: data, MANIFEST: json.dumps(manifest)}, tmp_path / "old.backup")
    desk = empty_machine(monkeypatch, tmp_path)
    restore(old, desk, unheard)
    again = open_newsletter(desk)
    assert store_of(again).find("old@example.com") is not None
    again.close()
    assert not (again.settings.data_folder / "backups").exists()


def made_by_0002(path, newsletter):
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        run_migrations(connection, version="0002")
        facts = (newsletter.database.id, fingerprint_of(newsletter.database.key))
        connection.exec_driver_sql("INSERT INTO meta VALUES (1, ?, ?, '2026-01-01T00:00:00Z')", facts)
        connection.exec_driver_sql(
            "INSERT INTO subscriber VALUES (1, 'old@example.com', 'old@example.com', '', '2026-01-01T00:00:00Z')"
        )
    engine.dispose()


HOSTILE = {
    "a name that climbs out": {"../evil.toml": b"x"},
    "an absolute name": {"/tmp/evil": b"x"},
    "a strange signing key": {"dkim/../../x.pem": b"x"},
    "a part too many": {"notes.txt": b"x"},
    "no key": {KEY_FILE: None},
    "no settings": {"newsletter.toml": None},
    "no database": {DATABASE_FILE: None},
    "another key": {KEY_FILE: b"k" * 32},
    "a key cut short": {KEY_FILE: b"k" * 31},
    "another database": {DATABASE_FILE: b"SQLite format 3\0" + b"x" * 4096},
    "no manifest": {MANIFEST: None},
    "a manifest that is no JSON": {MANIFEST: b"{"},
    "a manifest of another kind": {MANIFEST: b"[]"},
    "a manifest that is empty": {MANIFEST: b'{"format": 1}'},
    "sizes that are no numbers": {MANIFEST: b'{"format": 1, "parts": {"secret.key": {"size": "x", "sha256": 1}}}'},
    "a newer format": {MANIFEST: b'{"format": 99}'},
    "a large small part": {"newsletter.local.toml": b"#" * 1_000_001},
}


@pytest.mark.parametrize("honest", [False, True], ids=["as the manifest was", "as the manifest says"])
def test_a_damaged_foreign_or_hostile_backup_changes_nothing(opened, file, tmp_path, monkeypatch, honest):
    desk = empty_machine(monkeypatch, tmp_path)
    for number, (what, changed) in enumerate(HOSTILE.items()):
        changes = dict(changed)
        if honest and MANIFEST not in changes:  # whoever made it up gave it the right hashes, too
            manifest = json.loads(parts(file)[MANIFEST])
            for name, data in changes.items():
                manifest["parts"].pop(name, None)
                if data is not None:
                    manifest["parts"][name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            changes[MANIFEST] = json.dumps(manifest)
        evil = repack(file, changes, tmp_path / f"{number}.backup")
        with pytest.raises(NewsletterError) as caught:
            restore(evil, desk, unheard)
        assert "\n" not in str(caught.value), what
        assert list(desk.iterdir()) == [], what
        home = tmp_path / "other home"
        assert not home.exists() or list(home.iterdir()) == [], what
    assert not Path("/tmp/evil").exists()


def test_whatever_byte_is_flipped_or_missing_a_backup_is_refused_or_whole(opened, file, tmp_path, monkeypatch):
    desk = empty_machine(monkeypatch, tmp_path)
    data, chance = file.read_bytes(), random.Random(5)
    broken = tmp_path / "broken.backup"
    for attempt in range(60):
        place = chance.randrange(len(data))
        flipped = bytes([data[place] ^ (1 << chance.randrange(8))])
        broken.write_bytes(data[:place] + (b"" if attempt % 3 == 0 else flipped + data[place + 1 :]))
        try:
            restored = restore(broken, desk, unheard)
        except NewsletterError:
            assert list(desk.iterdir()) == []
        else:  # a byte that says nothing, as the time of an entry
            assert restored.left.in_doubt == {42: 1}
            shutil.rmtree(restored.data)
            for path in desk.iterdir():
                path.unlink()


def test_a_part_that_unpacks_to_more_than_it_says_stops_there(file, tmp_path, monkeypatch):
    with BackupFile(file) as backup:
        said = backup.manifest.parts[DATABASE_FILE]
        short = {**backup.manifest.parts, DATABASE_FILE: replace(said, size=5000)}
        backup.manifest = replace(backup.manifest, parts=short)
        (tmp_path / "out").touch()
        with pytest.raises(InputError, match="this backup is damaged"):
            backup.extract(DATABASE_FILE, tmp_path / "out", unheard)
        assert (tmp_path / "out").stat().st_size == 0


def test_a_backup_that_needs_more_room_than_there_is_is_refused_first(file, tmp_path, monkeypatch):
    monkeypatch.setattr("newsletter.app.restoring.shutil.disk_usage", lambda path: SimpleNamespace(free=10))
    desk = empty_machine(monkeypatch, tmp_path)
    with pytest.raises(NewsletterError, match="bytes on the disk, and there are 10; make room"):
        restore(file, desk, unheard)


def test_another_newsletter_s_backup_is_refused(opened, file, tmp_path, sample):
    sample.change("newsletter.toml", opened.settings.id, "another-newsletter")
    with pytest.raises(InputError, match=r"this is a backup of the newsletter .*, and here is another-newsletter"):
        restore(file, sample.folder, unheard, replace=True)


def test_a_newer_schema_is_refused_in_one_line(file, tmp_path, monkeypatch):
    manifest = json.loads(parts(file)[MANIFEST]) | {"schema": "9999"}
    newer = repack(file, {MANIFEST: json.dumps(manifest)}, tmp_path / "newer.backup")
    with pytest.raises(StoreError, match=rf"schema 9999; this program knows {VERSION}"):
        restore(newer, empty_machine(monkeypatch, tmp_path), unheard)


def test_a_backup_is_whole_while_others_write(opened, tmp_path, sample):
    program = (
        "import sys; from pathlib import Path; from newsletter.app import open_newsletter;"
        "from newsletter.app.readers import add_reader; n = open_newsletter(Path('.'))\n"
        "for i in range(100_000):\n    add_reader(n, f'w{i}@example.com', '', 'weekly', 'pending', '')\n"
        "    print(i, flush=True)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=sample.folder, stdout=subprocess.PIPE, text=True) as writing:
        try:
            for number in range(5):
                before = int(writing.stdout.readline())
                made = back_up(opened, tmp_path / f"{number}.backup", unheard)
                with BackupFile(made.path) as backup:
                    (tmp_path / "copy").touch()
                    backup.extract(DATABASE_FILE, tmp_path / "copy", unheard)
                with closing(sqlite3.connect(tmp_path / "copy")) as copy:
                    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                    count = "SELECT (SELECT count(*) FROM subscription), (SELECT count(*) FROM subscriber)"
                    subscriptions, people = copy.execute(count).fetchone()
                assert subscriptions == people > before
        finally:
            writing.kill()


def test_the_commands_say_what_they_did_and_refuse_what_would_harm(sample, tmp_path, monkeypatch):
    monkeypatch.chdir(sample.folder)
    newsletter = open_newsletter(sample.folder)
    half_sent(newsletter)
    newsletter.close()

    def say(*words, code=0):
        done = CliRunner().invoke(root, words)
        if isinstance(done.exception, NewsletterError):
            assert done.exception.exit_code == code
            return str(done.exception)
        assert done.exit_code == code, done.output
        return done.stdout

    said = say("backup", str(tmp_path / "b.zip"))
    assert "readable by you alone" in said
    assert "newsletter.local.toml" in said
    assert "it may have passwords in it" in said
    assert f"Back:   newsletter restore {tmp_path / 'b.zip'}" in said.replace("\n", " ")
    assert "there is a file already; give another name" in say("backup", str(tmp_path / "b.zip"), code=2)
    subprocess.run(["git", "init", "-q", "."], check=True)
    assert "git would track this file" in say("backup", "b.zip", code=2)
    assert not sample.path("b.zip").exists()
    assert "there is a database already" in say("restore", str(tmp_path / "b.zip"), code=2)
    said = say("restore", str(tmp_path / "b.zip"), "--replace", code=5)
    assert "issue 42: 1 person may have got it after the backup, and are in doubt" in said
    assert "Undo:    newsletter restore" in said
    facts = json.loads(say("restore", str(tmp_path / "b.zip"), "--replace", "--json", code=5))
    assert facts["in_doubt"] == {"42": 1}
    assert "this is no backup" in say("restore", "newsletter.toml", code=2)


@pytest.mark.postgresql
def test_with_the_database_on_a_server_key_and_configuration_are_carried(opened, postgresql, tmp_path, monkeypatch):
    opened.close()
    shutil.rmtree(opened.settings.data_folder)
    url = postgresql.fresh()
    monkeypatch.setenv("NEWSLETTER_DATABASE", url)
    monkeypatch.chdir(opened.settings.folder)
    with create(opened.settings.data_folder, url) as database:
        old = database.key
        done = CliRunner().invoke(root, ["backup", str(tmp_path / "kept.backup")], catch_exceptions=False)
        assert "The database is not in it: it is on postgresql://" in done.stdout
        assert "pg_dump --format=custom" in done.stdout
        rotate_key(database)
        newest = database.key
    assert DATABASE_FILE not in parts(tmp_path / "kept.backup")
    with pytest.raises(StoreError, match="there is a key already; nothing was changed; --replace adds the keys"):
        restore(tmp_path / "kept.backup", opened.settings.folder, unheard)
    restore(tmp_path / "kept.backup", opened.settings.folder, unheard, replace=True)
    with open_database(opened.settings.data_folder, url) as database:
        assert database.keys == (newest, old), "a key that is there is never lost"
    shutil.rmtree(opened.settings.data_folder)
    restored = restore(tmp_path / "kept.backup", empty_machine(monkeypatch, tmp_path), unheard)
    assert restored.left is None
    assert (restored.data / KEY_FILE).read_bytes() == old
    postgresql.drop(url)


def test_a_file_s_backup_is_not_restored_where_a_server_has_the_database(file, monkeypatch, tmp_path):
    monkeypatch.setenv("NEWSLETTER_DATABASE", "postgresql://nobody@localhost/none")
    with pytest.raises(StoreError, match="has its database on a server here, and the backup has one in a file"):
        restore(file, empty_machine(monkeypatch, tmp_path), unheard)
