from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.variant import WHOLE, Variants, read_without, written_without

JOBS, ADS = written_without(["Jobs"]), written_without(["Ads"])
names = st.sets(st.sampled_from(["Jobs", "Ads", "Größe", 'a "b"', ""]) | st.text(max_size=3), max_size=4)


@given(names)
def test_what_is_not_wanted_is_written_in_one_way(chosen):
    written = written_without(chosen)
    assert read_without(written) == chosen
    assert written_without(sorted(chosen, reverse=True)) == written
    assert bool(written) == bool(chosen)


def test_a_section_that_is_not_in_the_issue_makes_no_variant():
    variants = Variants(optional=frozenset({"Jobs", "Ads"}))
    assert variants.of(written_without(["Sports", "Jobs"])) == JOBS
    assert variants.of(written_without(["Sports"])) == ""
    assert WHOLE.of(JOBS) == ""
    assert variants.sums({"": 5, written_without(["Jobs", "Sports"]): 2, JOBS: 1}) == {"": 5, JOBS: 3}


def test_nothing_is_left_where_all_that_there_is_is_not_wanted():
    both = written_without(["Jobs", "Ads"])
    for always in (True, False):
        variants = Variants(optional=frozenset({"Jobs", "Ads"}), always=always, compiled=frozenset({"", both}))
        assert variants.is_empty(both) is not always
        assert variants.serves(both) is always
        assert (variants.lacks(both), variants.lacks(JOBS), variants.serves(JOBS)) == (False, True, False)
