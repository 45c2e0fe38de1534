"""Stories: what is alike and near in time is one, held to the project's own labelled set."""

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from statistics import mean

from newsletter.composer.reckoning import Reckoning
from newsletter.composer.shortlist import Tie
from newsletter.composer.stories import Telling, stories_of, ties_among, ties_between
from newsletter.composer.tfidf import Frequencies, Wording, Wordings

LABELLED = Path(__file__).parents[2] / "data/stories.jsonl"
DAY = 86_400


def labelled():
    make = Wordings()
    lines = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    tellings = [
        Telling(
            id=f"{number:03}",
            at=datetime.fromisoformat(line["published"]).timestamp(),
            wording=make.of(line["title"], line["summary"]),
        )
        for number, line in enumerate(lines)
    ]
    return tellings, {one.id: line["story"] for one, line in zip(tellings, lines, strict=True)}


def all_ties(tellings):
    return list(ties_among(tellings, Frequencies.of(one.wording for one in tellings)))


def test_the_labelled_stories_are_found_with_a_b_cubed_of_at_least_95_percent():
    tellings, label = labelled()
    stories = stories_of({one.id: one.at for one in tellings}, all_ties(tellings))
    right = defaultdict(set)
    for id, story in label.items():
        right[story].add(id)
    assert len(tellings) >= 150
    assert sum(len(ids) > 1 for ids in right.values()) >= 25
    same = [(len(right[label[id]] & {*story.ids}), story, id) for story in stories for id in story.ids]
    precision = mean(many / len(story.ids) for many, story, _ in same)
    recall = mean(many / len(right[label[id]]) for many, _, id in same)
    assert len(same) == len(tellings)
    assert 2 * precision * recall / (precision + recall) >= 0.95


def test_what_came_later_is_tied_as_if_all_had_come_at_once():
    tellings, _ = labelled()
    frequencies = Frequencies.of(one.wording for one in tellings)
    fresh, old = tellings[1::3], [*tellings[::3], *tellings[2::3]]
    apart = [
        *ties_among(sorted(old, key=lambda one: one.at), frequencies),
        *ties_among(fresh, frequencies),
        *ties_between(fresh, old, frequencies),
    ]

    def pairs(ties):
        return {(frozenset((tie.one, tie.other)), tie.share) for tie in ties}

    assert pairs(apart) == pairs(ties_among(tellings, frequencies))


def test_reports_of_the_same_words_five_days_apart_are_two_stories():
    make = Wordings()
    words = make.of("Corvane loses its storage", "A change of names took the storage of Corvane away")
    near, far = (Telling(id="b", at=3 * DAY, wording=words), Telling(id="c", at=5 * DAY, wording=words))
    first = Telling(id="a", at=0, wording=words)
    assert [(tie.one, tie.other) for tie in all_ties([first, near])] == [("a", "b")]
    assert all_ties([first, far]) == []


def test_likeness_fades_with_the_days_between():
    make = Wordings()
    words = make.of("Corvane loses its storage", "A change of names took it away")
    (now,) = all_ties([Telling(id="a", at=0, wording=words), Telling(id="b", at=0, wording=words)])
    (later,) = all_ties([Telling(id="a", at=0, wording=words), Telling(id="b", at=4 * DAY, wording=words)])
    assert now.share == 1.0
    assert later.share == 0.5


def test_titles_alone_that_share_a_name_are_no_story_and_the_same_title_is_one():
    make = Wordings()
    titles = ["Acme Queues", "Acme Clocks", "Acme Queues", "Bells", "Whistles and bells"]
    tellings = [Telling(id=f"{n}", at=0, wording=make.of(title, "")) for n, title in enumerate(titles)]
    assert {(tie.one, tie.other) for tie in all_ties(tellings)} == {("0", "2"), ("3", "4")}


def test_a_chain_of_reports_ends_with_its_window_and_the_closest_ties_come_first():
    times = {"a": 0, "b": 3 * DAY, "c": 6 * DAY}
    ties = [Tie(one="a", other="b", share=0.3), Tie(one="b", other="c", share=0.4)]
    stories = stories_of(times, ties)
    assert [story.ids for story in stories] == [("a",), ("b", "c")]
    assert [story.ties for story in stories] == [(), (ties[1],)]


def test_a_story_keeps_the_pairs_that_brought_it_together():
    ties = [Tie(one="a", other="b", share=0.3), Tie(one="b", other="c", share=0.4), Tie(one="a", other="c", share=0.2)]
    (story,) = stories_of({"a": 0, "b": 1, "c": 2}, ties)
    assert story.ids == ("a", "b", "c")
    assert story.ties == (ties[1], ties[0])


def test_what_is_alike_to_one_report_alone_stands_at_the_edge_of_a_story():
    ties = [Tie(one=one, other=other, share=0.3) for one, other in ("ab", "bc", "ac", "cd", "ef")]
    by_first = {story.ids[0]: story for story in stories_of(dict.fromkeys("abcdef", 0), ties)}
    assert by_first["a"].edges == {"d"}
    assert by_first["e"].edges == frozenset()


def words(text, title=""):
    wording = Wordings().of(title, text)
    return dict(zip(wording.terms, wording.counts, strict=True))


def test_forms_of_a_word_are_one_term_in_english_and_in_german():
    assert words("schedulers scheduled scheduling") == {next(iter(words("scheduler"))): 3}
    assert words("Genehmigungen Genehmigung") == {next(iter(words("Genehmigung"))): 2}


def test_a_title_counts_twice_and_little_words_do_not_count():
    assert list(words("", "The Kestrel is out").values()) == [2]
    assert words("und die ist the of 7") == {}


def test_scripts_without_spaces_are_compared_by_pairs_of_letters():
    assert len(words("決済基盤")) == 3
    assert words("決済").keys() < words("決済基盤").keys()
    assert len(words("鯨")) == 1


def test_a_version_is_one_word_and_what_is_behind_1500_characters_does_not_count():
    assert len(words("2.0.1")) == 1
    assert words("x" * 1500 + " kestrel").keys() == words("x" * 1500).keys()


def test_a_wording_and_a_reckoning_are_read_as_they_were_written():
    wording = Wordings().of("Kestrel moves", "to another licence " * 300)
    assert Wording.from_bytes(wording.to_bytes()) == wording
    tie = Tie(one="a", other="b", share=0.25)
    frequencies = Frequencies.of([wording])
    known = Reckoning(told={"a": "x@1"}, ties=(tie,), frequencies=frequencies, whole=1)
    again = Reckoning.from_bytes(known.to_bytes())
    assert (again.told, again.ties, again.whole) == (known.told, known.ties, 1)
    assert (again.frequencies.counts, again.frequencies.texts) == (dict(frequencies.counts), 1)
    for broken in (b"", b"{}", b"[]\n", b'{"told": 1}\nxyz', known.to_bytes()[:-1]):
        assert Reckoning.from_bytes(broken).told == {}


def test_a_reckoning_compares_what_is_new_or_changed_and_all_of_it_when_the_texts_have_grown_by_a_fifth():
    marks = {f"{n}": "x" for n in range(10)}
    known = Reckoning(told=marks, ties=(Tie(one="1", other="2", share=0.5),), frequencies=Frequencies({}, 10), whole=10)
    assert known.fresh(marks | {"1": "y", "new": "z"}) == {"1", "new"}
    assert known.kept(marks) == known.ties
    assert known.kept(marks | {"1": "y"}) == ()
    assert known.kept({"1": "x"}) == ()
    assert not known.is_due(marks | {"a": "", "b": ""})
    assert known.is_due(marks | {"a": "", "b": "", "c": ""})
