"""What an editor does for one person who asks for something: suppress, show, forget."""

import json
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from newsletter.app import open_newsletter
from newsletter.app.doctor import diagnose
from newsletter.app.forgetting import forget_reader
from newsletter.app.kept import (
    CONSENTS,
    DELIVERIES,
    EVENTS,
    HOOKS,
    LISTS,
    NOT_TOLD,
    NOTICES,
    PERSON,
    SUPPRESSIONS,
    kept_of,
)
from newsletter.app.kept_text import kept_text
from newsletter.app.working import Worker
from newsletter.cli.root import root
from newsletter.errors import NewsletterError, SubscriberError
from newsletter.rendering.catalogue import read_catalogue
from newsletter.rendering.themes import builtin_templates
from newsletter.store import schema
from newsletter.store.backup import BACKUPS
from newsletter.store.forgetting import forget
from newsletter.store.ledger import LedgerStore
from newsletter.store.wiping import is_unwiped

AT = "2026-11-27T12:00:00Z"


@pytest.fixture
def at_desk(sample, monkeypatch):
    """The sample newsletter's folder, with commands run in this process."""
    monkeypatch.chdir(sample.folder)

    def say(*words: str, code: int = 0, typed: str | None = None) -> str:
        done = CliRunner().invoke(root, words, input=typed, catch_exceptions=True)
        if done.exception and not isinstance(done.exception, SystemExit):
            if not isinstance(done.exception, NewsletterError):
                raise done.exception
            assert done.exception.exit_code == code, done.exception
            return str(done.exception)
        assert done.exit_code == code, done.output
        return done.output

    return say


def test_a_suppression_is_entered_listed_and_lifted_and_each_step_says_how_to_undo_it(at_desk):
    said = at_desk("subscribers", "suppress", "Ada@example.com", "--list", "weekly", "--reason", "asked by phone")
    assert "no mail of weekly goes to Ada@example.com any more" in said
    assert "Undo: newsletter subscribers suppress Ada@example.com --list weekly --lift" in said
    again = at_desk("subscribers", "suppress", "ada@example.com", "--list", "weekly", "--reason", "x", "--json")
    assert json.loads(again)["changed"] is False
    assert at_desk("subscribers", "suppressed").split("\t")[:3] == ["ada@example.com", "weekly", "editor"]
    at_desk("subscribers", "suppress", "eve@example.com", "--reason", "a spam trap")
    found = json.loads(at_desk("subscribers", "suppressed", "--json"))
    assert [(one["address"], one["list"], one["reason"]) for one in found] == [
        ("ada@example.com", "weekly", "asked by phone"), ("eve@example.com", None, "a spam trap"),
    ]  # fmt: skip
    said = at_desk("subscribers", "suppress", "eve@example.com", "--list", "weekly", "--lift", code=2)
    assert said == "eve@example.com is not suppressed for weekly; it is for all lists"
    said = at_desk("subscribers", "suppress", "ADA@example.com", "--lift")
    assert "Undo: newsletter subscribers suppress ada@example.com --list weekly --reason 'asked by phone'" in said
    assert "Say why" in at_desk("subscribers", "suppress", "ada@example.com", code=2)
    assert "there is no list nope" in at_desk("subscribers", "suppressed", "--list", "nope", code=2)


def test_forgetting_asks_and_says_what_it_did_and_what_still_has_them(sample, at_desk):
    rehearsal = sample.path(".newsletter/rehearsals/001/000001-ada.eml")
    rehearsal.parent.mkdir(parents=True)
    rehearsal.write_text("To: ada@example.com")
    left_out = sample.path(".newsletter/rejects/readers.csv")
    left_out.parent.mkdir()
    left_out.write_text("7,the same address as in line 2,ada@example.com")
    newsletter = open_newsletter(sample.folder)
    backup = newsletter.database.backup_before("mailing 001")
    newsletter.close()
    assert "nobody here has the address" in at_desk("subscribers", "forget", "nobody@example.com", code=2)
    assert "--yes forgets them unasked" in at_desk("subscribers", "forget", "ada@example.com", code=2)
    assert rehearsal.exists()
    said = at_desk("subscribers", "forget", "ADA@example.com", "--yes")
    assert "forgotten, and off weekly" in said
    assert f"deleted  {Path('.newsletter/rehearsals')}" in said
    assert str(backup) in said.replace("\n", "")
    assert not rehearsal.exists()
    assert not left_out.exists()
    said = at_desk("subscribers", "show", "ada@example.com")
    assert "You asked to be forgotten: 20" in said
    assert "ada" not in at_desk("subscribers", "list")
    assert "asked to be forgotten, and stays so" in at_desk("subscribers", "add", "ada@example.com", code=2)
    back = ("--consent", "confirmed", "--basis", "asked by mail")
    assert "new, confirmed" in at_desk("subscribers", "add", "ada@example.com", *back)
    gone = json.loads(at_desk("subscribers", "forget", "ada@example.com", "--yes", "--json"))
    assert (gone["left"], gone["wiped"], gone["still"]) == (["weekly"], True, {})
    assert [Path(path).parent.name for path in gone["backups"]] == [BACKUPS]


