"""Lists of feeds, in and out."""

from datetime import UTC, datetime

import pytest

from newsletter.errors import InputError
from newsletter.model.feed import Feed
from newsletter.sources.opml import Outline, read_opml, write_opml

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
READER = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>Abos</title></head><body>
  <outline text="Tech" title="Technik f\xfcr alle">
    <outline text="Data">
      <outline type="rss" text="Moka" xmlUrl="https://a.example/feed?x=1&y=2" category="/spark/eks, infra"/>
    </outline>
    <outline type="rss" title="B" xmlurl=" https://b.example/atom " />
  </outline>
  <outline text="C" xmlUrl="https://c.example/rss"><outline text="inner" xmlUrl="https://d.example/rss"/></outline>
  <outline text="a note"/>
</body></opml>"""


def test_nested_folders_categories_and_a_bare_ampersand_are_read():
    assert read_opml(READER, "x.opml") == [
        Outline(address="https://a.example/feed?x=1&y=2", title="Moka", path=("Technik für alle", "Data"),
                tags=("spark/eks", "infra")),
        Outline(address="https://b.example/atom", title="B", path=("Technik für alle",)),
        Outline(address="https://c.example/rss", title="C"),
        Outline(address="https://d.example/rss", title="inner"),
    ]  # fmt: skip


def test_what_is_written_is_read_again():
    feeds = [
        Feed(
            slug="a",
            address="https://a.example/?x=1&y=<2>",
            title='A & "B" \x00',
            section="Data & more",
            tags=("x", "y"),
        ),
        Feed(slug="b", address="https://b.example/feed"),
        Feed(slug="c", address="https://c.example/feed", title="C", section="Data & more"),
    ]
    written = write_opml(feeds, title="News <1>", now=NOW)
    assert b"Fri, 27 Nov 2026 12:00:00 +0000" in written
    assert read_opml(written, "x.opml") == [
        Outline(address="https://a.example/?x=1&y=<2>", title='A & "B" \N{REPLACEMENT CHARACTER}',
                path=("Data & more",), tags=("x", "y")),
        Outline(address="https://c.example/feed", title="C", path=("Data & more",)),
        Outline(address="https://b.example/feed", title="b"),
    ]  # fmt: skip


def test_folders_within_thousands_of_folders_are_read():
    data = (
        b"<opml><body>"
        + b'<outline text="x">' * 3000
        + b'<outline xmlUrl="https://a.example/"/>'
        + b"</outline>" * 3000
    )
    (outline,) = read_opml(data + b"</body></opml>", "x.opml")
    assert len(outline.path) == 3000


GERMAN = '<opml><body><outline text="Grüße &nbsp; R&D" xmlUrl="https://a.example/?a=1&b=2"/></body></opml>'


@pytest.mark.parametrize("begin, charset", [
    ("\n\n<?xml version='1.0'?>\n", "utf-8"),
    ("\ufeff\r\n<?xml version='1.0'?>\r\n", "utf-8"),
    ("<?xml version='1.0' encoding='utf-8'?>", "cp1252"),
    ("", "cp1252"),
    ("<?xml version='1.0' encoding='iso-8859-15'?>", "iso-8859-15"),
    ("<?xml version='1.0' encoding='utf-16'?>", "utf-16"),
    ("<?xml version='1.0' encoding='utf-16'?>", "utf-16-le"),
    ("<!DOCTYPE opml SYSTEM 'x.dtd'>\x0b", "utf-8"),
])  # fmt: skip
def test_what_readers_and_editors_do_to_files_is_no_reason_to_refuse_them(begin, charset):
    (outline,) = read_opml(f"{begin}{GERMAN}".encode(charset), "x.opml")
    assert (outline.title, outline.address) == ("Grüße R&D", "https://a.example/?a=1&b=2")


@pytest.mark.parametrize("written", [
    '<OPML><BODY><OUTLINE TEXT="A" XMLURL="https://a.example/"/></BODY></OPML>',
    '<opml xmlns="http://opml.org/spec2"><body><outline text="A" xmlUrl="https://a.example/"/></body></opml>',
])  # fmt: skip
def test_capitals_and_a_namespace_are_no_reason_either(written):
    assert read_opml(written.encode(), "x.opml") == [Outline(address="https://a.example/", title="A")]


@pytest.mark.parametrize("data, words", [
    (b"", "this is not XML"),
    (b"<opml><body>\n<outline></body></opml>", r"x\.opml:2: this is not XML"),
    (b"<rss><channel/></rss>", "this is no OPML"),
    (b"<opml/>", "this is no OPML"),
    (b'<?xml version="1.0" encoding="klingon"?><opml/>', "this is no OPML"),
    (b"\r\n\n<?xml version='1.0'?><opml>\n<body>", r"x\.opml:4: this is not XML"),
    (b'<!DOCTYPE o [<!ENTITY a "b">]><opml><body>&a;</body></opml>', "declares entities"),
    (b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body>&a;</body></opml>', "declares entities"),
])  # fmt: skip
def test_what_is_none_is_said(data, words):
    with pytest.raises(InputError, match=words):
        read_opml(data, "x.opml")
