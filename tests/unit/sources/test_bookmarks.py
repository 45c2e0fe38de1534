"""Bookmarks, each as its service exports it, and clippings of Obsidian: a folder of them, too."""

import json
from datetime import UTC, datetime

import pytest

from newsletter.sources.reader import read_source

NOW = datetime(2026, 11, 27, tzinfo=UTC)
NETSCAPE = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1" PERSONAL_TOOLBAR_FOLDER="true">Lesezeichen-Symbolleiste</H3>
    <DL><p>
        <DT><H3 ADD_DATE="1">Queues &amp; logs</H3>
        <DL><p>
<DT><A HREF="https://acme.example/q?a=1&amp;b=2" ADD_DATE="1762160400" TAGS="kafka,to read">Moving <b>the</b> queue</A>
            <DD>Read this
before Friday.[linkding-notes]More of it[/linkding-notes]
        </DL><p>
        <DT><A HREF="javascript:alert(1)" ADD_DATE="1">A bookmarklet</A>
    </DL><p>
    <DT><A HREF="https://acme.example/bare">https://acme.example/bare</A>
    <DT><A HREF="place:sort=8">Most visited</A>
</DL><p>
"""
POCKET = """<!DOCTYPE html>
<html><head><title>Pocket Export</title></head><body>
<h1>Unread</h1>
<ul>
<li><a href="https://acme.example/p" time_added="1762160400" tags="one,two words">A saved page</a></li>
</ul>
<h1>Read Archive</h1>
<ul><li><a href="https://acme.example/r" time_added="1478739709" tags="">Read</a></li></ul>
</body></html>
"""


def articles(text, name):
    return [one.article for one in read_source(text.encode(), name, now=NOW).collected]


def facts(article, *names):
    return tuple(getattr(article, name) for name in names)


@pytest.mark.parametrize("name", ["bookmarks.html", "-"])
def test_bookmarks_of_a_browser_keep_their_folders_as_tags(name):
    reading = read_source(NETSCAPE.encode(), name, now=NOW)
    first, second = (one.article for one in reading.collected)
    assert facts(first, "title", "link") == ("Moving the queue", "https://acme.example/q?a=1&b=2")
    assert first.tags == ("Queues & logs", "kafka", "to read")
    assert facts(first, "note", "saved") == ("Read this before Friday. More of it", "2025-11-03")
    assert facts(second, "title", "tags") == ("", ())
    assert [(remark.line, remark.harmless) for remark in reading.remarks] == [(14, True), (17, True)]
    assert (reading.collected[0].first_line, reading.collected[0].last_line) == (10, 12)


def test_pocket_in_html_is_no_web_page():
    first, second = articles(POCKET, "ril_export.html")
    assert facts(first, "title", "link", "tags", "saved") == (
        *("A saved page", "https://acme.example/p"),
        *(("one", "two words"), "2025-11-03"),
    )
    assert facts(second, "tags", "saved") == ((), "2016-11-10")


@pytest.mark.parametrize(
    "item, name",
    [
        ('<DT><A HREF="https://acme.example/{0}" TAGS="">Page {0}</A>\n', "chrome.html"),
        ('<DT><A HREF="https://acme.example/{0}">Page {0}</A>\n<DD>Note {0}\n', "firefox.html"),
        ('<DT><H3>F</H3>\n<DL><p><DT><A HREF="https://acme.example/{0}">Page {0}</A>\n</DL><p>\n', "folders.html"),
        ('<A HREF="https://acme.example/{0}">Page {0}</A>\n<DD>Note {0}\n', "odd.html"),
    ],
)
def test_as_many_bookmarks_are_read_as_there_are(item, name):
    items = "".join(item.format(number) for number in range(6000))
    reading = read_source(f"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n{items}</DL><p>\n".encode(), name, now=NOW)
    assert [one.article.title for one in reading.collected] == [f"Page {number}" for number in range(6000)]
    last = reading.collected[-1].article
    assert facts(last, "note", "tags") == ("Note 5999" if "Note" in item else "", ("F",) if "<H3>" in item else ())
    assert not reading.remarks


def test_bookmarks_that_are_nested_out_of_reach_are_told():
    nested = "<DL><p><DT><H3>F</H3>" * 5000
    text = f'<!DOCTYPE NETSCAPE-Bookmark-file-1>\n{nested}<DT><A HREF="https://acme.example/1">One</A>'
    reading = read_source(text.encode(), "bookmarks.html", now=NOW)
    assert (reading.collected, [remark.harmless for remark in reading.remarks]) == ((), [False])
    assert "1 of the links are in folders in folders without end" in reading.remarks[0].what


TABLES = {
    "pocket": "title,url,time_added,tags,status\nA page,https://acme.example/1,1762160400,one|two words,unread\n",
    "raindrop": "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n"
    '7,A page,Mine,Theirs,https://acme.example/1,one,"two words, one",2025-11-03T09:00:00.000Z,https://acme.example/i.png,,true\n',
    "readwise": "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen\n"
    "A page,https://acme.example/1,01h,\"['one', 'two words']\",2025-11-03 04:33:50+00:00,0.2,new,True\n",
}
PINBOARD = [
    {"href": "https://acme.example/1", "description": "A page", "extended": "Mine", "meta": "m", "hash": "h",
     "time": "2025-11-03T09:00:00Z", "shared": "no", "toread": "yes", "tags": "one two_words"}
]  # fmt: skip
LINKDING = {
    "count": 1,
    "results": [
        {"id": 1, "url": "https://acme.example/1", "title": "A page", "description": "Mine", "notes": "and more",
         "tag_names": ["one", "two words"], "date_added": "2025-11-03T09:00:00Z", "date_modified": "2026-01-01",
         "is_archived": False, "unread": True, "shared": False, "website_title": None, "website_description": None,
         "web_archive_snapshot_url": "", "favicon_url": "https://acme.example/f.png", "preview_image_url": ""}
    ],
}  # fmt: skip


@pytest.mark.parametrize("service", TABLES)
def test_a_table_of_a_service_is_understood_whole(service):
    reading = read_source(TABLES[service].encode(), "export.csv", now=NOW)
    (article,) = (one.article for one in reading.collected)
    assert facts(article, "title", "link", "saved") == ("A page", "https://acme.example/1", "2025-11-03")
    assert article.tags == ("one", "two words")
    assert article.found == f"{service}:export.csv"
    assert not reading.remarks
    assert not article.why


def test_raindrop_keeps_note_excerpt_and_picture():
    (article,) = articles(TABLES["raindrop"], "export.csv")
    assert facts(article, "note", "summary", "image") == ("Mine", "Theirs", "https://acme.example/i.png")


@pytest.mark.parametrize(
    "values, tags, note",
    [(PINBOARD, ("one", "two_words"), "Mine"), (LINKDING, ("one", "two words"), "Mine and more")],
)
def test_json_of_a_service_is_understood_whole(values, tags, note):
    reading = read_source(json.dumps(values).encode(), "bookmarks.json", now=NOW)
    (article,) = (one.article for one in reading.collected)
    assert facts(article, "title", "link", "saved") == ("A page", "https://acme.example/1", "2025-11-03")
    assert facts(article, "tags", "note") == (tags, note)
    assert not reading.remarks


@pytest.mark.parametrize(
    "text, name",
    [
        (TABLES["pocket"].replace("A page,", "https://acme.example/1,"), "part_000000.csv"),
        (json.dumps([PINBOARD[0] | {"description": "https://acme.example/1"}]), "pinboard.json"),
        (json.dumps([PINBOARD[0] | {"description": False, "extended": False}]), "pinboard.json"),
    ],
)
def test_a_bookmark_whose_title_nobody_knows_has_none_and_its_page_may_give_it(text, name):
    (article,) = articles(text, name)
    assert facts(article, "title", "link") == ("", "https://acme.example/1")
    assert article.note in ("", "Mine")


def test_a_folder_of_the_services_own_making_is_no_tag():
    (article,) = articles(TABLES["raindrop"].replace(",one,", ",Unsorted,"), "export.csv")
    assert article.tags == ("two words", "one")
    (article,) = articles(TABLES["raindrop"].replace(",one,", ",Dev/AI,"), "export.csv")
    assert article.tags == ("Dev", "AI", "two words", "one")


def test_what_linkding_read_on_the_page_stands_in_for_a_title():
    site = {"website_title": "Theirs", "website_description": "What they say"}
    bare = LINKDING["results"][0] | {"title": "", "description": ""} | site
    named = LINKDING["results"][0] | site
    first, second = articles(json.dumps([bare, named]), "bookmarks.json")
    assert facts(first, "title", "summary", "note") == ("Theirs", "What they say", "and more")
    assert facts(second, "title", "summary") == ("A page", "What they say")


CLIPPING = """---
title: "Queues: moving them"
source: "https://acme.example/queue"
author:
  - "[[Ada Byron]]"
  - "[[Bob Stone]]"
published: 2026-11-03
created: 2026-11-04
description: "Why: we moved it."
tags:
  - "clippings"
  - kafka
---
# A heading

We **moved** the [queue](https://q.example/) at night. ![a picture](p.png)

- one
> quoted [[Other note|words]]
"""


def test_a_clipping_of_obsidian_is_one_article_with_its_text():
    reading = read_source(CLIPPING.encode(), "Clippings/Queues.md", now=NOW)
    (one,) = reading.collected
    assert facts(one.article, "title", "link", "author") == (
        *("Queues: moving them", "https://acme.example/queue"),
        "Ada Byron, Bob Stone",
    )
    assert facts(one.article, "published", "saved", "summary") == ("2026-11-03", "2026-11-04", "Why: we moved it.")
    assert facts(one.article, "tags", "why", "source") == (("clippings", "kafka"), "", "")
    assert one.text == "A heading\nWe moved the queue at night.\none\nquoted words"
    assert not reading.remarks
