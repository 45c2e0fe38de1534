"""Mailings that start later: the schedule, the worker that follows it, and what it refuses to follow."""

import json
import re
import signal
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from mailing_desk import add_people, beside, make_due, put_back, status

LATER = "2099-11-27 09:00"
REALLY = ["send", "1", "--really", "--yes", "--at"]


@pytest.fixture(autouse=True)
def _in_utc(sending):
    live_in(sending, "UTC")


def live_in(desk, zone: str) -> None:
    path = desk.path("newsletter.toml")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'(?m)^timezone = ".*"$', f'timezone = "{zone}"', text), encoding="utf-8")


@pytest.fixture
def worker(sending):
    """Start a worker beside the test; it is ended after it."""
    processes = []

    def start(*words: str) -> subprocess.Popen[str]:
        processes.append(beside(sending, "work", *words))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def ends(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, out, err


def waiting_for(inbox, count: int) -> threading.Event:
    """Return an event that is set once the server has taken *count* messages."""
    taken = threading.Event()
    inbox.on_message = lambda address: taken.set() if len(inbox.messages) >= count else None
    return taken


def test_a_worker_sends_a_schedule_at_its_time_and_ends_with_0(sending, inbox, worker):
    taken = waiting_for(inbox, 3)
    sending.ok(*REALLY, LATER)
    put_back(sending, late=timedelta(seconds=-3))  # it comes in three seconds
    at = datetime.fromisoformat(status(sending)["schedules"][0]["at"])
    process = worker()
    assert taken.wait(60)
    assert datetime.now(UTC) >= at
    process.send_signal(signal.SIGTERM)
    code, out, _ = ends(process)
    assert code == 0
    assert len(inbox.messages) == 3
    assert "issue 1: 3 planned = " in out
    (date,) = {data.partition(b"\nDate: ")[2].partition(b"\r")[0].decode() for _, data in inbox.messages}
    assert date == "Fri, 27 Nov 2099 09:00:00 +0000"
    assert status(sending)["schedules"] == []


def test_what_was_looked_at_is_sent_to_those_who_are_there_then(sending, inbox):
    add_people(sending, 7)
    said = sending.ok(*REALLY, LATER)
    assert "as it is now, to those who are on weekly then: about 10 people" in said
    (schedule,) = status(sending)["schedules"]
    assert (schedule["expected"], schedule["via"]) == (10, "test")
    looked_at = sha256(sending.path("issues/001.md").read_bytes()).hexdigest()
    sending.change("issues/001.md", "Moka", "Mocha")
    add_people(sending, 1, "late")
    put_back(sending, late=timedelta(minutes=59))
    assert "11 planned = 11 accepted" in sending.ok("work", "--once")
    assert b"Mocha" not in b"".join(data for _, data in inbox.messages)
    assert looked_at in sending.path("issues/001.receipt.toml").read_text(encoding="utf-8")
    assert sending.ok("work", "--once") == ""
    assert len(inbox.messages) == 11


def test_a_schedule_is_told_of_until_it_is_cancelled(sending, inbox):
    sending.ok(*REALLY, LATER)
    assert "Starts    Fri 2099-11-27 09:00 UTC, by newsletter work" in sending.ok("send", "1")
    said = sending.ok("status", "1")
    assert "planned" not in said  # nothing is frozen before it starts
    assert "issue 1 starts Fri 2099-11-27 09:00 UTC, to about 3 people of weekly, by newsletter work" in said
    assert "newsletter stop 1" in said
    said = sending.ok("stop", "1")
    assert "issue 1 does not start Fri 2099-11-27 09:00 UTC any more" in said
    assert f'newsletter send 1 --really --at "{LATER}"' in said
    assert "not being sent" in sending.fails(2, "stop", "1")
    assert json.loads(sending.ok("status", "--json")) == []
    sending.ok("work", "--once")
    assert inbox.messages == []


def test_a_new_schedule_takes_the_place_of_the_old_one(sending):
    sending.ok(*REALLY, LATER)
    sending.ok(*REALLY, "2099-11-28 09:00")
    (schedule,) = status(sending)["schedules"]
    assert schedule["at"].startswith("2099-11-28T09:00")


def test_sending_it_now_ends_its_schedule(sending, inbox):
    sending.ok(*REALLY, LATER)
    assert "3 accepted" in sending.ok("send", "1", "--really", "--yes")
    assert status(sending)["schedules"] == []


def test_what_has_begun_is_not_scheduled(sending, inbox):
    sending.run("send", "1", "--really", "--yes", "--first", "1")
    assert "issue 1 has begun to go to weekly" in sending.fails(2, *REALLY, "09:00")


@pytest.mark.parametrize(
    "at, said", [("2020-01-01 09:00", "is past"), ("soon", "is no time of a day"), ("2099-02-30 09:00", "is no time")]
)
def test_a_time_that_is_none_is_refused(sending, at, said):
    assert said in sending.fails(2, *REALLY, at)
    assert json.loads(sending.ok("status", "--json")) == []


def test_the_clocks_of_the_newsletters_zone_count(sending):
    live_in(sending, "Europe/Berlin")
    sending.ok(*REALLY, "2099-07-01 09:00")
    (schedule,) = status(sending)["schedules"]
    assert datetime.fromisoformat(schedule["at"]).astimezone(UTC).hour == 7


def test_a_schedule_says_when_no_worker_has_been_seen(sending):
    assert "no worker has been seen yet" in (said := sending.ok(*REALLY, LATER))
    assert f"newsletter -C {sending.folder.resolve()} work --once" in said
    sending.ok("work", "--once")
    assert "no worker" not in sending.ok(*REALLY, LATER)
    facts = json.loads(sending.ok(*REALLY, LATER, "--json"))
    assert (facts["expected"], facts["worker_seen_lately"]) == (3, True)


def test_a_schedule_that_was_missed_by_more_than_an_hour_is_refused(sending, inbox):
    sending.ok(*REALLY, LATER)
    put_back(sending, late=timedelta(minutes=61))
    for _ in range(2):
        said = sending.fails(2, "work", "--once")
        assert "issue 1 was to start" in said
        assert "more than an hour ago" in said
        assert "newsletter send 1 --really" in said
    assert inbox.messages == []
    assert len(status(sending)["schedules"]) == 1
    assert "3 accepted" in sending.ok("send", "1", "--really", "--yes")
    assert sending.ok("work", "--once") == ""


@pytest.mark.parametrize("expected", [2, 5])
def test_an_audience_that_is_another_one_by_then_is_refused(sending, inbox, expected):
    sending.ok(*REALLY, LATER)
    put_back(sending, late=timedelta(seconds=1), expected=expected)
    said = sending.fails(2, "work", "--once")
    assert f"agreed to go to {expected}, and 3 are waiting" in said
    assert inbox.messages == []


def test_deferred_ones_are_tried_again_when_their_time_has_come(sending, inbox):
    inbox.defer = {"ada@example.com"}
    assert sending.run("send", "1", "--really", "--yes").returncode == 4
    inbox.defer = set()
    assert sending.ok("work", "--once") == ""
    make_due(sending)
    assert "3 planned = 3 accepted" in sending.ok("work", "--once")
    assert inbox.addresses.count("ada@example.com") == 1


def test_a_worker_leaves_alone_what_somebody_stopped(sending, inbox):
    inbox.defer = {"ada@example.com"}
    sending.run("send", "1", "--really", "--yes")
    inbox.defer = set()
    assert "no worker goes on with it" in sending.ok("stop", "1")
    make_due(sending)
    assert sending.ok("work", "--once") == ""
    assert len(inbox.messages) == 2
    assert "3 accepted" in sending.ok("resume", "1")


def test_a_worker_leaves_alone_what_was_killed(sending, inbox):
    process = beside(sending, "send", "1", "--really", "--yes")
    inbox.on_message = lambda address: process.kill() if len(inbox.messages) == 1 else None
    process.communicate(timeout=60)
    inbox.on_message = lambda address: None
    assert sending.ok("work", "--once") == ""
    assert len(inbox.messages) == 1


def test_what_a_worker_began_the_next_one_goes_on_with(sending, inbox, worker):
    add_people(sending, 9)
    sending.ok(*REALLY, LATER)
    put_back(sending, late=timedelta(seconds=1))
    process = worker()
    inbox.on_message = lambda address: process.terminate() if len(inbox.messages) == 3 else None
    code, out, _ = ends(process)
    inbox.on_message = lambda address: None
    assert code == 0
    assert "stopped; to go on: newsletter resume 1" in out
    assert 3 <= len(inbox.messages) < 12
    assert "12 planned = 12 accepted" in sending.ok("work", "--once")
    assert len(set(inbox.addresses)) == len(inbox.messages) == 12


def test_what_a_worker_began_and_left_too_long_waits_for_a_person(sending, inbox, worker):
    add_people(sending, 9)
    sending.ok(*REALLY, LATER)
    put_back(sending, late=timedelta(seconds=1))
    process = worker()
    inbox.on_message = lambda address: process.terminate() if len(inbox.messages) == 3 else None
    ends(process)
    inbox.on_message = lambda address: None
    put_back(sending, late=timedelta(hours=2))
    assert "newsletter resume 1 goes on" in sending.fails(2, "work", "--once")
    assert "12 planned = 12 accepted" in sending.ok("resume", "1")
    assert status(sending)["schedules"] == []


def test_two_workers_send_it_once(sending, inbox, worker):
    add_people(sending, 9)
    sending.ok(*REALLY, LATER)
    put_back(sending, late=timedelta(seconds=1))
    results = [ends(process) for process in [worker("--once"), worker("--once")]]
    assert [code for code, _, _ in results] == [0, 0]
    assert "".join(err for _, _, err in results) == ""
    assert len(set(inbox.addresses)) == len(inbox.messages) == 12


def test_a_server_that_is_away_is_no_end_of_a_schedule(sending, inbox):
    sending.ok(*REALLY, LATER)
    put_back(sending, late=timedelta(minutes=1))
    inbox.closed = True
    assert "newsletter resume 1 goes on" in sending.fails(3, "work", "--once")
    inbox.closed = False
    assert "3 planned = 3 accepted" in sending.ok("work", "--once")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_ends_at_once_with_0(worker, number):
    process = worker()
    assert "waiting for what is due" in process.stderr.readline()
    process.send_signal(number)
    code, out, err = ends(process)
    assert (code, out, err) == (0, "", "")


def test_a_worker_without_a_newsletter_is_an_error(sending, tmp_path):
    assert "no newsletter.toml here" in sending.fails(2, "work", cwd=tmp_path)


def test_a_limit_that_is_used_up_is_gone_on_with_by_the_worker(sending, inbox):
    sending.path("newsletter.local.toml").write_text(inbox.profile(per_day=2))
    said = sending.fails(3, "send", "1", "--really", "--yes")
    assert "the limit of the hour or the day is used up" in said
    assert "newsletter work goes on by itself then" in said
    assert len(inbox.messages) == 2
    assert "newsletter work goes on with it, from" in sending.ok("status", "1")
    put_back(sending, late=timedelta(seconds=1))
    assert "is used up" in sending.fails(3, "work", "--once")
    assert sending.ok("work", "--once") == ""
    sending.path("newsletter.local.toml").write_text(inbox.profile())
    put_back(sending, late=timedelta(seconds=1))
    assert "3 planned = 3 accepted" in sending.ok("work", "--once")
    assert status(sending)["schedules"] == []
    assert len(set(inbox.addresses)) == len(inbox.messages) == 3
