"""``check`` has a SpamAssassin of this machine judge the mail: a real spamd, asked through the real spamc."""

import os
import shutil
import socket
import subprocess
import time

import pytest
from needs import missing

SBIN = "/usr/sbin:/usr/local/sbin"


def program(name):
    found = shutil.which(name) or shutil.which(name, path=SBIN)
    return found or missing(name, f"apt-get install {name}")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def spamd(tmp_path_factory):
    """A spamd that asks no network; gives its port."""
    home, port = tmp_path_factory.mktemp("spamd"), free_port()
    words = [program("spamd"), "-L", "-x", "-i", "127.0.0.1", "-p", str(port), "--max-children", "1"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*words, "-r", str(home / "pid"), "-s", "stderr"], env={**os.environ, "HOME": str(home)}, stderr=log
        )
    try:
        for _ in range(300):
            if answers(port) or process.poll() is not None:
                break
            time.sleep(0.1)
        assert process.poll() is None, (home / "log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def spamc_at(desk, port):
    """Have commands find a spamc whose spamd listens on *port*: what its /etc file says on other machines."""
    folder = desk.folder.parent / "bin"
    folder.mkdir()
    (folder / "spamc").write_text(f'#!/bin/sh\nexec {program("spamc")} "$@" -p {port}\n')
    (folder / "spamc").chmod(0o755)
    desk.env["PATH"] = f"{folder}:{os.environ['PATH']}"


@pytest.fixture
def judged(sample, spamd):
    spamc_at(sample, spamd)
    return sample


def test_the_sample_costs_nothing_and_its_score_is_told(judged):
    done = judged.run("check")
    assert "spam-" not in done.stdout
    assert "SpamAssassin: -1.0 of 5.0 points" in done.stderr


def test_a_test_that_costs_points_is_named_with_them(judged):
    judged.change("issues/001.md", 'subject = "', 'subject = "FREE MONEY NOW: ')
    judged.change(
        "issues/001.md", "\n## ", "\nHello, this is Viagra, cheap. CLICK HERE for a million US dollars.\n\n## "
    )
    (line,) = [line for line in judged.run("check").stdout.splitlines() if " spam-score: " in line]
    assert line.startswith("issues/001.md:1: note spam-score: SpamAssassin gives ")
    assert "of 5.0 points; " in line
    assert " for MILLION_USD (" in line or "DRUG" in line, line


def test_what_it_takes_for_spam_is_a_warning(judged):
    gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    judged.change("issues/001.md", "\n## ", f"\n`{gtube}`\n\n## ")
    told = judged.run("check", "--spam").stdout
    assert (
        "issues/001.md:1: warning spam-likely: SpamAssassin takes it for spam: 999.0 of 5.0 points; 1000 for GTUBE"
        in told
    )


def test_it_is_not_asked_when_told_so_nor_by_send(judged):
    assert "SpamAssassin" not in judged.run("check", "--no-spam").stderr
    assert "SpamAssassin" not in judged.run("send", "1").stderr


def test_without_one_the_checks_go_on_and_asking_for_one_is_an_error(sample):
    spamc_at(sample, free_port())
    assert "SpamAssassin" not in sample.run("check").stderr
    told = sample.fails(2, "check", "--spam")
    assert "no spamd of this machine answers" in told
    sample.env["PATH"] = str(sample.folder)
    assert "apt-get install spamc spamd" in sample.fails(2, "check", "--spam")
