from collections import Counter

from newsletter.composer.sections import Sections, filed_in
from newsletter.composer.selection import Limits, compose, shown
from newsletter.composer.shortlist import Choice, Repeat, RepeatKind, Score, Suggestion
from newsletter.composer.tfidf import Wordings
from newsletter.model.article import Article


def suggestion(id, total=0.5, *, source="", section="", repeats=(), held=False, title="T", link="https://a.example/"):
    article = Article(id=id, title=title, link=link, source=source or f"source of {id}")
    score = Score(terms={"feed": total})
    return Suggestion(choice=Choice(article=article, held=held), score=score, section=section, repeats=repeats)


def ids(composed):
    return [one.choice.article.id for one in composed.taken]


def test_the_best_are_taken_few_of_a_source_and_of_a_section():
    offered = [
        suggestion("a", 0.9, source="Acme", section="Data"),
        suggestion("b", 0.8, source="Acme", section="Data"),
        suggestion("c", 0.7, source="Acme", section="Web"),
        suggestion("d", 0.6, section="data"),
        suggestion("e", 0.5, section="Web"),
        suggestion("f", 0.4, section="Web"),
    ]
    composed = compose(offered, Limits(most=4, per_source=2, sections={"Data": 2}))
    assert ids(composed) == ["a", "b", "e", "f"]
    assert composed.passed == {"enough of its source": 1, "section full": 1}


def test_what_stands_in_the_issue_counts():
    offered = [suggestion("a", source="Acme"), suggestion("b", section="Data"), suggestion("c"), suggestion("d")]
    standing = [("Acme", "Web"), ("Other", "data")]
    composed = compose(offered, Limits(most=3, per_source=1, sections={"Data": 1}), standing)
    assert ids(composed) == ["c"]


def test_an_issue_is_rather_empty_than_filled():
    offered = [
        suggestion("low", 0.29),
        suggestion("held", held=True),
        suggestion("untitled", title=""),
        suggestion("text", repeats=(Repeat(kind=RepeatKind.TEXT, issue=3, share=0.8),)),
        suggestion("story", repeats=(Repeat(kind=RepeatKind.STORY, issue=3),)),
        suggestion("part", 0.3, repeats=(Repeat(kind=RepeatKind.SERIES, issue=3),)),
    ]
    composed = compose(offered, Limits(most=10))
    assert ids(composed) == ["part"]
    assert composed.passed == {"score too low": 1, "held": 1, "no title or link": 1, "ran before, or told already": 2}


def test_a_tenth_of_an_issue_is_drawn_by_lot_and_the_same_lot_draws_the_same():
    offered = [suggestion(f"{number:03}", 1 - number / 1000) for number in range(100)]
    first, again, other = (compose(offered, Limits(most=20, explore=0.1), seed=seed) for seed in ("7", "7", "8"))
    assert ids(first)[:18] == [f"{number:03}" for number in range(18)]
    assert [one.explored for one in first.taken] == [False] * 18 + [True] * 2
    assert ids(first) == ids(again)
    assert ids(first)[:18] == ids(other)[:18]
    assert ids(first)[18:] != ids(other)[18:]


def test_nothing_is_drawn_where_all_that_is_good_enough_has_room():
    composed = compose([suggestion("a"), suggestion("b")], Limits(most=2, explore=0.5))
    assert [one.explored for one in composed.taken] == [False, False]


def test_a_shortlist_shows_the_best_what_is_noted_and_a_tenth_by_lot():
    ranked = [f"{number:03}" for number in range(100)]
    found, explored = shown(ranked, {"099"}, most=21, explore=0.1, seed="42")
    assert found[:19] == [*ranked[:18], "099"]
    assert len(found) == 21
    assert set(found[19:]) == explored
    assert explored <= set(ranked[18:99])
    assert shown(ranked, set(), most=100, explore=0.1, seed="42") == (ranked, frozenset())
    assert shown(ranked, {"099", "050", "010"}, most=2, explore=0.5, seed="42") == (["010", "050"], frozenset())


def test_every_article_comes_up_by_lot_in_some_issue():
    ranked = [f"{number:03}" for number in range(20)]
    drawn = Counter()
    for issue in range(200):
        drawn.update(shown(ranked, (), most=10, explore=0.2, seed=str(issue))[1])
    assert set(drawn) == set(ranked[8:])


def test_an_article_belongs_where_what_is_most_like_it_stood():
    make = Wordings()
    sections = Sections(
        {
            "Data": [make.of("Spark on Kubernetes", "jobs and queries"), make.of("A faster query planner", "joins")],
            "Web": [make.of("CSS grid tricks", "layout in browsers"), make.of("Browsers and fonts", "layout shifts")],
        }
    )
    assert sections.of(make.of("Planning queries of Spark", "")) == "Data"
    assert sections.of(make.of("A browser's layout engine", "")) == "Web"
    assert sections.of(make.of("Knitting for winter", "")) == ""
    assert Sections({}).of(make.of("Spark", "")) == ""


def test_what_stood_in_which_section_is_read_from_the_headings_of_an_issue():
    text = "+++\n+++\n### [Top](https://a.example/0) {#top}\n## Data ##\n### [A](https://a.example/) {#aaa .x}\n"
    text += "\n## Web\n### B\n### C {#ccc}\n"
    assert list(filed_in(text)) == [("aaa", "Data"), ("ccc", "Web")]
