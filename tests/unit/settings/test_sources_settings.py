"""What is configured of feeds and pages."""

import pytest

from newsletter.app import open_newsletter
from newsletter.app.web_asking import agent_of, limits_of
from newsletter.errors import SettingsError

BASE = 'id = "news-1"\nname = "News"\nfrom = "News <news@example.com>"\npostal_address = "Street 1"\n'
LISTS = '\n[lists.weekly]\ntitle = "News"\n'


def opened(folder, *, more="", sources="", local=""):
    (folder / "newsletter.toml").write_text(BASE + more + LISTS + sources)
    (folder / "newsletter.local.toml").write_text(local)
    return open_newsletter(folder)


def test_who_asks_can_be_reached(tmp_path):
    from newsletter import __version__

    assert agent_of(opened(tmp_path)) == f"newsletterpress/{__version__} (+mailto:news@example.com)"
    site = 'public_url = "https://news.example.com"\n'
    assert agent_of(opened(tmp_path, more=site)) == f"newsletterpress/{__version__} (+https://news.example.com)"


def test_seconds_and_private_hosts_are_the_limits_of_a_request(tmp_path):
    news = opened(
        tmp_path,
        sources="\n[sources]\nfeed_seconds = 2.5\n",
        local='[sources]\nallow_private = ["Wiki.Local", "[::1]"]\n',
    )
    limits = limits_of(news)
    assert (limits.seconds, limits.private_hosts) == (2.5, frozenset({"wiki.local", "::1"}))
    assert not limits.allow_private


@pytest.mark.parametrize("sources, local, words", [
    ('\n[sources]\nallow_private = ["localhost"]\n', "", r"newsletter\.toml:\d+: .*on this machine alone"),
    ("", '[sources]\nallow_private = ["https://wiki.local"]\n', "without https:// and port"),
    ("\n[sources]\nfeed_seconds = 0\n", "", r"newsletter\.toml:10: .*it may be 0\.1"),
    ("\n[sources]\nfeed_second = 1\n", "", 'did you mean "feed_seconds"'),
    ("", "[sources]\nfeed_seconds = 1\n", "is not a known key"),
])  # fmt: skip
def test_what_will_not_do_is_said_with_its_line(tmp_path, sources, local, words):
    with pytest.raises(SettingsError, match=words):
        opened(tmp_path, sources=sources, local=local)
