"""A canary: the first few get it, then it stops until somebody says go on."""

import json

import pytest
from mailing_desk import add_people, status

PEOPLE = 8


@pytest.fixture
def crowd(sending):
    add_people(sending, PEOPLE - 3)
    return sending


def test_the_first_get_it_and_the_rest_when_somebody_says_so(crowd, inbox):
    done = crowd.run("send", "1", "--really", "--yes", "--first", "2")
    assert done.returncode == 3, done.stderr
    assert f"issue 1: {PEOPLE} planned = {PEOPLE - 2} queued + 2 accepted" in done.stdout
    assert "stopped after the first, to look; to go on: newsletter resume 1" in done.stdout
    assert len(inbox.messages) == 2
    done = crowd.run("resume", "1", "--first", "3")
    assert done.returncode == 3
    assert len(inbox.messages) == 5
    assert f"{PEOPLE} planned = {PEOPLE} accepted" in crowd.ok("resume", "1")
    assert len(set(inbox.addresses)) == len(inbox.messages) == PEOPLE


def test_the_audience_is_frozen_with_the_first(crowd, inbox):
    crowd.run("send", "1", "--really", "--yes", "--first", "1")
    crowd.ok("subscribers", "add", "late@example.com", "--consent", "confirmed", "--basis", "asked")
    crowd.change("issues/001.md", "Moka", "Mocha")
    crowd.ok("resume", "1")
    assert "late@example.com" not in inbox.addresses
    assert len(inbox.messages) == PEOPLE
    assert {b"Mocha" in data for _, data in inbox.messages} == {False}


def test_a_canary_of_all_is_a_mailing(crowd, inbox):
    assert f"{PEOPLE} accepted" in crowd.ok("send", "1", "--really", "--yes", "--first", str(PEOPLE))


def test_no_worker_goes_on_with_a_canary(crowd, inbox):
    crowd.run("send", "1", "--really", "--yes", "--first", "2")
    crowd.ok("work", "--once")
    assert len(inbox.messages) == 2
    assert "stopped; to go on: newsletter resume 1" in crowd.ok("status", "1")


def test_a_program_reads_why_it_stopped(crowd):
    done = crowd.run("send", "1", "--really", "--yes", "--first", "2", "--json")
    standing = json.loads(done.stdout)
    assert (standing["stopped"], standing["halt"], standing["next"]) == (True, "first", "newsletter resume 1")
    assert status(crowd)["queued"] == PEOPLE - 2


@pytest.mark.parametrize("words", [["--first", "0"], ["--first", "-1"], ["--first", "x"], ["--first"]])
def test_first_is_a_number_of_people(crowd, inbox, words):
    crowd.fails(2, "send", "1", "--really", "--yes", *words)
    assert inbox.messages == []


def test_a_canary_is_not_for_later(crowd):
    said = crowd.fails(2, "send", "1", "--really", "--yes", "--first", "2", "--at", "09:00")
    assert "--first and --at exclude each other" in said
