"""The preview as a process: whom it answers, what it tells of a save, how it ends."""

import json
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from preview_process import Running, make_sample, running_preview, start

OWN_FILES = (
    "preview.html", "preview.css", "mail.css", "side.css", "desk.css", "preview.js", "choices.js", "mail.js",
    "words.js", "marks.js", "side.js", "reader.js", "ask.js", "desk.js", "turns.js", "file.js", "icon.svg",
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    base = tmp_path_factory.mktemp("preview")
    make_sample(base / "desk", base / "home")
    return base


@pytest.fixture(scope="module")
def shared(desk):
    """A preview of an issue that nobody changes."""
    with running_preview(desk / "desk", desk / "home") as running:
        yield running


@pytest.fixture
def own(tmp_path):
    """A preview of an issue that the test may change."""
    make_sample(tmp_path / "desk", tmp_path / "home")
    with running_preview(tmp_path / "desk", tmp_path / "home") as running:
        yield running


@pytest.mark.parametrize(
    "name", ["", *OWN_FILES, "issue/summary", "issue/mail/light", "issue/mail/dark?remote=1", "issue/part/mjml"]
)
def test_every_answer_is_fresh_closed_to_others_and_says_what_it_is(shared: Running, name):
    answer = shared.get(name)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def test_the_page_is_reached_without_the_last_slash_too(shared: Running):
    answer = shared.ask(f"/{shared.token}")
    assert answer.status == 307
    assert answer.headers["location"] == shared.address


def test_the_page_holds_no_script_style_or_address_of_its_own_making(shared: Running):
    page = shared.get("").body
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page, re.I)
    assert re.findall(r"<iframe([^>]*)>", page) == [
        ' sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"'
    ]
    for name in OWN_FILES:
        text = shared.get(name).body.replace("http://www.w3.org/", "")
        assert not re.search(r"https?://|innerHTML|\beval\b|\bFunction\(", text), name


def test_the_page_may_run_its_own_script_and_a_mail_may_run_none(shared: Running):
    assert "script-src 'self';" in shared.get("").headers["content-security-policy"]
    for name in ("issue/mail/light", "issue/mail/dark?remote=1"):
        told = shared.get(name).headers["content-security-policy"]
        assert "sandbox allow-same-origin allow-popups" in told
        assert "script" not in told
    assert "https:" not in shared.get("issue/mail/dark").headers["content-security-policy"]
    assert "img-src data: https:" in shared.get("issue/mail/dark?remote=1").headers["content-security-policy"]


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_a_foreign_host_or_origin_is_refused_whatever_token_it_has(shared: Running, headers, status):
    answer = shared.get("issue/summary", headers)
    assert answer.status == status
    assert ("Moka" in answer.body) is (status == 200)
    assert "access-control-allow-origin" not in answer.headers


def test_a_missing_or_wrong_token_is_refused(shared: Running):
    for path in ("/", "/issue/summary", "/wrong/issue/summary", f"/{shared.token[:-1]}/issue/summary"):
        answer = shared.ask(path)
        assert answer.status == 404
        assert answer.body == "Open the address that newsletter preview printed.\n"


def test_the_token_cannot_be_guessed_and_is_another_each_time(shared: Running, desk):
    assert len(shared.token) >= 22, "128 bits in base64"
    with running_preview(desk / "desk", desk / "home") as other:
        assert other.token != shared.token
        assert other.ask(f"/{shared.token}/").status == 404


