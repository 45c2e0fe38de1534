import json
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import insert, select, update
from store_press import (
    ACCEPTED,
    EXCLUDED,
    IN_DOUBT,
    QUEUED,
    REFUSED,
    Press,
    begin,
    record,
)

from newsletter.errors import SubscriberError
from newsletter.model.address import Address
from newsletter.model.bounce import DeliveryEvent, EventKind
from newsletter.model.canonical import fold_address
from newsletter.model.hook import Event
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.model.suppression import Kind
from newsletter.store import schema
from newsletter.store.consent import Outcome
from newsletter.store.consent_moves import change, move
from newsletter.store.database import DATABASE_FILE, open_database
from newsletter.store.forgetting import (
    erasure_hash,
    forget,
    forget_known,
    forgotten_among,
    forgotten_hashes,
    readmit,
    went_to,
)
from newsletter.store.kept import kept
from newsletter.store.mentions import still_named, text_columns
from newsletter.store.notices import NoticeStore
from newsletter.store.preferences import AddressChange, PreferenceStore, Wishes
from newsletter.store.returned import ReturnedStore
from newsletter.store.rotation import rotate_key
from newsletter.store.signups import SignupStore
from newsletter.store.suppression_list import SuppressionList
from newsletter.store.wiping import is_unwiped, wipe_forgotten

ADA = "Ada.Lovelace@Example.com"
HOOKS = {event: ["crm"] for event in Event}
AT = "2026-11-27T12:00:00Z"
MINE = ["Ada.Lovelace@Example.com", "ada.lovelace@example.com", "Countess", "192.0.2.77", "countess-of-lovelace"]
"""What must not be found anywhere: her address as typed and folded, her name, her IP address, her attribute."""


@pytest.fixture
def press(tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.database.hooks = HOOKS
    yield press
    press.close()


def known(press):
    """Make a person known everywhere: name, preferences, log, deliveries, words, notices, hooks."""
    people = [ADA, *(f"reader{number}@example.org" for number in range(40))]
    press.subscribers.add(
        Address(address=ADA, name="Countess Ada"), "weekly", consent=Consent.CONFIRMED, basis=f"form of {ADA}"
    )
    press.confirm(*people[1:])
    press.confirm(ADA, list_name="daily")
    with press.database.writing() as connection:
        number = connection.execute(select(schema.subscriber.c.number).where(
            schema.subscriber.c.folded == fold_address(ADA))).scalar_one()  # fmt: skip
        word = Provenance(way=Way.PAGE, basis=f"page, {ADA}", source=f"from {ADA}", wording="Yes", ip="192.0.2.77")
        gone = change(number, "daily", Consent.UNSUBSCRIBED, word, AT, Consent.CONFIRMED)
        move(connection, [gone], HOOKS)
        facts = {"language": "de", "timezone": "Europe/London", "attributes": '{"title": "countess-of-lovelace"}'}
        connection.execute(update(schema.subscriber).where(schema.subscriber.c.number == number).values(facts))
        connection.execute(insert(schema.tag), [{"subscriber": number, "tag": "countess-of-lovelace"}])
        facts = {"without": '["Sponsors"]', "paused_until": None}
        connection.execute(update(schema.subscription).where(schema.subscription.c.subscriber == number).values(facts))
    refuse(press)
    with press.database.writing() as connection:
        delivery = connection.execute(select(schema.delivery.c.number).where(
            schema.delivery.c.subscriber == number)).scalars().first()  # fmt: skip
        facts = {"kind": "bounced", "at": AT, "status": "5.1.1", "words": f"<{ADA}>: unknown", "report": "abc"}
        connection.execute(insert(schema.delivery_event), [{"delivery": delivery, **facts}])
        facts = {"kind": "kept", "address": ADA, "folded": fold_address(ADA), "created": AT, "next_at": AT}
        row = {"subscriber": number, "facts": json.dumps({"name": "Countess Ada", "to": ADA}), "reply": f"450 <{ADA}>"}
        connection.execute(insert(schema.notice), [{**row, **facts}])
        theirs = update(schema.hook_outbox).where(schema.hook_outbox.c.subscriber == number)
        connection.execute(theirs.values(words=f"refused: {ADA}"))
    SuppressionList(press.database).add(ADA, "daily", reason=f"{ADA} asked by phone")
    press.ledger.finish(42, "weekly")
    return number


def refuse(press):
    """Issue 42 is refused for ada with her address in the words, and taken for everybody else; 43 waits."""
    press.start()
    run = press.open()
    for each in run.claim(100):
        assert begin(run, each)
        ours = each.address == ADA
        said = f"550 5.1.1 <{ADA}>: Recipient address rejected" if ours else "250 2.0.0 taken"
        record(run, each.now(REFUSED if ours else ACCEPTED, said, "5.1.1" if ours else ""))
    press.die()
    press.start(issue=43)


def forms(words):
    """Return the bytes that would be words of theirs, in any encoding that a database writes text in."""
    for word in words:
        for text in {word, word.lower(), word.upper(), word.encode("punycode").decode()}:
            yield from (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))


