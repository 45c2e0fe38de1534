"""Mail that comes back, by the command line: a real Postfix bounces, and what follows is told and done."""

import json
import re
import signal
import socket
import subprocess
from typing import Any

from click.testing import CliRunner, Result
from mailing_desk import beside, second_issue
from postfix_instance import running_postfix, until

from newsletter.cli.root import root
from newsletter.errors import NewsletterError

READERS = ("grace@example.com", "lin@example.com")


def returning(desk, port: int, domain: str) -> None:
    """Send by the Postfix on *port*, and let bounces come back to *domain*."""
    desk.path("newsletter.local.toml").write_text(f'[smtp.p]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n')
    path = desk.path("newsletter.toml")
    text = re.sub(r"(?m)^return_path = .*\n", "", path.read_text())
    path.write_text(f'return_path = "bounces@{domain}"\n{text}')


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def run(*words: str, typed: str = "") -> Result:
    """Run a command in this process: a dozen of their own would take as many seconds."""
    return CliRunner().invoke(root, words, input=typed)


def ok(*words: str) -> str:
    done = run(*words)
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.stdout


def standing(issue: int) -> dict[str, Any]:
    (told,) = json.loads(ok("status", str(issue), "--json"))
    return told


def add(*users: str) -> None:
    for user in users:
        ok("subscribers", "add", f"{user}@example.com", "--consent", "confirmed", "--basis", "asked")


def test_what_a_real_postfix_sends_back_is_matched_to_its_delivery(sample, monkeypatch):
    monkeypatch.chdir(sample.folder)
    desk, port = sample, free_port()
    for address in READERS:
        ok("subscribers", "unsubscribe", address)
    add("nobody", "full")
    with running_postfix(["ada"], lmtp=port) as postfix:
        returning(desk, postfix.port, "news.example.org")
        assert "3 planned = 3 accepted" in ok("send", "1", "--really", "--yes")
        until(lambda: len(postfix.mail("bounces")) == 2, "two bounces")
        maildir = postfix.folder / "mail" / "bounces"
        before = sorted(path.name for path in maildir.rglob("*"))

        said = ok("bounces", str(maildir), "--dry-run")
        assert re.search(
            r'  suppressed    nobody@example.com  issue 1  5.1.1 unknown user: "nobody@example.com"\n', said
        )
        assert "nothing was done" in said
        said = ok("bounces", str(maildir))
        assert "2 mails read: 2 bounces; 1 suppressed, 1 noted" in said
        assert "Undo: newsletter subscribers suppress nobody@example.com --lift" in said
        assert "2 known" in ok("bounces", str(maildir))
        assert sorted(path.name for path in maildir.rglob("*")) == before

        told = standing(1)
        assert (told["accepted"], told["bounced"], told["complained"]) == (3, 2, 0)
        assert {one["address"]: one["status"] for one in told["came_back"]} == {
            "nobody@example.com": "5.1.1", "full@example.com": "5.2.2",
        }  # fmt: skip
        said = ok("status", "1")
        assert "  came back  2 bounced\n  bounced    " in said
        assert "issue 1 came back; 5.2.2" in ok("subscribers", "show", "full@example.com")

        add("nobody2")
        second_issue(desk)
        returning(desk, postfix.port, "lmtp.example.org")
        by_lmtp(desk, port, postfix)


def by_lmtp(desk, port: int, postfix) -> None:
    """Have the same Postfix hand over the next bounces, and a person's mail beside."""
    keep = desk.path("kept")
    process = beside(desk, "bounces", "--lmtp", f"127.0.0.1:{port}", "--keep", str(keep))
    assert "listening for LMTP" in process.stderr.readline()
    assert "3 planned = 3 accepted" in ok("send", "2", "--really", "--yes")
    letter = b"From: ada@example.com\nTo: bounces@lmtp.example.org\nSubject: Hello\n\nIs anybody there?\n"
    words = ["sendmail", "-C", str(postfix.folder), "-f", "ada@example.com", "bounces@lmtp.example.org"]
    subprocess.run(words, input=letter, check=True, timeout=30)
    until(lambda: len(standing(2)["came_back"]) == 2 and any(keep.rglob("new/*")), "bounces and a letter")
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "3 mails read: 2 bounces, 1 other mail; 1 suppressed, 1 noted" in said
    (kept,) = keep.rglob("new/*")
    assert b"Is anybody there?" in kept.read_bytes()
    assert standing(2)["bounced"] == 2


def test_the_words_that_go_together_are_told_apart(sample, monkeypatch):
    monkeypatch.chdir(sample.folder)
    eml = sample.path("x.eml")
    eml.write_bytes(b"Subject: unsubscribe 1.1.AAAAAAAAAAAAAAAA\nFrom: ada@example.com\n\n")

    for words in (
        ["bounces"], ["bounces", "x.eml", "--lmtp"], ["bounces", "x.eml", "--seen", "--dry-run"],
        ["bounces", "x.eml", "--keep", "k"], ["bounces", "-", "--delete"], ["bounces", "x.eml", "--seen", "--delete"],
    ):  # fmt: skip
        assert run(*words).exit_code == 2, words
    for words in (
        ["bounces", "--imap"], ["bounces", "none"], ["bounces", "."], ["bounces", "x.eml", "--seen"],
        ["bounces", "--lmtp", "nonsense"], ["bounces", "--imap", "other"],
    ):  # fmt: skip
        assert isinstance(run(*words).exception, NewsletterError), words
    told = json.loads(run("bounces", "x.eml", "--json").stdout)
    assert (told["read"], told["kinds"], told["outcomes"]) == (1, {"unsubscribe": 1}, {"unproven": 1})
    (report,) = told["reports"]
    assert (report["address"], report["proof"], report["issue"]) == ("ada@example.com", None, None)
    said = run("bounces", "-", "--keep", "kept", typed=eml.read_text()).stdout
    assert "  unproven      ada@example.com  unsubscribe  a mail that says unsubscribe\n" in said
    assert "--unproven believes it" in said
    assert [path.read_bytes() for path in sample.path("kept/new").iterdir()] == [eml.read_bytes()]
