import random

from hypothesis import given
from hypothesis import strategies as st

from newsletter.composer.sketch import SIZE, containment, hashes_of, sketch_of, words_of

ASIDE = "abcdefghijklmnop"
TEXTS = st.lists(st.text(ASIDE, min_size=1, max_size=6), min_size=3, max_size=1500).map(" ".join)
OTHERS = st.lists(
    st.text(ASIDE.upper().translate(str.maketrans(ASIDE.upper(), "QRSTUVWXYZ012345")), min_size=1, max_size=6),
    min_size=3,
    max_size=1500,
).map(" ".join)


def essay(seed, words):
    """Return that many words, most of them common ones, as texts have them."""
    chance = random.Random(seed)
    return [f"w{int(chance.paretovariate(0.7)) % 20_000}" for _ in range(words)]


@given(TEXTS)
def test_a_text_contains_itself(text):
    assert containment(sketch_of(text), sketch_of(text)) == 1


@given(TEXTS, OTHERS)
def test_texts_that_share_no_word_contain_nothing_of_each_other(a, b):
    assert containment(sketch_of(a), sketch_of(b)) == 0


def test_a_summary_of_forty_words_is_found_in_a_text_of_four_thousand():
    found = 0
    for seed in range(200):
        words = essay(seed, 4000)
        begin = random.Random(seed).randrange(3960)
        found += containment(sketch_of(" ".join(words)), sketch_of(" ".join(words[begin : begin + 40]))) >= 0.5
    assert found >= 198


def runs(words):
    return set(zip(words, words[1:], words[2:], strict=False))


def test_a_share_of_a_long_text_is_told_within_a_tenth():
    for seed in range(20):
        words, other = essay(seed, 3000), essay(seed + 1000, 3000)
        kept = random.Random(seed).choice([600, 1500, 2400])
        mixed = [*words[:kept], *other[kept:]]
        whole = len(runs(words) & runs(mixed)) / min(len(runs(words)), len(runs(mixed)))
        assert abs(containment(sketch_of(" ".join(words)), sketch_of(" ".join(mixed))) - whole) < 0.1


def test_a_sketch_fits_a_line_of_the_pool_and_stays_the_same_one():
    sketch = sketch_of(" ".join(essay(1, 4000)))
    assert len(sketch) <= 2800
    assert len(hashes_of(sketch)) == SIZE
    # sketches stand in pools: another hash would make all of them worthless
    assert sketch_of("The quick brown fox jumps") == "/wLxI7uUFFHeNDKS"


def test_case_marks_and_what_nobody_sees_are_no_difference():
    a = sketch_of("Don\u2019t pan\u00adic: the QUEUE is\u200b full")
    assert a == sketch_of("don't panic \u2014 the queue is full!")
    assert words_of("検索エンジンの障害") == list("検索エンジンの障害")


def test_what_is_no_sketch_is_like_nothing():
    assert sketch_of("two words") == ""
    for sketch in ("", "é", "AAA", "AAA=", "%%%"):
        assert containment(sketch, sketch_of("one two three four")) == 0
    assert containment("", "") == 0
