"""`newsletter diff` and `newsletter shots`, right and wrong."""

import json
import subprocess

import pytest

WORD = "Eight write-ups from one team"


@pytest.fixture
def sample(desk):
    desk.env["NEWSLETTER_HOME"] = str(desk.folder / "home")
    desk.ok("init", "--sample", "press")
    desk.folder = desk.folder / "press"
    return desk


def git(desk, *words):
    name = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *name, *words], cwd=desk.folder, check=True, capture_output=True)


def test_diff_since_a_revision_shows_the_changed_line_alone(sample):
    git(sample, "init", "-q")
    git(sample, "add", ".")
    git(sample, "commit", "-qm", "first")
    assert "no differences" in sample.ok("diff", "--since", "HEAD")
    sample.change("issues/001.md", WORD, "Nine write-ups from one team")
    done = sample.run("diff", "--since", "HEAD")
    assert done.returncode == 1, done.stderr
    assert "+Nine write-ups" in done.stdout
    assert "-Eight write-ups" in done.stdout
    found = json.loads(sample.run("diff", "--since", "HEAD", "--html", "--json").stdout)
    assert (found["added"], found["removed"]) == (1, 1)


def test_diff_says_what_it_cannot_compare_with(sample):
    assert "no git repository" in sample.fails(2, "diff", "--since", "HEAD")
    git(sample, "init", "-q")
    assert "no revision" in sample.fails(2, "diff", "--since", "nowhere")
    assert "no revision" in sample.fails(2, "diff", "--since=--output=x")
    assert "no test send" in sample.fails(2, "diff", "--test")
    assert "nothing of issue 1 was sent" in sample.fails(2, "diff", "--sent")
    assert "no issue before" in sample.fails(2, "diff", "--previous")
    assert "Say what to compare with" in sample.fails(2, "diff")


@pytest.mark.chromium
def test_shots_writes_a_picture_of_each_view(sample):
    found = json.loads(sample.ok("shots", "--out", "pictures", "--json"))
    names = ["phone-light", "phone-dark", "desktop-light", "desktop-dark", "outlook", "images-off", "text"]
    assert found["files"] == [f"pictures/{name}.png" for name in names]
    assert all(sample.path(file).read_bytes().startswith(b"\x89PNG") for file in found["files"])


def test_shots_without_chromium_says_what_to_do(sample):
    sample.env["CHROMIUM"] = "/nowhere/chromium"
    assert "CHROMIUM" in sample.fails(2, "shots")
