"""How a mailing stands: its pace, why some are deferred, who is to be decided about, and the command that goes on."""

import json
import re

import pytest
from mailing_desk import add_people, beside, status


def test_status_says_how_fast_it_was_and_that_nobody_is_left(sending):
    sending.ok("send", "1", "--really", "--yes")
    said = sending.ok("status", "1").splitlines()
    assert said[0] == "issue 1: 3 planned = 3 accepted"
    assert re.fullmatch(r"  pace       [\d,]+ a minute over \d+ s", said[1])
    assert len(said) == 2
    standing = status(sending)
    assert standing["per_minute"] > 0
    assert (standing["seconds_left"], standing["next"]) == (None, None)


def test_status_says_how_long_it_will_take(sending):
    add_people(sending, 9)
    sending.run("send", "1", "--really", "--yes", "--first", "4")
    assert re.search(r"a minute over \d+ s; about \d+ s left", sending.ok("status", "1"))
    assert status(sending)["seconds_left"] >= 0


def test_the_deferred_are_told_by_reason_with_their_time(sending, inbox):
    add_people(sending, 4)
    inbox.defer = {"ada@example.com", "p00@example.com", "p01@example.com"}
    assert sending.run("send", "1", "--really", "--yes").returncode == 4
    said = sending.ok("status", "1")
    assert re.search(r"deferred   3 from \d{4}-\d\d-\d\d \d\d:\d\d  451 4.2.0 mailbox busy, come again\n", said)
    assert "ada@example.com" not in said
    assert "to try them at once: newsletter resume 1 --now" in said
    standing = status(sending)
    (reason,) = standing["deferred_for"]
    assert (reason["count"], standing["next"], standing["troubled"]) == (3, "newsletter resume 1", [])
    inbox.defer = set()
    assert "7 accepted" in sending.ok("resume", "1", "--now")


def test_the_refused_are_told_by_name_the_first_twenty_of_them(sending, inbox):
    add_people(sending, 25)
    inbox.refuse = {f"p{number:02}@example.com" for number in range(25)}
    done = sending.run("send", "1", "--really", "--yes")
    assert done.returncode == 4
    said = sending.ok("status", "1")
    assert said.count("  refused    p") == 20
    assert "  refused    and 5 more: newsletter status 1 --json" in said
    assert "to try the refused once more: newsletter resume 1 --refused" in said
    standing = status(sending)
    assert {trouble["address"] for trouble in standing["troubled"]} == inbox.refuse
    assert standing["next"] == "newsletter resume 1 --refused"
    inbox.refuse = set()
    assert "28 accepted" in sending.ok("resume", "1", "--refused")


def test_those_in_doubt_are_told_by_name_with_what_settles_them(sending, inbox):
    process = beside(sending, "send", "1", "--really", "--yes")
    inbox.on_message = lambda address: process.kill()
    process.communicate(timeout=60)
    inbox.on_message = lambda address: None
    assert "if nothing is sending it, to go on: newsletter resume 1" in sending.ok("status", "1")
    assert sending.run("resume", "1").returncode == 5
    standing = status(sending)
    (doubted,) = standing["troubled"]
    assert standing["next"] == "newsletter settle 1 --accepted"
    said = sending.ok("status", "1")
    assert f"in doubt   {doubted['address']}" in said
    assert "newsletter settle 1 --accepted ADDRESS" in said
    sending.ok("settle", "1", "--accepted")
    assert status(sending)["next"] is None


def test_a_mailing_that_was_started_elsewhere_says_where_to_run_it(sending, inbox):
    sending.ok("send", "1", "--really", "--yes", "--expect", "3")
    receipt = sending.path("issues/001.receipt.toml")
    text = receipt.read_text(encoding="utf-8")
    text = re.sub(r'ledger = ".*"', f'ledger = "{"0" * 32}"', text)
    receipt.write_text(re.sub(r'host = ".*"', 'host = "mk-laptop"', text), encoding="utf-8")
    said = sending.fails(2, "send", "1", "--really", "--yes")
    assert re.search(r"001 was started on mk-laptop, \d\d:\d\d; run it there", said)
    said = sending.fails(2, "send", "1", "--really", "--yes", "--at", "2099-11-27 09:00")
    assert "001 was started on mk-laptop" in said
    assert len(inbox.messages) == 3


def test_going_on_with_what_another_machine_has_says_where(sample):
    sample.path("issues/001.receipt.toml").write_text(
        f'[[mailing]]\nledger = "{"0" * 32}"\nhost = "mk-laptop"\nlist = "weekly"\nstarted = 2026-11-20T14:02:00Z\n'
    )
    assert "001 was started on mk-laptop, 2026-11-20 " in sample.fails(2, "resume", "1")
    assert "issue 2 was not started" in sample.fails(2, "resume", "2")


@pytest.mark.parametrize("words", [["--json"], []])
def test_nothing_sent_is_no_error(sample, words):
    said = sample.ok("status", *words)
    assert json.loads(said) == [] if words else "nothing has been sent" in said
    of_one = sample.ok("status", "9", *words)
    assert json.loads(of_one) == [] if words else "nothing of issue 9 has been sent" in of_one
