"""How much mail a receiving domain gets at a time, and when it is left alone; the others never notice."""

from newsletter.sender.domains import LONGEST_PAUSE, PATIENCE, PAUSE, POLICY_PAUSE, POLICY_SHARE, Domains
from newsletter.sender.options import SmtpProfile


def domains(**limits: int) -> Domains:
    return Domains(SmtpProfile(name="main", host="localhost", port=25, security="none", **limits))


def begun(known: Domains, name: str, now: float = 0.0) -> int:
    """Begin as many messages to a domain as may go at once, at most 100; return how many."""
    count = 0
    while count < 100 and known.take(name, now):
        count += 1
    return count


def ended(known: Domains, name: str, count: int) -> None:
    for _ in range(count):
        known.ended(name)


def test_a_domain_that_asks_for_less_gets_half_as_much_and_the_others_what_they_had():
    known = domains()
    assert begun(known, "a.example") == begun(known, "b.example") == 100
    ended(known, "a.example", 100)
    for _ in range(8):
        known.take("a.example", 0.0)
    known.ended("a.example")
    known.too_fast("a.example", 0.0)
    ended(known, "a.example", 7)
    assert begun(known, "a.example") == 4
    ended(known, "b.example", 50)
    assert begun(known, "b.example") == 100


def test_it_grows_by_one_after_as_many_good_answers_as_go_at_once():
    known = domains()
    known.too_fast("a.example", 0.0)
    assert begun(known, "a.example") == 1
    known.ended("a.example")
    known.accepted("a.example")
    assert begun(known, "a.example") == 2
    ended(known, "a.example", 2)
    known.accepted("a.example")
    assert begun(known, "a.example") == 2, "two answers for the next one"
    ended(known, "a.example", 2)
    known.accepted("a.example")
    assert begun(known, "a.example") == 2
    ended(known, "a.example", 2)
    known.accepted("a.example")
    assert begun(known, "a.example") == 3


def test_greylisting_leaves_no_domain_alone_and_stubbornness_does():
    known = domains()
    for _ in range(PATIENCE):
        assert known.paused_until("a.example", 0.0) is None
        known.too_fast("a.example", 0.0)
    known.too_fast("a.example", 0.0)
    assert known.paused_until("a.example", 0.0) == PAUSE
    assert begun(known, "a.example") == 0
    assert known.paused_until("a.example", PAUSE) is None
    assert begun(known, "a.example", PAUSE) == 1


def test_each_pause_is_twice_as_long_as_the_one_before_up_to_an_hour():
    known, now, pauses = domains(), 0.0, []
    for _ in range(9):
        while (until := known.paused_until("a.example", now)) is None:
            known.too_fast("a.example", now)
        pauses.append(until - now)
        now = until
    assert pauses[:3] == [PAUSE, 2 * PAUSE, 4 * PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_five_refusals_by_policy_among_a_hundred_answers_leave_it_alone():
    most, among = POLICY_SHARE
    known = domains()
    for _ in range(most - 1):
        assert not known.refused_by_policy("a.example", 0.0)
    for _ in range(among):
        known.accepted("a.example")
    assert not known.refused_by_policy("a.example", 0.0), "the others are too long ago"
    for _ in range(most - 2):
        assert not known.refused_by_policy("a.example", 0.0)
    assert known.refused_by_policy("a.example", 0.0)
    assert known.paused_until("a.example", 0.0) == POLICY_PAUSE
    assert known.paused_until("b.example", 0.0) is None


def test_the_profile_s_own_limits_for_a_domain_hold():
    known = domains(domain_connections=3, domain_per_minute=120)
    assert begun(known, "a.example") == 2, "two a second"
    assert begun(known, "a.example", 1.0) == 1, "three at once"
    ended(known, "a.example", 3)
    for _ in range(50):
        known.accepted("a.example")
    assert begun(known, "a.example", 60.0) == 2, "good answers lift no limit that somebody set"
