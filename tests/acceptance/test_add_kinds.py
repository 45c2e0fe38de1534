"""newsletter add: files and folders by what they are, and sources of other packages."""

import json

import pytest
from source_wheel import make_wheel

CLIPPING = '---\ntitle: "Clipped"\nsource: "https://acme.example/clipped"\ntags:\n  - clippings\n---\nThe text of it.\n'
BOOKMARKS = (
    "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><H3>Queues</H3><DL><p>\n"
    '<DT><A HREF="https://acme.example/marked" ADD_DATE="1762160400">Marked</A></DL></DL>\n'
)
MAIL = (
    "From: w@weekly.example\nSubject: Weekly\nDate: Tue, 03 Nov 2026 10:00:00 +0000\nContent-Type: text/plain\n\n"
    "Mailed: https://acme.example/mailed\n"
)
FEED = (
    "<rss version='2.0'><channel><title>Acme</title><item><title>Fed</title><link>https://acme.example/fed</link>"
    f"<description>{'A word or two. ' * 40}</description></item></channel></rss>"
)
PAGE = (
    '<!DOCTYPE html><html><head><title>Saved</title><link rel="canonical" href="https://acme.example/saved"></head>'
    "<body><article><p>Some words of a page.</p></article></body></html>"
)


@pytest.fixture
def folder(sample, tmp_path):
    """A folder of all that there is, a broken file among it."""
    folder = tmp_path / "week"
    for name, text in {
        "Clippings/Clipped.md": CLIPPING,
        "marks.html": BOOKMARKS,
        "weekly.eml": MAIL,
        "feed.xml": FEED,
        "saved.html": PAGE,
        "broken.json": "[{",
        "notes/idea.md": "# An idea\n\nof mine\n",
        "notes/todo.md": "---\ntags: [todo]\n---\n- [ ] call\n",
        "picture.png": "\x89PNG",
        ".obsidian/app.json": "{}",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_folder_is_read_whole_and_a_broken_file_in_it_stops_nobody(sample, folder):
    done = sample.run("add", str(folder), "--tag", "week")
    assert done.returncode == 1
    assert "broken.json:1: not understood: this is not JSON" in done.stdout
    assert done.stdout.count("not understood") == 1
    assert f"2 notes without an article: {folder}/notes/idea.md, …\n" in done.stdout
    assert "5 added, 0 completed, 0 in the pool already" in done.stdout
    pool = {one["link"]: one for one in json.loads(sample.ok("pool", "list", "--json"))}
    clipped, marked, mailed, fed = (
        pool[f"https://acme.example/{name}"] for name in ("clipped", "marked", "mailed", "fed")
    )
    assert pool["https://acme.example/saved"]["title"] == "Saved"
    assert [one["tags"] for one in (clipped, marked)] == [["clippings", "week"], ["Queues", "week"]]
    assert (mailed["title"], mailed["note"], mailed["found"]) == ("Mailed", "in “Weekly”", "mail:weekly.eml")
    assert (fed["source"], fed["words"], fed["minutes"], fed["found"]) == ("Acme", 160, 1, "feed:feed.xml")
    assert {"text_sha256", "sketch"} <= set(fed)
    again = sample.run("add", str(folder), "--tag", "week")
    assert "0 added, 0 completed, 5 in the pool already" in again.stdout


def test_of_a_file_of_thousands_the_first_are_shown_and_all_are_added(sample):
    rows = "".join(f"Number {number},https://acme.example/{number}\n" for number in range(3000))
    sample.path("many.csv").write_text(f"title,link\n{rows}")
    told = sample.ok("add", "many.csv").splitlines()
    assert (told[0], told[101], len(told)) == ("many.csv: read 3,000 articles", "  … 2,900 more", 105)
    assert told[102] == "3,000 added, 0 completed, 0 in the pool already"


def test_what_a_file_is_can_be_said(sample):
    sample.path("odd.txt").write_text(FEED)
    assert "Fed" in sample.ok("add", "odd.txt", "--as", "feed")
    told = sample.fails(2, "add", "odd.txt", "--as", "nothing")
    assert 'there is no kind "nothing"; there are digest, markdown, json, csv, feed, bookmarks, mail' in told


def test_other_packages_bring_kinds_and_one_that_fails_is_named(sample, tmp_path):
    sample.env["PYTHONPATH"] = str(make_wheel(tmp_path))
    sample.path("list.acme").write_text("Found by its name|https://acme.example/1\n")
    assert "Found by its name" in sample.ok("add", "list.acme")
    told = sample.fails(2, "add", "list.acme", "--as", "raising")
    assert 'list.acme: the source "raising" failed: KeyError: \'no such thing' in told
    sample.path("hang.sick").write_text("x")
    sample.path("mail.eml").write_text(MAIL)
    done = sample.run("add", "hang.sick", "mail.eml")
    assert (done.returncode, "Mailed" in done.stdout) == (1, True)
    assert 'hang.sick: not understood: the source "sick" failed: RuntimeError: always' in done.stdout


def test_what_another_command_reads_is_said(sample):
    sample.path("feeds.opml").write_text("<opml version='2.0'><body/></opml>")
    assert "newsletter feeds import feeds.opml" in sample.fails(2, "add", "feeds.opml")
    sample.path("export.zip").write_bytes(b"PK\x03\x04rest")
    assert "newsletter import export.zip" in sample.fails(2, "add", "export.zip")
