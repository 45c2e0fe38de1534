"""`newsletter diff` and `newsletter shots`, right and wrong."""

import json
import subprocess
from io import BytesIO

import pytest
from PIL import Image

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


@pytest.mark.chromium
def test_diff_shows_what_changed_as_pictures(sample):
    git(sample, "init", "-q")
    git(sample, "add", ".")
    git(sample, "commit", "-qm", "first")
    told = sample.ok("diff", "--since", "HEAD", "--pictures")
    assert told.splitlines() == ["desktop: looks as issue 1 at HEAD", "phone: looks as issue 1 at HEAD"]
    sample.change("issues/001.md", "standardized test", "standardised test")
    done = sample.run("diff", "--since", "HEAD", "--pictures")
    assert done.returncode == 1, done.stderr
    files = [f".newsletter/diff/001/{view}.png" for view in ("desktop", "phone")]
    assert done.stdout.splitlines() == [f"wrote {file}: 1 change from issue 1 at HEAD" for file in files]
    desktop, phone = (Image.open(BytesIO(sample.path(file).read_bytes())).width for file in files)
    assert desktop > 2 * 700
    assert 2 * 375 < phone < 2 * 700
    found = json.loads(sample.run("diff", "--since", "HEAD", "--pictures", "--json").stdout)
    assert [(row["view"], row["width"], row["file"]) for row in found["pictures"]] == [
        ("desktop", 700, files[0]),
        ("phone", 375, files[1]),
    ]
    ((left, top, right, bottom),) = [change["after"] for change in found["pictures"][0]["changes"]]
    assert right - left < 600
    assert bottom - top < 40  # the line of the word
    sample.change("issues/001.md", "standardised test", "standardized test")
    sample.ok("diff", "--since", "HEAD", "--pictures")
    assert not any(sample.path(file).exists() for file in files)


def test_diff_pictures_says_what_is_missing_and_what_excludes_what(sample):
    assert "exclude each other" in sample.fails(2, "diff", "--previous", "--html", "--pictures")
    second = sample.path("issues/001.md").read_text(encoding="utf-8").replace("number = 1\n", "number = 2\n")
    sample.path("issues/002.md").write_text(second, encoding="utf-8")
    sample.env["CHROMIUM"] = "/nowhere/chromium"
    assert "CHROMIUM" in sample.fails(2, "diff", "2", "--previous", "--pictures")
