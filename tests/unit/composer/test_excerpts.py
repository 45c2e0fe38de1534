"""What is offered of a text: its own sentences, short ones, that say what the others say."""

import pytest
from drafting_desk import CAUSE, TEXT
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


def test_a_text_without_a_sentence_offers_nothing():
    assert excerpts_of("") == excerpts_of("Loading…\nMenu") == ()


@given(st.lists(st.text(alphabet="abcd efgh", max_size=30), min_size=1, max_size=8))
def test_ranks_are_shares_of_one(sentences):
    vectors = vectors_of(sentences)
    assert sum(rank(vectors)) == pytest.approx(1)
    assert all(likeness(one, one) == pytest.approx(1) for one in vectors if one)
