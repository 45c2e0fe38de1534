"""``diff`` with the last test send, with what was sent, with the issue before."""

import subprocess

import pytest
from PIL import Image

WORD = "Eight write-ups from one team"


def differs(desk, *words):
    done = desk.run("diff", *words)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_diff_with_the_last_test_send(sending):
    sending.ok("send", "1", "--test", "ada@example.com")
    kept = [path.read_text(encoding="utf-8") for path in sending.path(".newsletter/tests/001").iterdir()]
    assert len(kept) == 2
    assert not any("ada@example.com" in text for text in kept)
    assert "no differences" in sending.ok("diff", "1", "--test")
    sending.change("issues/001.md", WORD, "Nine write-ups from one team")
    assert "+Nine write-ups" in differs(sending, "1", "--test")


@pytest.mark.chromium
def test_pictures_of_the_last_test_send_show_the_newsletter_s_own_pictures(sending):
    sending.path("media").mkdir(exist_ok=True)
    Image.new("RGB", (400, 200), (150, 60, 40)).save(sending.path("media/chart.png"))
    sending.change("issues/001.md", "\n## ", "\n![A chart](media/chart.png)\n\n## ")
    sending.ok("send", "1", "--test", "ada@example.com")
    assert "desktop: looks as last test send of issue 1" in sending.ok("diff", "1", "--test", "--pictures")
    Image.new("RGB", (400, 200), (40, 60, 150)).save(sending.path("media/chart.png"))
    assert "1 change from last test send of issue 1" in differs(sending, "1", "--test", "--pictures")


def test_diff_with_what_was_sent(sending):
    sending.ok("send", "1", "--really", "--yes")
    assert "no differences" in sending.ok("diff", "1", "--sent")
    sending.change("issues/001.md", WORD, "Nine write-ups from one team")
    assert "-Eight write-ups" in differs(sending, "1", "--sent")


def test_diff_with_the_issue_before(sending):
    second = sending.path("issues/001.md").read_text(encoding="utf-8").replace("number = 1\n", "number = 2\n")
    sending.path("issues/002.md").write_text(second.replace(WORD, "Nine write-ups from one team"), encoding="utf-8")
    told = differs(sending, "2", "--previous")
    assert "-Eight write-ups" in told
    assert "+Nine write-ups" in told


def test_diff_since_a_revision_that_had_a_picture(sample):
    sample.path("media").mkdir(exist_ok=True)
    Image.new("RGB", (80, 40), (150, 60, 40)).save(sample.path("media/chart.png"))
    sample.change("issues/001.md", "\n## ", "\n![A chart](media/chart.png)\n\n## ")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "1"]):
        subprocess.run(["git", *words], cwd=sample.folder, check=True)
    assert "no differences" in sample.ok("diff", "1", "--since", "HEAD", "--html")
    sample.change("issues/001.md", "![A chart]", "![The chart]")
    assert "+The chart" in differs(sample, "1", "--since", "HEAD")
