"""An issue that is composed alone by a command that is killed: composed once more, it has each article once."""

import os
import shutil
import time
from collections import Counter

from command_process import run_command, start_command
from kills import moments, standing

from newsletter.app import open_newsletter
from newsletter.app.scaffold import make_newsletter
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore

COMMAND = ["pick", "--auto", "--limit", "500", "--per-source", "500"]
COUNT = 40


def article(number):
    name = f"{number:02d}".translate(str.maketrans("0123456789", "abcdefghij"))
    return Article(
        id=f"{name}kkkkkkkkkkk", title=f"Tale{name} of{name}", link=f"https://example.com/{name}", source="Ex"
    )


def test_wherever_it_is_killed_each_article_is_proposed_once_and_no_candidate_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "made" / "home"))
    make_newsletter(tmp_path / "made/desk", name="Desk", author="Desk <desk@example.com>")
    newsletter = open_newsletter(tmp_path / "made/desk")
    newsletter.pool().add([article(number) for number in range(0, COUNT, 2)])
    CandidateStore(newsletter.database).take_in([article(number) for number in range(1, COUNT, 2)])
    newsletter.close()
    once = Counter(article(number).id for number in range(COUNT))

    def copy(name):
        shutil.copytree(tmp_path / "made", tmp_path / name)
        monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / name / "home"))
        return tmp_path / name / "desk"

    folder = copy("whole")
    run_command(["--version"], folder, os.environ)  # the process that commands are forked from is there now
    begun = time.perf_counter()
    assert run_command(COMMAND, folder, os.environ).returncode == 0
    took = time.perf_counter() - begun
    assert standing(folder) == (once, once, set())
    for number, moment in enumerate(moments(0.2 * took, 1.1 * took)[::2]):
        folder = copy(f"killed-{number}")
        with start_command(COMMAND, folder, os.environ) as process:
            time.sleep(moment)
            process.kill()
            process.wait()
        added, placed, waiting = standing(folder)
        assert {*added} | waiting == {*once}
        assert {*added.values()} | {*placed.values()} == {1}
        again = run_command(COMMAND, folder, os.environ)
        assert again.returncode == 0 or "no story that waits is good enough" in again.stderr
        assert standing(folder) == (once, once, set())
