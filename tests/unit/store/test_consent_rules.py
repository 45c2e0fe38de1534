import pytest

from newsletter.errors import SubscriberError
from newsletter.model.subscriber import Consent, Way
from newsletter.store.consent import Outcome, judge, require_basis

PENDING, CONFIRMED, UNSUBSCRIBED = Consent
NEW, CHANGED, UNCHANGED, KEPT_OUT = Outcome


@pytest.mark.parametrize(
    "standing, wanted, by_hand, by_import",
    [
        (None, PENDING, NEW, NEW),
        (None, CONFIRMED, NEW, NEW),
        (None, UNSUBSCRIBED, NEW, NEW),
        (PENDING, PENDING, UNCHANGED, UNCHANGED),
        (PENDING, CONFIRMED, CHANGED, CHANGED),
        (PENDING, UNSUBSCRIBED, CHANGED, CHANGED),
        (CONFIRMED, PENDING, UNCHANGED, UNCHANGED),
        (CONFIRMED, CONFIRMED, UNCHANGED, UNCHANGED),
        (CONFIRMED, UNSUBSCRIBED, CHANGED, CHANGED),
        (UNSUBSCRIBED, PENDING, KEPT_OUT, KEPT_OUT),
        (UNSUBSCRIBED, CONFIRMED, CHANGED, KEPT_OUT),
        (UNSUBSCRIBED, UNSUBSCRIBED, UNCHANGED, UNCHANGED),
    ],
)
def test_the_whole_table_of_what_may_become_of_a_consent(standing, wanted, by_hand, by_import):
    assert judge(standing, wanted, Way.EDITOR) is by_hand
    assert judge(standing, wanted, Way.IMPORT) is by_import


@pytest.mark.parametrize("basis", ["", "  "])
def test_the_confirmed_need_a_basis(basis):
    with pytest.raises(SubscriberError, match="needs a basis"):
        require_basis(CONFIRMED, basis)
    assert require_basis(PENDING, basis) == ""


def test_a_basis_is_one_line():
    with pytest.raises(SubscriberError, match="one line"):
        require_basis(CONFIRMED, "a form\nof paper")
    assert require_basis(CONFIRMED, " a form ") == "a form"
