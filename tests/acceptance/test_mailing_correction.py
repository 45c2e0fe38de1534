"""An issue that corrects another goes only to those who got that one."""

import json
import re
import tomllib
from datetime import date, timedelta

import pytest
from mailing_desk import add_people, put_back


@pytest.fixture
def sent(sending, inbox):
    """Issue 1, refused to Ada, accepted for Grace and a third; then two more readers came."""
    inbox.refuse = {"ada@example.com"}
    assert sending.run("send", "1", "--really", "--yes").returncode == 4
    inbox.refuse = set()
    inbox.messages.clear()
    add_people(sending, 2)
    return sending


def fill(desk, name: str) -> None:
    """Give an issue the articles of the first one."""
    body = desk.path("issues/001.md").read_text(encoding="utf-8").split("+++\n", 2)[2]
    with desk.path(name).open("a", encoding="utf-8") as file:
        file.write(body)


def test_a_correction_goes_to_those_who_got_the_issue(sent, inbox):
    said = sent.ok("new", "--correction", "1", "--preheader", "The link of yesterday was wrong")
    assert "made issues/002.md for the list weekly, those of it who got issue 1" in said
    matter = tomllib.loads(sent.path("issues/002.md").read_text(encoding="utf-8").split("+++\n")[1])
    assert (matter["correction_of"], matter["list"], matter["date"]) == (1, "weekly", date.today())
    assert matter["subject"] == "Correction: Moka, PinConsole, and a one-in-a-million failure"
    fill(sent, "issues/002.md")
    plan = sent.ok("send", "2")
    assert "To        2 people of weekly who got issue 1, which it corrects" in plan
    assert json.loads(sent.ok("send", "2", "--json"))["correction_of"] == 1
    sent.ok("send", "2", "--rehearse", "out")
    assert len(list(sent.path("out").glob("*.eml"))) == 2
    assert "2 planned = 2 accepted" in sent.ok("send", "2", "--really", "--yes")
    assert "ada@example.com" not in inbox.addresses
    assert not any(re.match("p0", address) for address in inbox.addresses)


def test_whoever_has_left_since_gets_no_correction(sent, inbox):
    sent.ok("new", "--correction", "1", "--subject", "Sorry", "--preheader", "p")
    fill(sent, "issues/002.md")
    sent.ok("subscribers", "unsubscribe", "grace@example.com")
    sent.ok("send", "2", "--really", "--expect", "1")
    assert "grace@example.com" not in inbox.addresses


def test_a_correction_can_start_later_too(sent, inbox):
    sent.ok("new", "--correction", "1", "--subject", "Sorry", "--preheader", "p")
    fill(sent, "issues/002.md")
    sent.ok("send", "2", "--really", "--yes", "--at", "2099-11-27 09:00")
    put_back(sent, 2, late=timedelta(seconds=1))
    assert "2 planned = 2 accepted" in sent.ok("work", "--once")
    assert len(inbox.messages) == 2


def test_an_issue_that_was_not_sent_cannot_be_corrected(sending):
    assert "issue 1 was not sent" in sending.fails(2, "new", "--correction", "1")
    assert "issue 7 was not sent" in sending.fails(2, "new", "--correction", "7")
    assert not sending.path("issues/002.md").exists()


def test_a_correction_is_for_the_list_of_what_it_corrects(sent):
    sent.change("newsletter.toml", "[test]", '[lists.daily]\ntitle = "Daily"\n\n[test]')
    assert "issue 1 was not sent to the list daily; it went to weekly" in sent.fails(
        2, "new", "--correction", "1", "--list", "daily"
    )
    sent.ok("new", "--correction", "1", "--subject", "Sorry", "--preheader", "p")
    fill(sent, "issues/002.md")
    sent.change("issues/002.md", 'list = "weekly"', 'list = "daily"')
    said = sent.fails(2, "send", "2")
    assert re.search(r"issues/002\.md:\d+: issue 1 was not sent to the list daily", said)


def test_a_correction_needs_the_receipt_of_what_it_corrects(sent):
    sent.ok("new", "--correction", "1", "--subject", "Sorry", "--preheader", "p")
    fill(sent, "issues/002.md")
    sent.path("issues/001.receipt.toml").unlink()
    assert "issue 1 was not sent: nobody has it" in sent.fails(2, "send", "2")
