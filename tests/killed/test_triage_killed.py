"""A triage that is killed anywhere: given once more it does what is left, and nothing is lost or there twice."""

import json
import os
import re
import shutil
import time
from collections import Counter

import pytest
from command_process import run_command, start_command
from kills import moments

from newsletter.app import open_newsletter
from newsletter.app.sample import make_sample
from newsletter.composer.pool import Decision
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore

VERBS = ['p "Killed twice"', 'p "Data platforms"', "h later", "d thin", "-", "m adverts"]
COUNT = 48


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A newsletter with as many candidates as articles of the pool, its home, and a list that decides about them."""
    base = tmp_path_factory.mktemp("killed")
    os.environ["NEWSLETTER_HOME"] = str(base / "home")
    make_sample(base / "desk")
    newsletter = open_newsletter(base / "desk")
    articles = [
        Article(id=f"{number:03d}".translate(str.maketrans("0123456789", "abcdefghij")) + "kkkkkkkkkk",
                title=f"Story {number}", link=f"https://example.com/{number}", source=f"Source {number}")
        for number in range(COUNT)
    ]  # fmt: skip
    newsletter.pool().add(articles[::2])
    CandidateStore(newsletter.database).take_in(articles[1::2])
    newsletter.close()
    lines = [f"{VERBS[at // 2 % len(VERBS)]} {article.id}" for at, article in enumerate(articles)]
    (base / "desk" / "list.txt").write_text("\n".join(lines))
    return base


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    """Give copies of the newsletter, one after the other."""

    def copy(name):
        shutil.copytree(made, tmp_path / name)
        monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / name / "home"))
        return tmp_path / name / "desk"

    return copy


def standing(folder):
    """What pool, issues and candidates have; each article's place, and how often it is there."""
    newsletter = open_newsletter(folder)
    try:
        lines = [json.loads(x) for file in (folder / "pool").glob("*.jsonl") for x in file.read_text().splitlines()]
        added = Counter(line["id"] for line in lines if line["event"] == "added")
        in_issues = Counter(
            id
            for path in (folder / "issues").glob("*.md")
            for id in re.findall(r"^###.*\{#(\w+)\}", path.read_text(), re.M)
        )
        decisions = {id: (entry.decision, entry.reason) for id, entry in newsletter.pool().entries.items()}
        waiting = [candidate.article.id for candidate in CandidateStore(newsletter.database).waiting()]
        muted = [(mute.name, mute.reason) for mute in newsletter.pool().mutes]
        text = (folder / "issues" / "001.md").read_text()
        return {
            "added": added,
            "issues": in_issues,
            "pool": decisions,
            "waiting": waiting,
            "muted": muted,
            "text": text,
        }
    finally:
        newsletter.close()


APPLY = ["triage", "--apply", "list.txt"]


def test_wherever_a_triage_is_killed_the_same_list_finishes_it(place):
    before, folder = standing(place("before")), place("whole")
    run_command(["--version"], folder, os.environ)  # the process that commands are forked from is there now
    begun = time.perf_counter()
    done = run_command(APPLY, folder, os.environ)
    took = time.perf_counter() - begun
    assert done.returncode == 0, done.stderr
    wanted = standing(folder)
    assert set(wanted["added"].values()) == set(wanted["issues"].values()) == {1}
    assert sum(decision is Decision.DROPPED for decision, _ in wanted["pool"].values()) == COUNT // len(VERBS)
    for number, moment in enumerate(moments(took * 0.15, took)):
        folder = place(f"killed-{number}")
        with start_command(APPLY, folder, os.environ) as process:
            time.sleep(moment)
            process.kill()
            process.wait()
        left = standing(folder)
        assert {*left["pool"], *left["waiting"]} >= {*before["pool"], *before["waiting"]}, "an article is nowhere"
        again = run_command(APPLY, folder, os.environ)
        assert again.returncode == 0, again.stderr
        assert standing(folder) == wanted
