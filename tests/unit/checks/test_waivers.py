"""A waiver lets the findings of one rule pass, in plain sight."""

import re
from datetime import date
from pathlib import Path

import pytest
from test_rules import BAD, GOOD, subject, waiver

from newsletter.checks.finding import errors
from newsletter.checks.run import check
from newsletter.composer.issue_file import parse_issue
from newsletter.errors import IssueError, RenderError

LINE = """waivers = [
  { rule = "size", reason = "we know", date = 2026-11-27 },
  { rule = "b", reason = "x", date = 2026-11-28 },
]"""
TABLES = """[[waivers]]
rule = "a"
reason = "x"
date = 2026-11-27

[[waivers]]
rule = "b"
reason = "y"
date = 2026-11-27
"""


def parsed(line):
    return parse_issue(GOOD.replace('list = "weekly"', f'list = "weekly"\n{line}'), Path("issues/042.md"))


def test_a_waived_error_keeps_nothing_from_being_sent_and_is_still_told():
    bad, _ = BAD["size"]
    (finding,) = check(subject(GOOD, html=bad.rendered.html, waivers=(waiver("size"),)))
    assert errors([finding]) == []
    assert str(finding).startswith("issues/042.md:1: waived size: 102,401 bytes: 1 too many")
    assert str(finding).endswith("; waived: we know")
    assert finding.values()["waiver"] == "size, since 2026-11-27 (issues/042.md:9): we know"


def test_a_waiver_lets_only_its_own_rule_pass():
    found = check(subject(GOOD.replace("Hello.", "![](https://a.example/i.png)"), waivers=(waiver("size", "n.toml"),)))
    assert [finding.rule for finding in errors(found)] == ["alt-missing"]


@pytest.mark.parametrize("name", ["render", "waiver-unknown"])
def test_what_makes_no_mail_or_no_sense_cannot_be_waived(name):
    fault = RenderError("a text is nested too deep", "mend it", where="issues/042.md", line=8)
    found = errors(check(subject(GOOD, fault=fault, waivers=(waiver(name), waiver("sise")))))
    assert [finding.rule for finding in found] == ["render", "waiver-unknown", "waiver-unknown"]
    assert f"{name} cannot be waived" in {finding.what for finding in found}


def test_a_waiver_of_the_newsletter_need_not_be_used_by_each_issue():
    assert check(subject(GOOD, waivers=(waiver("size", "newsletter.toml"),))) == []


def test_a_rule_that_was_not_asked_says_nothing_of_its_waiver():
    assert check(subject(GOOD, waivers=(waiver("link-dead"),))) == []


def test_waivers_of_an_issue_are_read_with_their_lines():
    one, two = parsed(LINE).waivers
    assert (one.rule, one.reason, one.date, one.line) == ("size", "we know", date(2026, 11, 27), 8)
    assert (two.rule, two.line) == ("b", 9)


def test_waivers_may_stand_as_tables():
    assert [(one.rule, one.line) for one in parsed(TABLES).waivers] == [("a", 7), ("b", 12)]


@pytest.mark.parametrize("line, what", [
    ('waivers = "size"', r":7: \"waivers\" must be a list"),
    ('waivers = ["size"]', r":7: \"waivers\" must be a list of tables"),
    ('waivers = [{ rule = "size", date = 2026-11-27 }]', r":7: .*reason.* is missing"),
    ('waivers = [{ rule = "size", reason = " ", date = 2026-11-27 }]', r":7: the waiver gives no reason"),
    ('waivers = [{ rule = "size", reason = "x" }]', r"date.* is missing"),
    ('waivers = [{ rule = "size", reason = "x", date = "today" }]', r":7: .*date.* must be a date"),
    ('waivers = [{ rule = "size", reason = "x", date = 2026-11-27, until = 1 }]', r":7: .*until.* is not a known key"),
])  # fmt: skip
def test_a_waiver_that_is_none_is_told_with_its_line(line, what):
    with pytest.raises(IssueError) as told:
        parsed(line)
    assert re.search(what, str(told.value)), told.value
