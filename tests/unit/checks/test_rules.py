"""Each rule: a bad example found at its line, a good one left alone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from examples_accessibility import BAD_MAILS
from mail_samples import THEME, document

from newsletter.browser.axe import Violation
from newsletter.checks.finding import Severity, errors
from newsletter.checks.link_rules import fault
from newsletter.checks.rule import RULES, Subject
from newsletter.checks.run import check
from newsletter.checks.spam_report import SpamReport, SpamTest
from newsletter.composer.issue_file import parse_issue
from newsletter.errors import RenderError
from newsletter.model.mail import Picture, RenderedIssue
from newsletter.model.mjml_fault import MjmlFault
from newsletter.model.traced import Place
from newsletter.model.waiver import Waiver
from newsletter.net.links import LinkStatus

HEAD = '+++\nnumber = 42\ndate = 2026-11-27\nsubject = "Moka"\npreheader = "Eight articles"\nlist = "weekly"\n+++\n'
BODY = "Hello.\n\n## Data\n\n### [Moka](https://a.example/) {#a}\n\n**Why it matters:** It scales.\n\n- One\n- Two\n"
GOOD = HEAD + BODY
BACKSLASH = "\\"
AT = Place(path=THEME, line=7)


def subject(text, html="<p>Moka</p>", plain="Moka", **facts):
    rendered = RenderedIssue(number=42, subject="Moka", mjml="", html=html, text=plain, tokens={})
    issue = parse_issue(text, Path("issues/042.md"))
    return Subject(
        **{"issue": issue, "rendered": rendered, "lists": ("weekly",), "postal_address": "Street 1", **facts}
    )


def waiver(name, path="issues/042.md"):
    return Waiver(rule=name, reason="we know", date=date(2026, 11, 27), path=Path(path), line=9)


COSTLY = SpamTest(name="GTUBE", points=4.9, words="BODY: Generic Test for Unsolicited Bulk Email")
PLACED = document("<p>Moka</p><p @@12>Pale</p>")


def violation(impact, place=0):
    facts = {"rule": "region", "help": "Some rule", "html": "<p>", "target": "p", "scheme": "dark"}
    return Violation(impact=impact, place=place, **facts)


BAD = {
    "no-articles": (subject(HEAD), 1),
    "subject-missing": (subject(GOOD.replace('"Moka"', '" "')), 4),
    "subject-long": (subject(GOOD.replace('"Moka"', f'"{"x" * 71}"')), 4),
    "preheader-missing": (subject(GOOD.replace('"Eight articles"', '""')), 5),
    "preheader-repeats": (subject(GOOD.replace("Eight articles", "moka")), 5),
    "list-unknown": (subject(GOOD.replace("weekly", "weakly")), 6),
    "title-missing": (subject(GOOD.replace("[Moka]", "[]")), 12),
    "link-missing": (subject(GOOD.replace("[Moka](https://a.example/)", "Moka")), 12),
    "why-missing": (subject(GOOD.replace("**Why it matters:** It scales.\n\n", "")), 12),
    "section-empty": (subject(GOOD.replace("## Data", "## None\n\n## Data")), 10),
    "unreviewed": (subject(GOOD.replace("\n+++\nHello", '\n[articles.a]\ndrafted_by = "llm:m"\n+++\nHello')), 14),
    "draft-unsupported": (subject(GOOD.replace("- One", "- (unsupported) One")), 16),
    "draft-truncated": (
        subject(GOOD.replace("\n+++\nHello", '\n[articles.a]\ndrafted_by = "llm:m"\ntruncated = true\n+++\nHello')),
        15,
    ),
    "draft-talk": (subject(GOOD.replace("- One", "- The provided text has no technical details")), 16),
    "link-malformed": (subject(GOOD.replace("Hello.", "See\n[x](javascript:alert(1)).")), 9),
    "alt-missing": (subject(GOOD.replace("Hello.", "![](https://a.example/i.png)")), 8),
    "image-address": (subject(GOOD.replace("Hello.", "![i](pictures/i.png)")), 8),
    "image-remote": (subject(GOOD.replace("Hello.", "![i](https://a.example/i.png)")), 8),
    "size": (subject(GOOD, html="x" * 102_401), 1),
    "size-near": (subject(GOOD, html="x" * 92_160), 1),
    "leftover": (subject(GOOD, html="<p>{{ name }}</p>"), 1),
    "public-url-unserved": (subject(GOOD, public_url="https://n.example", settings_lines={"public_url": 9}), 9),
    "postal-address-missing": (subject(GOOD, postal_address="", settings_lines={"postal_address": 3}), 3),
    **{name: (bad, 7) for name, bad in BAD_MAILS.items()},
}
BAD |= {
    f"link-{name}": (subject(GOOD, link_statuses={"https://a.example/": LinkStatus(**status)}), 12)
    for name, status in {
        "dead": {"status": 410, "end": "https://a.example/"},
        "unreachable": {"status": 0, "end": "https://a.example/", "fault": "its certificate does not hold"},
        "unsure": {"status": 403, "end": "https://a.example/"},
        "moved": {"status": 200, "end": "https://b.example/", "permanent": True},
        "canonical": {"status": 200, "end": "https://a.example/", "canonical": "https://c.example/"},
    }.items()
}
LARGE = Picture(name="a.png", type="image/png", width=9, height=9, digest="0", data=b"x" * 1_000_001)
HEAVY = replace(subject(GOOD), rendered=replace(subject(GOOD).rendered, pictures=(LARGE,)))
MANY = GOOD.replace("- Two", "\n".join(f"- {n}" for n in "234567"))
TWICE = GOOD + "\n### [Again](http://www.a.example/?utm_source=x)\n\n**Why it matters:** It does.\n\n- One\n- Two\n"
BAD |= {
    f"mjml-{name}": (
        subject(GOOD, mjml=(MjmlFault(rule=f"mjml-{name}", place=AT, what="it is wrong", todo="mend it"),)),
        7,
    )
    for name in ("unknown", "nesting", "tags", "raw", "value", "ignored")
}
BAD |= {
    **{
        f"axe-{name}": (subject(GOOD, document=PLACED, violations=(violation(impact),)), 12)
        for name, impact in {"serious": "critical", "moderate": "moderate", "minor": "minor"}.items()
    },
    **{
        f"spam-{name}": (subject(GOOD, spam=SpamReport(score=score, required=5, tests=(COSTLY,))), 1)
        for name, score in {"likely": 5.0, "score": 4.9}.items()
    },
    "text-links": (subject(GOOD, document=document('<a @@12 href="https://b.example/">x</a>')), 12),
    "remote-load": (subject(GOOD, document=document('<img @7 src="https://b.example/i.png">')), 7),
    "hidden-text": (subject(GOOD, document=document('<p @@12 style="display:none">x</p>')), 12),
    "image-heavy": (subject(GOOD, document=document('<img src="cid:a" width="500" height="500">')), 1),
    "pictures-large": (HEAVY, 1),
    "headers": (subject(GOOD, message=b"From: a@example.com\r\n\r\n"), 1),
    "link-shortened": (subject(GOOD.replace("a.example", "bit.ly")), 12),
    "link-lookalike": (subject(GOOD.replace("a.example", "p\u0430ypal.example")), 12),
    "proposal": (subject(GOOD.replace("\ndate", "\nproposal = true\ndate", 1)), 3),
    "subject-cut": (subject(GOOD.replace('"Moka"', f'"{"x" * 41}"')), 4),
    "why-length": (subject(GOOD.replace("It scales.", "It scales. It is fast. It is ours.")), 14),
    "why-opening": (subject(GOOD.replace("It scales.", "This article details how it scales.")), 14),
    "points-number": (subject(MANY), 22),
    "points-missing": (subject(GOOD.replace("\n- One\n- Two\n", "")), 12),
    "link-words": (subject(GOOD.replace("Hello.", "Hello.\nRead [more](https://b.example).")), 9),
    "sponsor-unlabelled": (subject(GOOD.replace("It scales.", "Sponsored, and it scales.")), 12),
    "link-twice": (subject(TWICE), 19),
    "link-tracked": (subject(TWICE.replace("http://www.a", "https://b")), 19),
    "ran-before": (subject(GOOD, ran={12: 37}), 12),
    "text-ran-before": (subject(GOOD, texts_ran={12: (37, 0.824)}), 12),
    "series-order": (
        subject(GOOD, series={12: "part 2 of a series, whose part 1 neither ran nor is in this issue"}),
        12,
    ),
    "section-full": (subject(GOOD, caps={"Data": 0.5}), 10),
    "client-support": (subject(GOOD, clients=("yahoo",), document=document('<p @7 style="gap:3px">x</p>')), 7),
    "client-fallback": (
        subject(GOOD, clients=("outlook-ios",), document=document('<p @7 style="color-scheme:dark">x</p>')),
        7,
    ),
    "waiver-unknown": (subject(GOOD, waivers=(waiver("sise"),)), 9),
    "waiver-unused": (subject(GOOD, waivers=(waiver("size"),)), 9),
    "render": (
        subject(GOOD, fault=RenderError("a text is nested too deep", "mend it", where="issues/042.md", line=8)),
        8,
    ),
}


@pytest.mark.parametrize("status", [
    {"status": 200, "end": "https://a.example/", "canonical": "http://www.a.example"},
    {"status": 204, "end": "https://b.example/"},
])  # fmt: skip
def test_a_link_that_leads_where_it_says_has_no_finding(status):
    assert check(subject(GOOD, link_statuses={"https://a.example/": LinkStatus(**status)})) == []


def test_a_good_issue_has_no_findings():
    assert check(subject(GOOD)) == []


def test_every_rule_has_a_bad_example_and_a_sentence():
    assert set(BAD) == set(RULES)
    assert all(rule.sentence.endswith(".") for rule in RULES.values())


@pytest.mark.parametrize("name", BAD)
def test_a_bad_example_is_found_at_its_line(name):
    bad, line = BAD[name]
    found = [finding for finding in check(bad) if finding.rule == name]
    assert {finding.line for finding in found} == {line}
    paths = {"newsletter.toml"} if RULES[name].settings else {"issues/042.md", THEME.as_posix()}
    assert {finding.path.as_posix() for finding in found} <= paths


@pytest.mark.parametrize("text", ["`{{ name }}`", r"\{{ name }\}", "Use {{ name }} and {% if %}"])
def test_template_syntax_that_an_article_speaks_of_is_no_leftover(text):
    html = f"<p>{text.replace('`', '').replace(BACKSLASH, '')}</p>"
    assert check(subject(GOOD.replace("It scales.", text), html=html)) == []


def test_what_an_article_speaks_of_hides_no_real_leftover():
    speaking = GOOD.replace("It scales.", "Use `{{ x }}`.")
    fine = subject(speaking, html="<p>Use <code>{{ x }}</code></p>", plain="Use {{ x\n}}")
    assert check(fine) == []
    bad = replace(fine, rendered=replace(fine.rendered, text="Hi {{ name }}, use {{ x }}"))
    assert [finding.what[:32] for finding in check(bad)] == ['"{{ name }}" is left in the text']


def test_what_the_settings_say_is_no_leftover():
    assert check(subject(GOOD, html="<p>All about {{ jinja }}</p>", own=("Digest", "All about {{ jinja }}"))) == []


def test_css_is_no_leftover():
    assert check(subject(GOOD, html="<style>@media x{p{a:b}}</style>")) == []


def test_leftovers_are_found_in_subject_and_text_too():
    bad = subject(GOOD, plain="{% x %}")
    bad = replace(bad, rendered=replace(bad.rendered, subject="*|NAME|*"))
    assert [finding.what[:24] for finding in check(bad)] == ['"*|NAME|*" is left in th', '"{% x %}" is left in the']


def test_a_sponsor_needs_no_why_but_a_link():
    sponsor = "\n### Acme {.sponsor}\nAcme\n\nWords.\n"
    assert [finding.rule for finding in check(subject(GOOD + sponsor))] == ["link-missing"]


def test_the_editors_own_prose_under_a_heading_needs_neither_link_nor_why_nor_points():
    chapter = "\n### What the notes were for\n\nThey are small.\n"
    assert check(subject(GOOD + chapter)) == []
    drafted = chapter.replace("for\n", "for {#5d46b0q7xk2ma}\n", 1)
    assert {finding.rule for finding in check(subject(GOOD + drafted))} >= {"link-missing", "why-missing"}


def test_a_reviewed_draft_is_fine():
    text = GOOD.replace("\n+++\nHello", '\n[articles.a]\ndrafted_by = "llm:m"\nreviewed_by = "mk"\n+++\nHello')
    assert check(subject(text)) == []


def test_only_errors_keep_an_issue_from_being_sent():
    findings = check(subject(HEAD.replace("Eight articles", "")))
    assert [finding.rule for finding in errors(findings)] == ["no-articles"]
    assert {finding.severity for finding in findings} == {Severity.ERROR, Severity.WARNING}


@pytest.mark.parametrize("link", [
    "https://example.com", "http://example.com/a?b=c&d#e", "https://münchen.example/ü", "https://a-b.c.example:8080/%20",
    "mailto:ada@example.com?subject=hi", "https://example.com/a_(b)", "https://192.0.2.1/x", "https://[2001:db8::1]/",
])  # fmt: skip
def test_well_formed_links_have_no_fault(link):
    assert fault(link) == ""


@pytest.mark.parametrize("link", [
    "example.com", "//example.com", "https://", "https://exa mple.com", "https://example", "ftp://example.com",
    "mailto:ada",
    "https://a:b@example.com/", "https://example.com/{{ x }}", "https://-a.example/", "https://a..example/", "https://[::1",
    "https://example.com:port/", "javascript:alert(1)", 'https://example.com/"onclick', "https://example.com/\n",
])  # fmt: skip
def test_malformed_links_have_a_fault(link):
    assert fault(link)
