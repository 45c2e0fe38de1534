"""One click of many readers at one time: each is proved for itself, and all are in one transaction."""

from datetime import UTC, datetime

import pytest
from archive_samples import sent_newsletter

from newsletter.app.preferences import leave_at_once
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent
from newsletter.model.tokens import DeliveryTokens
from newsletter.sender.addressing import SAMPLE_KEY, sample_reader
from newsletter.store.database import create
from newsletter.store.ledger import LedgerStore
from newsletter.store.subscribers import SubscriberStore


@pytest.fixture
def newsletter(tmp_path, url, monkeypatch):
    if url:
        monkeypatch.setenv("NEWSLETTER_DATABASE", url)
    newsletter = sent_newsletter(tmp_path / "desk")
    create(newsletter.settings.data_folder, url).close()
    store = SubscriberStore(newsletter.database)
    people = [Address(address=f"r{number}@example.com") for number in range(4)]
    for name in ("weekly", "inside"):
        store.import_all(people, name, consent=Consent.CONFIRMED, basis="asked")
    LedgerStore(newsletter.database).start(7, "weekly", frozen=b"x", subject="x", started=datetime.now(UTC))
    yield newsletter
    newsletter.close()


def ticket(key, number, address, issue=7):
    tokens = DeliveryTokens.derive(key, issue=issue, subscriber=number, address=address)
    return tokens.ticket(tokens.unsubscribe)


def test_each_is_proved_for_itself_and_nobody_leaves_twice(newsletter):
    store, key = SubscriberStore(newsletter.database), newsletter.database.key
    people = [store.find(f"r{number}@example.com") for number in range(4)]
    good = [ticket(key, person.number, person.address.address) for person in people]
    sample = ticket(SAMPLE_KEY, 0, sample_reader().address.address)
    forged = [ticket(b"x" * 32, people[3].number, "r3@example.com"), ticket(key, 99, "r9@example.com"), "", "7.1.x"]
    asked = [good[0], good[0], *forged, sample, good[1]]
    assert leave_at_once(newsletter, asked) == [True, True, False, False, False, False, True, True]
    assert leave_at_once(newsletter, [good[1], good[2]]) == [True, True]
    standing = {one.subscriber.address.address: one.consent for one in store.subscriptions(list_name="weekly")}
    gone, stays = Consent.UNSUBSCRIBED, Consent.CONFIRMED
    assert list(standing.values()) == [gone, gone, gone, stays]
    assert all(one.consent is stays for one in store.subscriptions(list_name="inside"))
    for number in range(3):
        last = [entry for entry in store.consent_log(f"r{number}@example.com") if entry.list == "weekly"]
        assert [entry.consent for entry in last] == [stays, gone]
        assert "RFC 8058" in last[1].basis
