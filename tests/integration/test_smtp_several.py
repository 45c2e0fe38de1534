"""Several connections, several servers, several domains at once."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from paper_ledger import PaperLedger
from scripted_server import CLOSE, Fault, ScriptedServer, mail, profile, says, serving

from newsletter.errors import ServerError
from newsletter.model.delivery import Balance
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender import run as mailing_run
from newsletter.sender.mailing import run_mailing

SOON = 60
"""Seconds that threads of a test wait for one another; on a busy machine, too, they meet long before."""


def addressed(subscriber: Subscriber) -> Message:
    return mail(subscriber.address.address)


def readers(count: int, domain: str = "example.com") -> list[str]:
    return [f"reader{number}@{domain}" for number in range(count)]


def run(ledger: PaperLedger, *profiles: object, **changes: object) -> Balance:
    return run_mailing(ledger, addressed, profiles, **{"pauses": (), **changes})


def recipients(server: ScriptedServer) -> list[str]:
    """Return whose mail the server took, as the mails say."""
    return [message.partition(b"To: ")[2].partition(b"\r\n")[0].decode() for message in server.messages]


@pytest.mark.parametrize("pipelining", [False, True])
def test_twenty_connections_send_at_once(pipelining):
    """The first twenty messages are answered when twenty connections wait for an answer, and not before."""
    barrier, first = threading.Barrier(20), threading.local()

    def meddle(phase: str, recipient: str) -> Fault | None:
        if phase == "dot" and not hasattr(first, "met"):
            first.met = True
            barrier.wait(SOON)
        return None

    ledger = PaperLedger.to(*readers(300))
    with serving(pipelining=pipelining, meddle=meddle) as server:
        shared = profile(server, connections=20, messages_per_connection=300)
        assert str(run(ledger, shared)) == "300 planned = 300 accepted"
    assert server.connections == 20
    assert sorted(recipients(server)) == sorted(readers(300)), "nobody twice"


def test_a_server_is_asked_by_one_connection_before_the_others_come():
    """A wrong password is tried once, and not by ten lines at once."""
    ledger = PaperLedger.to(*readers(50))
    with serving({"greeting": [says("421 4.3.2 not today", "close")] * 9}) as server:
        with pytest.raises(ServerError, match="not today"):
            run(ledger, profile(server, connections=5))
        assert server.connections == 2


def test_no_more_connections_than_messages():
    with serving() as server:
        run(PaperLedger.to(*readers(3)), profile(server, connections=20))
    assert server.connections <= 3


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_connection_is_used_for_as_many_messages_as_the_profile_says(pipelining):
    with serving(pipelining=pipelining) as server:
        balance = run(PaperLedger.to(*readers(25)), profile(server, messages_per_connection=10))
    assert str(balance) == "25 planned = 25 accepted"
    assert [commands.count("DATA") for commands in server.heard] == [10, 10, 5]


class Crowd:
    """Counts how many messages of each domain are on their way to a server at once; the most is kept."""

    def __init__(self) -> None:
        self.most: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, phase: str, recipient: str) -> Fault | None:
        domain = recipient.partition("@")[2]
        with self._lock:
            if phase == "RCPT":
                self._now[domain] += 1
                self.most[domain] = max(self.most[domain], self._now[domain])
            elif phase == "dot":
                self._now[domain] -= 1
        return None


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_domain_never_has_more_connections_than_the_profile_gives_it(pipelining):
    crowd = Crowd()
    ledger = PaperLedger.to(*readers(60, "a.example"), *readers(60, "b.example"), *readers(10, "c.example"))
    with serving(meddle=crowd, pipelining=pipelining) as server:
        balance = run(ledger, profile(server, connections=8, domain_connections=2))
    assert str(balance) == "130 planned = 130 accepted"
    assert set(crowd.most) == {"a.example", "b.example", "c.example"}
    assert max(crowd.most.values()) <= 2


def test_who_is_excluded_at_the_last_moment_leaves_no_gap_in_their_domain():
    """Their message is not on its way any more, and the limit of the domain is for others."""
    everybody = readers(12, "a.example")
    ledger = PaperLedger.to(*everybody, forbidden=frozenset(everybody[::2]))
    with serving() as server:
        balance = run(ledger, profile(server, connections=3, domain_connections=1))
    assert str(balance) == "12 planned = 6 accepted + 6 excluded"


def test_a_domain_that_wants_less_gets_less_and_the_others_are_not_slowed_down():
    def meddle(phase: str, recipient: str) -> Fault | None:
        return says("451 4.7.1 too fast") if phase == "RCPT" and recipient.endswith("@slow.example") else None

    pairs = zip(readers(40, "slow.example"), readers(40, "fast.example"), strict=True)
    ledger = PaperLedger.to(*[address for pair in pairs for address in pair])
    with serving(meddle=meddle) as server:
        balance = run(ledger, profile(server, connections=4))
    assert str(balance) == "80 planned = 40 accepted + 40 deferred"
    slow = [each for each in ledger.deliveries.values() if each.address.endswith("@slow.example")]
    tried = [each for each in slow if each.reply == "451 4.7.1 too fast"]
    assert 0 < len(tried) < 20, "the domain is left alone after some"
    assert all(each.reply.startswith("not tried: its domain") for each in slow if each not in tried)


def test_servers_share_a_mailing_by_weight(monkeypatch):
    """And neither waits for the other's clock: a look at the clocks every hour is enough."""
    monkeypatch.setattr(mailing_run, "TICK", 3600.0)
    ledger = PaperLedger.to(*readers(400))
    there = {"one": threading.Event(), "other": threading.Event()}

    def waits_for(name: str, own: str) -> Callable[[str, str], None]:
        def meddle(phase: str, recipient: str) -> None:
            if phase == "MAIL":
                there[own].set()
                there[name].wait(SOON)

        return meddle

    with (
        serving(pipelining=True, meddle=waits_for("other", own="one")) as one,
        serving(pipelining=True, meddle=waits_for("one", own="other")) as other,
    ):
        profiles = profile(one, name="one", weight=3, connections=2), profile(other, name="other", connections=2)
        balance = run(ledger, *profiles)
    assert str(balance) == "400 planned = 400 accepted"
    assert sorted(recipients(one) + recipients(other)) == sorted(readers(400))
    assert 280 <= len(one.messages) <= 320


