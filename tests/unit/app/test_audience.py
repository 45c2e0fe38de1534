"""When an audience is another one than was expected."""

import pytest

from newsletter.app.audience import differs, require_expected
from newsletter.errors import SendError


@pytest.mark.parametrize(
    "size, usual, apart",
    [(100, 100, False), (120, 100, False), (121, 100, True), (80, 100, False), (79, 100, True), (1, 0, True)],
)
def test_a_fifth_more_or_less_is_usual(size, usual, apart):
    assert differs(size, usual) is apart


def test_the_first_mailing_of_a_list_has_nothing_to_differ_from():
    require_expected(1, 5000, 5000, usual=None, expected=None)


def test_a_count_that_was_given_is_all_that_counts():
    require_expected(42, 5000, 5000, usual=10, expected=5000)
    with pytest.raises(SendError, match="it would go to 5,000, not to 4,999; newsletter send 42"):
        require_expected(42, 5000, 5000, usual=5000, expected=4999)
    with pytest.raises(SendError, match="--yes --expect 5000"):
        require_expected(42, 5000, 5000, usual=10, expected=None)