def all_text(database):
    """Return all that stands in any text column of any table, as the database itself lists them."""
    with database.reading() as connection:
        if database.is_sqlite:
            tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
            columns = [(name, row[1]) for name in tables
                       for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")]  # fmt: skip
        else:
            query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema"
            columns = connection.exec_driver_sql(query).all()
        assert {("delivery", "reply"), ("hook_outbox", "body"), ("forgotten", "hash")} <= set(columns)
        return "\n".join(
            str(text) for table, column in columns
            for text in connection.exec_driver_sql(f'SELECT "{column}" FROM "{table}"').scalars()
        )  # fmt: skip


def test_who_is_forgotten_stands_in_no_table_and_every_row_is_still_there(press):
    known(press)
    before, text = counted(press.database), all_text(press.database)
    assert all(word in text for word in MINE), "the test would find nothing if nothing was there"
    log = len(press.subscribers.consent_log(ADA))
    balance = press.ledger.balance(42), press.ledger.balance(43)
    forgotten = forget(press.database, ADA.upper())
    assert (forgotten.left, forgotten.deliveries) == (("weekly",), 2)
    assert forgotten.untold == 6, "two lists joined and confirmed, and two left"
    text = all_text(press.database).lower()
    assert [word for word in MINE if word.lower() in text] == []
    after = counted(press.database)
    assert after.pop("tag") == before.pop("tag") - 1
    assert after == {**before, "consent_log": before["consent_log"] + 1, "forgotten": 1,
                     "hook_outbox": before["hook_outbox"] + 1}  # fmt: skip
    assert (press.ledger.balance(42), press.ledger.balance(43)) == balance
    assert log == 3
    assert still_named(press.database, forgotten.addresses) == {}
    with pytest.raises(SubscriberError, match="nothing is kept of"):
        forget(press.database, ADA)


def counted(database):
    with database.reading() as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in schema.metadata.tables
        }


def test_what_is_left_is_the_code_of_a_server_s_words_and_who_left_when(press):
    number = known(press)
    forget(press.database, ADA)
    with press.database.reading() as connection:
        rows = connection.execute(select(schema.delivery).where(schema.delivery.c.subscriber == number)).all()
        (of_all, of_daily) = connection.execute(select(schema.suppression).order_by("list")).all()
        log = connection.execute(select(schema.consent_log).where(schema.consent_log.c.subscriber == number)).all()
        (event,) = connection.execute(select(schema.delivery_event)).all()
        (notice,) = connection.execute(select(schema.notice)).all()
        bodies = [json.loads(body) for body in connection.execute(
            select(schema.hook_outbox.c.body).where(schema.hook_outbox.c.subscriber == number)).scalars()]  # fmt: skip
    assert [(row.issue, row.state, row.status, row.reply) for row in rows] == [
        (42, "refused", "5.1.1", "550 5.1.1"), (43, "queued", "", "")
    ]  # fmt: skip
    trace = erasure_hash(press.database.key, fold_address(ADA))
    assert [row.folded for row in rows] == [f"{trace}.{number}"] * 2
    assert [(of_all.folded, of_all.kind, of_all.reason), (of_daily.folded, of_daily.kind, of_daily.reason)] == [
        (trace, "refused", "550 5.1.1"), (trace, "editor", "")
    ]  # fmt: skip
    assert [(row.list, row.consent, row.way, row.wording) for row in log] == [
        ("weekly", "confirmed", "editor", ""),
        ("daily", "confirmed", "editor", ""),
        ("daily", "unsubscribed", "page", "Yes"),
        ("weekly", "unsubscribed", "editor", ""),
    ]
    assert (event.status, event.words, event.report) == ("5.1.1", "", "abc")
    assert (notice.facts, notice.next_at, notice.address) == ("{}", None, trace)
    assert {(body["event"], body["list"], body["address"]) for body in bodies} >= {("unsubscribed", "weekly", "")}


