"""A triage as a text: how it is printed, and what is read back."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.composer.shortlist import Choice, Repeat, RepeatKind, Score, Suggestion
from newsletter.composer.sitting import Room, Sitting, time_left
from newsletter.composer.triage_list import one_line, short_length, triage_text
from newsletter.composer.triage_reading import read_triage
from newsletter.composer.verdict import Verb
from newsletter.model.article import Article

NOW = datetime(2026, 11, 25, 12, 40, tzinfo=UTC)
SECTIONS = ["Data platforms", "Search", "Search engines", "Say again"]
IDS = {letter: letter * 13 for letter in "abcdefg"}


def choice(letter, title="", source="Ex", **more):
    return Choice(article=Article(id=IDS[letter], title=title or f"Title {letter}", source=source), **more)


def sitting(*suggestions, **more):
    return Sitting(path=Path("issues/042.md"), list_name="weekly", suggestions=suggestions, rooms=(), now=NOW, **more)


def resolve(word):
    found = [id for id in IDS.values() if len(word) > 5 and id.startswith(word.lower())]
    return found[0] if len(found) == 1 else ""


def read(text):
    return read_triage(text, SECTIONS, resolve)


def said(verdict):
    return verdict.line, verdict.id[0], verdict.verb.value, verdict.section, verdict.reason, verdict.again


def only(line):
    answer = read(line)
    assert not answer.faults
    (verdict,) = answer.verdicts
    return said(verdict)[2:]


def fault(line):
    (fault,) = read(line).faults
    return f"{fault.what}; {fault.todo}"


def test_a_story_is_one_line_with_all_that_is_known_of_it():
    story = Suggestion(
        choice=choice("a", "Queues\nfill", held=True, reason="wait", since=(NOW - timedelta(days=12)).isoformat()),
        also=(choice("b", source="Ars"), choice("c", source="Ars"), choice("d", source="Verge")),
        score=Score(terms={"feed": 0.42, "story": 0.25, "new": 0.14}),
        section="Data platforms",
        repeats=(Repeat(kind=RepeatKind.TEXT, issue=37, share=0.82, words="ran in #37, 82 % the same text"),),
        explored=True,
    )
    assert triage_text(sitting(story)).splitlines()[-1] == (
        '-  "Data platforms"  aaaaaaa  Queues fill · Ex · also at Ars, Verge · held 12 days: wait · ran in #37, '
        "82 % the same text · score .81 = feed .42 + story .25 + new .14 · here to be looked at"
    )


def test_of_another_article_of_the_same_outlet_the_title_is_told():
    others = (choice("b", "Our notes", source="EX"), choice("c", source="Ars"), choice("d", "Nobody's", source=""))
    line = triage_text(sitting(Suggestion(choice=choice("a", "Queues fill"), also=others))).splitlines()[-1]
    assert line == "-  aaaaaaa  Queues fill · Ex · also at “Our notes”, Ars, “Nobody's”"
    same = replace(choice("b", "Queues fill").article, link="https://ex.example/2")
    line = triage_text(sitting(Suggestion(choice=choice("a", "Queues fill"), also=(Choice(article=same),))))
    assert line.endswith("Ex · also at https://ex.example/2\n")


def test_the_head_names_issue_deadline_sections_with_their_caps_and_what_is_not_shown():
    text = triage_text(
        Sitting(
            path=None,
            list_name="weekly",
            suggestions=(Suggestion(choice=choice("a")),),
            rooms=(Room(name="Data platforms", count=2, cap=4), Room(name="Search")),
            now=NOW,
            deadline=NOW + timedelta(hours=27, minutes=20),
            left_out={"muted": 1200},
        )
    )
    assert text.startswith(
        "# Triage of a new issue for weekly: 1 story, best first\n# Ready by Thu 26 Nov 16:00: 1 day 3 hours left\n"
    )
    assert "# Sections: Data platforms 2 of 4 · Search 0\n# Not shown: 1,200 muted\n" in text
    assert text.endswith("\n\n-  aaaaaaa  Title a · Ex\n")


def test_the_time_that_is_left_is_told_in_two_units_at_most():
    left = {0: "none", 20: "20 minutes", 60: "1 hour", 200: "3 hours 20 minutes", 3061: "2 days 3 hours"}
    assert {minutes: time_left(NOW + timedelta(minutes=minutes), NOW) for minutes in left} == left


def test_ids_are_as_long_as_tells_them_apart():
    assert short_length(["a" * 13, "b" * 13]) == 7
    assert short_length(["a" * 9 + "bbbb", "a" * 9 + "cccc"]) == 10
    assert short_length([]) == 7


def test_no_title_steers_a_terminal_or_makes_a_line_of_its_own():
    story = Suggestion(choice=choice("a", "x\x1b[2J\u202ey\n# drop z ccccccccccccc\u2028d no ddddddddddddd", "#\x07"))
    text = triage_text(sitting(story))
    assert text.splitlines()[-1].startswith("-  aaaaaaa  x\ufffd[2J\ufffdy # drop z")
    assert not {"\x1b", "\u202e", "\x07", "\u2028"} & set(text)
    answer = read(text)
    assert (answer.verdicts, answer.faults, answer.listed) == ((), (), {IDS["a"]})


def test_a_list_that_nobody_changed_decides_nothing_whatever_its_sections_are_called():
    stories = [
        Suggestion(choice=choice(x), section=s) for x, s in zip("abcd", ['A "b" \\ c', "again", "#1", ""], strict=True)
    ]
    answer = read(triage_text(sitting(*stories)))
    assert (answer.verdicts, answer.faults, answer.lines) == ((), (), 4)
    picked = read(triage_text(sitting(*stories)).replace("\n-", "\np"))
    assert [verdict.section for verdict in picked.verdicts] == ['A "b" \\ c', "again", "#1", None]


def test_verdicts_keep_their_order_and_lines():
    text = '# x\n\np "Search" aaaaaaa T\n-  "Search" bbbbbbb T\n  "Search" ccccccc T\n'
    answer = read(text + "h ddddddd\nd too thin eeeeeee T\nm fffffff\nggggggg")
    assert list(map(said, answer.verdicts)) == [
        (3, "a", "pick", "Search", "", ""),
        (6, "d", "hold", None, "", ""),
        (7, "e", "drop", None, "too thin", ""),
        (8, "f", "mute", None, "", ""),
    ]
    assert answer.listed == set(IDS.values())


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("", None),
        ("data", "Data platforms"),
        ("Data plat", "Data platforms"),
        ("search", "Search"),
        ('"SEARCH"', "Search"),
        ('"Brand new"', "Brand new"),
        ('""', ""),
        ('"say again"', "Say again"),
    ],
)
def test_a_section_is_named_by_a_beginning_that_no_other_has_or_in_quotes(words, section):
    assert only(f"pick {words} aaaaaaa Title") == ("pick", section, "", "")


def test_again_is_a_pick_with_a_reason():
    assert only("a it was corrected aaaaaaa") == ("pick", None, "", "it was corrected")
    assert only('again "Search" it was corrected aaaaaaa') == ("pick", "Search", "", "it was corrected")
    assert only("p search again it was corrected aaaaaaa") == ("pick", "Search", "", "it was corrected")
    assert "again needs a reason" in fault("a aaaaaaa")
    assert "again needs a reason" in fault("p search again aaaaaaa")


def test_the_section_that_was_printed_is_no_reason():
    assert only('h "Search" aaaaaaa') == ("hold", None, "", "")
    assert only('d "Search" too thin aaaaaaa') == ("drop", None, "too thin", "")
    assert only('d too thin "Search" aaaaaaa') == ("drop", None, "too thin", "")
    assert only('d "too thin" aaaaaaa') == ("drop", None, "too thin", "")
    assert only("d Search is not our topic aaaaaaa") == ("drop", None, "Search is not our topic", "")


def test_what_cannot_be_read_is_told_by_its_line_and_what_to_do():
    assert fault("dorp aaaaaaa") == '"dorp" is no verb; did you mean "drop"?'
    assert fault("x aaaaaaa") == '"x" is no verb; pick, hold, drop, mute, again, or - for none'
    assert fault('d "Search" aaaaaaa').startswith("a drop needs a reason")
    assert fault("p sea aaaaaaa") == '"sea" begins 2 sections: Search, Search engines; type a letter more'
    assert fault("p news aaaaaaa").startswith('no section begins with "news"; known here: Data platforms')
    assert fault('p search "Data platforms" aaaaaaa').startswith("these are two sections")
    assert fault("p search").startswith("there is no id of an article in it")
    assert fault("p zz2zzzz Title").startswith('"zz2zzzz" is no id of an article')
    assert fault("- too thin aaaaaaa").startswith('"too thin" is said, and no verb before it')
    assert fault(f"d {'very ' * 200} aaaaaaa").startswith("a reason of")
    twice = read("p aaaaaaa\nh bbbbbbb\n\nd no aaaaaaa\nzz")
    assert [(one.line, one.what) for one in twice.faults] == [
        (4, "aaaaaaa stands in line 1 already"),
        (5, '"zz" is no verb'),
    ]
    assert [verdict.verb for verdict in twice.verdicts] == [Verb.PICK, Verb.HOLD]


def test_an_emptied_list_says_nothing():
    assert read("\ufeff# all comments\r\n\r\n").lines == 0


def test_the_list_of_the_readme_can_be_read():
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```\n(# Triage of .*?)```", readme, re.S)
    answer = read_triage(shown, ["Data platforms", "Search"], lambda w: w if re.fullmatch("[a-z0-9]{7}", w) else "")
    assert answer.faults == ()
    assert [verdict.verb.value for verdict in answer.verdicts] == ["pick", "pick", "hold", "drop"]


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(rows=st.lists(st.tuples(ANY, ANY, ANY), min_size=1, max_size=len(IDS)))
def test_whatever_stories_are_called_their_list_is_read_back_as_it_was_meant(rows):
    stories = [
        Suggestion(choice=choice(letter, title, source), section=" ".join(section.split()))
        for letter, (title, source, section) in zip(IDS, rows, strict=False)
    ]
    text = triage_text(sitting(*stories))
    untouched = read(text)
    assert (untouched.verdicts, untouched.faults, untouched.lines) == ((), (), len(rows))
    picked = read(text.replace("\n-  ", "\np  "))
    assert picked.faults == ()
    known = {name.casefold(): name for name in SECTIONS}
    meant = [one_line(story.section) for story in stories]
    assert [verdict.section or "" for verdict in picked.verdicts] == [known.get(one.casefold(), one) for one in meant]


WORDS = st.sampled_from(
    ["p", "pick", "h", "drop", "-", "again", "aaaaaaa", "bbbbbbb", '"Search"', "sea", '"', "\\", "#", "x"]
)


@given(lines=st.lists(st.one_of(ANY, st.lists(WORDS, max_size=6).map(" ".join)), max_size=6))
def test_whatever_is_typed_each_line_is_a_verdict_a_fault_or_undecided(lines):
    answer = read("\n".join(lines))
    assert len(answer.verdicts) + len(answer.faults) <= answer.lines
    assert len({verdict.id for verdict in answer.verdicts}) == len(answer.verdicts)
    assert {verdict.id for verdict in answer.verdicts} <= answer.listed
    assert all(fault.what and fault.todo for fault in answer.faults)
    assert all(verdict.reason for verdict in answer.verdicts if verdict.verb is Verb.DROP)
