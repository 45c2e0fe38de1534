"""An address is looked for in the lines that may hold it: what is found is what reading all of them finds."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.composer import pool_addresses
from newsletter.composer.pool import Pool
from newsletter.model.article import Article
from newsletter.model.canonical import link_key, traces_of

PAIRS = Path(__file__).parents[2] / "data" / "canonical_pairs.tsv"
ROWS = csv.reader(PAIRS.read_text(encoding="utf-8").splitlines(), delimiter="\t")
SAME = [row[1:3] for row in ROWS if row[0] == "same" and link_key(row[1]) == link_key(row[2])]


def found(folder, link):
    known = Pool(folder, "mk").same_as(Article(id="other", link=link))
    return known.article.id if known else ""


@pytest.fixture
def read(monkeypatch):
    """The ids of the articles whose addresses were read."""
    ids = []
    keys = pool_addresses.keys_in_pool
    monkeypatch.setattr(pool_addresses, "keys_in_pool", lambda one: (ids.append(one.id), keys(one))[1])
    return ids


def test_every_spelling_of_an_address_finds_the_article_that_has_another(tmp_path):
    assert len(SAME) > 40
    for number, pair in enumerate(SAME):
        for there, asked in (pair, pair[::-1]):
            folder = tmp_path / f"{number}-{asked == pair[1]}"
            Pool(folder, "mk").add([Article(id="far", link="https://far.example/x"), Article(id="it", link=there)])
            assert found(folder, asked) == "it", (there, asked)


def test_an_address_is_found_in_lines_that_spell_it_otherwise(tmp_path):
    def line(id, link):
        event = {"at": f"2026-11-23T12:00:00.00000{id}+00:00", "event": "added", "id": id, "article": {"link": link}}
        return json.dumps(event, separators=(",", ":"))

    lines = [
        line("1", "https://a.example/x").replace("a.example", "\\u0061.example"),
        line("2", "https://www.google.com/url?q=https%3A%2F%2Fb%2eexample%2Fx"),
        line("3", "https://WWW.C.EXAMPLE/x"),
        line("4", "https://d\N{IDEOGRAPHIC FULL STOP}example/x"),
    ]
    (tmp_path / "mk.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [found(tmp_path, f"https://{host}.example/x") for host in "abcd"] == ["1", "2", "3", "4"]


def test_of_ten_thousand_lines_those_of_other_sites_are_not_read(tmp_path, read):
    Pool(tmp_path, "mk").add(
        [Article(id=f"i{number}", link=f"https://s{number}.example/") for number in range(50)]
        + [Article(id="code", link="https://GitHub.com/Ada/Engine.git")]
    )
    read.clear()
    assert found(tmp_path, "https://github.com/ada/engine") == "code"
    assert set(read) == {"code", "other"}


def test_addresses_of_many_sites_are_found_at_once_and_those_of_one_after_another(tmp_path):
    articles = [Article(id=f"i{number}", link=f"https://s{number}.example/") for number in range(50)]
    Pool(tmp_path, "mk").add(articles)
    again = [Article(id=f"new{number}", link=f"http://www.s{number}.example") for number in range(50)]
    assert [one.article.id for one in Pool(tmp_path, "mk").add(again)] == [one.id for one in articles]
    pool = Pool(tmp_path, "mk")
    assert [pool.add([one])[0].article.id for one in again] == [one.id for one in articles]


def test_an_address_that_another_process_of_the_writer_added_meanwhile_is_known(tmp_path):
    one, other = Pool(tmp_path, "mk"), Pool(tmp_path, "mk")
    one.add([Article(id="first", link="https://a.example/1")])
    other.add([Article(id="b", link="https://a.example/b")])
    (addition,) = one.add([Article(id="c", link="https://www.a.example/b/")])
    assert (addition.article.id, addition.outcome) == ("b", "known")


def test_an_address_that_was_corrected_meanwhile_is_known(tmp_path):
    pool = Pool(tmp_path, "mk")
    pool.add([Article(id="a", link="https://short.example/1")])
    pool.edit("a", {"link": "https://long.example/article"})
    assert pool.same_as(Article(id="b", link="https://long.example/article")).article.id == "a"
    (addition,) = pool.add([Article(id="b", link="https://long.example/article")])
    assert addition.article.id == "a"


@given(
    st.from_regex(
        r"(https?://)?([a-zA-Z0-9-]{1,9}\.){1,3}(com|de|be|Example)(:\d{1,4})?(/[\w.~%/-]{0,20})?", fullmatch=True
    )
)
def test_an_address_has_a_trace_of_its_key_in_it(link):
    traces = traces_of(link_key(link))
    assert not traces or not link.isascii() or "%" in link or any(trace in link.lower() for trace in traces)