def test_a_mailing_under_way_leaves_out_who_is_forgotten_and_keeps_no_words_about_them(press):
    press.confirm(ADA, "bob@example.org", "c@example.org")
    press.start()
    run = press.open()
    sent, claimed = [each for each in run.claim(3) if each.address != "bob@example.org"]
    assert begin(run, sent)
    forget(press.database, ADA)
    record(run, sent.now(REFUSED, f"550 5.1.1 <{ADA}> unknown", "5.1.1"))
    forget(press.database, "c@example.org")
    assert not begin(run, claimed)
    assert press.counts() == {REFUSED: 1, EXCLUDED: 1, QUEUED: 1}
    assert still_named(press.database, [ADA, "c@example.org"]) == {}


def test_a_delivery_in_doubt_balances_and_is_never_sent_again(press):
    press.confirm(ADA)
    press.start()
    assert begin(press.open(), press.open().claim(1)[0]) is False, "claimed by another run"
    press.die()
    press.now = press.now.replace(hour=13)
    run = press.open()
    assert begin(run, *run.claim(1))
    press.die()
    press.ledger.recover()
    forget(press.database, ADA)
    assert press.counts() == {IN_DOUBT: 1}
    press.ledger.settle(42, None, QUEUED)
    assert press.open().claim(1) == []
    assert press.counts() == {EXCLUDED: 1}


def test_no_import_brings_them_back_and_their_own_word_does(press):
    press.confirm(ADA)
    forget(press.database, ADA)
    rotate_key(press.database)
    person = Address(address=ADA.upper())
    for consent in (Consent.PENDING, Consent.CONFIRMED):
        result = press.subscribers.import_all([person], "daily", consent=consent, basis="file")
        assert (result[Outcome.KEPT_OUT], result.kept_out) == (1, (ADA.upper(),))
    assert press.subscribers.find(ADA) is None
    with pytest.raises(SubscriberError, match="asked to be forgotten, and stays so; if they asked to come back"):
        press.subscribers.add(person, "weekly", consent=Consent.PENDING, basis="")
    press.confirm(ADA)
    assert [each.consent for each in press.subscribers.subscriptions(address=ADA)] == [Consent.CONFIRMED]
    assert len(press.subscribers.consent_log(ADA)) == 1, "they come as somebody new"
    assert forgotten_hashes(press.database) == frozenset()
    assert forget(press.database, ADA).left == ("weekly",), "and may go again"


def test_what_an_editor_suppressed_is_so_again_when_they_come_back(press):
    press.confirm(ADA)
    suppressions = SuppressionList(press.database)
    suppressions.add(ADA, reason="spam trap")
    forget(press.database, ADA)
    with press.database.writing() as connection:
        key = press.database.oldest_key
        assert forgotten_among(connection, key, [fold_address(ADA), "bob@example.org"]) == {fold_address(ADA)}
        assert readmit(connection, key, fold_address(ADA))
        assert not readmit(connection, key, fold_address(ADA))
    assert [(one.address, one.kind) for one in suppressions.all()] == [(fold_address(ADA), Kind.EDITOR)]


