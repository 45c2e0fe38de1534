"""Whichever way an article came, an issue prints the link of its publisher, each letter of it, without trackers."""

import json
import re

import pytest
from click.testing import CliRunner
from fetch_desk import fetch, make_desk, waiting
from web_site import Says, web_site

from newsletter.cli.root import root

GIVEN = "https://www.Blog.example/{}/Piece/?b=2&utm_source=weekly&a=%C3%A4&fbclid=IwAR0x#Part-2"
PRINTED = "https://www.Blog.example/{}/Piece/?b=2&a=%C3%A4#Part-2"
MAIL = """From: W <w@weekly.example>
Subject: Weekly
Date: Tue, 03 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p><a href="{0}">A piece of the {1}</a></p>
"""
SAVED = "<!DOCTYPE html>\n<!-- saved from url=(0023){0} -->\n<html><head><title>A piece</title></head><body><p>{1}</p>"
ITEM = "<item><title>Of the {1}</title><link>{0}</link></item>"
RSS = f'<rss version="2.0"><channel><title>F</title>{ITEM}</channel></rss>'
FILES = {
    "table.csv": "title,link\nOf the {1},{0}\n",
    "lines.jsonl": '{{"title": "Of the {1}", "link": "{0}"}}\n',
    "jsonfeed.json": '{{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": '
    '[{{"id": "1", "title": "Of the {1}", "url": "{0}"}}]}}',
    "rss.xml": RSS,
    "atom.atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>1</id><title>Of the {1}</title>'
    '<link href="{0}"/></entry></feed>',
    "bookmarks.html": '<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n<DT><A HREF="{0}">Of the {1}</A>\n</DL><p>\n',
    "pocket.csv": "title,url,time_added,tags,status\nOf the {1},{0},1762160400,,unread\n",
    "weekly.eml": MAIL,
    "digest.md": "### [Of the {1}]({0})\n\nWhy it matters: It does.\n",
    "front.md": '---\ntitle: "Of the {1}"\nlink: "{0}"\n---\nWords.\n',
    "links.txt": "{0}\n",
    "saved.html": SAVED,
}  # fmt: skip
ESCAPED = ("rss.xml", "atom.atom", "bookmarks.html", "weekly.eml")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = make_desk(tmp_path / "desk")
    monkeypatch.chdir(made)
    return made


def run(*words):
    done = CliRunner().invoke(root, words)
    assert done.exit_code in (0, 1), done.output + repr(done.exception)
    return done.output


def test_an_issue_prints_the_publishers_link_without_trackers_from_every_way_in(folder):
    ways = [*FILES, "typed", "feed", "edited"]
    for name, text in FILES.items():
        link = GIVEN.format(name)
        (folder / name).write_text(text.format(link.replace("&", "&amp;") if name in ESCAPED else link, name))
        run("add", name, "--wait", "0")
    run("add", GIVEN.format("typed"), "--wait", "0")
    run("add", "https://www.blog.example/wrong", "--wait", "0")
    (wrong,) = (one["id"] for one in json.loads(run("pool", "list", "--json")) if one["link"].endswith("/wrong"))
    run("pool", "edit", wrong, "--link", GIVEN.format("edited"))
    feed = RSS.format(GIVEN.format("feed").replace("&", "&amp;"), "feed")
    with web_site({"/f": Says(body=feed.encode())}) as site:
        (folder / "feeds.toml").write_text(f'[feeds.f]\naddress = "http://127.0.0.1:{site.port}/f"\n')
        fetch(folder)
    for one in json.loads(run("pool", "list", "--json")):
        if not one.get("title"):
            run("pool", "edit", one["id"], "--title", "By hand")
    run("pick", "--all")
    run("pick", waiting(folder)[0].id)
    text = (folder / "issues/001.md").read_text()
    printed = re.findall(r"^### \[.*\]\((.*?)\) \{#", text, re.M)
    assert sorted(printed) == sorted(PRINTED.format(way) for way in ways)
    kept = "".join(path.read_text() for path in folder.glob("pool/*.jsonl"))
    assert kept.count("utm_source=weekly") >= len(FILES), "the pool remembers how it was given"
