"""Rules on accessibility: a fault is found at its place and said in full, and what is no fault is left alone."""

import re
from dataclasses import replace
from random import Random

import pytest
from examples_accessibility import BAD_MAILS, GOOD_MAILS, HERE, TOP, css, page, whole

from newsletter.checks.rule import RULES, Finding, Subject
from newsletter.checks.run import check


def found(subject: Subject) -> list[Finding]:
    return [one for one in check(subject) if one.rule.startswith("a11y-")]


@pytest.mark.parametrize("name", BAD_MAILS)
def test_a_bad_mail_has_this_fault_alone_and_at_its_column(name: str) -> None:
    assert [(one.rule, one.line, one.column) for one in found(BAD_MAILS[name])] == [(name, 7, 3)]


@pytest.mark.parametrize("name", GOOD_MAILS)
def test_a_good_mail_has_no_fault(name: str) -> None:
    assert [str(one) for one in found(GOOD_MAILS[name])] == []


def test_every_rule_on_accessibility_has_a_bad_mail() -> None:
    assert set(BAD_MAILS) == {name for name in RULES if name.startswith("a11y-")}


def test_what_no_one_wrote_is_the_themes() -> None:
    fault = found(page(f"{TOP}<img src='i.png'>"))[0]
    assert (fault.path.as_posix(), fault.line) == ("templates/digest/issue.mjml.j2", 1)


def test_an_issue_without_a_subject_is_no_fault_of_its_theme() -> None:
    untitled = page("<h1></h1>", title="<title></title>")
    nameless = replace(untitled, issue=replace(untitled.issue, subject=" "))
    assert [one.rule for one in found(untitled)] == ["a11y-title", "a11y-headings"]
    assert found(nameless) == []
    assert "subject-missing" in {one.rule for one in check(nameless)}


@pytest.mark.parametrize(
    "text", ["here", "Click here!", "» mehr", "Weiterlesen …", "hier", "LINK", "https://a.example/x", "www.a.example"]
)
def test_a_link_text_that_says_nothing_is_found_in_english_and_german(text: str) -> None:
    assert [one.rule for one in found(page(f"{TOP}<a {HERE} href='#x'>{text}</a>"))] == ["a11y-link-text"]


@pytest.mark.parametrize("text", ["More on Moka", "Hier steht mehr über Moka", "a.example", "C", "→ Moka"])
def test_a_link_text_that_says_something_is_left_alone(text: str) -> None:
    assert found(page(f"{TOP}<a href='#x'>{text}</a>")) == []


def test_one_pair_of_colours_is_said_once_with_ratio_colours_and_a_remedy() -> None:
    pale = f"<p {HERE} style='color:#888'>a</p><p style='color:#888888'>b</p><p style='color:rgb(136 136 136)'>c</p>"
    assert [(one.what, one.todo) for one in found(page(TOP + pale))] == [
        (
            "light scheme: #888888 on #ffffff has a contrast of 3.54:1, here and 2 more times; "
            "text of 16px needs 4.5:1",
            "#757575 would do",
        )
    ]


def test_a_fault_on_phones_alone_is_found() -> None:
    narrow = css("@media (max-width: 480px) { p { color: #999 } }")
    assert [one.rule for one in found(page(f"{TOP}<p {HERE}>a</p>", narrow))] == ["a11y-unreadable-light"]


def test_a_dark_scheme_that_forgets_a_text_is_found() -> None:
    dark = css("@media (prefers-color-scheme: dark) { div { background: #111 !important; color: #eee } }")
    assert [one.rule for one in found(page(f"{TOP}<p {HERE} style='color:#222'>a</p>", dark))] == [
        "a11y-unreadable-dark"
    ]


def test_a_mail_without_or_with_two_first_headings_is_found() -> None:
    assert "no <h1>" in found(page(f"<h2 {HERE}>a</h2>"))[0].what
    assert found(page(f"{TOP}<h1 {HERE}>Again</h1>"))[0].what == '"Again" is another <h1>'


def test_a_role_that_hides_header_cells_is_found() -> None:
    hiding = f"{TOP}<table {HERE} role='presentation'><tr><th>a</th></tr></table>"
    assert [one.rule for one in found(page(hiding))] == ["a11y-table-headers"]


def test_a_language_that_is_none_is_found() -> None:
    bad = BAD_MAILS["a11y-lang"]
    assert "does not say its language" in found(bad)[0].what


def test_the_language_that_mjml_writes_for_none_is_none() -> None:
    undetermined = f'<html {HERE} lang="und" dir="auto"><head><title>M</title></head><body><div lang="und" dir="auto">'
    (one,) = found(whole(f"{undetermined}{TOP}</div></body></html>"))
    assert (one.rule, one.line, one.what) == ("a11y-lang", 7, "<html> does not say its language")


def test_broken_css_and_markup_are_read_as_far_as_they_go() -> None:
    broken = css("p { color: } } { ; @media { p { color: #888 } @x; a:::b { } [ ") + css("p { font-size: 10px }")
    assert {one.rule for one in found(page(f"{TOP}<p {HERE}>a<table role=none><td></p></b>", broken))} == {
        "a11y-small-text"
    }


def test_markup_cut_doubled_and_swapped_is_judged_without_a_traceback() -> None:
    mail = "".join(one.document.traced.html for one in BAD_MAILS.values() if one.document)
    chance = Random(4)
    for _ in range(200):
        broken = mail
        for _ in range(chance.randint(1, 12)):
            start = chance.randrange(len(broken))
            stop, other = start + chance.choice((1, 2, 8, 200)), chance.randrange(len(broken))
            middle = chance.choice(("", broken[start:stop] * 2, broken[other : other + stop - start], "²<{;("))
            broken = broken[:start] + middle + broken[stop:]
        broken = re.sub(r'data-place="[^1"]*"', "", re.sub(r"data-place(?!=\"1\")", "", broken))
        assert all(one.what and one.todo and one.line for one in found(whole(broken)))


def test_a_mail_nested_very_deeply_is_judged() -> None:
    deep = "<div><b>" * 5_000 + "a <a href='#'>Moka</a>"
    assert {one.rule for one in found(page(TOP + deep))} <= {"a11y-small-text"}
