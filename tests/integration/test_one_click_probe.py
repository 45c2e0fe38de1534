"""What a mailing asks of the public site before it is begun."""

import json
import re
import socket
from pathlib import Path

import pytest
from smtp_server import certified
from web_site import Says, web_site

from newsletter.app.newsletter import Newsletter, open_newsletter
from newsletter.app.probe import probe_one_click
from newsletter.errors import SendError
from newsletter.store.database import create


@pytest.fixture
def newsletter(tmp_path, monkeypatch, ca_file):
    """A newsletter with a database, whose public_url a test gives to the function that this is."""
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)
    opened: list[Newsletter] = []

    def made(public_url: str) -> Newsletter:
        text = f'id = "weekly-news"\nname = "Weekly"\nfrom = "a@example.org"\npublic_url = "{public_url}"\n'
        Path(tmp_path, "newsletter.toml").write_text(text, encoding="utf-8")
        opened.append(open_newsletter(tmp_path))
        create(opened[-1].settings.data_folder).close()
        return opened[-1]

    yield made
    for each in opened:
        each.close()


def healthy(database: object) -> Says:
    return Says(body=json.dumps({"database": database}).encode(), headers={"Content-Type": "application/json"})


def test_the_sample_reader_is_unsubscribed_as_a_mail_program_would_do_it(newsletter, authority):
    with web_site({"/u/": Says()}, certified(authority)) as site:
        mine = newsletter(site.url)
        site.answers["/healthz"] = healthy(mine.database.id)
        assert probe_one_click(mine, 42) == ""
    post, health = site.asked
    assert (post.method, post.body) == ("POST", b"List-Unsubscribe=One-Click")
    assert re.fullmatch(r"/u/42\.0\.[\w-]{16}", post.path)
    assert post.headers["content-type"] == "application/x-www-form-urlencoded"
    assert not {"cookie", "authorization"} & set(post.headers)
    assert (health.method, health.path) == ("GET", "/healthz")


def test_without_a_public_url_nothing_is_asked(newsletter):
    assert probe_one_click(newsletter(""), 42) == ""


@pytest.mark.parametrize("says, words", [
    (Says(status=404), "it answered 404"),
    (Says(status=500), "it answered 500"),
    (Says(status=204, body=b""), "it answered 204"),
    (Says(status=302, headers={"Location": "/login"}), "it answered 302 and leads to /login"),
    (Says(status=308, headers={"Location": "/u2"}), "it answered 308 and leads to /u2"),
    (Says(raw=b"SSH-2.0-OpenSSH\r\n"), "is none of the web's"),
])  # fmt: skip
def test_a_one_click_address_that_does_not_answer_200_at_once_forbids_the_mailing(newsletter, authority, says, words):
    with (
        web_site({"/u/": says, "/": Says()}, certified(authority)) as site,
        pytest.raises(SendError, match="unsubscribing with one click does not work") as caught,
    ):
        probe_one_click(newsletter(site.url), 42)
    assert words in str(caught.value)
    assert "public_url" in caught.value.todo
    assert len(site.asked) == 1


def test_a_site_that_takes_its_time_forbids_the_mailing(newsletter, authority):
    with (
        web_site({"/u/": Says(raw=b"HTTP/1.1 200", ends=False)}, certified(authority)) as site,
        pytest.raises(SendError, match=r"no whole answer within 0\.5 seconds"),
    ):
        probe_one_click(newsletter(site.url), 42, seconds=0.5)


def test_a_certificate_that_does_not_hold_forbids_the_mailing(newsletter, authority):
    with (
        web_site({"/u/": Says()}, certified(authority, "other.example")) as site,
        pytest.raises(SendError, match="its certificate does not hold"),
    ):
        probe_one_click(newsletter(site.url), 42)
    assert site.asked == []


def test_a_site_that_is_not_there_forbids_the_mailing(newsletter):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SendError, match="it cannot be connected to"):
            probe_one_click(newsletter(f"https://127.0.0.1:{taken.getsockname()[1]}"), 42)


@pytest.mark.parametrize("says, words", [
    (Says(status=404), "it answered 404"),
    (Says(body=b"ok"), "does not say which database"),
    (Says(body=b"[]"), "does not say which database"),
    (Says(body=b"[" * 50_000), "does not say which database"),
    (Says(body=b"{}"), "does not say which database"),
    (Says(raw=b"odd\r\n\r\n"), "broke off, or is none"),
])  # fmt: skip
def test_a_site_that_does_not_say_its_database_is_only_odd(newsletter, authority, says, words):
    with web_site({"/u/": Says(), "/healthz": says}, certified(authority)) as site:
        note = probe_one_click(newsletter(site.url), 42)
    assert words in note
    assert note.startswith(f"{site.url}/healthz")


@pytest.mark.parametrize("other", ["5d46b0q7xk2ma", None, 7, {"a": "b"}])
def test_a_site_with_another_database_forbids_the_mailing(newsletter, authority, other):
    with (
        web_site({"/u/": Says(), "/healthz": healthy(other)}, certified(authority)) as site,
        pytest.raises(SendError, match="the site keeps another database"),
    ):
        probe_one_click(newsletter(site.url), 42)
