"""issues/NNN.html: the web version as it was sent, written when a mailing begins and kept, with nobody's data in it."""

import json
import signal
from datetime import timedelta

import pytest
from mailing_desk import put_back
from PIL import Image
from test_stopped import PEOPLE, crowd, send_until  # noqa: F401 - the fixture is one

PAGE = "issues/001.html"
WORD = "Eight write-ups from one team"
REALLY = ("send", "1", "--really", "--yes")


def page(desk):
    return desk.path(PAGE).read_text(encoding="utf-8")


def test_a_mailing_writes_it_and_it_names_nobody(sending, inbox):
    sending.ok(*REALLY)
    html = page(sending)
    assert html.lstrip().lower().startswith("<!doctype html>")
    assert WORD in html
    assert 'href="mailto:digest@example.com?subject=unsubscribe"' in html
    assert not any(word in html for word in ("SLOT", "ada@", "Ada", "Sample Reader", "reader@example.com", "1.0."))
    assert len(inbox.messages) == 3


def test_it_shows_pictures_without_the_mail(sending):
    sending.path("media").mkdir(exist_ok=True)
    Image.new("RGB", (80, 40), (150, 60, 40)).save(sending.path("media/chart.png"))
    sending.change("issues/001.md", "\n## ", "\n![A chart](media/chart.png)\n\n## ")
    sending.ok(*REALLY)
    assert 'src="data:image/png;base64,' in page(sending)
    assert "cid:" not in page(sending)


def test_neither_a_plan_nor_a_test_send_nor_a_rehearsal_writes_it(sending):
    sending.ok("send", "1")
    sending.ok("send", "1", "--test", "ada@example.com")
    sending.ok("send", "1", "--rehearse")
    assert not sending.path(PAGE).exists()


def test_a_further_mailing_of_the_issue_leaves_it(sending):
    sending.change("newsletter.toml", "[test]", '[lists.daily]\ntitle = "Daily"\n\n[test]')
    sending.ok("subscribers", "add", "d@example.com", "--list", "daily", "--consent", "confirmed", "--basis", "asked")
    sending.ok(*REALLY)
    before = page(sending)
    sending.change("issues/001.md", 'list = "weekly"', 'list = "daily"')
    sending.change("issues/001.md", WORD, "Nine write-ups from one team")
    sending.ok(*REALLY)
    assert page(sending) == before


def test_what_stood_there_before_the_first_mailing_gives_way(sending):
    sending.path(PAGE).write_text("a draft of mine")
    sending.ok(*REALLY)
    assert WORD in page(sending)


def test_a_mailing_that_goes_on_keeps_it_and_makes_it_anew_if_it_was_lost(crowd, inbox):  # noqa: F811
    send_until(crowd, inbox, 2, signal.SIGKILL)
    before = page(crowd)
    crowd.change("issues/001.md", WORD, "Nine write-ups from one team")
    crowd.path(PAGE).unlink()
    crowd.run("resume", "1")
    assert page(crowd) == before
    crowd.change(PAGE, WORD, "Kept as it is")
    crowd.run("resume", "1")
    assert "Kept as it is" in page(crowd)


def test_what_was_scheduled_is_kept_as_it_was_looked_at(sending, inbox):
    sending.ok(*REALLY, "--at", "2099-11-27 09:00")
    assert not sending.path(PAGE).exists()
    sending.change("issues/001.md", WORD, "Nine write-ups from one team")
    put_back(sending, late=timedelta(minutes=5))
    sending.ok("work", "--once")
    assert len(inbox.messages) == 3
    assert WORD in page(sending)


@pytest.fixture
def clone(sending, tmp_path):
    """A newsletter whose issue was sent, on a machine without the database."""
    sending.ok(*REALLY)
    sending.env["NEWSLETTER_HOME"] = str(tmp_path / "elsewhere")
    return sending


def test_a_clone_without_the_database_compares_with_it_and_says_so(clone):
    told = clone.ok("diff", "1", "--sent")
    assert f"no differences from issue 1 as sent ({PAGE}; the ledger is on " in told
    assert "no differences" in clone.ok("diff", "1", "--sent", "--html")
    clone.change("issues/001.md", WORD, "Nine write-ups from one team")
    done = clone.run("diff", "1", "--sent", "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert (found["added"], found["removed"]) == (1, 1)
    assert PAGE in found["with"]
    (new,) = [line for line in found["diff"][2:] if line.startswith("+")]
    assert "Nine write-ups from one team" in new
    assert "<" not in new


def test_a_clone_that_lacks_it_says_where_it_is(clone):
    clone.path(PAGE).unlink()
    told = clone.fails(2, "diff", "1", "--sent")
    assert f"{PAGE}: the ledger of what was sent is on " in told
    assert "get that file from git" in told
    clone.path("issues/001.receipt.toml").unlink()
    assert "nothing of issue 1 was sent" in clone.fails(2, "diff", "1", "--sent")
