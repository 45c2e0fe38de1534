"""feeds.toml changed by several at once, and by what cannot be changed."""

import threading

import pytest

from newsletter.app import open_newsletter
from newsletter.app.adding_feeds import add_feed, import_opml
from newsletter.app.feeds import FeedList, changing_feeds, mute_feeds, remove_feeds
from newsletter.app.scaffold import make_newsletter
from newsletter.errors import FileError, SettingsError
from newsletter.model.feed import Feed


@pytest.fixture
def newsletter(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "home"))
    make_newsletter(tmp_path / "desk", name="News", author="News <news@example.com>")
    opened = open_newsletter(tmp_path / "desk")
    yield opened
    opened.close()


def feed(name):
    return Feed(slug=name, address=f"https://{name}.example/feed")


def test_two_who_change_feeds_at_once_lose_nothing_of_each_other(newsletter):
    opml = b'<opml><body><outline text="c" xmlUrl="https://c.example/feed"/></body></opml>'
    others = [
        threading.Thread(target=add_feed, args=(newsletter, feed("b"))),
        threading.Thread(target=import_opml, args=(newsletter, opml, "c.opml")),
    ]
    with changing_feeds(newsletter) as found:
        for other in others:
            other.start()
        for other in others:
            other.join(0.2)  # whoever does not wait for us has written by now, and we would write over it
        found.add([feed("a")])
    for other in others:
        other.join()
    assert list(FeedList(newsletter).feeds) == ["a", "b", "c"]


def test_what_is_written_as_one_value_is_muted_and_gets_no_table_beside_it(newsletter):
    path = newsletter.shown / "feeds.toml"
    path.write_text('feeds = {a = {address = "https://a.example/"}}\n')
    (muted,) = mute_feeds(newsletter, ["a"], muted=True)
    assert muted.muted
    before = path.read_bytes()
    with pytest.raises(SettingsError, match=r"written in a way that cannot be changed.*a table \[feeds\.NAME\]"):
        add_feed(newsletter, feed("b"))
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_to_is_said_in_one_line(newsletter):
    (newsletter.shown / ".newsletter").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        add_feed(newsletter, feed("b"))


def test_a_name_that_nobody_knows_is_answered_in_a_line_however_many_feeds_there_are(newsletter):
    with changing_feeds(newsletter) as found:
        found.add([feed(f"f{number:04}") for number in range(1000)])
        with pytest.raises(SettingsError, match=r'no feed "nothing"; known here: f0000, .*f0039 and 960 more$'):
            found.find("nothing")
        with pytest.raises(SettingsError, match='did you mean "f0123"'):
            found.find("ff0123")


def test_feeds_that_are_named_go_all_at_once_or_none_of_them(newsletter):
    with changing_feeds(newsletter) as found:
        found.add(map(feed, "abc"))
    with pytest.raises(SettingsError, match='no feed "nothing"'):
        remove_feeds(newsletter, ["a", "nothing"])
    assert list(FeedList(newsletter).feeds) == ["a", "b", "c"]
    gone = remove_feeds(newsletter, ["a", "c", "https://a.example/feed"])
    assert [one.slug for one in gone] == ["a", "c"]
    assert list(FeedList(newsletter).feeds) == ["b"]
