"""newsletter fetch, killed at any moment: what it took in stays, the next run asks for the rest, nothing is twice."""

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from subprocess import TimeoutExpired

import pytest
from command_process import run_command, start_command
from feed_server import feed_server
from kills import moments

FEEDS = 24


@pytest.fixture
def made(tmp_path):
    """A newsletter that may ask this machine."""
    folder = tmp_path / "made" / "desk"
    home = {"NEWSLETTER_HOME": str(tmp_path / "made" / "home")}
    folder.mkdir(parents=True)
    done = run_command(
        ["init", ".", "--name", "News", "--from", "News <n@example.com>"], folder, {**os.environ, **home}
    )
    assert done.returncode == 0, done.stderr
    with (folder / "newsletter.local.toml").open("a") as file:
        file.write('\n[sources]\nallow_private = ["127.0.0.1"]\n')
    return tmp_path / "made"


def test_a_fetch_that_is_killed_again_and_again_takes_each_article_in_once(made, tmp_path):
    with feed_server(FEEDS, odd=False) as server:
        (made / "desk" / "feeds.toml").write_text(server.toml())
        expected = {title for feed in server.feeds for title in feed.titles}
        killed, took = 0, whole_run(made, tmp_path / "whole")
        chosen = moments(0.05 * took, 0.8 * took)
        for number in range(0, len(chosen), 2):
            work = tmp_path / f"kill-{number}"
            shutil.copytree(made, work)
            environment = {**os.environ, "NEWSLETTER_HOME": str(work / "home")}
            for after in chosen[number : number + 2]:
                with start_command(["fetch"], work / "desk", environment, live=True) as process:
                    with suppress(TimeoutExpired):
                        process.wait(after)
                    killed += process.poll() is None
                    process.kill()
                assert kept(work) <= expected
            last = run_command(["fetch"], work / "desk", environment)
            assert (last.returncode, "Traceback" in last.stderr) == (0, False), last.stderr
            assert kept(work) == expected
            assert states(work) == {server.address(feed) for feed in server.feeds}
            shutil.rmtree(work)
        assert killed


def whole_run(made, work):
    """Return how many seconds a fetch takes that nobody kills."""
    shutil.copytree(made, work)
    begun = time.monotonic()
    done = run_command(["fetch"], work / "desk", {**os.environ, "NEWSLETTER_HOME": str(work / "home")})
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begun


def rows(work, question):
    (path,) = (work / "home").glob("*/newsletter.sqlite3")
    with closing(sqlite3.connect(path)) as file:
        return file.execute(question).fetchall()


def kept(work):
    """Return the titles of all candidates: none twice, and each with the state of its feed."""
    titles = [title for (title,) in rows(work, "SELECT json_extract(facts, '$.title') FROM candidate")]
    assert len(titles) == len(set(titles))
    assert rows(work, "SELECT id FROM candidate WHERE feed NOT IN (SELECT address FROM feed)") == []
    assert rows(work, "PRAGMA integrity_check") == [("ok",)]
    return set(titles)


def states(work):
    """Return the addresses of the feeds whose state is that of a feed which was read."""
    return {address for (address,) in rows(work, "SELECT address FROM feed WHERE body_sha256 != '' AND failures = 0")}
