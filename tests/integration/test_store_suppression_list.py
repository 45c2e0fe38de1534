import pytest
from store_press import EXCLUDED, QUEUED, Press, begin

from newsletter.errors import SubscriberError
from newsletter.model.suppression import Kind
from newsletter.store.suppression_list import EVERYWHERE, SuppressionList, enter, lift_by_own_word


@pytest.fixture
def press(tmp_path, url):
    press = Press(tmp_path / "data", url)
    yield press
    press.close()


@pytest.fixture
def suppressions(press):
    return SuppressionList(press.database, clock=lambda: press.now)


def stand(suppressions, **asked):
    return [(one.address, one.list, one.kind.value, one.reason) for one in suppressions.all(**asked)]


def test_an_address_is_suppressed_for_one_list_or_for_all_in_whatever_case(press, suppressions):
    press.confirm("ada@example.com", "bob@example.com")
    press.confirm("ada@example.com", list_name="daily")
    assert suppressions.add("ADA@Example.com", "weekly", reason=" asked by phone ")
    assert not suppressions.add("ada@example.com", "weekly", reason="again")
    assert (press.ledger.waiting(42, "weekly"), press.ledger.waiting(42, "daily")) == (1, 1)
    assert suppressions.add("bob@example.com", reason="moved away")
    assert (press.ledger.waiting(42, "weekly"), press.ledger.waiting(42, "daily")) == (0, 1)
    assert stand(suppressions) == [
        ("ada@example.com", "weekly", "editor", "asked by phone"),
        ("bob@example.com", EVERYWHERE, "editor", "moved away"),
    ]
    assert stand(suppressions, list_name="daily") == [("bob@example.com", EVERYWHERE, "editor", "moved away")]
    assert [one.since for one in suppressions.all(address="BOB@example.com")] == ["2026-11-27T12:00:00Z"]


def test_it_holds_at_once_also_in_a_mailing_under_way(press, suppressions):
    press.confirm("ada@example.com", "bob@example.com")
    press.start()
    run = press.open()
    claimed, _ = run.claim(2)
    suppressions.add(claimed.address, "weekly", reason="asked by phone")
    assert not begin(run, claimed)
    assert press.counts() == {EXCLUDED: 1, QUEUED: 1}


def test_what_is_lifted_is_told_and_the_rest_stays(press, suppressions):
    for list_name in (EVERYWHERE, "weekly", "daily"):
        suppressions.add("ada@example.com", list_name, reason=f"for {list_name or 'all'}")
    assert [one.reason for one in suppressions.lift("Ada@example.com", "weekly")] == ["for weekly"]
    assert suppressions.lift("ada@example.com", "weekly") == ()
    assert [one.list for one in suppressions.lift("ada@example.com")] == [EVERYWHERE, "daily"]
    assert stand(suppressions) == []


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines"])
def test_a_suppression_needs_a_reason_in_one_line(suppressions, reason):
    with pytest.raises(SubscriberError, match="a suppression needs a reason in one line"):
        suppressions.add("ada@example.com", reason=reason)


def test_who_confirms_anew_lifts_what_happened_to_them_and_never_what_an_editor_said(press, suppressions):
    ours = ["refused@example.com", "bounced@example.com", "complained@example.com", "imported@example.com"]
    for address in ours:
        suppressions.add(address, reason="5.1.1 nobody", kind=Kind(address.partition("@")[0]))
    suppressions.add("editor@example.com", reason="spam trap")
    suppressions.add("editor@example.com", "weekly", reason="mail came back", kind=Kind.BOUNCED)
    with press.database.writing() as connection:
        assert all(lift_by_own_word(connection, address, "weekly") for address in ours)
        assert not lift_by_own_word(connection, "editor@example.com", "weekly")
    assert stand(suppressions) == [("editor@example.com", EVERYWHERE, "editor", "spam trap")]


def test_an_editor_s_word_stands_over_what_a_server_said_and_not_the_other_way_round(press, suppressions):
    with press.database.writing() as connection:
        facts = {"kind": Kind.BOUNCED, "at": "2026-11-27T12:00:00Z"}
        assert enter(connection, "ada@example.com", reason="5.1.1", **facts)
        assert not enter(connection, "ada@example.com", reason="5.1.1 again", **facts)
        assert enter(connection, "ada@example.com", reason="never", **{**facts, "kind": Kind.EDITOR})
        assert not enter(connection, "ada@example.com", reason="5.1.1 once more", **facts)
    assert stand(suppressions) == [("ada@example.com", EVERYWHERE, "editor", "never")]
