"""From a digest to an inbox, and each command on the way."""

import email
import email.policy
import html.parser
import json
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date

import pytest
from smtp_server import certified
from web_site import Says, web_site


@pytest.fixture
def public_site(sending, authority):
    """The newsletter's public site, where unsubscribing with one click works."""
    with web_site({"/u/": Says()}, certified(authority)) as site:
        sending.change("newsletter.toml", '# public_url = "https://news.example.com"', f'public_url = "{site.url}"')
        sending.env["SSL_CERT_FILE"] = str(sending.path("ca.pem"))
        authority.cert_pem.write_to_path(sending.env["SSL_CERT_FILE"])
        yield site


def parsed(data: bytes):
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert not message.defects
    assert not [part.defects for part in message.walk() if part.defects]
    return message


class _Words(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.text = ""

    def handle_data(self, data):
        self.text += data


def words_of(html_text):
    parser = _Words()
    parser.feed(html_text)
    return flat(parser.text)


def flat(text):
    return " ".join(text.split())


@pytest.fixture
def told(digest_text):
    """Every why and every key point of the digest, as its source has them."""
    found = re.findall(r"^(?:Why it matters:|\s+•) (.+)$", digest_text, re.M)
    assert len(found) == 8 + 43
    return found


def test_every_why_and_point_comes_through_in_html_text_and_mail(sample, told):
    sample.ok("build", "1")
    folder = sample.path(".newsletter/build/001")
    message = parsed((folder / "001.eml").read_bytes())
    html_part, text_part = message.get_body(["html"]).get_content(), message.get_body(["plain"]).get_content()
    for shown in (
        words_of((folder / "001.html").read_text(encoding="utf-8")),
        flat((folder / "001.txt").read_text(encoding="utf-8")),
        words_of(html_part),
        flat(text_part),
    ):
        assert [text for text in told if flat(text) not in shown] == []


def test_the_same_input_gives_the_same_bytes_also_in_a_clone_without_database(sample, tmp_path):
    sample.ok("build", "1")
    folder = sample.path(".newsletter/build/001")
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(first) == {"001.html", "001.txt", "001.eml", "001.mjml", "001.web.html"}
    clone = tmp_path / "clone"
    shutil.copytree(sample.folder, clone, ignore=shutil.ignore_patterns(".newsletter", "newsletter.local.toml"))
    sample.env["NEWSLETTER_HOME"] = str(tmp_path / "nowhere")
    sample.ok("build", "1", cwd=clone)
    sample.ok("check", "1", cwd=clone)
    assert {path.name: path.read_bytes() for path in (clone / ".newsletter/build/001").iterdir()} == first


def test_the_sample_has_one_mistake_and_check_finds_it(desk):
    assert "newsletter check" in desk.ok("init", ".", "--sample")
    done = desk.run("check", "--json")
    (finding,) = [one for one in json.loads(done.stdout) if one["severity"] != "note"]
    assert done.returncode == 1
    line = desk.path("issues/001.md").read_text(encoding="utf-8").splitlines()[finding["line"] - 1]
    assert (finding["rule"], finding["path"]) == ("link-missing", "issues/001.md")
    assert line.startswith("### Developer Experience")
    assert f"issues/001.md:{finding['line']}: error link-missing" in desk.run("check").stdout
    assert "the checks found errors" in desk.fails(1, "send", "1", "--really", "--yes")
    plan = desk.run("send", "1")
    assert (plan.returncode, plan.stdout.splitlines()[-1]) == (
        1,
        "Nothing is sent before the errors are mended: newsletter edit 1",
    )


def test_an_empty_newsletter_goes_the_whole_way(desk, digest_text, links_text, inbox, told):
    desk.path("d.txt").write_text(digest_text, encoding="utf-8")
    desk.path("l.tsv").write_text(links_text, encoding="utf-8")
    desk.path("r.csv").write_text("email,name\nada@example.com,Ada\ngrace@example.com,\n", encoding="utf-8")
    desk.ok("init", ".", "--name", "Moka Weekly", "--from", "Mara <mara@example.org>")
    assert "8 added" in desk.ok("add", "d.txt", "--links", "l.tsv")
    assert "0 added, 0 completed, 8 in the pool already" in desk.ok("add", "d.txt", "--links", "l.tsv")
    desk.ok("pick", "--limit", "3", "--section", "First")
    assert "5 articles picked into issues/001.md" in desk.ok("pick", "--all", "--section", "Second")
    desk.change("issues/001.md", 'subject = ""', 'subject = "Moka"')
    desk.ok("check")
    desk.ok("subscribers", "import", "r.csv", "--consent", "confirmed", "--basis", "asked at the fair")
    assert "2 people of weekly" in desk.ok("send", "1")
    assert len(list(desk.path(".newsletter").rglob("*.eml"))) == 0
    desk.ok("send", "1", "--rehearse")
    desk.path("newsletter.local.toml").write_text(inbox.profile())
    desk.env["SMTP_PASSWORD"] = "correct horse battery"
    assert "2 planned = 2 accepted" in desk.ok("send", "1", "--really", "--yes")
    assert sorted(inbox.addresses) == ["ada@example.com", "grace@example.com"]
    for _, data in inbox.messages:
        shown = flat(parsed(data).get_body(["plain"]).get_content())
        assert [text for text in told if flat(text) not in shown] == []


def test_what_is_rehearsed_is_what_is_sent_but_for_the_date(sending, inbox):
    sending.ok("send", "1", "--rehearse")
    rehearsed = [path.read_bytes() for path in sorted(sending.path(".newsletter/rehearsals/001").glob("*.eml"))]
    sending.ok("send", "1", "--really", "--yes")
    sent = [data for _, data in sorted(inbox.messages)]

    def undated(data):
        return re.sub(rb"^Date: .*\r\n", b"", data, count=1, flags=re.M)

    assert list(map(undated, rehearsed)) == list(map(undated, sent))


def test_each_reader_gets_a_message_of_their_own(sending, inbox, public_site):
    sending.ok("send", "1", "--really", "--yes")
    messages = {address: parsed(data) for address, data in inbox.messages}
    assert messages["lin@example.com"]["To"] == "林 美玲 <lin@example.com>"
    assert len({message["Message-ID"] for message in messages.values()}) == 3
    links = set()
    for address, message in messages.items():
        one_click, _ = re.fullmatch(r"<([^>]+)>,\s*<(mailto:[^>]+)>", message["List-Unsubscribe"]).groups()
        assert one_click.startswith(f"{public_site.url}/u/1.")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Id"] == "Engineering Digest <weekly.example.com>"
        for kind in ("html", "plain"):
            body = message.get_body([kind]).get_content()
            assert one_click in body
            assert messages[address]["To"].addresses[0].display_name in body
        links.add(one_click)
    assert len(links) == 3


def test_nothing_is_begun_while_unsubscribing_with_one_click_does_not_work(sending, inbox, public_site):
    public_site.answers["/u/"] = Says(status=404)
    said = sending.fails(2, "send", "1", "--really", "--yes")
    assert "unsubscribing with one click does not work: it answered 404" in said
    assert inbox.messages == []
    assert not sending.path("issues/001.receipt.toml").exists()
    assert "3 people of weekly" in sending.ok("send", "1")


def test_bounces_come_back_to_an_address_for_each_reader(sending, inbox):
    sending.change(
        "newsletter.toml", '# return_path = "bounces@news.example.com"', 'return_path = "bounces@example.com"'
    )
    sending.ok("send", "1", "--really", "--yes")
    assert len(set(inbox.senders)) == 3
    assert all(re.fullmatch(r"bounces\+1\.[0-9]+\.[a-z2-7]{20}@example\.com", sender) for sender in inbox.senders)


def test_nobody_gets_an_issue_twice_and_who_comes_later_gets_it_once(sending, inbox):
    sending.ok("send", "1", "--really", "--yes")
    assert "nobody is waiting" in sending.ok("send", "1", "--really", "--yes")
    sending.ok("subscribers", "add", "ADA@example.com", "--consent", "confirmed", "--basis", "again")
    sending.ok("subscribers", "add", "new@example.com", "--consent", "confirmed", "--basis", "asked")
    assert "1 person of weekly" in sending.ok("send", "1")
    assert "4 planned = 4 accepted" in sending.ok("send", "1", "--really", "--yes")
    assert sorted(inbox.addresses) == ["ada@example.com", "grace@example.com", "lin@example.com", "new@example.com"]


def test_the_receipt_tells_what_was_sent_and_has_no_address(sending):
    sending.ok("send", "1", "--really", "--yes")
    text = sending.path("issues/001.receipt.toml").read_text(encoding="utf-8")
    (mailing,) = tomllib.loads(text)["mailing"]
    assert mailing["counts"] == {"planned": 3, "accepted": 3}
    assert mailing["finished"] >= mailing["started"]
    assert "@" not in text
    done = sending.run("status", "1", "--json")
    assert json.loads(done.stdout)[0]["accepted"] == 3


def test_each_list_has_a_receipt_of_its_own(sending, inbox):
    sending.change("newsletter.toml", "[test]", '[lists.daily]\ntitle = "Daily"\n\n[test]')
    sending.ok(
        "subscribers", "add", "dora@example.com", "--list", "daily", "--consent", "confirmed", "--basis", "asked"
    )
    sending.ok("subscribers", "add", "ada@example.com", "--list", "daily", "--consent", "confirmed", "--basis", "asked")
    sending.ok("send", "1", "--really", "--yes")
    sending.change("issues/001.md", 'list = "weekly"', 'list = "daily"')
    sending.ok("send", "1", "--really", "--yes")
    receipts = tomllib.loads(sending.path("issues/001.receipt.toml").read_text(encoding="utf-8"))["mailing"]
    assert [(receipt["list"], receipt["counts"]["accepted"]) for receipt in receipts] == [("weekly", 3), ("daily", 1)]
    assert len(inbox.addresses) == len(set(inbox.addresses)) == 4


def test_an_issue_is_sent_from_the_file_of_its_number(sending):
    text = sending.path("issues/001.md").read_text(encoding="utf-8")
    sending.path("issues/draft.md").write_text(text.replace("number = 1\n", "number = 7\n"), encoding="utf-8")
    assert "move it to issues/007.md" in sending.fails(2, "send", "issues/draft.md")


def test_an_issue_that_another_database_sent_is_refused(sending, inbox):
    sending.path("issues/001.receipt.toml").write_text(
        '[[mailing]]\nledger = "other"\nhost = "mk-laptop"\nlist = "weekly"\nstarted = 2026-11-20T08:00:00Z\n'
    )
    assert "was started on mk-laptop, 2026-11-20 08:00 UTC" in sending.fails(2, "send", "1", "--really", "--yes")
    assert inbox.messages == []


def test_who_is_pending_or_unsubscribed_gets_nothing(sending, inbox):
    sending.ok("subscribers", "add", "maybe@example.com")
    sending.ok("subscribers", "unsubscribe", "grace@example.com")
    sending.path("old.csv").write_text("email\nGrace@Example.com\n")
    assert "1 kept out" in sending.ok(
        "subscribers", "import", "old.csv", "--consent", "confirmed", "--basis", "old list"
    )
    sending.ok("send", "1", "--really", "--yes")
    assert sorted(inbox.addresses) == ["ada@example.com", "lin@example.com"]


def test_one_refused_of_three_does_not_hurt_the_others(sending, inbox):
    inbox.refuse.add("grace@example.com")
    done = sending.run("send", "1", "--really", "--yes")
    assert done.returncode == 4
    assert "3 planned = 2 accepted + 1 refused" in done.stdout
    assert "grace@example.com" in done.stdout
    assert "5.1.1 no such mailbox" in done.stdout
    assert sorted(inbox.addresses) == ["ada@example.com", "lin@example.com"]


def test_a_test_send_is_marked_and_counts_for_nothing(sending, inbox):
    out = sending.ok("send", "1", "--test", "mara@example.org", "ada@example.com")
    assert "nobody is marked" in out
    messages = [parsed(data) for _, data in inbox.messages]
    assert [message["Subject"] for message in messages] == [
        "[Test] Moka, PinConsole, and a one-in-a-million failure"
    ] * 2
    inbox.messages.clear()
    sending.ok("send", "1", "--really", "--yes")
    real = {address: parsed(data) for address, data in inbox.messages}["ada@example.com"]
    assert real["Message-ID"] != messages[1]["Message-ID"]
    assert real["List-Unsubscribe"] != messages[1]["List-Unsubscribe"]
    assert len(inbox.messages) == 3


def test_test_addresses_come_from_the_settings_and_are_ten_at_most(sending, inbox):
    assert "there is nobody to send a test to" in sending.fails(2, "send", "1", "--test")
    sending.change("newsletter.toml", "addresses = []", 'addresses = ["mara@example.org"]')
    sending.ok("send", "1", "--test")
    assert inbox.addresses == ["mara@example.org"]
    many = [f"t{number}@example.org" for number in range(11)]
    assert "11 addresses are no test" in sending.fails(2, "send", "1", "--test", *many)


def test_a_plan_changes_nothing_and_ends_with_the_command_to_run(sending, inbox):
    before = sorted(str(path) for path in sending.folder.rglob("*"))
    lines = sending.ok("send", "1").splitlines()
    assert lines[-1] == "newsletter send 1 --really"
    assert "Inbox     Engineering Digest <digest@example.com>  |  Moka, PinConsole" in "\n".join(lines)
    assert f"Through   test, localhost:{inbox.port}" in lines
    assert sorted(str(path) for path in sending.folder.rglob("*")) == before
    assert inbox.messages == []


def test_without_a_terminal_a_real_send_needs_yes(sending, inbox):
    assert "--yes" in sending.fails(2, "send", "1", "--really")
    assert inbox.messages == []


@pytest.mark.parametrize(
    "form, pattern, count", [("eml", "*.eml", 3), ("html", "*.html", 3), ("maildir", "new/*", 3), ("mbox", "*.mbox", 1)]
)
def test_a_rehearsal_is_written_in_any_format(sample, form, pattern, count):
    sample.ok("send", "1", "--rehearse", "out", "--format", form)
    assert len(list(sample.path("out").glob(pattern))) == count
    assert "3 people of weekly" in sample.ok("send", "1")


def test_a_rehearsal_into_a_folder_that_git_tracks_is_refused(sample):
    subprocess.run(["git", "init", "-q", str(sample.folder)], check=True)
    assert "git would track this folder" in sample.fails(2, "send", "1", "--rehearse", "out")
    assert not sample.path("out").exists()
    sample.ok("send", "1", "--rehearse")
    assert "has changes that are not committed" in sample.ok("send", "1")


def test_an_article_of_a_sent_issue_is_not_picked_again_without_a_reason(sending):
    sending.ok("send", "1", "--really", "--yes")
    (row, *_) = json.loads(sending.ok("pool", "list", "--json"))
    assert row["state"] == "sent 1"
    assert "no article is free to be picked" in sending.fails(2, "pick", "--all")
    assert "ran in issue 1" in sending.fails(2, "pick", row["id"][:6])
    picked = json.loads(sending.ok("pick", row["id"][:6], "--again", "a correction", "--json"))
    assert picked == {
        "issue": 2,
        "path": "issues/002.md",
        "created": True,
        "picked": [row["id"]],
        "already": [],
        "repeats": {},
    }
    assert 'again = "a correction"' in sending.path("issues/002.md").read_text(encoding="utf-8")


def test_an_article_whose_words_ran_under_another_address_is_picked_with_a_word_on_it(sending):
    sending.ok("send", "1", "--really", "--yes")
    (row, *_) = json.loads(sending.ok("pool", "list", "--json"))
    copied = {"title": "Moka, told anew", "link": "https://elsewhere.example/moka", "why": row["why"]}
    points = [*row["points"][:-1], "One more thing"]
    sending.path("more.json").write_text(json.dumps([{**copied, "points": points}]), encoding="utf-8")
    sending.ok("add", "more.json")
    said = sending.ok("pick", "--all")
    assert re.search(r"Moka, told anew\n +ran in #1, \d\d % the same text\n", said)
    assert "issue 1 told of" in sending.run("check", "2").stdout


def test_an_article_that_is_held_stays_in_its_issue_and_it_is_said(sample):
    assert "It stands in issues/001.md" in sample.ok("pool", "hold", "pclhh", "later")


def test_articles_are_shown_edited_held_dropped_and_restored(desk, digest_text):
    desk.ok("init")
    desk.ok("add", "-", typed=digest_text)
    first, second, *_ = json.loads(desk.ok("pool", "--help") and desk.ok("pool", "list", "--json"))
    desk.ok("pool", "edit", first["id"], "--title", "Moka", "--link", "https://example.com/moka", "--point", "One")
    shown = json.loads(desk.ok("pool", "show", first["id"][:5], "--json"))
    assert (shown["title"], shown["link"], shown["points"]) == ("Moka", "https://example.com/moka", ["One"])
    assert "Undo: newsletter pool restore" in desk.ok("pool", "hold", first["id"], "for next week")
    desk.ok("pool", "drop", second["id"], "too old")
    states = [row["state"] for row in json.loads(desk.ok("pool", "list", "--json"))]
    assert states[:3] == ["held", "dropped", "new"]
    assert "too old" in desk.fails(2, "pick", second["id"])
    desk.ok("pick", "--all")
    assert first["id"] not in desk.path("issues/001.md").read_text(encoding="utf-8")
    desk.ok("pool", "restore", first["id"], second["id"])
    assert [row["state"] for row in json.loads(desk.ok("pool", "list", "--json"))][:2] == ["new", "new"]


def test_an_article_without_title_or_link_is_added_marked_and_named_by_check(desk, digest_text):
    desk.ok("init")
    assert "[no title, no link]" in desk.ok("add", "-", typed=digest_text)
    desk.ok("pick", "--limit", "1")
    out = desk.run("check").stdout
    assert "error title-missing" in out
    assert "error link-missing" in out


def test_what_add_did_not_understand_is_told_line_by_line(desk):
    desk.ok("init")
    done = desk.run("add", "-", typed="Welcome\n\nMoka\nhttps://example.com/m\nWhy it matters: It scales.\n• One\n")
    assert done.returncode == 1
    assert "-:1: not understood: text that belongs to no article: Welcome" in done.stdout
    assert "1 added" in done.stdout


def test_edit_opens_the_editor_and_checks(sample):
    editor = sample.path("editor.py")
    editor.write_text(
        "import pathlib, sys\n"
        "issue = pathlib.Path(sys.argv[1])\n"
        "issue.write_text(issue.read_text(encoding='utf-8').replace('\"Moka', '\"Mocha'), encoding='utf-8')\n"
    )
    sample.env["VISUAL"] = f'"{sys.executable}" "{editor}"'
    assert "nothing to mend" in sample.ok("edit")
    assert 'subject = "Mocha' in sample.path("issues/001.md").read_text(encoding="utf-8")


def test_a_new_issue_goes_on_from_the_last_one(sample):
    out = sample.ok("new", "--subject", 'Say "hi"', "--preheader", "P", "--date", "2026-12-04", "--json")
    assert json.loads(out) == {"issue": 2, "path": "issues/002.md"}
    text = sample.path("issues/002.md").read_text(encoding="utf-8")
    assert tomllib.loads(text.split("+++")[1]) == {
        "number": 2,
        "date": date(2026, 12, 4),
        "subject": 'Say "hi"',
        "preheader": "P",
        "list": "weekly",
    }


def test_subscribers_are_exported_and_imported_again(sample, tmp_path):
    rows = [json.loads(line) for line in sample.ok("subscribers", "export").splitlines()]
    people = ["ada@example.com", "grace@example.com", "lin@example.com"]
    assert [row["address"] for row in rows if "address" in row] == people
    sample.ok("subscribers", "export", "--format", "csv", "-o", "out.csv")
    assert "3 unchanged" in sample.ok("subscribers", "import", "out.csv")


def test_bad_rows_are_named_and_the_rest_goes_in(sample):
    sample.path("r.csv").write_text(
        'email,name\nnobody,N\nnew@example.com,"A\nB"\ngood@example.com,G\nGOOD@example.com,H\n'
    )
    done = sample.run("subscribers", "import", "r.csv", "--consent", "confirmed", "--basis", "b")
    assert done.returncode == 1
    assert re.findall(r"^r\.csv:(\d+): left out", done.stdout, re.M) == ["2", "3", "6"]
    assert "1 new, 3 left out" in done.stdout


def test_doctor_says_what_is_there_and_what_is_missing(sending):
    done = sending.run("doctor", "--json")
    verdicts = {row["topic"]: row["verdict"] for row in json.loads(done.stdout)}
    assert done.returncode == 1
    assert verdicts["database"] == verdicts["mail server"] == "ok"
    assert verdicts["from"] == "missing"
    del sending.env["SMTP_PASSWORD"]
    assert "the environment has no SMTP_PASSWORD" in sending.run("doctor").stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(desk, shell):
    assert "_NEWSLETTER_COMPLETE" in desk.ok("completion", shell)


def test_the_version_is_that_of_the_package(desk):
    from newsletter import __version__

    assert desk.ok("--version") == f"newsletter {__version__}\n"


def test_a_command_works_in_a_folder_below_and_from_elsewhere(sample):
    assert "wrote" in sample.ok("build", "1", cwd=sample.path("issues"))
    assert "nothing to mend" in sample.ok("-C", str(sample.folder), "check", "1", cwd=sample.folder.parent)
