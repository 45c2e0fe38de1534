"""Nothing repeats: what picking refuses, what it says, and what the checks find."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsletter.app import open_newsletter
from newsletter.app.checking import check_file
from newsletter.app.picking import pick
from newsletter.app.remembering import memory_of
from newsletter.app.scaffold import make_newsletter
from newsletter.app.shortlisting import shortlist
from newsletter.app.texts import keep_texts
from newsletter.composer.picking import RanBefore, Rules
from newsletter.composer.pool import Decision
from newsletter.composer.receipt import Receipt, receipt_path, write_receipts
from newsletter.composer.sketch import sketch_of
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore

NOW = datetime(2026, 11, 27, tzinfo=UTC)
TEXT = " ".join(f"word{n} of{n * 7 % 31} the{n * n % 97}" for n in range(300))
IDS = {letter: letter * 13 for letter in "abcdefg"}


@pytest.fixture
def newsletter(tmp_path):
    make_newsletter(tmp_path / "desk", name="Digest", author="Digest <d@example.com>", address="Digest, 1 Street")
    file = tmp_path / "desk" / "newsletter.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[lists.daily]\ntitle = "Daily"\n', encoding="utf-8")
    opened = open_newsletter(tmp_path / "desk")
    yield opened
    opened.close()


def article(letter, **facts):
    return Article(**{"id": IDS[letter], "title": f"T{letter}", "link": f"https://{letter}.example.com/x", **facts})


def put(newsletter, *letters, again="", path=None):
    picked = pick(newsletter, [IDS[letter] for letter in letters], Rules(), path=path, section=None, again=again)
    return picked.path, {id[0]: [one.words for one in some] for id, some in picked.repeats.items()}


def send(path, list_name="weekly"):
    receipt = Receipt(ledger="l", host="h", list=list_name, started=NOW, finished=NOW, counts={"accepted": 1})
    write_receipts(receipt_path(path, path.name[:3]), [receipt])


def found(newsletter, path):
    rules = ("ran-before", "text-ran-before", "series-order")
    return [(one.rule, one.what) for one in check_file(newsletter, path) if one.rule in rules]


def test_the_same_article_is_refused_by_its_feeds_id_unless_there_is_a_reason(newsletter):
    old = article("a", feed="https://a.example.com/feed", guid="1")
    moved = replace(article("b"), feed=old.feed, guid="1")
    newsletter.pool().add([old, moved])
    send(put(newsletter, "a")[0])
    with pytest.raises(RanBefore, match='ran in issue 1; to run it anew, say why: --again "REASON"'):
        put(newsletter, "b")
    path, repeats = put(newsletter, "b", again="it was rewritten")
    assert repeats == {}
    assert newsletter.issues.read(path).provenance[IDS["b"]].again == "it was rewritten"
    assert found(newsletter, path) == []
    path.write_text(path.read_text(encoding="utf-8").replace('again = "it was rewritten"', ""), encoding="utf-8")
    assert found(newsletter, path) == [("ran-before", '"Tb" ran in issue 1')]


def test_a_text_that_ran_is_picked_with_a_hint_and_warned_of_by_the_checks(newsletter):
    (key,) = keep_texts(newsletter, [TEXT])
    newsletter.pool().add([article("a", sketch=sketch_of(TEXT)), article("b", text_sha256=key), article("c")])
    send(put(newsletter, "a")[0])
    path, repeats = put(newsletter, "b", "c")
    assert repeats == {"b": ["ran in #1, 100 % the same text"]}
    assert found(newsletter, path) == [("text-ran-before", '"Tb": issue 1 told of 100 % of the same text')]


def test_parts_are_picked_in_their_order_and_one_that_readers_never_had_is_missed(newsletter):
    parts = [
        article(letter, title=f"Moka at scale (Part {n})", link=f"https://m.example.com/{n}")
        for letter, n in zip("acb", (3, 2, 1), strict=True)
    ]
    newsletter.pool().add(parts)
    newsletter.pool().decide(IDS["b"], Decision.HELD)
    picked = pick(newsletter, [], Rules(limit=5), path=None, section=None, again="")
    assert [one.id for one in picked.articles] == [IDS["c"], IDS["a"]]
    words = {id[0]: some[0].words for id, some in picked.repeats.items()}
    assert words["a"] == words["c"].replace("part 2;", "part 3;") == f"part 3; part 1 ({IDS['b']}) not sent"
    assert [what for _, what in found(newsletter, picked.path)] == [
        f'"Moka at scale (Part {n})" is part {n} of a series, whose part 1 neither ran nor is in this issue'
        for n in (2, 3)
    ]
    put(newsletter, "b", path=picked.path)
    line = picked.path.read_text(encoding="utf-8").partition(f"{{#{IDS['b']}}}")[0].count("\n") + 1
    assert [what for _, what in found(newsletter, picked.path)] == [
        f'"Moka at scale (Part {n})" is part {n} of a series, and stands before part 1 at line {line}' for n in (2, 3)
    ]


def test_a_part_that_ran_is_told_once(newsletter):
    newsletter.pool().add([article("a", title="Moka at scale (Part 2)")])
    send(put(newsletter, "a")[0])
    path, _ = put(newsletter, "a", again="asked for", path=newsletter.issues.create({"list": "weekly"}))
    assert found(newsletter, path) == []
    path.write_text(path.read_text(encoding="utf-8").replace('again = "asked for"', ""), encoding="utf-8")
    assert [rule for rule, _ in found(newsletter, path)] == ["ran-before"]


def test_another_list_may_have_what_this_one_had(newsletter):
    newsletter.pool().add([article("a")])
    send(put(newsletter, "a")[0])
    path = newsletter.issues.create({"list": "daily"})
    assert put(newsletter, "a", path=path)[1] == {}
    assert found(newsletter, path) == []
    assert memory_of(newsletter, "daily").ran_in(article("a")) == 0
    assert memory_of(newsletter, "").ran_in(article("a")) == 1


def test_a_sent_issue_does_not_repeat_itself_and_a_correction_says_again_what_it_corrects(newsletter):
    newsletter.pool().add([article("a", sketch=sketch_of(TEXT))])
    sent = put(newsletter, "a")[0]
    send(sent)
    assert found(newsletter, sent) == []
    path = newsletter.issues.create({"correction_of": 1})
    path.write_text(
        path.read_text(encoding="utf-8") + f"\n### [Ta](https://a.example.com/x) {{#{IDS['a']}}}\n", encoding="utf-8"
    )
    assert found(newsletter, path) == []


def test_candidates_show_a_sites_boilerplate_and_its_earlier_parts(newsletter):
    footer, feed = TEXT, "https://films.example.com/feed"
    films = [article(letter, feed=feed, sketch=sketch_of(f"film number {letter} " * 9 + footer)) for letter in "abcd"]
    newsletter.pool().add(films[:2])
    send(put(newsletter, "a")[0])
    assert memory_of(newsletter, "weekly").repeats_of(films[1], films[1].sketch)[0].issue == 1
    CandidateStore(newsletter.database).take_in([*films[2:], article("e", title="Moka at scale (Part 1)")])
    memory = memory_of(newsletter, "weekly")
    assert memory.repeats_of(films[1], films[1].sketch) == ()
    later = article("f", title="Moka at scale (Part 2)", link="https://e.example.com/2")
    assert memory.repeats_of(later)[0].words == f"part 2; part 1 ({IDS['e']}) not sent"


def test_a_pick_is_told_as_a_follow_up_of_what_it_was_found_alike(newsletter):
    words = "the harbour bridge of Lindholm opened for trams after nine years of repair"
    day = "2026-11-26"
    newsletter.pool().add([article("a", title="Lindholm harbour bridge opens", summary=words, published=day)])
    send(put(newsletter, "a")[0])
    later = article(
        "b", title="Harbour bridge opens in Lindholm after repair", summary=f"Trams cross {words}", published=day
    )
    newsletter.pool().add(
        [later, article("c", title="A quiet library", summary="readers asked for silence", published=day)]
    )
    assert put(newsletter, "c")[1] == {}
    shortlist(newsletter, "weekly")
    _, repeats = put(newsletter, "b", path=newsletter.issues.newest_unsent())
    assert repeats == {"b": ["follow-up to #1"]}
