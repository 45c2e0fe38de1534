"""What a person at a terminal sees and types: the question before a mailing, the bar; plain lines elsewhere."""

import json
import os
import re
import select
import subprocess
import sys

import pytest
from feed_server import item, rss
from web_site import Says, web_site

pty = pytest.importorskip("pty", reason="pseudo-terminals are of Linux and macOS")


# The command becomes the leader of a session whose terminal is its standard input, so that Ctrl-C reaches it. Tests
# that run in the background (`make test &`) inherit that SIGINT is ignored; from a terminal's shell nobody does.
LEADER = (
    "import fcntl, os, signal, sys, termios; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"
)


def at_terminal(
    desk,
    *words: str,
    typed: str = "",
    asked: bytes = b"? Type ",
    then: tuple[tuple[bytes, str], ...] = (),
    killed: bytes = b"\0",
) -> tuple[int, str]:
    """Run a command with a terminal of 100 columns; return its exit code and what stood on the screen.

    What is *typed* is typed when the question has been *asked*; *then* has further questions, one after the
    other. The command is *killed* once that is seen.
    """
    screen, terminal = pty.openpty()
    env = {**os.environ, **desk.env, "COLUMNS": "100", "LINES": "40", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-c", LEADER, sys.executable, "-m", "newsletter", *words],
        cwd=desk.folder, env=env, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    try:
        return _watch(process, screen, [(asked, typed), *then], killed)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def _watch(process: subprocess.Popen, screen: int, steps: list[tuple[bytes, str]], killed: bytes) -> tuple[int, str]:
    shown, seen = b"", 0
    while select.select([screen], [], [], 60)[0]:
        try:
            part = os.read(screen, 65536)
        except OSError:  # Linux says EIO when the other end has closed
            part = b""
        if not part:
            return process.wait(60), shown.decode(errors="replace")
        shown += part
        if killed in shown:
            process.kill()
        if steps and steps[0][1] and (at := shown.find(steps[0][0], seen)) >= 0:
            seen = at + len(steps[0][0])
            os.write(screen, steps.pop(0)[1].encode())
    raise AssertionError(f"nothing happened for a minute after {shown!r}")


def test_a_real_send_asks_for_the_count_and_shows_a_bar(sending, inbox):
    code, shown = at_terminal(sending, "send", "1", "--really", typed="3\n")
    assert 'Send "Moka, PinConsole, and a one-in-a-million failure" to 3 people through test? Type 3: ' in shown
    assert code == 0
    assert "3/3" in shown
    assert re.search(r"[\d,]+ a minute", shown)
    assert "3 planned = 3 accepted" in shown
    assert len(inbox.messages) == 3


def test_a_canary_is_asked_for_with_the_count_of_all(sending, inbox):
    code, shown = at_terminal(sending, "send", "1", "--really", "--first", "1", typed="3\n")
    assert "to 3 people, 1 of them now through test? Type 3: " in " ".join(shown.split())
    assert code == 3
    assert "newsletter resume 1" in shown
    assert len(inbox.messages) == 1


def test_a_schedule_asks_the_same_question_with_its_time(sending, inbox):
    code, shown = at_terminal(sending, "send", "1", "--really", "--at", "2099-11-27T09:00Z", typed="2\n")
    assert re.search(r"to 3 people, on \w+ 2099-11-2\d \d\d:\d\d \S+ through test\? Type 3: ", " ".join(shown.split()))
    assert code == 2
    assert "nothing was sent" in shown
    assert "nothing has been sent" in sending.ok("status")


@pytest.mark.parametrize("typed", ["\n", "yes\n", "2\n"])
def test_anything_but_the_count_sends_nothing(sending, inbox, typed):
    code, shown = at_terminal(sending, "send", "1", "--really", typed=typed)
    assert code == 2
    assert "nothing was sent" in shown
    assert inbox.messages == []
    assert not sending.path("issues/001.receipt.toml").exists()


def test_ctrl_c_at_the_question_sends_nothing(sending, inbox):
    # The line end is for the case that the signal comes just before the process waits for a line.
    code, shown = at_terminal(sending, "send", "1", "--really", typed="\x03\n")
    assert code == 3
    assert "newsletter: stopped" in shown
    assert "Traceback" not in shown
    assert inbox.messages == []


def test_elsewhere_progress_is_plain_lines_on_standard_error(sending):
    done = sending.run("send", "1", "--really", "--yes")
    lines = done.stderr.splitlines()
    assert all(re.fullmatch(r"[123] of 3, [\d,]+ a minute(, \d+ s left)?", line) for line in lines)
    assert lines[-1].startswith("3 of 3, ")
    assert "\x1b" not in done.stdout + done.stderr


def test_a_table_has_headings_on_a_terminal_and_none_in_a_pipe(sample):
    _, shown = at_terminal(sample, "pool")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert re.search(r"ID +STATE +SOURCE +TITLE", shown)
    assert all(len(line.split("\t")) == 4 for line in sample.ok("pool").splitlines())


def test_no_color_is_heeded(sending):
    sending.env["NO_COLOR"] = "1"
    _, shown = at_terminal(sending, "pool")
    assert not re.search(r"\x1b\[[0-9;]*3\dm", shown)


def test_a_title_cannot_steer_the_terminal(sample):
    sample.ok("pool", "edit", sample.ok("pool").split("\t")[0], "--why", "bell \x07, title \x1b]0;x\x07, hidden \u202e")
    code, shown = at_terminal(sample, "pool", "show", sample.ok("pool").split("\t")[0])
    assert code == 0
    assert not re.search("[\x07\u202e]|\x1b\\]", shown)


SLIPS_ONCE = """if grep -q '^broken' "$1"; then echo 'title = "Mended"' > "$1"; else echo 'broken' >> "$1"; fi"""


@pytest.mark.parametrize("typed, code, said", [("y\n", 0, "changed"), ("n\n", 2, "is kept in")])
def test_a_slip_in_the_editor_can_be_mended_at_once(sample, typed, code, said):
    sample.path("slips-once").write_text(SLIPS_ONCE)
    sample.env["EDITOR"] = "sh slips-once"
    id = sample.ok("pool").split("\t")[0]
    ended, shown = at_terminal(sample, "pool", "edit", id, typed=typed, asked=b"Edit it again?")
    assert ended == code, shown
    assert said in shown
    assert "this is not TOML" in shown
    assert sample.path(f".newsletter/{id}.toml").exists() is (code == 2)


TRIES_TWICE = """if grep -q '^slip' "$1"; then sed -i 's/^slip/hold/' "$1"; else sed -i 's/^- /slip /' "$1"; fi"""


def test_a_slip_in_a_triage_can_be_mended_at_once(sample):
    sample.path("article.json").write_text('[{"title": "Story", "link": "https://example.com/s"}]')
    sample.ok("add", "article.json")
    sample.path("tries-twice").write_text(TRIES_TWICE)
    sample.env["EDITOR"] = "sh tries-twice"
    code, shown = at_terminal(sample, "triage", typed="y\n", asked=b"Edit it again?")
    assert code == 0, shown
    assert '"slip" is no verb' in shown
    assert "\n1 held; undo: newsletter pool restore" in shown


def test_the_full_screen_writes_what_one_key_each_decided_also_after_a_kill(sample):
    titles = ("Queues fill at night", "Postgres learns a new trick", "Why our build was slow")
    rows = [{"title": title, "link": f"https://example.com/{title[:3]}", "section": "News"} for title in titles]
    sample.path("articles.json").write_text(json.dumps(rows))
    sample.ok("add", "articles.json")
    code, shown = at_terminal(sample, "triage", "--tui", typed="ph", asked=b"q write", killed=b"1 picked, 1 held")
    assert code == -9, shown
    kept = b"2 decisions kept from before"
    code, shown = at_terminal(sample, "triage", "--tui", typed="q", asked=kept, then=((b"y: write", "y"),))
    assert code == 0, shown
    assert "1 article picked into issues/001.md" in shown
    assert "\n1 held; undo: newsletter pool restore" in shown
    assert "\x1b[?1049l" in shown, "the terminal is not as it was"
    leave = ((b"k: leave", "k"),)
    code, shown = at_terminal(sample, "triage", "--tui", typed="h\x03", asked=b"q write", then=leave)
    assert code == 0, shown
    assert "1 decision kept; newsletter triage --tui goes on with them" in shown
    assert sum(row["state"] == "held" for row in json.loads(sample.ok("pool", "list", "--json"))) == 1


def test_a_fetch_shows_a_bar_and_elsewhere_a_plain_line_on_standard_error(sample):
    with web_site({"/": Says(body=rss("news", item("news", 0) + item("news", 1)).encode())}) as site:
        feeds = (f'[feeds.f{n}]\naddress = "http://127.0.0.1:{site.port}/{n}"\n' for n in range(3))
        sample.path("feeds.toml").write_text("".join(feeds))
        with sample.path("newsletter.local.toml").open("a") as file:
            file.write('\n[sources]\nallow_private = ["127.0.0.1"]\n')
        code, shown = at_terminal(sample, "fetch")
        assert code == 0
        assert re.search(r"fetched .*━.* 3/3", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown))
        assert "3 feeds in " in shown
        done = sample.run("fetch", "--force")
    assert (done.returncode, done.stderr) == (0, "fetched: 3 of 3\n")
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("3 feeds in ")


def test_a_log_is_read_with_a_bar(sending, inbox):
    process = sending.start("send", "1", "--really", "--yes")
    inbox.on_message = lambda address: process.kill()
    process.communicate(timeout=60)
    sending.path("mail.log").write_text("Nov 23 22:05:59 mx postfix/qmgr[7]: 4F2A81C02D: removed\n" * 20_000)
    code, shown = at_terminal(sending, "settle", "1", "--log", "mail.log")
    assert code == 5
    assert "reading the log" in shown
    assert "the log does not have it" in shown
