"""Stopping a mailing from another terminal."""

import json
from datetime import timedelta

import pytest
from mailing_desk import add_people, beside, put_back, status

PEOPLE = 12


@pytest.fixture
def crowd(sending):
    add_people(sending, PEOPLE - 3)
    return sending


def stopped_at(desk, inbox, count: int, *words: str):
    """Start a mailing, and stop it by another command while the server holds its *count*-th message."""
    stops = []
    process = beside(desk, *words)

    def stop(address: str) -> None:
        if len(inbox.messages) == count:
            stops.append(beside(desk, "stop", "1"))
            while status(desk)["halt"] != "asked":  # the server holds its answer until the word is in the ledger
                pass

    inbox.on_message = stop
    out, err = process.communicate(timeout=60)
    inbox.on_message = lambda address: None
    (other,) = stops
    said, complained = other.communicate(timeout=60)
    assert "Traceback" not in err + complained
    assert (other.returncode, complained) == (0, "")
    return process.returncode, out, said


def test_a_mailing_ends_after_what_is_under_way_and_goes_on_when_told(crowd, inbox):
    code, out, said = stopped_at(crowd, inbox, 4, "send", "1", "--really", "--yes")
    assert code == 3
    assert "stopped; to go on: newsletter resume 1" in out
    assert "stopped; to go on: newsletter resume 1" in said
    assert 4 <= len(inbox.messages) < PEOPLE
    standing = status(crowd)
    assert (standing["accepted"], standing["sending"], standing["in_doubt"]) == (len(inbox.messages), 0, 0)
    assert (standing["halt"], standing["next"]) == ("asked", "newsletter resume 1")
    assert crowd.ok("work", "--once") == ""
    assert f"{PEOPLE} planned = {PEOPLE} accepted" in crowd.ok("resume", "1")
    assert len(set(inbox.addresses)) == len(inbox.messages) == PEOPLE
    assert status(crowd)["halt"] is None


def test_what_a_worker_sends_can_be_stopped_too(crowd, inbox):
    crowd.ok("send", "1", "--really", "--yes", "--at", "2099-11-27 09:00")
    put_back(crowd, late=timedelta(seconds=1))
    code, out, said = stopped_at(crowd, inbox, 4, "work", "--once")
    assert code == 3
    assert "newsletter resume 1" in out
    assert "does not start" in said
    assert len(inbox.messages) < PEOPLE
    assert crowd.ok("work", "--once") == ""
    assert f"{PEOPLE} accepted" in crowd.ok("resume", "1")


def test_stopping_what_does_not_run_says_so(crowd, inbox):
    assert "issue 1 is not being sent; newsletter status 1" in crowd.fails(2, "stop", "1")
    crowd.ok("send", "1", "--really", "--yes")
    assert "issue 1 is not being sent" in crowd.fails(2, "stop", "1")
    assert "issue 7 is not being sent" in crowd.fails(2, "stop", "7")
    assert crowd.run("stop").returncode == 2


def test_stopping_a_mailing_that_waits_keeps_it_waiting(crowd, inbox):
    crowd.run("send", "1", "--really", "--yes", "--first", "2")
    assert "issue 1 is not being sent now; no worker goes on with it" in crowd.ok("stop", "1")
    facts = json.loads(crowd.ok("stop", "1", "--json"))
    assert (facts["was_running"], facts["running"], facts["cancelled"], facts["queued"]) == (False, False, 0, 10)
    crowd.ok("resume", "1")
    assert len(inbox.messages) == PEOPLE
