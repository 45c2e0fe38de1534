import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from readers_site import Mailbox, mail_server, make_newsletter

from newsletter.app.notices import NoticePost, keep_sending
from newsletter.cli import root
from newsletter.errors import ServerError, SettingsError
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
    people.add(Address(address="cyd@example.com"), "weekly", consent=Consent.CONFIRMED, basis="asked")
    choices.post(NoticeKind.KEPT, people.find("cyd@example.com").number, {"language": "de"})
    assert NoticePost(newsletter).send_due() == 1
    (german,) = (mail.get_body(("plain",)).get_content() for mail in mailbox.mails("cyd@example.com"))
    assert "Was Engineering <Digest> über cyd@example.com speichert" in german
    assert "Wie es dazu kam" in german


def test_newsletter_work_sends_them_too(served, monkeypatch):
    newsletter, mailbox = served
    ask(newsletter, "ada@example.com")
    monkeypatch.chdir(newsletter.settings.folder)
    done = CliRunner().invoke(root, ["work", "--once"])
    assert done.exit_code == 0, done.output
    assert len(mailbox.taken) == 1


def test_who_is_told_to_stop_begins_no_other_mail(served):
    newsletter, mailbox = served
    stop = threading.Event()
    for number in range(25):
        ask(newsletter, f"reader{number}@example.com")

    class Stopping(NoticePost):
        def _send(self, leased):
            super()._send(leased)
            stop.set()

    assert Stopping(newsletter).send_due(stop) == 20
    assert (len(mailbox.taken), NoticeStore(newsletter.database).waiting()) == (20, 5)


class Silent(Mailbox):
    """Takes the final dot and says nothing until it is let go."""

    def __init__(self):
        super().__init__()
        self.came, self.let_go = threading.Event(), threading.Event()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.came.set()
        while not self.let_go.is_set():
            await asyncio.sleep(0.05)
        return await super().handle_DATA(server, session, envelope)


def answers(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("is_patient", [True, False])
def test_a_site_that_is_stopped_waits_for_a_silent_mail_server_until_it_is_told_again(tmp_path, is_patient):
    with mail_server(Silent()) as (mailbox, port):
        newsletter = make_newsletter(tmp_path / "desk", port=port)
        ask(newsletter, "ada@example.com")
        command = [sys.executable, "-m", "newsletter", "serve", "--port", "0"]
        place = {"cwd": tmp_path / "desk", "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **place) as process:
            try:
                opened = int(process.stdout.readline().rpartition(":")[2].strip("/\n"))
                assert mailbox.came.wait(30)
                os.kill(process.pid, signal.SIGTERM)
                while answers(opened):  # until it has heard
                    pass
                assert process.poll() is None
                if is_patient:
                    mailbox.let_go.set()
                else:
                    os.kill(process.pid, signal.SIGTERM)
                _, said = process.communicate(timeout=30)
            finally:
                mailbox.let_go.set()
                process.kill()
        assert (process.returncode, said) == (0, "")
        assert NoticeStore(newsletter.database).waiting() == (0 if is_patient else 1)
        newsletter.close()


def test_a_log_of_json_is_json_where_it_says_why_notices_wait_too(tmp_path):
    newsletter = make_newsletter(tmp_path / "desk", port=9)
    ask(newsletter, "ada@example.com")
    command = [sys.executable, "-m", "newsletter", "serve", "--port", "0", "--json-logs"]
    place = {"cwd": tmp_path / "desk", "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **place) as process:
        try:
            line = json.loads(process.stderr.readline())
        finally:
            process.terminate()
            process.communicate(timeout=30)
    assert line["event"].startswith("notices wait: ")
    assert "ada" not in line["event"]
    newsletter.close()


class Going(Mailbox):
    """Takes three mails, and goes away until it is back."""

    def __init__(self):
        super().__init__()
        self.limit = 3

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        return responses if len(self.taken) < self.limit else ["421 4.3.2 going away"]

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if len(self.taken) == self.limit:
            return "421 4.3.2 going away"
        return await super().handle_DATA(server, session, envelope)


def test_what_a_server_took_before_it_went_away_is_not_sent_again(tmp_path, monkeypatch):
    monkeypatch.setattr("newsletter.app.notices.FIRST_WAIT", timedelta(0))
    with mail_server(Going()) as (mailbox, port):
        newsletter = make_newsletter(tmp_path / "desk", port=port)
        everybody = [f"reader{number}@example.com" for number in range(6)]
        for address in everybody:
            ask(newsletter, address)
        with pytest.raises(ServerError):
            NoticePost(newsletter).send_due()
        assert NoticeStore(newsletter.database).waiting() == 3
        mailbox.limit = 100
        NoticePost(newsletter).send_due()
        assert sorted(to for to, _ in mailbox.taken) == everybody
        newsletter.close()


def test_a_missing_key_keeps_nobody_waiting_once_it_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr("newsletter.app.notices.FIRST_WAIT", timedelta(0))
    newsletter = make_newsletter(tmp_path / "desk", more='[dkim]\nselector = "s1"')
    ask(newsletter, "ada@example.com")
    ask(newsletter, "bob@example.com")
    with pytest.raises(SettingsError):
        NoticePost(newsletter).send_due()
    assert len(NoticeStore(newsletter.database).lease(10)) == 2
    newsletter.close()
