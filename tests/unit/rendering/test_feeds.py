"""Both feeds by their specifications: rssboard.org/rss-specification, jsonfeed.org/version/1.1, sitemaps.org."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest

from newsletter.model.sent_issue import SentIssue
from newsletter.model.site import SiteAddress
from newsletter.rendering.feeds import Feed, FeedItem, json_feed, rss, site_map
from newsletter.rendering.options import RenderingOptions

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
ISSUES = tuple(
    SentIssue(number=number, title=f"Moka & <more> {number}", summary="Eight", published=AT.replace(month=number))
    for number in (11, 10)
)
CONTENT = "<p>a &amp; b ]]> \x0b</p>"
FEED = Feed(
    id="digest-1234",
    options=RenderingOptions(name="Engineering & <Digest>", tagline="What others learned", author="Ada"),
    address=SiteAddress(url="https://n.example/weekly", root="/weekly/"),
    items=tuple(FeedItem(issue=issue, content=CONTENT, image="https://n.example/media/1.png") for issue in ISSUES),
)
ATOM, ENCODED = "{http://www.w3.org/2005/Atom}link", "{http://purl.org/rss/1.0/modules/content/}encoded"


def test_the_rss_feed_has_what_its_specification_requires():
    channel = ElementTree.fromstring(rss(FEED)).find("channel")
    assert channel.findtext("title") == "Engineering & <Digest>"
    assert channel.findtext("link") == "https://n.example/weekly/"
    assert channel.findtext("description") == "What others learned"
    assert channel.find(ATOM).attrib == {
        "href": "https://n.example/weekly/feed.xml", "rel": "self", "type": "application/rss+xml",
    }  # fmt: skip
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == ISSUES[0].published
    first, second = channel.findall("item")
    assert first.findtext("link") == "https://n.example/weekly/issues/011.html"
    assert first.findtext("guid") == "digest-1234/011" != second.findtext("guid")
    assert first.find("guid").get("isPermaLink") == "false"
    assert parsedate_to_datetime(first.findtext("pubDate")) == ISSUES[0].published
    assert first.findtext("title") == "Moka & <more> 11"
    assert first.findtext(ENCODED) == "<p>a &amp; b ]]> \ufffd</p>"


def test_the_json_feed_has_what_its_specification_requires():
    feed = json.loads(json_feed(FEED))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["home_page_url"]) == ("Engineering & <Digest>", "https://n.example/weekly/")
    assert feed["feed_url"] == "https://n.example/weekly/feed.json"
    assert feed["authors"] == [{"name": "Ada"}]
    first, second = feed["items"]
    assert first["id"] == "digest-1234/011" != second["id"]
    assert first["url"] == "https://n.example/weekly/issues/011.html"
    assert datetime.fromisoformat(first["date_published"]) == ISSUES[0].published
    assert (first["content_html"], first["summary"], first["image"]) == (
        CONTENT, "Eight", "https://n.example/media/1.png",
    )  # fmt: skip


@pytest.mark.parametrize("make", [rss, json_feed])
def test_a_feed_without_issues_is_one_and_the_same_archive_is_the_same_file(make):
    assert make(replace(FEED, items=()))
    assert make(FEED) == make(FEED)


def test_what_an_issue_does_not_have_is_left_out():
    bare = replace(FEED, items=(FeedItem(issue=replace(ISSUES[0], summary=""), content="x"),))
    assert "summary" not in json.loads(json_feed(bare))["items"][0]
    assert "image" not in json.loads(json_feed(bare))["items"][0]
    assert ElementTree.fromstring(rss(bare)).find("channel/item/description") is None


def test_the_site_map_names_every_page():
    root = ElementTree.fromstring(site_map(FEED.address, ISSUES))
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert [one.text for one in root.iter(f"{space}loc")] == [
        "https://n.example/weekly/",
        "https://n.example/weekly/issues/011.html",
        "https://n.example/weekly/issues/010.html",
    ]
    assert [one.text for one in root.iter(f"{space}lastmod")] == ["2026-11-27", "2026-10-27"]
