"""The feeds that a page names."""

from newsletter.sources.feed_links import feed_links, usual_links

PAGE = """<!doctype html><HTML><head><base href="/blog/">
<link rel="stylesheet" type="text/css" href="x.css">
<LINK REL="Alternate Home" TYPE="application/rss+xml; charset=utf-8" TITLE="All &amp;\n more" HREF="feed?a=1&amp;b=2">
<link rel=alternate type=application/atom+xml href=//other.example/atom>
<link rel="alternate" type="application/rss+xml" href="feed?a=1&b=2" title="again">
<link rel="alternate" type="text/html" hreflang="de" href="/de/">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="http://[::1">
<link rel="alternate" type="application/rss+xml">
</head><body><!-- <link rel="alternate" type="application/rss+xml" href="/commented"> -->
<link rel="alternate" type="application/feed+json" href="/feed.json">
"""


def test_feeds_are_found_wherever_they_stand_each_once_and_none_that_is_no_address():
    assert feed_links(PAGE, "https://a.example/x/y") == {
        "https://a.example/blog/feed?a=1&b=2": "All & more",
        "https://other.example/atom": "",
        "https://a.example/feed.json": "",
    }


def test_a_page_with_marks_of_word_processors_and_much_before_its_feed_names_it():
    odd = "<![if !vml]><![x[ y ]]><!--x--><!DOCTYPE <i" + "<i>" * 50_000
    page = f'{odd}<link rel=alternate type="application/rss+xml" href="/feed" title="\ud800">'
    assert list(feed_links(page, "https://a.example/x")) == ["https://a.example/feed"]


def test_what_is_no_html_names_none():
    for text in (
        "",
        "<",
        "<link",
        "\x00" * 50,
        "<![CDATA[<link rel=alternate>",
        "<!" * 5000,
        "<![x[",
        "<![" * 9,
        "\ud800<p>",
    ):
        assert feed_links(text, "https://a.example/") == {}


def test_where_sites_usually_have_their_feed_is_tried_from_the_page_and_from_the_root():
    links = usual_links("https://a.example/blog")
    assert links[0] == "https://a.example/blog/feed"
    assert "https://a.example/feed.xml" in links
    assert len(links) == len(set(links)) == 14
    assert len(usual_links("https://a.example/")) == 7