@pytest.mark.parametrize(
    "name",
    [
        "../newsletter.toml", "..%2fnewsletter.toml", "..%2F..%2F..%2Fetc%2Fpasswd", "..\\..\\preview.js",
        "..%5cpreview.js", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "//etc/passwd", "C:%5cWindows%5cwin.ini",
        "preview", "preview.js%00.html", "../digest/head.css", "issue/part/..%2f..%2fsource",
        "issue/part/__dict__", "issue/mail/x", "PREVIEW.JS", "%00", "%ff", "issue/place/-1", "issue/place/x",
        "issue/place/" + "9" * 5000, "issue/file?path=newsletter.local.toml", "issue/file?path=/etc/passwd",
    ],
)  # fmt: skip
def test_no_address_leads_to_another_file(shared: Running, name):
    answer = shared.get(name)
    assert answer.status == 404
    assert answer.body.startswith(("There is nothing", "Open the address", "Not Found"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_asked_of_it_but_to_look(shared: Running, method):
    own = {"Origin": f"http://127.0.0.1:{shared.port}"}
    assert shared.ask(f"/{shared.token}/issue/summary", own, method=method).status == 405
    assert shared.ask(f"/{shared.token}/issue/summary", method=method).status == 403, "it names no Origin"


@pytest.mark.parametrize("name", ["desk", "desk/undo", "issue/open"])
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1"])
def test_another_page_moves_nothing(shared: Running, name, origin):
    headers = {"Origin": origin} if origin else {}
    answer = shared.ask(f"/{shared.token}/{name}", {**headers, "Content-Length": "0"}, method="POST")
    assert answer.status == 403


def test_the_parts_are_plain_text_whatever_stands_in_them(shared: Running):
    for part in ("text", "source", "mjml", "html"):
        answer = shared.get(f"issue/part/{part}")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert "sandbox" in answer.headers["content-security-policy"]
    assert shared.get("issue/part/source").body == shared.issue.read_text(encoding="utf-8")


def test_it_listens_to_this_machine_alone(shared: Running):
    with socket.socket() as other:
        other.settimeout(5)
        # All of 127/8 is this machine; only what listens on every address would answer at another one of it.
        assert other.connect_ex(("127.0.0.2", shared.port)) != 0


def told(events: Iterator[int], true: Callable[[], bool]) -> bool:
    """Go on reading *events* until one comes after which it is *true*; a connection that says nothing times out."""
    return any(true() for _ in events)


def summary(running: Running) -> dict[str, Any]:
    return json.loads(running.get("issue/summary").body)


def test_a_save_is_told(own: Running):
    with own.events() as events:
        before = next(events)
        own.change("If you read only one", "If you read just one")
        assert told(events, lambda: "If you read just one" in own.get("issue/part/html").body)
        assert summary(own)["version"] > before


def test_a_save_by_renaming_is_told_too(own: Running):
    with own.events() as events:
        next(events)
        beside = own.issue.with_name(".001.md.new")
        beside.write_text(own.issue.read_text(encoding="utf-8").replace("only one", "just one"), encoding="utf-8")
        beside.replace(own.issue)
        assert told(events, lambda: "just one" in own.get("issue/part/source").body)


def test_a_save_of_the_settings_is_told(own: Running):
    with own.events() as events:
        next(events)
        settings = own.folder / "newsletter.toml"
        text = settings.read_text(encoding="utf-8").replace("Engineering Digest <", "The Digest <")
        settings.write_text(text, encoding="utf-8")
        assert told(events, lambda: (summary(own)["mail"] or {"from": {}})["from"].get("name") == "The Digest")


def test_a_broken_save_is_told_and_mended(own: Running):
    with own.events() as events:
        next(events)
        good = summary(own)
        own.change('subject = "', "subject = ")
        assert told(events, lambda: (summary(own)["error"] or {}).get("line") == 4)
        broken = summary(own)
        assert broken["error"]["where"] == "issues/001.md"
        assert broken["mail"] == good["mail"], "the last good rendering is kept"
        assert own.get("issue/mail/light").status == 200
        own.change("subject = ", 'subject = "')
        assert told(events, lambda: summary(own)["error"] is None)


def test_an_issue_that_is_deleted_and_put_back_is_told(own: Running):
    with own.events() as events:
        next(events)
        good = summary(own)
        text = own.issue.read_bytes()
        own.issue.unlink()
        assert told(events, lambda: bool(summary(own)["error"]))
        assert summary(own)["error"]["what"].startswith("it cannot be read")
        assert summary(own)["mail"] == good["mail"]
        own.issue.write_bytes(text)
        assert told(events, lambda: summary(own)["error"] is None)


def test_folders_that_are_replaced_as_git_replaces_them_are_still_watched(own: Running):
    with own.events() as events:
        next(events)
        text = own.issue.read_text(encoding="utf-8")
        own.issue.parent.rename(own.folder / "away")
        assert told(events, lambda: bool(summary(own)["error"]))
        (own.folder / "away").rename(own.issue.parent)
        assert told(events, lambda: summary(own)["error"] is None)
        own.issue.write_text(text.replace("only one", "just one"), encoding="utf-8")
        assert told(events, lambda: "just one" in own.get("issue/part/source").body)


def test_a_database_that_does_not_answer_keeps_the_sample_reader_and_says_why(own: Running):
    (own.folder / "newsletter.local.toml").write_text('[database]\nurl = "postgresql://127.0.0.1:1/none"\n')
    listed = json.loads(own.get("issue/readers").body)
    assert "127.0.0.1" in listed["error"]
    assert listed["subscribers"] == []
    refused = own.get("issue/summary?reader=ada@example.com")
    assert refused.status == 409
    assert json.loads(refused.body)["error"]["what"] in listed["error"]
    assert summary(own)["mail"]["reader"]["address"] == "reader@example.com"


def test_a_port_in_use_is_one_clear_line(shared: Running, desk):
    with start(desk / "desk", desk / "home", "preview", "--no-open", "--port", str(shared.port)) as process:
        said, complaint = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said == ""
    assert complaint == f"newsletter: port {shared.port} is taken; give another --port, or leave it out\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a console, not to a process")
@pytest.mark.parametrize("watching", [False, True])
def test_ctrl_c_ends_it_without_a_word_though_a_page_is_open(own: Running, watching):
    if watching:
        with own.events() as events:
            next(events)
            own.process.send_signal(signal.SIGINT)
            # The stream ends by itself; it is not cut.
            list(events)
            said = own.process.communicate(timeout=30)
    else:
        own.get("issue/summary")
        own.process.send_signal(signal.SIGINT)
        said = own.process.communicate(timeout=30)
    assert own.process.returncode == 0
    assert said == ("", "")
