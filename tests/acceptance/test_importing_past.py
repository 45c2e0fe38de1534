"""newsletter import: an export of another tool, and what every other command makes of its issues afterwards."""

import json
import zipfile

import pytest

POSTS = (
    "post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url\n"
    "101.queues,2024-03-10T12:00:00.000Z,true,2024-03-10T12:05:00.000Z,,newsletter,everyone,Queues moved,Sub,\n"
    "102.paid,2024-04-10T12:00:00.000Z,true,,,newsletter,only_paid,For payers,,\n"
    "103.draft,,false,,,newsletter,everyone,A draft,,\n"
)
QUEUES = "<h2>Links</h2><h3><a href='https://acme.example/moka?utm_source=w'>Moka at night</a></h3><p>They did it.</p>"


@pytest.fixture
def moved(desk):
    """A newsletter of which nothing is sent, and the export of its past issues."""
    desk.ok("init", ".", "--name", "Moka Weekly", "--from", "Mara <mara@example.org>")
    with zipfile.ZipFile(desk.path("export.zip"), "w") as archive:
        archive.writestr("posts.csv", POSTS)
        archive.writestr("posts/101.queues.html", QUEUES)
        archive.writestr("posts/102.paid.html", "<p>Secret</p>")
    return desk


def test_past_issues_come_in_once_and_every_command_knows_them(moved):
    tried = moved.ok("import", "export.zip", "--dry-run")
    assert "  001  2024-03-10  Queues moved (1 link)\n  002  2024-04-10  For payers (0 links, not for all" in tried
    assert "2 issues of Substack would be taken in for weekly; 0 known already, 1 draft left out" in tried
    assert not list(moved.path("issues").glob("*"))
    done = moved.ok("import", "export.zip")
    assert "Next: newsletter archive --out ../site shows them" in done
    assert json.loads(moved.ok("import", "export.zip", "--json"))["known"] == 2

    assert "issue 1 was sent by Substack, 2024-03-10 12:05 UTC, before it was imported" in moved.ok("status", "1")
    assert "001 was sent by Substack before it was imported" in moved.fails(2, "send", "1", "--really", "--yes")
    assert " error " not in moved.ok("check", "1")
    assert "wrote" in moved.ok("build", "1")
    assert "Moka at night" in moved.ok("search", "moka")
    assert "issue 2 is not shown" in moved.ok("archive", "--out", "../site")
    assert "Moka at night" in moved.path("../site/issues/001.html").read_text(encoding="utf-8")

    assert "ran in #1" in moved.ok("add", "https://acme.example/moka", "--wait", "0")
    assert "1 ran before" in moved.ok("triage", "--print")
    assert "no article is free to be picked" in moved.fails(2, "pick", "--all")
    assert "made issues/003.md" in moved.ok("new")


def test_what_is_not_taken_in_is_named_and_nothing_else_is_lost(moved):
    with zipfile.ZipFile(moved.path("export.zip"), "a") as archive:
        archive.writestr("posts/101.queues.delivers.csv", "a,b\n")
    moved.path("export").mkdir()
    moved.path("export/posts").mkdir()
    moved.path("export/posts.csv").write_text(POSTS, encoding="utf-8-sig", newline="\r\n")
    moved.path("export/posts/102.paid.html").write_text("<p>Secret</p>", encoding="utf-8")
    done = moved.run("import", "export")
    assert (done.returncode, '  posts.csv:2: not taken in: "Queues moved" has no text' in done.stdout) == (1, True)
    assert "1 issue of Substack taken in" in done.stdout
    assert "there is no campaigns.csv in it" in moved.fails(2, "import", "export.zip", "--from", "mailchimp")
    assert "this is no ZIP archive" in moved.fails(2, "import", "newsletter.toml")
