"""Who is asked before a mailing, what is refused unasked, and where nothing is sent from."""

import json

import pytest
from mailing_desk import add_people, second_issue

RUNNERS = [{"CI": "true"}, {"GITHUB_ACTIONS": "true"}, {"JENKINS_URL": "https://ci.example.com/"}]


@pytest.mark.parametrize("runner", RUNNERS, ids=lambda runner: next(iter(runner)))
def test_nothing_is_sent_from_a_runners_own_disk(sending, inbox, runner):
    sending.env |= runner
    for words in (["--yes"], ["--expect", "3"], ["--yes", "--at", "23:59"]):
        said = sending.fails(2, "send", "1", "--really", *words)
        assert "this is a CI runner" in said
        assert "ssh HOST newsletter send 1 --really" in said
        assert "PostgreSQL" in said
    assert inbox.messages == []
    assert not sending.path("issues/001.receipt.toml").exists()


def test_a_runner_may_look_rehearse_and_test(sending, inbox):
    sending.env["CI"] = "true"
    sending.ok("send", "1")
    sending.ok("send", "1", "--rehearse")
    sending.ok("send", "1", "--test", "ada@example.com")
    assert len(inbox.messages) == 1


def test_a_mailing_does_not_go_on_there_either(sending, inbox):
    sending.run("send", "1", "--really", "--yes", "--first", "1")
    sending.env["CI"] = "1"
    assert "CI runner (CI=1)" in sending.fails(2, "resume", "1")
    sending.env["CI"] = "false"
    sending.ok("resume", "1")
    assert len(inbox.messages) == 3


def test_the_exact_count_is_an_answer(sending, inbox):
    assert "it would go to 3, not to 4; newsletter send 1" in sending.fails(
        2, "send", "1", "--really", "--yes", "--expect", "4"
    )
    assert inbox.messages == []
    assert "3 planned = 3 accepted" in sending.ok("send", "1", "--really", "--expect", "3")


def test_an_audience_like_the_last_one_needs_no_count(sending):
    add_people(sending, 7)  # ten
    sending.ok("send", "1", "--really", "--yes")
    second_issue(sending)
    add_people(sending, 2, "q")
    assert "Last      10 people in the last mailing of weekly\n" in sending.ok("send", "2")
    sending.ok("send", "2", "--really", "--yes")


@pytest.mark.parametrize("change, size", [(3, 13), (-3, 7)])
def test_an_audience_unlike_the_last_one_is_refused_unasked(sending, inbox, change, size):
    add_people(sending, 7)
    sending.ok("send", "1", "--really", "--yes")
    second_issue(sending)
    add_people(sending, max(change, 0), "q")
    for number in range(-change):
        sending.ok("subscribers", "unsubscribe", f"p{number:02}@example.com")
    assert "more than 20 % apart" in sending.ok("send", "2")
    said = sending.fails(2, "send", "2", "--really", "--yes")
    assert f"the audience is {size}, and that of the list's last mailing was 10" in said
    assert f"--yes --expect {size}" in said
    assert "not to 10" in sending.fails(2, "send", "2", "--really", "--yes", "--expect", "10")
    assert len(inbox.messages) == 10
    sending.ok("send", "2", "--really", "--yes", "--expect", str(size))
    assert len(inbox.messages) == 10 + size


def test_those_who_come_later_to_an_issue_are_no_other_audience(sending, inbox):
    add_people(sending, 7)
    sending.ok("send", "1", "--really", "--yes")
    second_issue(sending)
    sending.ok("send", "2", "--really", "--yes")
    add_people(sending, 1, "q")
    sending.ok("send", "2", "--really", "--yes")
    assert len(inbox.messages) == 21


def test_the_plan_for_a_program_has_the_last_size(sending):
    assert json.loads(sending.ok("send", "1", "--json"))["usual"] is None
    sending.ok("send", "1", "--really", "--yes")
    second_issue(sending)
    assert json.loads(sending.ok("send", "2", "--json"))["usual"] == 3


@pytest.mark.parametrize("words", [["--expect", "3"], ["--first", "1"], ["--at", "09:00"], ["--yes"]])
def test_what_belongs_to_a_real_mailing_is_refused_without_one(sending, words):
    assert f"{words[0]} belongs to --really" in sending.fails(2, "send", "1", *words)
    assert f"{words[0]} belongs to --really" in sending.fails(2, "send", "1", "--rehearse", *words)
