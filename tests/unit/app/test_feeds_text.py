"""feeds.toml changed by the program: what is not meant stays as it is, to the octet."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.app.feeds_text import with_facts, with_feeds, without_feed
from newsletter.model.feed import Feed
from newsletter.sources.feeds_file import parse_feeds

WRITTEN = """# Feeds of ours, by hand.

[feeds.beta]   # the second letter
address = 'https://b.example/feed'
tags = [
  "x",  # why x
  "y",
]

# Nobody may touch delta
#   without asking.
[feeds.delta]
address = "https://d.example/feed"
"""

slugs = st.text("abcdefgz-", min_size=1, max_size=4).map(lambda text: f"f{text}")
words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)
feeds = st.dictionaries(slugs, st.tuples(words, words, st.lists(words, max_size=2), st.booleans()), max_size=6)


def made(of):
    return [
        Feed(slug=slug, address=f"https://x.example/{slug}", title=title, section=section, muted=muted,
             tags=tuple(filter(None, tags)))
        for slug, (title, section, tags, muted) in of.items()
    ]  # fmt: skip


@given(feeds, st.sampled_from([WRITTEN, WRITTEN.rstrip("\n"), WRITTEN.replace("\n", "\r\n"), "", "# only words\n"]))
def test_feeds_that_come_and_go_leave_the_rest_as_it_was(of, before):
    new = made(of)
    text = with_feeds(before, new)
    assert parse_feeds(text, "f") == {**parse_feeds(before, "f"), **{feed.slug: feed for feed in new}}
    for feed in new:
        text = without_feed(text, feed.slug)
    assert text.rstrip() == before.rstrip()
    assert text == before or text.rstrip("\r\n") == before.rstrip("\r\n")


def test_a_feed_goes_with_the_comment_right_above_it_and_no_other():
    assert without_feed(WRITTEN, "delta") == WRITTEN[: WRITTEN.index("\n# Nobody")]
    assert without_feed(WRITTEN, "beta") == WRITTEN.replace(
        WRITTEN[WRITTEN.index("[feeds.beta]") : WRITTEN.index("# Nobody")], ""
    )
    assert without_feed(WRITTEN, "gamma") == WRITTEN


def test_a_new_feed_stands_where_its_name_belongs():
    text = with_feeds(WRITTEN, made({"cc": ("", "", [], False), "zz": ("", "", [], False), "aa": ("", "", [], False)}))
    order = [line for line in text.splitlines() if line.startswith("[")]
    assert order == ["[feeds.aa]", "[feeds.beta]   # the second letter", "[feeds.cc]", "[feeds.delta]", "[feeds.zz]"]
    assert text.startswith("# Feeds of ours, by hand.\n\n[feeds.aa]")


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_fact_is_set_and_taken_out_and_comments_stay(eol):
    before = WRITTEN.replace("\n", eol)
    muted = with_facts(before, "beta", {"muted": True})
    assert parse_feeds(muted, "f")["beta"].muted
    assert "# why x" in muted
    assert with_facts(muted, "beta", {"muted": False}) == before
    moved = with_facts(before, "delta", {"address": "https://new.example/feed"})
    assert moved == before.replace("https://d.example/feed", "https://new.example/feed")


def test_two_people_who_add_feeds_on_two_branches_seldom_meet(tmp_path):
    sides = {
        "ours": with_feeds(WRITTEN, made({"aa": ("A", "", [], False), "cc": ("C", "", [], False)})),
        "base": WRITTEN,
        "theirs": with_facts(with_feeds(WRITTEN, made({"zz": ("Z", "", [], False)})), "delta", {"muted": True}),
    }
    for name, text in sides.items():
        (tmp_path / name).write_text(text)
    merged = subprocess.run(
        ["git", "merge-file", "-p", *sides], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert list(parse_feeds(merged.stdout, "f")) == ["aa", "beta", "cc", "delta", "zz"]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_whose_last_feed_goes_ends_as_it_ended(end):
    eol = end or "\n"
    before = f'[feeds.a]{eol}address = "https://a.example/"'
    text = f'{before}{eol}{eol}[feeds.b]{eol}address = "https://b.example/"{end}'
    assert without_feed(text, "b") == before + end
