"""Whom of a list an issue goes to, and which of its sections each of them gets: real mail to a real server."""

import email
import email.policy
import json
import tomllib
from datetime import datetime, timedelta
from threading import Event

import pytest
from mailing_desk import status
from sections_chosen import choose, make_optional

from newsletter.app import open_newsletter
from newsletter.app.working import Worker

DATA, SEARCH, EXPERIENCE = "Data platforms", "Search, ads and recommendations", "Developer experience"
ADA, GRACE, LIN = "ada@example.com", "grace@example.com", "lin@example.com"
SEGMENTS = """
[lists.daily]
title = "Daily"

[segments]
latin = 'name contains "a" and not address starts with "lin"'
rest.where = 'not name contains "a"'
"""


@pytest.fixture
def desk(sending):
    path = sending.path("newsletter.toml")
    path.write_text(path.read_text(encoding="utf-8") + SEGMENTS, encoding="utf-8")
    return sending


def read(inbox) -> dict[str, str]:
    """Return the texts that were sent, in small letters, by address."""
    found = {}
    for address, data in inbox.messages:
        mail = email.message_from_bytes(data, policy=email.policy.default)
        for kind in ("plain", "html"):
            found[address] = found.get(address, "") + mail.get_body((kind,)).get_content().lower()
    return found


def sections(text: str) -> set[str]:
    """Return which of the sample's sections are in *text*, in both its parts or in none."""
    counts = {name: text.count(name.lower()) for name in (DATA, SEARCH, EXPERIENCE)}
    return {name for name, count in counts.items() if count}


def test_a_segment_gets_it_without_the_people_of_another_list_and_later_the_rest(desk, inbox):
    desk.ok("subscribers", "add", GRACE, "--list", "daily", "--consent", "confirmed", "--basis", "asked")
    counted = json.loads(desk.ok("subscribers", "count", "--list", "weekly", "--segment", "latin", "--json"))
    assert counted == [{"list": "weekly", "reachable": 2, "pending": 0, "confirmed": 2, "unsubscribed": 0}]
    assert ADA in (listed := desk.ok("subscribers", "list", "--segment", "latin"))
    assert LIN not in listed
    whom = ["--segment", "latin", "--exclude", "daily"]
    plan = desk.ok("send", "1", *whom)
    assert "1 person of the segment latin of weekly, without daily" in plan
    assert plan.splitlines()[-1] == "newsletter send 1 --really --segment latin --exclude daily"
    desk.ok("send", "1", *whom, "--rehearse")
    assert len(list(desk.path(".newsletter/rehearsals/001").glob("*.eml"))) == 1
    desk.ok("send", "1", *whom, "--really", "--expect", "1")
    assert inbox.addresses == [ADA]
    assert "to         the segment latin of weekly, without daily" in desk.ok("status", "1")
    (receipt,) = tomllib.loads(desk.path("issues/001.receipt.toml").read_text())["mailing"]
    assert (receipt["segment"], receipt["excluding"]) == ("latin", ["daily"])

    desk.ok("send", "1", "--segment", "rest", "--exclude", "daily", "--really", "--expect", "1")
    assert inbox.addresses == [ADA, LIN]
    assert status(desk)["mailings"] == [{"list": "weekly", "segment": "latin, rest", "excluding": ["daily"]}]
    desk.ok("send", "1", "--really", "--expect", "1")
    assert inbox.addresses == [ADA, LIN, GRACE]
    assert status(desk)["mailings"] == [{"list": "weekly", "segment": None, "excluding": []}]
    (receipt,) = tomllib.loads(desk.path("issues/001.receipt.toml").read_text())["mailing"]
    assert "segment" not in receipt


def test_what_is_no_segment_and_no_list_is_said_with_the_nearest_name(desk, inbox):
    assert 'there is no segment "latn"; did you mean "latin"?' in desk.fails(2, "send", "1", "--segment", "latn")
    assert 'there is no list "dayly" to exclude; did you mean "daily"?' in desk.fails(
        2, "send", "1", "--exclude", "dayly"
    )
    assert "nobody is left without weekly" in desk.fails(2, "send", "1", "--exclude", "weekly")
    assert "a test goes to its addresses" in desk.fails(2, "send", "1", "--test", ADA, "--segment", "latin")
    desk.change("newsletter.toml", "rest.where = 'not", "rest.where = 'name is missing and")
    assert desk.ok("send", "1", "--segment", "rest").endswith("newsletter subscribers list --segment rest\n")
    said = desk.fails(2, "send", "1", "--segment", "rest", "--really", "--yes")
    assert "nobody of the segment rest of weekly is confirmed" in said
    desk.change("newsletter.toml", 'name contains "a" and', 'nam contains "a" and')
    assert "newsletter.toml:" in (said := desk.fails(2, "subscribers", "count"))
    assert ':10: nothing here is called "nam"; did you mean "name"?' in said
    assert inbox.messages == []