@pytest.fixture
def filled(sample):
    """The sample newsletter, with a person of whom everything is kept that can be."""
    newsletter = open_newsletter(sample.folder)
    ledger = LedgerStore(newsletter.database)
    ledger.start(42, "weekly", frozen=b"", subject="Moka", started=datetime(2026, 11, 27, 12, tzinfo=UTC))
    with newsletter.database.writing() as connection:
        (number,) = connection.exec_driver_sql("SELECT number FROM subscriber WHERE folded = 'ada@example.com'").one()
        facts = {"language": "de", "timezone": "Europe/London", "attributes": '{"title": "countess"}'}
        connection.execute(schema.subscriber.update().where(schema.subscriber.c.number == number).values(facts))
        connection.execute(insert(schema.tag), [{"subscriber": number, "tag": "patron"}])
        facts = {"without": '["Sponsors"]', "paused_until": "2027-01-01T00:00:00Z"}
        connection.execute(schema.subscription.update().where(schema.subscription.c.subscriber == number).values(facts))
        facts = {"list": "weekly", "consent": "confirmed", "basis": "link", "at": AT, "way": "page"}
        words = {"source": "subscribe page", "wording": "Yes, please", "ip": "192.0.2.77"}
        connection.execute(insert(schema.consent_log), [{"subscriber": number, **facts, **words}])
        delivery = schema.delivery.c.subscriber == number
        refused = {"state": "refused", "status": "5.1.1", "reply": "550 5.1.1 unknown", "variant": '["Sponsors"]'}
        connection.execute(schema.delivery.update().where(delivery).values(refused))
        (of,) = connection.execute(schema.delivery.select().where(delivery)).all()
        facts = {"kind": "bounced", "at": AT, "status": "5.2.2", "words": "mailbox full", "report": "r"}
        connection.execute(insert(schema.delivery_event), [{"delivery": of.number, **facts}])
        facts = {"folded": "ada@example.com", "list": "weekly", "kind": "bounced", "reason": "5.2.2", "since": AT}
        connection.execute(insert(schema.suppression), [facts])
        facts = {"kind": "link", "address": "Ada@example.com", "folded": "ada@example.com", "created": AT}
        told = {"facts": '{"token": "secret"}', "sent_at": AT}
        connection.execute(insert(schema.notice), [{"subscriber": number, **facts, **told}])
        facts = {"hook": "crm", "event": "confirmed", "body": '{"list": "weekly"}', "created": AT}
        connection.execute(insert(schema.hook_outbox), [{"subscriber": number, **facts}])
    yield newsletter
    newsletter.close()


def test_all_that_is_kept_is_shown_in_words_a_reader_understands(filled, at_desk):
    text = kept_text(kept_of(filled, "ADA@example.com"), "The Digest")
    for words in (
        "What The Digest keeps about ada@example.com",
        "language: de", "time zone: Europe/London", "title: countess", "tags: patron",
        "): you get it, since", "without the sections Sponsors", "paused until 2027-01-01 00:00 UTC",
        "2026-11-27 12:00 UTC  weekly: confirmed, by you, on a page, subscribe page; basis: link;"
        " the text: Yes, please; IP address: 192.0.2.77",
        'issue 42, "Moka", of weekly, to ada@example.com: was refused by your mail server;'
        " its words: 550 5.1.1 unknown; without the sections Sponsors",
        "2026-11-27 12:00 UTC  issue 42 came back; 5.2.2 mailbox full",
        "ada@example.com, of weekly: mail came back, since 2026-11-27 12:00 UTC; 5.2.2",
        "brought you the way to your preferences, to Ada@example.com: sent 2026-11-27 12:00 UTC",
        "2026-11-27 12:00 UTC  crm: confirmed",
    ):  # fmt: skip
        assert words in text, words
    german = kept_text(
        kept_of(filled, "ada@example.com"), "The Digest", read_catalogue("de", [builtin_templates()]).gettext
    )
    for words in (
        "Was The Digest über ada@example.com speichert",
        "Sie\n  Adresse: ada@example.com", "Sprache: de", "Schlagwörter: patron",
        "): Sie bekommen sie, seit", "ohne die Rubriken Sponsors", "Pause bis 2027-01-01 00:00 UTC",
        "weekly: bestätigt, von Ihnen, auf einer Seite, subscribe page; Grundlage: link; der Text: Yes, please;",
        "Ausgabe 42, „Moka“, von weekly, an ada@example.com: wurde von Ihrem Mailserver abgelehnt; seine Worte: 550",
        "Ausgabe 42 kam zurück; 5.2.2 mailbox full",
        "ada@example.com, von weekly: Mails kamen zurück, seit 2026-11-27 12:00 UTC; 5.2.2",
        "brachte Ihnen den Weg zu Ihren Einstellungen, an Ada@example.com: verschickt 2026-11-27 12:00 UTC",
    ):  # fmt: skip
        assert words in german, words
    shown = json.loads(at_desk("subscribers", "show", "ada@example.com", "--json"))
    assert shown == json.loads(json.dumps(kept_of(filled, "ada@example.com")))
    assert "secret" not in str(shown), "a link that works is nobody's to read but the reader's"
    with pytest.raises(SubscriberError, match="nobody here has the address"):
        kept_of(filled, "nobody@example.com")


