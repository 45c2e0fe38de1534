"""A mailing that is interrupted or killed, and goes on: nobody is forgotten, nobody gets it twice."""

import json
import signal
import subprocess
import threading
import tomllib

import pytest

PEOPLE = 12


@pytest.fixture
def crowd(sending):
    rows = "".join(f"p{number:02}@example.com\n" for number in range(PEOPLE - 3))
    sending.path("more.csv").write_text("email\n" + rows)
    sending.ok("subscribers", "import", "more.csv", "--consent", "confirmed", "--basis", "asked")
    return sending


def send_until(desk, inbox, count: int, number: signal.Signals) -> subprocess.CompletedProcess[str]:
    """Start a mailing, and signal it while the server holds its *count*-th message."""
    process = desk.start("send", "1", "--really", "--yes")

    def hit(address: str) -> None:
        if len(inbox.messages) == count:
            process.send_signal(number)

    inbox.on_message = hit
    out, err = process.communicate(timeout=60)
    inbox.on_message = lambda address: None
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_mailing_ends_after_the_message_under_way_and_goes_on(crowd, inbox, number):
    done = send_until(crowd, inbox, 5, number)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "stopped; to go on: newsletter resume 1" in done.stdout
    assert 5 <= len(inbox.messages) < PEOPLE
    assert f"{PEOPLE} planned = {PEOPLE} accepted" in crowd.ok("resume", "1")
    assert len(inbox.addresses) == len(set(inbox.addresses)) == PEOPLE


def test_a_killed_mailing_leaves_one_in_doubt_at_most_and_sends_nobody_twice(crowd, inbox):
    done = send_until(crowd, inbox, 5, signal.SIGKILL)
    assert done.returncode == -signal.SIGKILL
    resumed = crowd.run("resume", "1")
    (outcome,) = json.loads(crowd.run("status", "1", "--json").stdout)
    assert resumed.returncode == (5 if outcome["in_doubt"] else 0)
    assert outcome["in_doubt"] <= 1
    assert outcome["planned"] == PEOPLE == outcome["accepted"] + outcome["in_doubt"]
    assert len(inbox.addresses) == len(set(inbox.addresses)) == PEOPLE


def test_who_is_in_doubt_is_sent_it_again_only_by_the_operators_word(crowd, inbox):
    send_until(crowd, inbox, 1, signal.SIGKILL)
    assert crowd.run("resume", "1").returncode == 5
    assert len(inbox.messages) == PEOPLE
    (outcome,) = json.loads(crowd.run("status", "1", "--json").stdout)
    (doubted,) = [trouble["address"] for trouble in outcome["troubled"]]
    assert crowd.run("resume", "1").returncode == 5
    assert json.loads(crowd.ok("settle", "1", "--resend", doubted, "--json"))["settled"] == 1
    assert f"{PEOPLE} planned = {PEOPLE} accepted" in crowd.ok("resume", "1")
    assert inbox.addresses.count(doubted) == 2
    assert len(inbox.messages) == PEOPLE + 1


def test_two_mailings_at_once_are_refused(crowd, inbox):
    refused = []

    def second(address: str) -> None:
        if not refused:
            refused.append(crowd.run("resume", "1"))

    inbox.on_message = second
    crowd.ok("send", "1", "--really", "--yes")
    assert refused[0].returncode == 2
    assert "newsletter: " in refused[0].stderr
    assert "Traceback" not in refused[0].stderr
    assert len(inbox.addresses) == len(set(inbox.addresses)) == PEOPLE


def test_a_second_signal_ends_it_at_once_and_it_goes_on(crowd, inbox):
    process = crowd.start("send", "1", "--really", "--yes")
    held = threading.Event()

    def hold(address: str) -> None:
        if len(inbox.messages) == 3:
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
            held.wait(20)  # the server says nothing, until the process has gone

    inbox.on_message = hold
    _, err = process.communicate(timeout=60)
    held.set()
    inbox.on_message = lambda address: None
    assert process.returncode == 3
    assert "newsletter resume 1 goes on" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert crowd.run("resume", "1").returncode == 5
    (outcome,) = json.loads(crowd.run("status", "1", "--json").stdout)
    assert (outcome["planned"], outcome["accepted"], outcome["in_doubt"]) == (PEOPLE, PEOPLE - 1, 1)
    assert len(inbox.addresses) == len(set(inbox.addresses)) == PEOPLE


def test_a_mailing_goes_on_when_its_issue_file_is_broken_or_gone(crowd, inbox):
    send_until(crowd, inbox, 2, signal.SIGTERM)
    crowd.path("issues/001.md").write_text("+++\nnot TOML\n")
    assert f"{PEOPLE} planned" in crowd.run("status", "1").stdout
    crowd.path("issues/001.md").unlink()
    assert f"{PEOPLE} planned = {PEOPLE} accepted" in crowd.ok("resume", "1")
    subjects = {data.partition(b"Subject: ")[2].partition(b"\r\n")[0] for _, data in inbox.messages}
    assert subjects == {b"Moka, PinConsole, and a one-in-a-million failure"}


def test_a_receipt_that_was_not_written_before_the_end_is_written_later(crowd, inbox):
    send_until(crowd, inbox, 2, signal.SIGTERM)
    crowd.path("issues/001.receipt.toml").unlink()
    crowd.ok("resume", "1")
    (mailing,) = tomllib.loads(crowd.path("issues/001.receipt.toml").read_text(encoding="utf-8"))["mailing"]
    assert mailing["counts"] == {"planned": PEOPLE, "accepted": PEOPLE}
    assert mailing["finished"]


def test_the_count_that_is_asked_for_is_of_all_who_will_get_it(crowd, inbox):
    send_until(crowd, inbox, 2, signal.SIGTERM)
    left = PEOPLE - len(inbox.messages)
    crowd.ok("subscribers", "add", "new@example.com", "--consent", "confirmed", "--basis", "asked")
    plan = crowd.ok("send", "1")
    assert f"To        {left + 1} people: 1 who wait and {left} of the ledger who are open of weekly" in plan
    assert f"sends it to {left + 1} people unasked" in crowd.fails(2, "send", "1", "--really")
    assert f"{PEOPLE + 1} planned = {PEOPLE + 1} accepted" in crowd.ok("send", "1", "--really", "--yes")
