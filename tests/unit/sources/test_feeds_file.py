"""feeds.toml, read strictly."""

import pytest

from newsletter.errors import SettingsError
from newsletter.model.feed import Feed
from newsletter.sources.feeds_file import is_address, parse_feeds, read_feeds

WHOLE = """# ours
[feeds.pinterest]
address = "https://medium.com/feed/pinterest-engineering"
title = "Pinterest Engineering"
section = "Data platforms"
source = "Pinterest"
tags = ["infra", "scale"]
muted = true

[feeds.a-1]
address = "http://a.example/?feed=rss2"
"""


def test_all_of_a_feed_is_read_and_all_but_its_address_may_be_missing():
    feeds = parse_feeds(WHOLE, "feeds.toml")
    assert list(feeds.values()) == [
        Feed(slug="pinterest", address="https://medium.com/feed/pinterest-engineering", title="Pinterest Engineering",
             section="Data platforms", source="Pinterest", tags=("infra", "scale"), muted=True),
        Feed(slug="a-1", address="http://a.example/?feed=rss2"),
    ]  # fmt: skip
    assert feeds["a-1"].name == "a-1"


@pytest.mark.parametrize("text, words", [
    ('[feeds.a]\naddres = "https://a.example/"\n', r'feeds\.toml:2: .*did you mean "address"'),
    ('[feeds.a]\ntitle = "A"\n', "address"),
    ('[feeds.a]\naddress = "https://a.example/"\nmuted = 1\n', r"feeds\.toml:3: .*true or false"),
    ('[feeds.a]\naddress = "https://a.example/"\ntags = [1]\n', r"feeds\.toml:3: .*list of texts"),
    ('[feeds.A]\naddress = "https://a.example/"\n', r'feeds\.toml:1: "A" is no name of a feed'),
    ('[feeds.a]\naddress = "file:///etc/passwd"\n', r"feeds\.toml:2: this is no address of a feed"),
    ('[feeds.a]\naddress = "https://me:secret@a.example/"\n', r"feeds\.toml:2: .*no password"),
    ('[feeds.a]\naddress = "https://a.example/"\n\n[feeds.b]\naddress = "http://www.a.example"\n',
     r'feeds\.toml:5: "b" and "a" have one address; take one of the two tables out'),
    ('[feed.a]\naddress = "https://a.example/"\n', r'feeds\.toml:1: "feed" is not a known key; did you mean "feeds"'),
    ("[feeds.a\n", r"feeds\.toml:1: this is not TOML"),
    ('[feeds]\na = "https://a.example/"\n', r"feeds\.toml:2: .*must be a table"),
])  # fmt: skip
def test_what_will_not_do_is_said_with_its_line(text, words):
    with pytest.raises(SettingsError, match=words) as caught:
        parse_feeds(text, "feeds.toml")
    assert "secret" not in str(caught.value)


def test_a_newsletter_without_the_file_has_no_feeds(tmp_path):
    assert read_feeds(tmp_path / "feeds.toml") == {}
    (tmp_path / "feeds.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_feeds(tmp_path / "feeds.toml")


@pytest.mark.parametrize("text", ["", "a.example", "ftp://a.example/", "https://", "https://a b.example/", "https://[::1",
                                  "https://a.example:0/", "https://a.example:x/", "https://a.example/\n"])  # fmt: skip
def test_what_is_no_address_of_a_feed(text):
    assert not is_address(text)
