"""What comes out of eighteen pages of the project's own making."""

import pytest
from page_samples import Sample, f1, samples

from newsletter.sources import page_text
from newsletter.sources.page import read_page

SAMPLES = list(samples())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_page_gives_its_facts_and_where_they_are_from(sample: Sample):
    reading = read_page(sample.data, sample.context)
    article = reading.article
    expected = sample.expected
    assert {name: getattr(article, name) for name in expected["facts"]} == expected["facts"]
    assert set(expected["origins"]) <= set(article.origins)
    assert article.truncated == expected.get("truncated", False)
    assert list(reading.feeds) == expected.get("feeds", [])
    for words in expected.get("remarks", []):
        assert any(words in remark for remark in reading.remarks)
    assert article.link == expected["address"]


@pytest.mark.parametrize("way", ["trafilatura", "own"])
def test_the_texts_of_articles_are_found_without_what_stands_beside_them(way, monkeypatch):
    if way == "own":
        monkeypatch.setattr(page_text, "_trafilatura", lambda: None)
    scores = {sample.name: f1(read_page(sample.data, sample.context).text, sample.text) for sample in SAMPLES}
    assert min(scores.values()) >= 0.8, scores
    assert sum(scores.values()) / len(scores) >= 0.95, scores
