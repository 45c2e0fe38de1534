import csv
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.article import Article
from newsletter.model.canonical import article_id, article_key, keys_of, link_key
from newsletter.model.trackers import TRACKERS, is_pass, is_tracker, printed_link

PAIRS = Path(__file__).parents[2] / "data" / "canonical_pairs.tsv"
ONLY_THE_SERVER_KNOWS = 5


def one_of(words):
    return st.sampled_from(words.split())


WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_~%ä日.", min_size=1, max_size=8)
HOSTS = one_of(
    """
    example.com www.example.com m.example.co.uk youtu.be youtube.com medium.com ada.medium.com github.com x.com
    open.substack.com old.reddit.com redd.it arxiv.org dx.doi.org en.m.wikipedia.org stackoverflow.com bücher.example
    google.com amazon.com a.blogspot.co.uk localhost:8080 [::1] 127.0.0.1 www.m.www.example.com
    """
)
PARTS = WORDS | one_of(
    """
    index.html amp .. . p status dp pub watch comments questions abs pdf embed a-b-c a-b-c.amp.html amp.html ;sid=1
    0123456789ab Default.ASPX pdf.pdf x.git.git url l.php %2e%2e %2F c s
    """
)
NAMES = WORDS | one_of(
    """
    id v q url u utm_source ref source gi sk r sid amp m tab list t page
    """
)
VALUES = WORDS | st.sampled_from(["dQw4w9WgXcQ", "https://example.org/x?utm_id=1", "rss", "0123456789abcdef0", "1", ""])
LINKS = st.builds(
    lambda scheme, host, path, pairs, tail: (
        f"{scheme}{host}/{'/'.join(path)}{'?' if pairs else ''}{urlencode(pairs)}{tail}"
    ),
    st.sampled_from(["https://", "HTTP://", "//", ""]),
    HOSTS,
    st.lists(PARTS, max_size=5),
    st.lists(st.tuples(NAMES, VALUES), max_size=3),
    st.sampled_from(["", "/", "#part", "#/route", "#!/x"]),
)


def pairs():
    rows = csv.reader(PAIRS.read_text(encoding="utf-8").splitlines()[1:], delimiter="\t", quoting=csv.QUOTE_NONE)
    return [tuple(row) for row in rows]


def test_no_two_pages_of_the_labelled_set_have_one_key():
    assert [(a, b) for verdict, a, b, _ in pairs() if verdict == "different" and link_key(a) == link_key(b)] == []


def test_the_addresses_of_one_page_have_one_key_where_the_address_alone_can_tell():
    missed = [why for verdict, a, b, why in pairs() if verdict == "same" and link_key(a) != link_key(b)]
    assert len(missed) == ONLY_THE_SERVER_KNOWS
    assert all(why.endswith("only the server knows") for why in missed)
    assert len(pairs()) >= 60


@given(LINKS | st.text(max_size=60))
def test_the_key_of_a_key_is_itself(link):
    assert link_key(link_key(link)) == link_key(link)


@given(st.text(max_size=80) | st.text("htps:/.?#[]@%&=;\ud800é", max_size=40))
def test_whatever_a_link_is_it_has_a_key_and_can_be_printed(link):
    assert isinstance(link_key(link), str)
    assert printed_link(printed_link(link)) == printed_link(link)


@given(WORDS, WORDS, WORDS, st.lists(st.tuples(WORDS, WORDS), max_size=2))
def test_two_links_that_differ_in_a_parameter_that_is_no_tracker_stay_two(name, one, other, rest):
    a, b = (f"https://example.com/x?{urlencode([(name, value), *rest])}" for value in (one, other))
    tracked = any(is_tracker(name, v, "example.com") or is_pass(name, v, "example.com") for v in (one, other))
    assert tracked or name == "amp" or (link_key(a) == link_key(b)) == (one == other)


@given(LINKS)
def test_a_printed_link_loses_trackers_and_nothing_else(link):
    printed = printed_link(link)
    before, after = (one.partition("#")[0].partition("?")[2].split("&") for one in (link, printed))
    assert [field for field in before if field in after] == after or after == [""]
    if link.lower().startswith("http"):
        assert not any(TRACKERS.fullmatch(name) for name, _ in parse_qsl(printed.partition("?")[2]))


def test_a_link_longer_than_any_address_is_its_own_key():
    for link in (
        "https://e.com/" + "a-" * 20_000 + "/amp",
        "https://google.com/url?q=" * 5000,
        "https://e.com" + "/" * 30_000,
    ):
        assert link_key(link) == link
    assert link_key("https://e.com/" + "a-" * 1900 + "/amp/") == "e.com/" + "a-" * 1900


def test_a_printed_link_is_its_publishers_own_to_the_letter():
    spelled = "https://Example.com/a%7Eb/?x=1+2&y=%e4#part"
    assert printed_link(spelled) == spelled
    assert printed_link("https://e.com/a?x=1+2&utm_source=w&y=%e4#p") == "https://e.com/a?x=1+2&y=%e4#p"
    assert printed_link("https://e.com/a?utm_source=w") == "https://e.com/a"
    assert printed_link("https://youtu.be/dQw4w9WgXcQ?si=abc&t=42") == "https://youtu.be/dQw4w9WgXcQ?t=42"


def test_what_lets_a_reader_in_is_printed_and_makes_no_other_page():
    gift = "https://www.nytimes.com/2026/11/27/queues.html?unlocked_article_code=1.ab"
    assert printed_link(f"{gift}&smid=url-share") == gift
    assert link_key(gift) == "nytimes.com/2026/11/27/queues.html"
    friend = f"https://letters.example.com/queues-0123456789ab?sk={'0af1' * 8}"
    assert printed_link(f"{friend}&source=rss----1---4") == friend
    assert link_key(friend) == "letters.example.com/queues-0123456789ab"
    assert link_key("https://example.com/x?sk=1") != link_key("https://example.com/x?sk=2")


def test_an_article_goes_by_its_canonical_address_and_by_its_fragment_where_that_tells_it_from_another():
    link = "https://example.com/now#2026-11-03"
    assert article_key(Article(id="a", link=link)) == "example.com/now"
    assert article_key(Article(id="a", link=link, canonical=link)) == "example.com/now#2026-11-03"
    moved = Article(id="a", link="https://feeds.example.net/1", canonical="https://example.com/now/")
    assert article_key(moved) == "example.com/now"
    assert article_key(Article(id="a")) == ""
    assert keys_of(link) == ("example.com/now", "example.com/now#2026-11-03")
    assert keys_of("https://example.com/#/posts/1") == ("example.com#/posts/1",)


def test_ids_stay_as_they_were_when_keys_learned_more():
    assert article_id("https://m.example.com/posts/queues/?gbraid=1", "", ()) == "ki45cgxagp52a"
    assert article_id("https://www.example.com/?b=1&a=2&utm_id=3", "", ()) == "met43xdr73zol"
    assert article_id("https://youtu.be/dQw4w9WgXcQ?si=x", "", ()) == "xw4g2y37snuxm"
