"""Sentences are counted as people count them, and each wording rule leaves alone what only looks alike."""

from dataclasses import replace

import pytest
from test_rules import GOOD, TWICE, subject

from newsletter.checks.run import check
from newsletter.checks.wording_rules import sentences
from newsletter.model.issue import Provenance


@pytest.mark.parametrize("text, count", [
    ("It scales.", 1), ("It scales. It is fast.", 2), ("It scales", 1), ("", 0), ("Really? Yes! Good.", 3),
    ("Tools, e.g. Spark, run v1.2 on node.js. It works.", 2), ("In the U.S. market it grew.", 1), ("Wait... what?", 1),
    ('He said "stop." Then he left.', 2), ("Costs fell by 3.5 % (see fig. 2).", 1), ("Es läuft, z. B. hier. Gut.", 2),
    ("Es erscheint am 27. November 2026. Gut.", 2), ("It shipped on Nov. 5, at last.", 1),
    ("It fell by 20. May it last.", 2),
    ("遅延が半分になった。運用コストも下がった。監視も改善された。", 3), ("「速い！」と言った。", 1),
    ("هل هو أسرع؟ نعم.", 2),
    ("Uses `a.b.c()` calls.", 1), ("One!\nTwo.", 2), ("See https://a.example/x.html for more.", 1),
])  # fmt: skip
def test_sentences_are_counted(text, count):
    assert sentences(text) == count


def rules(text, **facts):
    return {finding.rule for finding in check(subject(text, **facts))}


@pytest.mark.parametrize("opening", [
    "This article details how", "The post explores", "This blog post really dives into", "Dieser Artikel zeigt",
    "In diesem Beitrag geht es", "This paper presents",
])  # fmt: skip
def test_an_opening_that_tells_of_the_article_is_found(opening):
    assert rules(GOOD.replace("It scales.", f"{opening} it scales.")) == {"why-opening"}


@pytest.mark.parametrize(
    "opening", ["The paper mill burned", "This detail matters", "Articles are long", "These are it"]
)
def test_an_opening_that_tells_what_matters_is_left_alone(opening):
    assert rules(GOOD.replace("It scales.", f"{opening}.")) == set()


@pytest.mark.parametrize("preheader", ["Moka", "moka!", "Moka: and what came of it"])
def test_a_preheader_that_repeats_the_subject_is_found(preheader):
    assert rules(GOOD.replace("Eight articles", preheader)) == {"preheader-repeats"}


def test_a_preheader_may_share_words_with_the_subject():
    assert rules(GOOD.replace("Eight articles", "What Moka costs")) == set()


def test_a_preheader_repeats_no_subject_that_is_missing():
    assert rules(GOOD.replace('"Moka"', '""')) == {"subject-missing"}


@pytest.mark.parametrize("words", ["more about Moka", "here be dragons", "the article on this"])
def test_link_words_that_say_something_are_left_alone(words):
    assert rules(GOOD.replace("Hello.", f"See [{words}](https://b.example).")) == set()


@pytest.mark.parametrize("words", ["Click here", "**read more**", "weiterlesen →", "hier."])
def test_link_words_that_say_nothing_are_found(words):
    assert rules(GOOD.replace("Hello.", f"See [{words}](https://b.example).")) == {"link-words"}


def test_trackers_are_named_and_the_clean_link_is_given():
    text = GOOD.replace("https://a.example/", "https://a.example/p?b=1&utm_source=x&fbclid=2#c")
    (found,) = check(subject(text))
    assert (found.what, found.todo) == ("the link has utm_source, fbclid in it", "write https://a.example/p?b=1#c")


def test_the_rest_of_a_tracked_link_stays_as_it_is_spelled():
    text = GOOD.replace("https://a.example/", "https://a.example/p?q=a%20b&flag&x=1,2&utm%5Fsource=x")
    (found,) = check(subject(text))
    assert found.todo == "write https://a.example/p?q=a%20b&flag&x=1,2"


def test_the_other_line_of_a_link_that_stands_twice_is_named():
    (found,) = [finding for finding in check(subject(TWICE)) if finding.rule == "link-twice"]
    assert "stands at line 12 already" in found.what


def test_an_article_may_run_again_for_a_reason():
    bad = subject(GOOD, ran={12: 37}, texts_ran={12: (37, 0.824)}, series={12: "part 2 of a series"})
    again = replace(bad, issue=replace(bad.issue, provenance={"a": Provenance(again="it was mended")}))
    assert check(again) == []
    assert [found.what for found in check(bad)] == [
        '"Moka" ran in issue 37',
        '"Moka": issue 37 told of 82 % of the same text',
    ]
    assert [found.what for found in check(replace(bad, ran={}, texts_ran={}))] == ['"Moka" is part 2 of a series']


@pytest.mark.parametrize(
    "words", ["Anzeige", "**Advertisement** Try it", "(Werbung) Gut", "Anzeige: gut", "Sponsored by Acme"]
)
def test_a_label_of_what_was_paid_for_is_found(words):
    assert rules(GOOD.replace("- One", f"- {words}")) == {"sponsor-unlabelled"}


@pytest.mark.parametrize(
    "words", ["Advertising is 98 % of revenue", "Die Werbung der Zukunft", "Advertising-tech", "Ads"]
)
def test_an_article_may_be_about_advertising(words):
    assert rules(GOOD.replace("- One", f"- {words}")) == set()


@pytest.mark.parametrize("link", ["https://shop.example/?tag=us-20", "https://s.example/?b=1&affiliate_id=3"])
def test_an_affiliates_link_is_no_articles(link):
    assert rules(GOOD.replace("https://a.example/", link)) == {"sponsor-unlabelled"}


def test_a_sponsor_may_say_that_it_is_one():
    sponsor = "\n### [Acme](https://acme.example) {.sponsor}\nAcme\n\nSponsored by Acme.\n"
    assert rules(GOOD + sponsor) == set()
    assert rules(GOOD, caps={"Data": 1}) == set()
