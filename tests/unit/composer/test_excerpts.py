"""What is offered of a text: its own sentences, short ones, that say what the others say."""

import pytest
from drafting_desk import CAUSE, FILLER, TEXT
from hypothesis import given
from hypothesis import strategies as st

from newsletter.composer.excerpts import MOST_WORDS, excerpts_of
from newsletter.composer.lexrank import likeness, rank, vectors_of


def test_an_excerpt_stands_in_the_text_word_for_word_and_is_short():
    offered = excerpts_of(TEXT)
    assert len(offered) == 5
    assert all(one in TEXT and len(one.split()) <= MOST_WORDS for one in offered)


def test_the_sentence_that_the_others_resemble_comes_first():
    middle = "The lock of the index is held while the memory of the node is scanned."
    around = [
        "A lock of the index makes each search of the node slow.",
        "The memory of the node is large, and an index fills most of the node.",
        "While memory is scanned, nobody else gets the lock of the index.",
        "Bread was baked on Friday by a person from another town.",
    ]
    assert excerpts_of("\n".join([around[0], around[3], middle, *around[1:3]]))[0] == middle


@pytest.mark.parametrize("sentence", [
    "Short it is.",
    "A sentence of " + "many " * 30 + "words.",
    "A heading that has no full stop at its end",
    "Run kubectl() { return x; } and it will work on your machine.",
    "See https://example.com/a for all that could not be said here.",
    "Subscribe to our newsletter for more stories like this one today.",
    "What could possibly be the cause of all of this mess?",
    "and then it went on for a while without any capital.",
])  # fmt: skip
def test_what_nobody_would_quote_is_not_offered(sentence):
    assert excerpts_of(f"{sentence}\n{CAUSE}") == (CAUSE,)


def test_what_leans_on_the_sentence_before_it_comes_last():
    leaning = "This scans the page tables of every process each 30 s for its working set."
    assert excerpts_of(f"{leaning}\n{'Machines of all kinds have many things to do.'}")[-1] == leaning


def test_of_two_sentences_that_say_the_same_one_is_offered():
    assert len(excerpts_of(f"{CAUSE}\n{CAUSE.replace('compute', 'find')}")) == 1


def test_what_a_page_repeats_is_offered_once_and_its_repetitions_do_not_speak_for_it():
    slogans = [
        "Our platform serves 12,000 customers in 40 countries around the world.",
        "Our platform serves over 12,000 happy customers in more than 40 countries.",
        "The Acme platform serves 12,000 customers across 40 countries worldwide.",
        "Acme's platform today serves 12,500 customers in 41 countries.",
        "Serving 12,000 customers in 40 countries, our platform runs around the world.",
    ]
    offered = excerpts_of("\n".join(line for pair in zip(FILLER, slogans, strict=False) for line in pair))
    assert len(offered) == 5
    assert len([one for one in offered if one in slogans]) == 1
    said_once, said_often = [excerpts_of("\n".join((*FILLER, *slogans[:many])), most=20) for many in (1, 3)]
    assert said_often == said_once


@pytest.mark.parametrize("text", [
    "搜索节点把大部分索引保存在内存中，扫描这些内存时会持有锁，所以每一次搜索都要等待很长时间才能得到结果。团队在三周内找到了原因，并关闭了那个指标。",
    "نقل الفريق جميع الخوادم إلى منطقة أخرى خلال تسعة أسابيع فقط. انخفض زمن الاستجابة إلى النصف بعد هذا التغيير.",
    "टीम ने नौ हफ़्तों में सभी सर्वर नए क्षेत्र में भेज दिए। इस बदलाव के बाद उत्तर देने का समय आधा रह गया।",
    "Über Nacht zogen alle Knoten in ein zweites Rechenzentrum um. Äpfel werden seitdem nicht mehr mit Birnen gezählt.",
])  # fmt: skip
def test_scripts_without_capitals_or_blanks_have_excerpts_too(text):
    offered = excerpts_of(text)
    assert len(offered) == 2
    assert all(one in text for one in offered)


def test_a_text_without_a_sentence_offers_nothing():
    assert excerpts_of("") == excerpts_of("Loading…\nMenu") == ()


@given(st.lists(st.text(alphabet="abcd efgh", max_size=30), min_size=1, max_size=8))
def test_ranks_are_shares_of_one(sentences):
    vectors = vectors_of(sentences)
    assert sum(rank(vectors)) == pytest.approx(1)
    assert all(likeness(one, one) == pytest.approx(1) for one in vectors if one)
