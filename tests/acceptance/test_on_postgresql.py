"""The whole way with a database on a server: made, sent from, and shared by a second machine."""

import json
import shutil

import pytest
from conftest import PASSWORD, Desk, mend

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(postgresql):
    made = postgresql.fresh()
    yield made
    postgresql.drop(made)


@pytest.fixture
def sending(desk, inbox, url):
    """The sample newsletter, made on a server, with a mail server."""
    desk.env |= {"NEWSLETTER_DATABASE": url, "SMTP_PASSWORD": PASSWORD}
    desk.ok("init", ".", "--sample")
    mend(desk)
    desk.path("newsletter.local.toml").write_text(f'{inbox.profile()}[database]\nurl = "{url}"\n')
    del desk.env["NEWSLETTER_DATABASE"]
    return desk


def test_an_issue_is_sent_from_a_server_s_ledger_even_on_a_ci_runner(sending, inbox):
    sending.env["GITHUB_ACTIONS"] = "true"
    sending.ok("send", "1", "--really", "--yes")
    assert sorted(inbox.addresses) == sorted(set(inbox.addresses))
    assert len(inbox.addresses) == 3
    assert "3 planned = 3 accepted" in sending.ok("status", "1")
    said = sending.run("doctor").stdout
    assert "postgresql://postgres@/postgres?host=" in said
    assert "with the key in" in said


def test_a_second_machine_with_the_key_goes_on_where_the_first_one_was_stopped(sending, inbox):
    assert sending.run("send", "1", "--really", "--yes", "--first", "1").returncode == 3
    home, other_home = (sending.folder.parent / name for name in ("home", "other home"))
    assert len(inbox.addresses) == 1
    other = Desk(sending.folder.parent / "clone", {**sending.env, "NEWSLETTER_HOME": str(other_home)})
    shutil.copytree(sending.folder, other.folder)
    assert "the key is missing" in other.fails(2, "resume", "1")
    assert "copy secret.key into the data folder" in other.fails(2, "init", ".")
    shutil.copytree(home, other_home)
    assert "its database is there" in other.fails(2, "init", ".")
    other.ok("resume", "1")
    assert len(set(inbox.addresses)) == len(inbox.addresses) == 3
    assert not list(home.rglob("*.sqlite3")) + list(other_home.rglob("*.sqlite3"))
    assert json.loads(sending.ok("status", "1", "--json")) == json.loads(other.ok("status", "1", "--json"))


def test_a_server_that_is_not_there_is_one_line(sending):
    sending.env["NEWSLETTER_DATABASE"] = "postgresql://news:s3cret@127.0.0.1:1/news"
    said = sending.fails(2, "status", "1")
    assert said.count("\n") == 1
    assert "postgresql://news:***@127.0.0.1:1/news: the server cannot be used" in said
    assert "s3cret" not in said + sending.run("doctor").stdout


def test_an_address_that_is_none_says_where_it_stands(sending):
    sending.change("newsletter.local.toml", 'url = "postgresql:', 'url = "mysql:')
    assert "newsletter.local.toml:9: this is no address of a PostgreSQL" in sending.fails(2, "status", "1")