def test_who_changed_their_address_is_forgotten_with_the_old_one_too(press):
    press.confirm("old@example.com", "bob@example.org")
    press.start()
    with press.database.writing() as connection:
        new = update(schema.subscriber).where(schema.subscriber.c.folded == "old@example.com")
        connection.execute(new.values(address="New@example.com", folded="new@example.com"))
    press.confirm("eve@example.com")
    forgotten = forget(press.database, "old@example.com")
    assert set(forgotten.addresses) == {"old@example.com", "New@example.com"}
    assert still_named(press.database, forgotten.addresses) == {}
    result = press.subscribers.import_all(
        [Address(address="old@example.com"), Address(address="new@example.com")], "weekly",
        consent=Consent.PENDING, basis="",
    )  # fmt: skip
    assert result[Outcome.KEPT_OUT] == 2


def test_an_address_that_passed_to_somebody_else_stays_theirs_when_its_former_owner_is_forgotten(press):
    press.confirm("shared@example.com", "bob@example.org")
    press.start()
    choices = PreferenceStore(press.database, clock=lambda: press.now)
    former = press.subscribers.find("shared@example.com").number
    asked = choices.ask_address(former, Address(address="moved@example.com"))
    assert choices.confirm_address(asked) is AddressChange.DONE
    press.confirm("shared@example.com")
    SuppressionList(press.database).add("shared@example.com", reason="asked by phone")
    assert kept(press.database, "moved@example.com").suppressions == [], "it is the other one's"
    forget(press.database, "moved@example.com")
    (suppressed,) = SuppressionList(press.database).all(address="shared@example.com")
    assert suppressed.address == "shared@example.com", "and no mail goes there still"
    assert press.subscribers.reachable("weekly") == {"": 1}
    assert still_named(press.database, ["moved@example.com"]) == {}
    with press.database.reading() as connection:
        to = connection.execute(select(schema.delivery.c.folded).where(schema.delivery.c.subscriber == former))
        assert "@" not in to.scalar_one()


