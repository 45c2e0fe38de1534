"""Pages in odd encodings, broken ones, hostile ones, and what pages say that is not to be believed."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.app.adding import is_saved_page
from newsletter.errors import InputError
from newsletter.sources.context import Context
from newsletter.sources.page import read_page
from newsletter.sources.page_tree import LIMIT
from newsletter.sources.reader import kind_of
from newsletter.sources.same_site import is_same_site, registered_domain
from newsletter.sources.written_day import written_day

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HERE = Context(name="page", address="https://blog.example.com/a", now=NOW)
WORDS = " ".join(
    f"The {n}th sentence of this article says a little more about its subject, and then stops." for n in range(30)
)


def read(head="", body=f"<article><p>{WORDS}</p></article>", context=HERE):
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return read_page(page.encode(), context)


def linked(value):
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


@pytest.mark.parametrize("data, header", [
    ("<title>Zürich – „ja“</title>".encode(), ""),
    ("<title>Zürich – „ja“</title>".encode(), "text/html; charset=iso-8859-1"),  # a server that says it of everything
    ("<title>Zürich – „ja“</title>".encode("cp1252"), "text/html; charset=iso-8859-1"),
    ("<title>Zürich – „ja“</title>".encode("cp1252"), ""),
    ("<meta charset=windows-1252><title>Zürich – „ja“</title>".encode("cp1252"), "text/html; charset=utf-8"),
    ("\ufeff<title>Zürich – „ja“</title>".encode("utf-16-le"), ""),
    ("<title>Zürich – „ja“</title>".encode("utf-8-sig"), "text/html; charset=koi8-r"),
    ("<title>Zürich – „ja“</title>".encode(), "text/html; charset=rot13"),
    ("<title>Zürich – „ja“</title>".encode("cp1252"), "text/html; charset=no-such"),
])  # fmt: skip
def test_letters_are_right_whatever_is_said_of_the_encoding(data, header):
    context = replace(HERE, headers={"content-type": header})
    assert read_page(data, context).article.title == "Zürich – „ja“"


@pytest.mark.parametrize("language, encoding, title", [
    ("ru", "cp1251", "Очередь без потерь"),
    ("ja", "cp932", "一行の理由"),
    ("el", "iso8859-7", "Ουρά χωρίς απώλειες"),
])  # fmt: skip
def test_a_page_that_says_only_its_language_is_read_as_browsers_read_it(language, encoding, title):
    data = f'<html lang="{language}"><title>{title}</title><p>x'.encode(encoding)
    assert read_page(data, HERE).article.title == title


def test_characters_that_steer_or_hide_are_in_no_fact():
    head = '<meta property="og:title" content="Be&#27;[31mware\u202e of\U000e0041 tags&#8203;">'
    assert read(head).article.title == "Be[31mware of tags"


@pytest.mark.parametrize("body", [
    "<div>" * 100_000 + WORDS,
    "<b>" * 5_000 + f"<p>{WORDS}</p>",
    "<p>" + "&amp;" * 200_000,
    "<!--" + "-" * 100_000,
    "<a " * 50_000,
    '<p style="' + "color:red;" * 20_000 + f'">{WORDS}</p>',
    "<style>" + "a{" * 50_000 + "</style>" + f"<p>{WORDS}</p>",
    "<table>" * 2_000,
    "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><p>&b;</p>",
])  # fmt: skip
def test_a_page_that_is_meant_to_break_a_reader_does_not(body):
    assert len(read(body=body).text) < 5_000_000


def test_a_page_of_five_million_octets_is_read_and_what_is_behind_them_is_not():
    many = f"<p>{WORDS}</p>" * (LIMIT // len(WORDS) + 10)
    reading = read("<title>Long</title>", body=many)
    assert reading.article.truncated
    assert reading.article.title == "Long"


@pytest.mark.parametrize("value", [
    "[" * 100_000,
    '{"@type":"Article","headline":' + "9" * 10_000 + "}",
    {"@type": "Article", "author": {"@id": "#a"}, "headline": ["x", {"@value": "y"}]},
    {"@type": ["Article", 7], "author": [None, 7, {"name": None}, {"name": ["A", 3]}], "datePublished": {"@value": 7}},
    {"@graph": [{"@type": "Article", "@id": "#x", "isPartOf": {"@id": "#x"}, "publisher": {"@id": "#x"}}]},
    "null", '"x"', "{}", "[[[]]]", '{"@type": null}', "NaN", "<!-- {} -->",
])  # fmt: skip
def test_json_that_is_odd_costs_nothing_but_itself(value):
    head = (
        '<meta property="og:title" content="A title">'
        + linked(value)
        + linked({"@type": "Article", "author": "Ada", "url": HERE.address})
    )
    article = read(head).article
    assert article.title == "A title"
    assert article.author == "Ada", "the thing that says it is of this page is the one that counts"


@settings(max_examples=40)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                        st.sampled_from(["@type", "@graph", "@id", "headline", "author", "name", "image", "publisher",
                                         "datePublished", "duration", "mainEntityOfPage", "inLanguage", "wordCount"]),
                        inner | st.just("Article"), max_size=6), max_leaves=25))  # fmt: skip
def test_any_json_can_be_read(value):
    read(linked(json.dumps(value).replace("</", "<\\/")))


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_page_or_say_that_they_are_none(data):
    with suppress(InputError):
        assert read_page(data, HERE).article.source


@pytest.mark.parametrize("head, canonical", [
    ('<link rel="canonical" href="/b?utm_source=x">', "https://blog.example.com/b?utm_source=x"),
    ('<link rel="canonical" href="https://www.example.com/b#top">', "https://www.example.com/b"),
    ('<link rel="canonical" href="https://example.com/b"><meta property="og:url" content="/c">', "https://example.com/b"),
    ('<meta property="og:url" content="https://example.com/c">', "https://example.com/c"),
    ('<base href="https://example.com/deep/"><link rel="canonical" href="b">', "https://example.com/deep/b"),
    ('<link rel="canonical" href="https://blog.example.com/a">', ""),  # it is where it was found
    ('<link rel="canonical" href="https://evil.example/a">', ""),
    ('<link rel="canonical" href="https://blog.example.com/">', ""),
    ('<link rel="canonical" href="javascript:alert(1)">', ""),
    ('<link rel="canonical" href="http://[::1">', ""),
    ('<link rel="canonical" href="https://me:secret@example.com/a">', ""),
    ('<link rel="canonical" href="">', ""),
])  # fmt: skip
def test_a_canonical_address_is_believed_within_one_site(head, canonical):
    assert read(head).article.canonical == canonical


def test_why_a_canonical_address_was_not_believed_is_said():
    (remark,) = read('<link rel="canonical" href="https://evil.example/a">').remarks
    assert remark == "it calls https://evil.example/a its address, which is another site's: not believed"


@pytest.mark.parametrize("address, domain", [
    ("https://news.example.co.uk/a", "example.co.uk"),
    ("https://a.b.example.com", "example.com"),
    ("https://ada.github.io/x", "ada.github.io"),
    ("https://x.ada.github.io/x", "ada.github.io"),
    ("https://ada.substack.com", "ada.substack.com"),
    ("https://www.bbc.co.uk", "bbc.co.uk"),
    ("https://example.de", "example.de"),
    ("https://t.co/x", "t.co"),
    ("http://10.0.0.1/", "10.0.0.1"),
    ("http://[2001:db8::1]/", "2001:db8::1"),
    ("http://localhost:80/", "localhost"),
    ("http://[::1", ""),
    ("nothing", ""),
])  # fmt: skip
def test_the_domain_that_somebody_registered_is_found(address, domain):
    assert registered_domain(address) == domain


def test_two_people_of_one_host_are_two_sites():
    assert not is_same_site("https://ada.github.io/x", "https://bob.github.io/x")
    assert is_same_site("https://amp.example.com/x", "http://www.example.com/y")
    assert not is_same_site("", "")


@pytest.mark.parametrize("text, day", [
    ("2025-09-10T23:30:00-08:00", "2025-09-10"),
    ("2025-09-10", "2025-09-10"), ("20250910", "2025-09-10"), ("2025/09/10", "2025-09-10"),
    ("2025-09", "2025-09"), ("2025", "2025"),
    ("Wed, 10 Sep 2025 10:00:00 GMT", "2025-09-10"),
    ("10 September 2025", "2025-09-10"), ("Sept. 10, 2025", "2025-09-10"), ("the 3rd of May, 2025", "2025-05-03"),
    ("Posted on May 3, 2025 by Ada", "2025-05-03"),
    ("2026-11-28", "2026-11-28"), ("2026-11-29", ""), ("1763-01-01", ""), ("2025-02-31", ""), ("31 September 2025", ""),
    ("", ""), ("yesterday", ""), ("99999999999999999999", ""), ("0000", ""),
])  # fmt: skip
def test_days_are_read_as_they_were_written(text, day):
    assert written_day(text, NOW) == day


@pytest.mark.parametrize("head, body, truncated", [
    ("", f"<p>{WORDS}</p>", False),
    ("", f"<p>{WORDS}</p><p>Subscribe to continue reading</p>", True),
    ("", f"<p>{WORDS[:900]} …</p>", True),
    ("", f"<p>{WORDS[:900]}</p><p>Continue reading →</p>", True),
    (linked({"@type": "Article", "isAccessibleForFree": False}), f"<p>{WORDS[:900]}</p>", True),
    (linked({"@type": "Article", "isAccessibleForFree": "False", "wordCount": 500}), f"<p>{WORDS}</p>", False),
    (linked({"@type": "Article", "wordCount": 5000}), f"<p>{WORDS}</p>", True),
    (linked({"@type": "Article", "isAccessibleForFree": True}), f"<p>{WORDS}</p>", False),
    ("", f"<p>{WORDS}</p><p>We thank everybody who read the first version of this.</p>", False),
])  # fmt: skip
def test_a_text_that_ends_before_its_article_does_is_known(head, body, truncated):
    reading = read(head, f"<article>{body}</article><ul class=related><li>Another article. Read more</li></ul>")
    assert reading.article.truncated == truncated
    assert bool(reading.article.minutes) != truncated, "how long a part takes says nothing of the whole"


@pytest.mark.parametrize("head, body, minutes", [
    ("", "", 3),
    ('<meta name="twitter:label2" content="Reading time"><meta name="twitter:data2" content="12 minutes">', "", 12),
    ("", "<header><span>7 min read</span></header>", 7),
    (linked({"@type": "Article", "timeRequired": "PT1H5M"}), "", 65),
    (linked({"@type": "VideoObject", "duration": "PT9M01S"}), "", 10),
    (linked({"@type": "Article", "timeRequired": "a while"}), "", 3),
])  # fmt: skip
def test_reading_minutes_are_the_pages_own_or_counted(head, body, minutes):
    assert read(head, f"<article>{body}<p>{WORDS}</p></article>").article.minutes == minutes


@pytest.mark.parametrize("head, title", [
    ('<meta property="og:title" content="A | B"><meta property="og:site_name" content="B">', "A"),
    ('<title>A – B – The Post</title><meta property="og:site_name" content="The Post">', "A – B"),
    ('<title>Spaces   and\nlines</title>', "Spaces and lines"),
    ('<meta property="og:title" content=""><title>T</title>', "T"),
    ('<meta property="og:title" content="Using {{ x }} &amp; &lt;script&gt;">', "Using {{ x }} & <script>"),
])  # fmt: skip
def test_titles_lose_the_name_of_their_site_and_nothing_else(head, title):
    assert read(head).article.title == title


@pytest.mark.parametrize("data, words", [
    (b"%PDF-1.7 x", "a PDF"), (b"\x89PNG\r\n", "a picture"), (b"PK\x03\x04", "an archive"),
    (b"<?xml version='1.0'?><rss version='2.0'>", "a feed"), (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "a feed"),
    (b"", "empty"), (b"  \n ", "empty"),
])  # fmt: skip
def test_what_is_no_page_is_said(data, words):
    with pytest.raises(InputError, match=words):
        read_page(data, HERE)


def test_many_comments_before_anything_else_are_passed_over_at_once():
    comments = b"<!-- x - y -->\n" * 200
    assert kind_of(comments + b"<rss version='2.0'>", "-") == "feed"
    assert kind_of(comments + b"words", "-") == "digest"
    assert is_saved_page(comments + b"<!DOCTYPE html>")
    assert not is_saved_page(comments + b"words")
    assert read_page(comments + b"<title>T</title>", HERE).article.title == "T"
    with pytest.raises(InputError, match="a feed"):
        read_page(comments + b"<rss version='2.0'>", HERE)


@pytest.mark.parametrize("odd", ["&#1;", "\x01", "&#xFFFE;", "&#x1F;", "\x0b"])
def test_controls_around_what_is_hidden_are_no_reason_to_stop(odd):
    reading = read("<title>T</title>", f"<article><p>One{odd} <i hidden>x{odd}</i>{odd}two {WORDS}</p></article>")
    assert reading.text.startswith("One two The 0th")


@pytest.mark.parametrize("written", [
    "<!--\n{}\n-->", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "<![CDATA[ {} ]]>", "// <![CDATA[\n{}\n// ]]>",
    " {};\n", "[[{},],]",
])  # fmt: skip
def test_json_is_read_whatever_it_was_wrapped_in(written):
    assert read(linked(written.replace("{}", '{"@type": "Article", "author": "Ada",}'))).article.author == "Ada"