def test_two_readers_with_different_variants_and_a_third_with_all_get_their_own_mail(desk, inbox):
    make_optional(desk.folder, DATA, SEARCH)
    choose(desk.folder, ADA, DATA, "Sports")
    choose(desk.folder, GRACE, SEARCH)
    plan = desk.ok("send", "1")
    for line in ("the whole issue: 1 person", f"without {DATA}: 1 person", f"without {SEARCH}: 1 person"):
        assert f"Variant   {line}\n" in plan
    desk.ok("send", "1", "--rehearse")
    desk.ok("send", "1", "--really", "--expect", "3")
    got = {address: sections(text) for address, text in read(inbox).items()}
    assert got == {ADA: {SEARCH, EXPERIENCE}, GRACE: {DATA, EXPERIENCE}, LIN: {DATA, SEARCH, EXPERIENCE}}
    assert sections(desk.path("issues/001.html").read_text(encoding="utf-8").lower()) == {DATA, SEARCH, EXPERIENCE}
    rehearsed = {path.name: path.read_bytes() for path in desk.path(".newsletter/rehearsals/001").glob("*.eml")}
    assert len({len(data) for data in rehearsed.values()}) == 3

    # Whoever comes later gets it as it was frozen, and nobody gets what they do not want for want of a variant.
    desk.ok("subscribers", "add", "late@example.com", "--list", "weekly", "--consent", "confirmed", "--basis", "asked")
    desk.ok("subscribers", "add", "both@example.com", "--list", "weekly", "--consent", "confirmed", "--basis", "asked")
    choose(desk.folder, "late@example.com", SEARCH)
    choose(desk.folder, "both@example.com", DATA, SEARCH)
    plan = desk.ok("send", "1")
    assert "Nothing   to 1 person who want it as it was not frozen when it began" in plan
    desk.ok("send", "1", "--really", "--expect", "1")
    assert sections(read(inbox)["late@example.com"]) == {DATA, EXPERIENCE}
    assert "both@example.com" not in inbox.addresses


def test_who_wants_none_of_the_sections_gets_nothing_and_is_told_apart(desk, inbox):
    make_optional(desk.folder, DATA, SEARCH, EXPERIENCE)
    choose(desk.folder, ADA, DATA, SEARCH, EXPERIENCE)
    assert "Nothing   to 1 person who want none of its sections" in desk.ok("send", "1")
    told = json.loads(desk.ok("send", "1", "--json"))
    assert (told["waiting"], told["want_nothing"], told["variants"]) == (2, 1, [{"without": [], "people": 2}])
    desk.ok("send", "1", "--really", "--expect", "2")
    assert inbox.addresses == [GRACE, LIN]
    assert status(desk)["planned"] == 2


@pytest.mark.parametrize("changed", [False, True])
def test_a_schedule_asks_its_segment_and_the_choices_of_sections_at_its_start(desk, inbox, monkeypatch, changed):
    make_optional(desk.folder, DATA, SEARCH)
    said = desk.ok("send", "1", "--segment", "latin", "--really", "--yes", "--at", "2099-11-27 09:00")
    assert "to those who are on the segment latin of weekly then: about 2 people" in said
    assert "to about 2 people of the segment latin of weekly, by newsletter work" in desk.ok("status", "1")
    choose(desk.folder, ADA, DATA)
    if changed:
        desk.change("issues/001.md", "Moka", "Mocha")
    monkeypatch.setenv("SMTP_PASSWORD", desk.env["SMTP_PASSWORD"])
    newsletter = open_newsletter(desk.folder)
    nine = datetime(2099, 11, 27, 9, tzinfo=newsletter.settings.timezone)
    (done,) = Worker("", Event(), clock=lambda: nine + timedelta(minutes=1)).turn(newsletter)
    newsletter.close()
    got = {address: sections(text) for address, text in read(inbox).items()}
    # What was frozen is what is sent; where the issue still gives the same bytes, it gives those of a variant, too.
    assert (done.refused, done.standing.late) == (None, 1 if changed else 0)
    assert got == {GRACE: {DATA, SEARCH, EXPERIENCE}} | ({} if changed else {ADA: {SEARCH, EXPERIENCE}})
    assert not any("mocha" in text for text in read(inbox).values())
    assert status(desk)["mailings"] == [{"list": "weekly", "segment": "latin", "excluding": []}]


def test_the_issues_of_a_list_have_its_theme_and_its_footer_everywhere(desk, inbox):
    footer = "Sent on weekdays & <never> on Sundays."
    desk.change("newsletter.toml", "[lists.weekly]", f"[lists.weekly]\ntheme = 'letter'\nfooter = '{footer}'")
    desk.ok("build", "1")
    built = {path.name: path.read_text(encoding="utf-8") for path in desk.path(".newsletter/build/001").glob("001.*")}
    assert footer in built["001.txt"]
    for name in ("001.html", "001.web.html", "001.mjml"):
        assert "Sent on weekdays &amp; &lt;never&gt; on Sundays." in built[name]
    assert "* * *" in built["001.txt"]  # the letter's own mark
    desk.ok("check", "1")
    desk.ok("send", "1", "--really", "--expect", "3")
    assert all(footer.lower() in text and "* * *" in text for text in read(inbox).values())
    desk.change("newsletter.toml", "'letter'", "'lettre'")
    assert 'there is no theme "lettre"; did you mean "letter"?' in desk.fails(2, "build", "1")
