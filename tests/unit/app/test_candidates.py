"""Candidates: an id of theirs works wherever an article's does, and deciding about one takes it into the pool."""

import pytest

from newsletter.app import open_newsletter
from newsletter.app.candidates import Articles, adopt
from newsletter.app.picking import pick
from newsletter.app.sample import make_sample
from newsletter.composer.picking import Rules
from newsletter.composer.pool import LINE_LIMIT
from newsletter.errors import IssueError, PoolError
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore

QUEUES = Article(
    id="aaaaaaaaaaaaa", title="Queues", link="https://example.com/q", source="Ex", section="Data platforms"
)
CACHES = Article(id="aabbbbbbbbbbb", title="Caches", link="https://example.com/c", source="Ex")


@pytest.fixture
def newsletter(tmp_path):
    make_sample(tmp_path / "desk")
    opened = open_newsletter(tmp_path / "desk")
    CandidateStore(opened.database).take_in([QUEUES, CACHES])
    yield opened
    opened.close()


def waiting(newsletter):
    return [candidate.article.id for candidate in CandidateStore(newsletter.database).waiting()]


def test_a_candidate_is_found_by_its_id_and_only_looking_at_it_writes_nothing(newsletter):
    pool = newsletter.pool()
    assert Articles(newsletter, pool).find("aaa").article == QUEUES
    assert len(newsletter.pool().entries) == len(pool.entries)
    assert waiting(newsletter) == [QUEUES.id, CACHES.id]


def test_an_id_that_a_candidate_and_an_article_of_the_pool_begin_with_is_no_id(newsletter):
    newsletter.pool().add([Article(id="aaccccccccccc", title="Clocks", link="https://example.com/k")])
    with pytest.raises(PoolError, match='"aa" begins 3 ids: aaccccccccccc, aaaaaaaaaaaaa, aabbbbbbbbbbb'):
        adopt(newsletter, "aa")
    with pytest.raises(PoolError, match='no article of the pool has the id "zz"'):
        adopt(newsletter, "zz")


def test_an_adopted_candidate_is_in_the_pool_and_waits_no_longer(newsletter):
    assert adopt(newsletter, "aab").article == CACHES
    assert newsletter.pool().entries[CACHES.id].article == CACHES
    assert waiting(newsletter) == [QUEUES.id]
    assert adopt(newsletter, "aab").article == CACHES


def test_a_candidate_that_the_pool_has_by_another_id_is_the_pools_own(newsletter):
    newsletter.pool().add(
        [Article(id="ddddddddddddd", title="Queues!", link="https://www.example.com/q/?utm_source=x")]
    )
    assert adopt(newsletter, "aaa").article.id == "ddddddddddddd"
    assert waiting(newsletter) == [CACHES.id]


def test_a_candidate_is_picked_by_its_id_and_one_that_cannot_be_read_changes_nothing(newsletter):
    path = newsletter.issues.newest_unsent()
    before, count = path.read_bytes(), len(newsletter.pool().entries)
    with pytest.raises(PoolError):
        pick(newsletter, ["aaa", "zz"], Rules(), path=path, section=None, again="")
    with pytest.raises(IssueError):
        pick(newsletter, ["aaa"], Rules(), path=path.with_name("999.md"), section=None, again="")
    assert (path.read_bytes(), len(newsletter.pool().entries), len(waiting(newsletter))) == (before, count, 2)
    picked = pick(newsletter, ["aaa"], Rules(), path=path, section=None, again="")
    assert [article.id for article in picked.articles] == [QUEUES.id]
    assert "### [Queues](https://example.com/q) {#aaaaaaaaaaaaa}" in path.read_text()
    assert waiting(newsletter) == [CACHES.id]
    assert QUEUES.id in newsletter.pool().entries


def test_a_candidate_that_says_more_than_a_line_of_the_pool_holds_loses_its_summary_first(newsletter):
    long = Article(
        id="eeeeeeeeeeeee",
        title="Long",
        link="https://example.com/l",
        summary="word " * 600,
        sketch="x" * 2800,
        note="!",
    )
    CandidateStore(newsletter.database).take_in([long])
    adopted = adopt(newsletter, "eee").article
    assert (adopted.note, adopted.sketch) == ("!", "x" * 2800)
    assert adopted.summary.startswith("word word")
    assert max(map(len, (newsletter.shown / "pool").glob("*.jsonl").__next__().read_bytes().split(b"\n"))) < LINE_LIMIT