def test_a_server_that_is_lost_midway_leaves_its_share_to_the_other():
    taken = threading.Semaphore(5)

    def meddle(phase: str, recipient: str) -> Fault | None:
        if phase == "DATA" and not taken.acquire(blocking=False):
            return CLOSE
        return says("554 5.3.2 no more", "close") if phase == "greeting" and taken._value == 0 else None

    ledger = PaperLedger.to(*readers(60))
    with serving(meddle=meddle) as one, serving() as other:
        balance = run(ledger, profile(one, name="one"), profile(other, name="other"))
    assert str(balance) == "60 planned = 60 accepted"
    assert len(one.messages) == 5
    assert sorted(recipients(one) + recipients(other)) == sorted(readers(60)), "nobody twice"


def test_a_stand_in_gets_nothing_while_the_other_server_is_there():
    with serving() as main, serving() as backup:
        run(PaperLedger.to(*readers(30)), profile(main, name="main"), profile(backup, name="backup", weight=0))
    assert (len(main.messages), backup.connections) == (30, 0)


def test_a_stand_in_takes_over_when_the_other_server_is_not_there():
    busy = says("421 4.3.2 not today", "close")
    with serving({"greeting": [busy] * 9}) as main, serving() as backup:
        profiles = profile(main, name="main"), profile(backup, name="backup", weight=0)
        balance = run(PaperLedger.to(*readers(30)), *profiles)
    assert str(balance) == "30 planned = 30 accepted"
    assert (len(main.messages), len(backup.messages)) == (0, 30)


def test_a_run_ends_when_no_server_is_left():
    busy = says("421 4.3.2 not today", "close")
    ledger = PaperLedger.to(*readers(3))
    with (
        serving({"greeting": [busy] * 9}) as one,
        serving({"greeting": [busy] * 9}) as other,
        pytest.raises(ServerError, match="not today"),
    ):
        run(ledger, profile(one, name="one"), profile(other, name="other"))
    assert ledger.states == ["queued"] * 3


def test_lines_that_break_together_are_one_trouble():
    """A server that restarts breaks all its lines; it is asked again once, and is back."""
    barrier = threading.Barrier(5)
    closed = threading.local()
    restarted = threading.Event()

    def meddle(phase: str, recipient: str) -> Fault | None:
        if phase == "MAIL" and not restarted.is_set() and not hasattr(closed, "done"):
            closed.done = True
            barrier.wait(SOON)
            restarted.set()
            return CLOSE
        return None

    ledger = PaperLedger.to(*readers(40))
    with serving(meddle=meddle) as server:
        balance = run(ledger, profile(server, connections=5))
    assert str(balance) == "40 planned = 40 accepted"


def test_a_canary_takes_no_more_than_it_is_told():
    ledger = PaperLedger.to(*readers(30))
    with serving() as server:
        assert str(run(ledger, profile(server, connections=4), first=7)) == "30 planned = 23 queued + 7 accepted"
        assert str(run(ledger, profile(server, connections=4))) == "30 planned = 30 accepted", "resume goes on"


def test_what_is_claimed_is_sent_in_order():
    with serving() as server:
        run(PaperLedger.to(*readers(30)), profile(server))
    assert recipients(server) == readers(30)
