"""What sites ask of robots, asked of a real one on this machine."""

import asyncio
from dataclasses import replace

import pytest
from web_site import Says, web_site

from newsletter.net.http import Limits
from newsletter.net.robots import forget_robots, may_fetch

HERE = Limits(seconds=30, private_hosts=frozenset({"localhost"}))
RULES = b"""User-agent: newsletterpress
Disallow: /private*/x
Disallow: /*.pdf$

User-agent: *
Disallow: /
"""


@pytest.fixture(autouse=True)
def _anew():
    forget_robots()


def may(site, *paths, limits=HERE):
    async def ask():
        return [
            await may_fetch(site.url + path, limits, agent="newsletterpress/1.0 (+https://x.example)") for path in paths
        ]

    return asyncio.run(ask())


def test_the_rules_for_us_count_and_a_site_is_asked_once():
    with web_site({"/robots.txt": Says(body=RULES)}) as site:
        allowed = may(site, "/a", "/private-b/x", "/b.pdf", "/b.pdf?c", "/private")
    assert allowed == [True, False, False, True, True]
    assert [asked.path for asked in site.asked] == ["/robots.txt"]
    assert site.asked[0].headers["user-agent"] == "newsletterpress/1.0 (+https://x.example)"


@pytest.mark.parametrize("says, allowed", [
    (Says(status=404), True),
    (Says(status=403), True),
    (Says(status=429), False),
    (Says(status=503), False),
    (Says(body=b"\xff\xfe\x00User-agent: *\nDisallow: /a"), True),
])  # fmt: skip
def test_a_site_without_rules_allows_all_and_one_that_cannot_say_forbids_all(says, allowed):
    """RFC 9309 §2.3.1.3 and §2.3.1.4."""
    with web_site({"/robots.txt": says}) as site:
        assert may(site, "/b") == [allowed]


def test_a_site_that_never_says_its_rules_forbids_all():
    with web_site({"/robots.txt": Says(ends=False, raw=b"HTTP/1.1 200 OK\r\n")}) as site:
        assert may(site, "/b", limits=replace(HERE, seconds=0.5)) == [False]


def test_a_private_host_that_was_not_named_is_not_even_asked_for_its_rules():
    with web_site({"/robots.txt": Says(body=RULES)}) as site:
        assert asyncio.run(may_fetch(f"http://127.0.0.1:{site.port}/a", HERE)) is False
        assert site.asked == []
