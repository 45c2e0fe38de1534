"""A pick that is killed anywhere, and lines that were being written then: nothing is lost, nothing is there twice."""

import json
import os
import random
import time

import pytest
from command_process import run_command, start_command
from kills import SEED, moments, standing

from newsletter.app import open_newsletter
from newsletter.app.sample import make_sample
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore


def article(turn, kind):
    id = f"{turn:03d}".translate(str.maketrans("0123456789", "abcdefghij")) + kind * 10
    return Article(id=id, title=f"{kind} {turn}", link=f"https://example.com/{kind}/{turn}", why="It matters.")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "home"))
    make_sample(tmp_path / "desk")
    newsletter = open_newsletter(tmp_path / "desk")
    turns = range(len(moments(0, 1)))
    newsletter.pool().add([article(turn, "p") for turn in turns])
    CandidateStore(newsletter.database).take_in([article(turn, "c") for turn in turns])
    newsletter.close()
    return tmp_path / "desk"


def test_wherever_a_pick_is_killed_each_article_is_there_once_and_a_torn_line_is_said(folder):
    run_command(["--version"], folder, os.environ)  # the process that commands are forked from is there now
    begun = time.perf_counter()
    assert run_command(["pick", article(0, "p").id, article(0, "c").id], folder, os.environ).returncode == 0
    took, chance = time.perf_counter() - begun, random.Random(SEED)
    (file,) = (folder / "pool").glob("*.jsonl")
    for turn, moment in enumerate(moments(0.1 * took, 1.1 * took)):
        ids = [article(turn, "p").id, article(turn, "c").id]
        with start_command(["pick", *ids], folder, os.environ) as process:
            time.sleep(moment)
            process.kill()
            process.wait()
        added, placed, waiting = standing(folder)
        assert set(added.values()) | set(placed.values()) == {1}
        assert {article(turn, "c").id} <= added.keys() | waiting
        torn = ""
        if chance.random() < 0.5:  # as a line that was being written when the power went
            line = json.dumps({"at": "2026-11-27T10:00:00+00:00", "event": "held", "id": ids[0], "reason": "ü"})
            torn = line[: chance.randrange(1, len(line))]
            with file.open("a", encoding="utf-8") as end:
                end.write(torn)
        again = run_command(["pick", *ids], folder, os.environ)
        assert again.returncode == 0, again.stderr
        assert again.stderr.count("the last line was torn; it is in ") == bool(torn)
        assert "torn" not in run_command(["pool", "list"], folder, os.environ).stderr
        added, placed, waiting = standing(folder)
        assert set(added.values()) | set(placed.values()) == {1}
        assert {*ids} <= added.keys() & placed.keys()
        assert ids[1] not in waiting
        if torn:
            assert file.with_suffix(".torn").read_text(encoding="utf-8").endswith(f"{torn}\n")
