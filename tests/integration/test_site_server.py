"""The public site as a whole: databases of both kinds behind it, and the command that serves it."""

import asyncio
import io
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from archive_samples import PUBLIC, sent_newsletter
from asgi_client import Client

from newsletter.app.health import look_after
from newsletter.errors import StoreError
from newsletter.sender.addressing import sample_one_click
from newsletter.store.database import create
from newsletter.store.gauges import read_gauges
from newsletter.store.subscribers import SubscriberStore
from newsletter.store.trying import try_writing
from newsletter.web.serving import listen
from newsletter.web.site import background
from newsletter.web.site.background import Background, in_thread
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.running import PublicSite
from newsletter.web.site.site import SiteOptions


@pytest.fixture
def newsletter(tmp_path, url, monkeypatch):
    if url:
        monkeypatch.setenv("NEWSLETTER_DATABASE", url)
    newsletter = sent_newsletter(tmp_path / "desk", 1, 2, more=PUBLIC)
    create(newsletter.settings.data_folder, url).close()
    yield newsletter
    newsletter.close()


@pytest.fixture
def site(newsletter):
    stream = io.StringIO()
    site = PublicSite(newsletter, SiteOptions(root_path="/weekly"), log=RequestLog(stream=stream))
    client = Client(site.app)
    client.stream = stream
    yield client
    client.close()


def test_the_site_tries_its_database_and_says_which_it_is(site, newsletter):
    answer = site.get("/healthz")
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok", "database": newsletter.database.id})
    with newsletter.database.reading() as connection:
        before = connection.exec_driver_sql("SELECT * FROM meta").all()
    try_writing(newsletter.database)
    with newsletter.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT * FROM meta").all() == before


def test_its_metrics_count_the_people(site, newsletter):
    from newsletter.model.address import Address
    from newsletter.model.subscriber import Consent

    store = SubscriberStore(newsletter.database)
    for number in range(3):
        store.add(Address(address=f"r{number}@example.com"), "weekly", consent=Consent.CONFIRMED, basis="asked")
    assert read_gauges(newsletter.database).subscriptions == {("weekly", "confirmed"): 3}
    assert 'newsletter_subscriptions{consent="confirmed",list="weekly"} 3.0' in site.get("/metrics").text


def test_the_archive_stands_beside_and_below_the_proxy_s_path(site):
    assert site.get("/weekly/issues/001.html").status == site.get("/issues/001.html").status == 200
    assert site.get("/weekly").status == 200
    assert site.get("/issues/1").headers["location"] == "/weekly/issues/001.html"
    assert site.get("/nothing").status == 404


def test_a_site_without_a_database_is_not_served(tmp_path):
    newsletter = sent_newsletter(tmp_path, 1)
    with pytest.raises(StoreError):
        PublicSite(newsletter, SiteOptions())


def test_a_database_that_cannot_be_written_is_a_problem_without_a_path_in_it(tmp_path):
    newsletter = sent_newsletter(tmp_path / "desk", 1)
    create(newsletter.settings.data_folder).close()
    assert look_after(newsletter).problems == ()
    newsletter.close()
    newsletter = sent_newsletter(tmp_path / "desk", 1)
    (newsletter.settings.data_folder / "newsletter.sqlite3").write_bytes(b"x" * 5000)
    health = look_after(newsletter)
    assert health.problems == ("the database cannot be written",)
    assert str(tmp_path) in health.details[0]


def test_a_background_task_that_fails_is_begun_again_and_ends_when_it_is_told(monkeypatch):
    monkeypatch.setattr(background, "AGAIN", 0.01)
    begun, stream = [], io.StringIO()

    async def failing(stop):
        begun.append(1)
        if len(begun) < 3:
            raise ValueError("ada@example.com")
        await stop.wait()
        begun.append("ended")

    done = threading.Event()

    def working(stop):
        stop.wait()
        done.set()

    async def run():
        tasks = Background({"hooks": failing, "work": in_thread(working)}, RequestLog(stream=stream))
        async with tasks.running():
            while len(begun) < 3:
                await asyncio.sleep(0.001)

    asyncio.run(run())
    assert begun == [1, 1, 1, "ended"]
    assert done.is_set()
    assert "hooks failed" in stream.getvalue()
    assert "ada" not in stream.getvalue()


def test_a_host_that_is_not_this_machine_s_is_said_plainly():
    from newsletter.errors import SettingsError

    with pytest.raises(SettingsError, match=r"host\.invalid"):
        listen(0, "host.invalid")
    with listen(0, "::1") as opened:
        assert opened.getsockname()[0] == "::1"


def test_the_command_finishes_what_is_open_at_sigterm_and_leaves_with_0(tmp_path):
    newsletter = sent_newsletter(tmp_path / "desk", 1, more=PUBLIC)
    create(newsletter.settings.data_folder).close()
    click = sample_one_click(1, newsletter.settings.sender).partition("/weekly")[2]
    command = [sys.executable, "-m", "newsletter", "serve", "--port", "0", "--work", "--json-logs"]
    with subprocess.Popen(
        command, cwd=tmp_path / "desk", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            address = process.stdout.readline().rpartition(" ")[2].strip()
            with urllib.request.urlopen(f"{address}issues/001.html") as answer:
                assert b"Words in a cell" in answer.read()
                assert "server" not in answer.headers
            with urllib.request.urlopen(f"{address}healthz") as answer:
                assert json.loads(answer.read())["database"]
            body = b"List-Unsubscribe=One-Click"
            head = f"POST {click} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
            with socket.create_connection(("127.0.0.1", int(re.search(r":(\d+)/", address)[1]))) as line:
                line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode())
                assert line.recv(1000).startswith(b"HTTP/1.1 100")  # it is being answered
                process.send_signal(signal.SIGTERM)
                line.sendall(body)
                assert line.makefile("rb").read().startswith(b"HTTP/1.1 200")
            _, log = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, log
    routes = [json.loads(line)["route"] for line in log.splitlines() if line.startswith("{")]
    assert routes == ["/issues/{name}", "/healthz", "/u/{ticket}"]
    assert "Traceback" not in log


def test_a_static_site_is_written_by_a_clone_without_a_database(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from newsletter.cli.root import root

    sent_newsletter(tmp_path / "desk", 1, 2)
    monkeypatch.chdir(tmp_path / "desk")
    runner = CliRunner()
    done = runner.invoke(root, ["archive", "--out", "../site", "--url", "https://me.example.net"])
    assert done.exit_code == 0, done.output
    assert "wrote   ../site/feed.xml" in done.output
    assert Path("../site/issues/002.html").is_file()
    again = json.loads(
        runner.invoke(root, ["archive", "--out", "../site", "--url", "https://me.example.net", "--json"]).output
    )
    assert (again["written"], again["removed"], again["issues"], again["missing"]) == ([], [], 2, [])
    assert runner.invoke(root, ["archive", "--out", "../site", "--url", "javascript:x"]).exit_code == 2