def test_who_is_forgotten_is_found_in_the_ledger_by_an_index(press):
    press.confirm(ADA, *(f"reader{number}@example.org" for number in range(40)))
    press.start()
    query = select(schema.delivery.c.subscriber).where(went_to([fold_address(ADA)]))
    plain = query.compile(dialect=press.database._engine.dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if press.database.is_sqlite else "EXPLAIN"
    with press.database.reading() as connection:
        if not press.database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {plain}"))
    found = "INDEX sqlite_autoindex_delivery_1 (issue=? AND folded=?)"
    assert found in plan if press.database.is_sqlite else "delivery_issue_folded_unique" in plan


def test_an_address_that_somebody_else_typed_takes_nobody_with_it(press):
    press.confirm(ADA)
    with press.database.writing() as connection:
        facts = {"kind": "address", "address": "eve@example.com", "folded": "eve@example.com", "facts": "{}"}
        connection.execute(insert(schema.notice), [{"subscriber": 1, "created": AT, **facts}])
    forget(press.database, "eve@example.com")
    assert press.subscribers.find(ADA) is not None
    assert still_named(press.database, ["eve@example.com"]) == {}


def test_nobody_is_forgotten_whom_nobody_knows_and_what_others_wrote_is_told(press):
    with pytest.raises(SubscriberError, match=r"nothing is kept of eve@example\.com"):
        forget(press.database, "eve@example.com")
    assert forgotten_hashes(press.database) == frozenset()
    press.confirm(ADA)
    press.subscribers.add(
        Address(address="bob@example.org"), "weekly", consent=Consent.CONFIRMED, basis=f"a friend of {ADA}"
    )
    gone = forget(press.database, ADA)
    assert still_named(press.database, gone.addresses) == {"consent_log.basis": 1, "subscription.basis": 1}


def test_after_a_restore_who_had_been_forgotten_is_so_again(press):
    press.confirm(ADA, "bob@example.org")
    key = press.database.oldest_key
    hashes = {erasure_hash(key, fold_address(each)) for each in (ADA, "never-here@example.com")}
    assert forget_known(press.database, hashes) == 1
    assert press.subscribers.find(ADA) is None
    assert press.subscribers.find("bob@example.org") is not None
    assert forgotten_hashes(press.database) == hashes


def test_a_name_that_looks_like_sql_does_no_harm(press):
    evil = "a'--%_@example.com"
    press.confirm(evil, "ab@example.com")
    forget(press.database, evil)
    assert press.subscribers.find("ab@example.com") is not None
    assert still_named(press.database, [evil]) == {}


def test_nothing_of_them_is_left_in_the_file_its_log_its_free_space_or_a_new_backup(tmp_path):
    press = Press(tmp_path / "data")
    press.database.hooks = HOOKS
    press.subscribers.import_all(
        (Address(address=f"{number * 7919 % 2000}@example.com") for number in range(2000)), "weekly",
        consent=Consent.PENDING, basis="",
    )  # fmt: skip
    known(press)
    with closing(sqlite3.connect(press.database.folder / DATABASE_FILE)) as other, other:
        # As another program, or an SQLite that overwrites nothing, has left it: in pages and in whole free pages.
        other.execute("PRAGMA secure_delete = OFF")
        rows = [(1, f"{number} {ADA} {'x' * 900}") for number in range(200)]
        other.executemany("INSERT INTO tag (subscriber, tag) VALUES (?, ?)", rows)
        other.execute("DELETE FROM tag WHERE length(tag) > 900")
    folder = press.database.folder
    files = [folder / DATABASE_FILE, folder / f"{DATABASE_FILE}-wal"]
    forget(press.database, ADA)
    assert any(form in path.read_bytes() for path in files for form in forms(MINE)), "free space has it still"
    assert wipe_forgotten(press.database)
    press.database.backup(tmp_path / "backup.sqlite3")
    for path in (*files, tmp_path / "backup.sqlite3"):
        data = path.read_bytes().lower()
        assert [form for form in forms(MINE) if form.lower() in data] == [], path
    with closing(sqlite3.connect(tmp_path / "backup.sqlite3")) as copy:
        assert copy.execute("SELECT wiped FROM forgotten").fetchall() == [(1,)]
    press.close()


def test_whoever_reads_keeps_the_log_and_it_is_said_and_done_later(tmp_path):
    press = Press(tmp_path / "data")
    press.confirm(ADA)
    with open_database(tmp_path / "data", patience=0.1) as other:
        with press.database.reading() as reader:
            reader.exec_driver_sql("SELECT count(*) FROM subscriber").scalar_one()
            forget(press.database, ADA)
            assert not wipe_forgotten(other)
        assert is_unwiped(other)
        assert wipe_forgotten(other)
        assert not is_unwiped(other)
    press.close()


def test_each_column_of_text_is_looked_at(tmp_path):
    """A new column must be decided about: whether it names a person, and what forgetting does to it."""
    decided = {
        "subscriber": "address folded name created language timezone attributes forgotten_at",
        "tag": "tag",
        "forgotten": "hash at",
        "subscription": "list consent basis since without paused_until",
        "consent_log": "list consent basis at way source wording ip",
        "mailing": "list subject content_sha256 started_at finished_at segment excluding key_fingerprint",
        "progress": "active_at stop_asked_at",
        "delivery": "address folded name state next_at reply claimed_by lease_until updated status variant",
        "suppression": "folded list kind reason since",
        "delivery_event": "kind at status words report",
        "notice": "kind address folded facts created next_at lease_until sent_at reply",
        "hook_outbox": "hook event body created next_at lease_until words",
        "schedule": "list at profile subject issue_sha256 asked_at segment excluding",
        "worker": "host seen_at",
        "traffic": "profile minute",
        "feed": "address etag last_modified asked_at answered_at next_at retry_at words gone_at moved_to timings "
        "body_sha256 told",
        "candidate": "id feed guid link_key facts seen_at left_at",
        "page": "id link next_at read_at words",
        "document": "kind file id key link title source about text state reason since published fingerprint",
        "document_file": "name stamp",
        "model_call": "id at model currency settled_at",
        "meta": "database_id key_fingerprint created",
    }
    assert {table.name: " ".join(columns) for table, columns in text_columns().items()} == decided


def test_the_hash_is_of_the_key_and_the_folded_address_alone():
    key = bytes(range(32))
    assert erasure_hash(key, "ada@example.com") == (
        "af6f115447e709ac502e948cef8a5ba85009e1993feb6864b823ac48e5c6772c"  # openssl dgst -sha256 -mac HMAC
    )
    assert erasure_hash(key, "ada@example.com") != erasure_hash(key[::-1], "ada@example.com")


def test_a_report_about_somebody_who_was_forgotten_meanwhile_names_them_to_nobody(press):
    press.confirm(ADA)
    press.start()
    run = press.open()
    (claimed,) = run.claim(1)
    assert begin(run, claimed)
    record(run, claimed.now(ACCEPTED, "250 taken"))
    store = ReturnedStore(press.database, clock=lambda: press.now)
    found = store.to_address(42, ADA)
    forget(press.database, ADA)
    event = DeliveryEvent(
        kind=EventKind.BOUNCED, at=press.now, status="5.1.1", words=f"<{ADA}> unknown", report="abc"
    )  # fmt: skip
    assert store.record(found, event).known
    assert store.to_address(42, ADA) is None
    assert still_named(press.database, [ADA]) == {}


def test_who_is_suppressed_after_they_were_forgotten_is_so_without_a_name(press):
    press.confirm(ADA)
    forget(press.database, ADA)
    suppressions = SuppressionList(press.database)
    assert suppressions.add(ADA, "weekly", reason="asked by phone")
    assert not suppressions.add(ADA, "weekly", reason="asked by phone again")
    assert still_named(press.database, [ADA]) == {}
    (one,) = suppressions.all(address=ADA.upper())
    assert (one.address, one.reason) == (erasure_hash(press.database.key, fold_address(ADA)), "asked by phone")
    press.confirm(ADA)
    assert press.ledger.waiting(42, "weekly") == 0, "it holds when they come back"
    assert [one.list for one in suppressions.lift(ADA)] == ["weekly"]


def test_wiping_is_asked_for_once_and_done_once(press):
    assert not is_unwiped(press.database)
    press.confirm(ADA)
    forget(press.database, ADA)
    assert is_unwiped(press.database)
    with press.database.coordinator_lock():
        assert wipe_forgotten(press.database)
        assert wipe_forgotten(press.database), "there is nothing left to do"
    assert not is_unwiped(press.database)


def test_what_was_under_way_to_somebody_who_is_forgotten_meanwhile_leaves_nothing_of_them(press):
    notices, choices = NoticeStore(press.database, clock=lambda: press.now), PreferenceStore(press.database)
    word = Provenance(way=Way.PAGE, basis="page")
    SignupStore(press.database, clock=lambda: press.now).ask(Address(address=ADA), {"weekly": True}, word)
    (leased,) = notices.lease(10)
    number = press.subscribers.find(ADA).number
    forget(press.database, ADA)
    notices.failed(leased.number, f"450 4.2.0 <{ADA}> come again", press.now)
    notices.sent(leased.number, f"250 {ADA} taken")
    assert notices.lease(10) == ()
    wishes = Wishes(name="Countess", lists=frozenset({"weekly"}), offered=("weekly",))
    assert choices.change(number, wishes, word) == ()
    assert still_named(press.database, [ADA, "Countess"]) == {}
    assert press.ledger.waiting(42, "weekly") == 0


def test_who_takes_an_address_that_was_forgotten_is_known_by_it(press):
    press.confirm(ADA, "bob@example.org")
    forget(press.database, ADA)
    choices = PreferenceStore(press.database, clock=lambda: press.now)
    asked = choices.ask_address(press.subscribers.find("bob@example.org").number, Address(address=ADA))
    assert choices.confirm_address(asked) is AddressChange.DONE
    assert forgotten_hashes(press.database) == frozenset()
