"""A mailing that is killed and stopped at random moments: nobody is forgotten, and nobody gets it twice.

``make torture`` does the same on a larger scale; TORTURE_SEED repeats a run.
"""

import signal

from ordeal import CONNECTIONS, KILLS, RESUME, ended, interrupt_again_and_again, spread

from newsletter.model.delivery import State

SIGINT, SIGKILL, SIGTERM = signal.SIGINT, signal.SIGKILL, signal.SIGTERM


def test_a_mailing_killed_at_random_moments_reaches_everybody_once_or_names_them(ordeal):
    ends = interrupt_again_and_again(ordeal, KILLS, [SIGKILL])
    killed = [end for end in ends if end.code == -SIGKILL]
    balance = ordeal.look()
    print(f"{len(killed)} kills, {spread(killed, ordeal.readers)}: {balance}; the server has {ordeal.served.total()}")
    # A machine that stood still for a moment may have let the mailing end before the last ones.
    assert len(killed) >= KILLS - KILLS // 10, ends
    assert balance.planned == balance[State.ACCEPTED] + balance[State.IN_DOUBT] == ordeal.readers
    assert balance[State.IN_DOUBT] <= CONNECTIONS * len(killed)
    assert set(ordeal.served.values()) == {1}, "duplicates"
    ordeal.settle()


def test_a_mailing_that_is_told_to_stop_leaves_nobody_in_doubt_and_says_how_to_go_on(ordeal):
    ends = interrupt_again_and_again(ordeal, KILLS // 3, [SIGTERM], [SIGINT])
    print(f"{len(ends)} stops, {spread(ends, ordeal.readers)}: {ordeal.look()}")
    stopped = [end for end in ends if end.code == 3]
    assert len(stopped) >= len(ends) - 1, ends
    assert all("newsletter resume 1" in end.words for end in stopped)
    assert ordeal.look().counts == {State.ACCEPTED: ordeal.readers}
    assert set(ordeal.served.values()) == {1}


def test_a_mailing_that_is_told_twice_leaves_at_once_and_the_ledger_balances(ordeal):
    ends = interrupt_again_and_again(ordeal, KILLS // 4, [SIGINT, SIGINT], [SIGTERM, SIGINT])
    print(f"{len(ends)} impatient stops, {spread(ends, ordeal.readers)}: {ordeal.look()}")
    assert all("newsletter resume 1" in end.words for end in ends if end.code == 3), ends
    assert {end.code for end in ends} <= {3, 0, 5}
    ordeal.settle()


def test_of_two_senders_at_once_one_is_refused_and_nobody_gets_it_twice(ordeal):
    """Two that start it, and later one that would go on."""
    processes = [ordeal.command(*ordeal.start) for _ in range(2)]
    ordeal.wait_for(1, *processes)
    if not ordeal.accepted:  # each was in the other's way: neither has sent anything
        assert [ended(process).code for process in processes] == [2, 2]
        processes = [ordeal.command(*RESUME)]
    ordeal.wait_for(ordeal.readers // 10, *processes)
    third = ordeal.run(*RESUME)
    assert third.code == 2
    assert "another newsletter command is sending from this database" in third.words
    assert [ended(process).code for process in processes].count(0) == 1, "one of those that began together"
    assert ordeal.look().counts == {State.ACCEPTED: ordeal.readers}
    assert set(ordeal.served.values()) == {1}
