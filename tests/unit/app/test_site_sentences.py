"""What a site says under each of its articles is offered as an excerpt of none."""

import pytest
from drafting_desk import FILLER, make_desk

from newsletter.app.drafting import Task, excerpts
from newsletter.app.site_sentences import SiteSentences
from newsletter.app.texts import keep_texts
from newsletter.model.article import Article
from newsletter.model.issue import Passage, PickedArticle
from newsletter.store.candidates import CandidateStore

SLOGAN = "Acme Engineering builds the tools that developers of search engines everywhere rely on."
FEED = "https://acme.example/feed"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "home"))
    newsletter = make_desk(tmp_path / "desk")
    yield newsletter
    newsletter.close()


def articles(newsletter, *texts, feed=FEED):
    keys = keep_texts(newsletter, texts)
    return [
        Article(id=letter * 13, title=letter, link=f"https://acme.example/{letter}", feed=feed, text_sha256=key)
        for letter, key in zip("rstu", keys, strict=False)
    ]


def offered(newsletter, article, text):
    picked = PickedArticle(id=article.id, title=Passage(markdown=article.title, line=1), link=article.link)
    return excerpts(Task(picked=picked, article=article, text=text), SiteSentences(newsletter))


@pytest.mark.parametrize("feed", [FEED, ""])
def test_a_sentence_of_three_texts_of_a_site_is_no_excerpt_and_one_of_two_is(desk, feed):
    texts = [f"{line}\n{SLOGAN}" for line in FILLER[:3]]
    first, second, third = articles(desk, *texts, feed=feed)
    desk.pool().add([first, second])
    assert SLOGAN in offered(desk, first, texts[0])
    desk.pool().add([third])
    assert offered(desk, first, texts[0]) == (FILLER[0],)
    elsewhere = Article(id="z" * 13, title="z", link="https://other.example/z")
    assert SLOGAN in offered(desk, elsewhere, texts[0])


def test_what_waits_of_a_feed_tells_what_it_repeats_and_one_text_twice_does_not(desk):
    texts = [f"{line}\n{SLOGAN}" for line in (*FILLER[:2], FILLER[1], FILLER[2])]
    first, second, again, third = articles(desk, *texts)
    desk.pool().add([first])
    CandidateStore(desk.database).take_in([second, again])
    assert SLOGAN in offered(desk, first, texts[0])
    CandidateStore(desk.database).take_in([third])
    assert offered(desk, first, texts[0]) == (FILLER[0],)
