"""Two lists of one newsletter: what the readers of one had is new to those of the other, wherever it is offered."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from feed_server import item, rss
from fetch_desk import fetch, later, make_desk, opened, waiting
from web_site import Says, web_site

from newsletter.app.desk import Desk
from newsletter.app.proposing import propose
from newsletter.app.shortlisting import shortlist
from newsletter.cli.root import root
from newsletter.composer.receipt import Receipt, receipt_path, write_receipts
from newsletter.errors import PoolError
from newsletter.model.article import Article

HAND = '+++\nnumber = {0}\ndate = 2026-11-2{0}\nsubject = "S"\nlist = "{1}"\n+++\n\n### [By hand]({2})\n'
LINK = "https://news.example/0"
TITLE = "news number 0"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = make_desk(tmp_path / "desk")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def site(folder):
    with web_site({"/f": Says(body=rss("news", item("news", 0)).encode())}) as site:
        (folder / "feeds.toml").write_text(f'[feeds.f]\naddress = "http://127.0.0.1:{site.port}/f"\n')
        yield site


def second_list(folder):
    with (folder / "newsletter.toml").open("a") as file:
        file.write('\n[lists.daily]\ntitle = "Daily"\n')


def send(folder, number, list_name, text=""):
    """Have an issue sent that somebody wrote by hand, or the one that is there."""
    path = folder / "issues" / f"{number:03}.md"
    if text:
        path.write_text(text)
    receipt = Receipt(ledger="l", host="h", list=list_name, started=datetime.now(UTC), counts={"accepted": 1})
    write_receipts(receipt_path(path, path.stem), [receipt])


def offered(folder, list_name):
    with opened(folder) as newsletter:
        return [one.choice.article.title for one in shortlist(newsletter, list_name).suggestions]


def test_what_a_feed_brings_is_no_news_where_the_only_list_had_it(folder, site):
    send(folder, 1, "weekly", HAND.format(1, "weekly", LINK))
    fetch(folder)
    assert waiting(folder) == []


def test_what_one_list_had_is_offered_to_the_other_once_and_to_it_never(folder, site):
    second_list(folder)
    send(folder, 1, "weekly", HAND.format(1, "weekly", LINK))
    fetch(folder)
    assert (offered(folder, "weekly"), offered(folder, "daily")) == ([], [TITLE])
    printed = {
        name: CliRunner().invoke(root, ["triage", "--print", "--list", name]).output for name in ("weekly", "daily")
    }
    assert (TITLE in printed["weekly"], TITLE in printed["daily"]) == (False, True)
    with opened(folder) as newsletter:
        with pytest.raises(PoolError, match="no story that waits is good enough"):
            propose(newsletter, None, list_name="weekly")
        proposed = propose(newsletter, None, list_name="daily")
        assert [one.choice.article.title for one in proposed.taken] == [TITLE]
        assert newsletter.issues.head(proposed.path).list == "daily"
    send(folder, 2, "daily")
    later(folder)
    site.answers["/f"] = Says(body=rss("news", item("news", 0, "<author>x@example.com</author>")).encode())
    fetch(folder)
    assert (offered(folder, "weekly"), offered(folder, "daily"), waiting(folder)) == ([], [], [])


def test_beside_an_issue_the_pool_says_what_the_readers_of_its_list_had(folder):
    second_list(folder)
    with opened(folder) as newsletter:
        newsletter.pool().add([Article(id="n" * 13, title=TITLE, link=LINK)])
    send(folder, 1, "weekly", HAND.format(1, "weekly", LINK))
    states = {}
    for number, name in ((2, "daily"), (3, "weekly")):
        path = folder / "issues" / f"00{number}.md"
        path.write_text(HAND.format(number, name, "https://other.example/"))
        (row,) = Desk(folder, path).view()["pool"]
        states[name] = row["state"]
    assert states == {"daily": "new", "weekly": "sent 1"}