def test_an_editor_finds_somebody_by_the_address_they_had_and_nobody_else_does(filled, at_desk):
    with filled.database.writing() as connection:
        connection.exec_driver_sql("UPDATE subscriber SET address = 'N@example.com', folded = 'n@example.com'"
                                   " WHERE folded = 'ada@example.com'")  # fmt: skip
    of_whoever_has_it_now = kept_of(filled, "ada@example.com")
    assert (of_whoever_has_it_now["known_since"], of_whoever_has_it_now["deliveries"]) == (None, [])
    assert "keeps about N@example.com" in at_desk("subscribers", "show", "ada@example.com")
    assert "forgotten, and off weekly" in at_desk("subscribers", "forget", "Ada@example.com", "--yes")
    for address in ("n@example.com", "ada@example.com"):
        assert "You asked to be forgotten" in at_desk("subscribers", "show", address)


def test_an_address_that_is_suppressed_only_is_shown_too(at_desk):
    at_desk("subscribers", "suppress", "eve@example.com", "--reason", "a spam trap")
    said = at_desk("subscribers", "show", "Eve@example.com")
    assert "eve@example.com, of any list: entered by the editor, since" in said
    assert "You\n" not in said


def test_each_column_about_a_person_is_shown_or_says_nothing():
    """A new column must be decided about: a person has a right to all that is kept of them."""
    shown = {
        "subscriber": PERSON, "subscription": LISTS, "consent_log": CONSENTS, "delivery": DELIVERIES,
        "delivery_event": EVENTS, "suppression": SUPPRESSIONS, "notice": NOTICES, "hook_outbox": HOOKS, "tag": ("tag",),
    }  # fmt: skip
    about_nobody = {
        "meta",
        "forgotten",
        "mailing",
        "progress",
        "schedule",
        "worker",
        "traffic",
        "feed",
        "candidate",
        "page",
        "document",
        "document_file",
        "model_call",
    }
    assert shown.keys() | about_nobody == schema.metadata.tables.keys()
    for table, columns in shown.items():
        of_others = {"issue", "subject", "list"} - {column.name for column in schema.metadata.tables[table].c}
        assert (set(columns) - of_others) | set(NOT_TOLD[table]) == {
            column.name for column in schema.metadata.tables[table].c
        }, table


def test_after_a_rotation_a_message_that_is_sent_again_has_the_message_id_of_the_first(sending, inbox):
    sending.ok("send", "1", "--really", "--yes")
    sending.ok("key", "rotate")
    newsletter = open_newsletter(sending.folder)
    with newsletter.database.writing() as connection:  # as somebody has it who answered "queued" about one in doubt
        connection.exec_driver_sql("UPDATE delivery SET state = 'queued' WHERE folded = 'ada@example.com'")
        connection.exec_driver_sql("UPDATE mailing SET finished_at = NULL")
    newsletter.close()
    sending.ok("resume", "1")
    first, again = [data for address, data in inbox.messages if address == "ada@example.com"]
    assert again == first
    assert message_from_bytes(first)["Message-ID"]


def test_under_a_mailing_the_file_is_not_written_anew_and_a_worker_or_the_next_mailing_does_it(sending, inbox):
    newsletter = open_newsletter(sending.folder)
    with newsletter.database.coordinator_lock():
        with newsletter.database.reading():
            gone = forget_reader(newsletter, "grace@example.com")
        assert (gone.wiped, gone.unwiped_because) == (False, "another newsletter command is sending from this database")
        assert list(Worker("", Event()).turn(newsletter)) == []
        assert is_unwiped(newsletter.database)
        assert "forgotten" in [one.topic for one in diagnose(newsletter)]
    assert list(Worker("", Event()).turn(newsletter)) == []
    assert not is_unwiped(newsletter.database)
    assert "forgotten" not in [one.topic for one in diagnose(newsletter)]
    forget_reader_unwiped(newsletter, "lin@example.com")
    sending.ok("send", "1", "--really", "--yes")
    assert not is_unwiped(newsletter.database)
    newsletter.close()
    assert inbox.addresses == ["ada@example.com"]
    (backup,) = (newsletter.settings.data_folder / BACKUPS).glob("*before-mailing*")
    assert b"lin@example.com" not in backup.read_bytes()


def forget_reader_unwiped(newsletter, address):
    """Forget somebody as a page does, which wipes nothing."""
    with newsletter.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO tag VALUES (1, 'lin@example.com')")
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
        connection.exec_driver_sql("DELETE FROM tag")
    forget(newsletter.database, address)
