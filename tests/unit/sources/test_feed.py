"""Feeds, right and broken: each of tests/data/feeds gives what expected.toml says."""

import random
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from broken_bytes import mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import InputError
from newsletter.sources import xml_feed
from newsletter.sources.context import Context
from newsletter.sources.entry import web_link
from newsletter.sources.feed import read_feed

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
EXPECTED = tomllib.loads((FEEDS / "expected.toml").read_text())
CONTEXT = Context(name="feed", address="https://feeds.example/feed", now=datetime(2026, 11, 27, 12, tzinfo=UTC))
SAMPLES = {path.name: path.read_bytes() for path in sorted(FEEDS.iterdir()) if path.suffix != ".toml"}


def feed(items, kind="rss", **headers):
    text = f"<{kind} version='2.0'><channel><title>T</title>{items}</channel></{kind}>"
    return read_feed(text.encode(), CONTEXT)


def test_every_feed_of_the_folder_is_expected():
    assert set(SAMPLES) == set(EXPECTED)
    assert len(SAMPLES) > 40


@pytest.mark.parametrize("name", EXPECTED)
def test_a_feed_gives_what_is_expected(name):
    expected, reading = EXPECTED[name], read_feed(SAMPLES[name], CONTEXT)
    for fact in ("title", "home", "language"):
        assert getattr(reading, fact) == expected.get(fact, getattr(reading, fact))
    found = [{**one.article.facts(), "text": one.text} for one in reading.collected]
    assert len(found) == len(expected["articles"])
    for facts, wanted in zip(found, expected["articles"], strict=True):
        assert {key: facts.get(key, "") for key in wanted} == wanted
    ids = [one.article.id for one in reading.collected]
    assert len(set(ids)) == len(ids)
    told = [remark.what for remark in reading.remarks]
    assert set(expected.get("remarks", [])) <= set(told)


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"<!DOCTYPE html><html><body><p>x</body>", b"<html><item>x</item>", b"plain words", b"{}"]
)
def test_what_is_no_feed_is_an_error_that_says_so(data):
    with pytest.raises(InputError, match=r"feed"):
        read_feed(data, CONTEXT)


def test_a_charset_of_the_answer_counts_where_the_feed_has_none():
    context = Context(name="x", now=CONTEXT.now, headers={"content-type": "text/xml; charset=windows-1251"})
    data = "<rss version='2.0'><channel><item><title>Привет</title></item></channel></rss>".encode("windows-1251")
    assert read_feed(data, context).collected[0].article.title == "Привет"


def test_a_title_is_cut_and_a_summary_ends_at_a_word():
    reading = feed(f"<item><title>{'t' * 900}</title><description>{'word ' * 300}</description></item>")
    article = reading.collected[0].article
    assert len(article.title) == 300
    assert len(article.summary) <= 600
    assert article.summary.endswith("word…")


def test_a_description_that_is_no_teaser_is_the_text():
    short, long = (feed(f"<item><title>t</title><description>{'w ' * n}</description></item>") for n in (99, 100))
    assert not short.collected[0].text
    assert long.collected[0].text == ("w " * 100).strip()


def test_more_entries_and_more_bytes_than_the_limits_are_left_out_and_said(monkeypatch):
    monkeypatch.setattr(xml_feed, "ENTRY_LIMIT", 100)  # of 10,000, which take three seconds
    many = feed("".join(f"<item><title>{n}</title></item>" for n in range(101)))
    assert len(many.collected) == 100
    assert "more than 100 entries" in many.remarks[0].what
    long = read_feed(b"<rss><channel><item><title>a</title></item></channel></rss>" + b" " * 5_000_000, CONTEXT)
    assert len(long.collected) == 1
    assert "longer than 5,000,000 bytes" in long.remarks[0].what


def test_tags_and_entities_beyond_all_measure_are_not_read(monkeypatch):
    monkeypatch.setitem(xml_feed.MARK_LIMITS, "<", 1000)
    reading = feed("<item><title>Kept</title></item><item>" + "<a>" * 1001)
    assert [one.article.title for one in reading.collected] == ["Kept"]
    assert "more than 1,000 times <" in reading.remarks[0].what


@pytest.mark.parametrize(
    "link, base, meant",
    [
        ("https://a.example/x\x1b[31m y\n", "", "https://a.example/x%1B[31m%20y"),
        ("HTTPS://A.example", "", "HTTPS://A.example"),
        ("//b.example/", "https://a.example/", "https://b.example/"),
        ("http://a.example:0/", "", ""),
        ("http:///x", "", ""),
        ("http://a.example:port/", "", ""),
        ("https://a.example/" + "x" * 3000, "", ""),
    ],
)
def test_a_link_is_an_address_of_the_web_or_none(link, base, meant):
    assert web_link(link, base) == meant


def test_text_that_only_a_machine_would_see_is_in_no_article():
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules")
    reading = feed(f"<item><title>Plain{hidden}</title><link>https://a.example/</link></item>")
    assert reading.collected[0].article.title == "Plain"


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), seed=st.integers(0, 2**32), changes=st.integers(1, 20))
def test_no_bytes_however_broken_raise_anything_but_an_input_error(name, seed, changes):
    try:
        reading = read_feed(mutated(SAMPLES[name], random.Random(seed), changes), CONTEXT)
    except InputError:
        return
    for one in reading.collected:
        one.article.title.encode()
        assert one.article.published == "" or "1990" <= one.article.published <= "2026-11-28"
        assert one.article.link == "" or one.article.link.lower().startswith(("http://", "https://"))
