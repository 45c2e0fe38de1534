import threading
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from readers_site import Mailbox, mail_server, make_newsletter

from newsletter.app.notices import NoticePost, keep_sending
from newsletter.cli import root
from newsletter.errors import ServerError
from newsletter.model.address import Address
from newsletter.model.notice import NoticeKind
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.store.notices import NoticeStore
from newsletter.store.preferences import PreferenceStore
from newsletter.store.signups import SignupStore
from newsletter.store.subscribers import SubscriberStore

WORD = Provenance(way=Way.PAGE, basis="subscribed on the page", wording="I want it")


class Refusing(Mailbox):
    """Has no mailbox of Eve's, and is busy for Bob."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("eve"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("bob"):
            return "451 4.2.0 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def served(tmp_path):
    with mail_server(Refusing()) as (mailbox, port):
        newsletter = make_newsletter(tmp_path / "desk", port=port)
        yield newsletter, mailbox
        newsletter.close()


def ask(newsletter, address, **lists):
    return SignupStore(newsletter.database).ask(Address(address=address), lists or {"weekly": True}, WORD).notice


def test_what_the_server_says_of_a_notice_is_its_end_or_another_try(served):
    newsletter, mailbox = served
    numbers = [ask(newsletter, f"{name}@example.com") for name in ("ada", "bob", "eve")]
    assert NoticePost(newsletter).send_due() == 3
    assert [address for address, _ in mailbox.taken] == ["ada@example.com"]
    store = NoticeStore(newsletter.database)
    ada, bob, eve = map(store.find, numbers)
    assert (ada.sent_at is None, bob.sent_at, eve.sent_at) == (False, None, None)
    assert store.waiting() == 1
    wait = store.next_due() - datetime.now(UTC)
    assert timedelta(seconds=30) < wait <= timedelta(minutes=1)
    assert NoticePost(newsletter).send_due() == 0


def test_a_server_that_is_away_is_told_once_and_nothing_is_lost(tmp_path):
    newsletter = make_newsletter(tmp_path / "desk", port=9)
    ask(newsletter, "ada@example.com")
    with pytest.raises(ServerError):
        NoticePost(newsletter).send_due()
    assert NoticeStore(newsletter.database).waiting() == 1
    stop, said = threading.Event(), []

    def hear(words):
        said.append(words)
        stop.set()

    ask(newsletter, "bob@example.com")
    keep_sending(newsletter, "", stop, threading.Event(), hear)
    assert len(said) == 1
    assert said[0].startswith("notices wait: ")
    assert "example.com" not in said[0]
    newsletter.close()


def test_each_kind_of_notice_says_what_it_is_about_in_the_readers_language(served):
    newsletter, mailbox = served
    people, choices = SubscriberStore(newsletter.database), PreferenceStore(newsletter.database)
    people.add(Address(address="ada@example.com", name="Ada"), "weekly", consent=Consent.CONFIRMED, basis="asked")
    number = people.find("ada@example.com").number
    choices.post(NoticeKind.KEPT, number, {})
    choices.post(NoticeKind.LINK, number, {"language": "de"})
    choices.ask_address(number, Address(address="new@example.com"))
    SignupStore(newsletter.database).ask(Address(address="ada@example.com"), {"weekly": True}, WORD, language="de")
    assert NoticePost(newsletter).send_due() == 4
    mails = {mail["Subject"]: mail for mail in mailbox.mails("ada@example.com") + mailbox.mails("new@example.com")}
    assert set(mails) == {
        "What Engineering <Digest> keeps about you", "Ihre Einstellungen für Engineering <Digest>",
        "Your new address for Engineering <Digest>", "Sie haben abonniert: Engineering <Digest>",
    }  # fmt: skip
    kept = mails["What Engineering <Digest> keeps about you"].get_body(("plain",)).get_content()
    assert "name: Ada" in kept
    assert "you get it" in kept
    assert len({mail["Message-ID"] for mail in mails.values()}) == 4


def test_newsletter_work_sends_them_too(served, monkeypatch):
    newsletter, mailbox = served
    ask(newsletter, "ada@example.com")
    monkeypatch.chdir(newsletter.settings.folder)
    done = CliRunner().invoke(root, ["work", "--once"])
    assert done.exit_code == 0, done.output
    assert len(mailbox.taken) == 1
