"""Whatever is sent and comes back, in whatever order, however often read: the next issue goes to whom the rules say."""

import tempfile
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from returned_mail import Ours, complaint, postfix, unsubscribing, vacation
from store_press import ACCEPTED, Press, begin, record

from newsletter.app.returning import Outcome, Taking
from newsletter.model.bounce import IN_A_ROW

PEOPLE = ("ada@example.com", "bob@example.com")
HARD = {"status": "5.1.1", "words": "550 5.1.1 no such user"}
SOFT = {"status": "5.2.2", "words": "552 5.2.2 mailbox full"}

people = st.sampled_from(PEOPLE)
backwards = st.integers(0, 2)
"""Which issue a report is about: the last one, or one before."""
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["send", "send and full"]), people, st.just(0)),
        st.tuples(st.sampled_from(["hard", "soft", "policy", "complaint", "letter", "vacation"]), people, backwards),
        st.tuples(st.sampled_from(["confirm", "leave", "all again"]), people, st.just(0)),
    ),
    min_size=10,
    max_size=25,
)


class Model:
    """The rules in their simplest form, beside a database that keeps them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.press = Press(folder, url)
        self.press.confirm(*PEOPLE)
        self.taking = Taking(self.press.database, clock=lambda: self.press.now)
        self.consenting, self.dead = set(PEOPLE), set()
        self.got: dict[str, list[int]] = {who: [] for who in PEOPLE}
        self.back: dict[tuple[str, int], str] = {}
        self.read: list[bytes] = []
        self.issue = 0

    def take(self, data: bytes) -> None:
        self.read.append(data)
        self.taking.mail(data)

    def send(self, full: str = "") -> None:
        self.issue += 1
        if not self.press.start(self.issue):
            return
        with self.press.open(self.issue) as run:
            deliveries = run.claim(10)
            begin(run, *deliveries)
            record(run, *(each.now(ACCEPTED) for each in deliveries))
        assert {each.address for each in deliveries} == self.consenting - self.dead
        for who in sorted(self.consenting - self.dead):
            self.got[who].append(self.issue)
        self.press.now += timedelta(hours=1)
        if full and self.got[full][-1:] == [self.issue]:
            self.report("soft", full, 0)

    def report(self, kind: str, who: str, back: int) -> None:
        if len(self.got[who]) <= back:
            return
        issue = self.got[who][-1 - back]
        number = self.press.subscribers.find(who).number
        ours = Ours(address=who, issue=issue, subscriber=number, key=self.press.database.key)
        if kind in ("hard", "soft", "policy"):
            words = {"hard": HARD, "soft": SOFT, "policy": {"status": "5.7.1", "words": "550 5.7.1 spam"}}[kind]
            fresh = (who, issue) not in self.back
            self.take(postfix(ours, name=f"{kind}{issue}{who}", **words))
            # A bounce counts for its issue, whatever said before that it did not arrive; policy says nothing of it.
            if kind != "policy" or fresh:
                self.back[who, issue] = "bounced" if kind != "policy" else "nothing"
            if kind == "hard" or (kind == "soft" and self.row(who, issue) >= IN_A_ROW):
                self.dead.add(who)
        elif kind == "complaint":
            if (who, issue, "complained") not in self.back:
                self.consenting.discard(who)
            self.back[who, issue, "complained"] = "yes"
            self.take(complaint(ours))
        elif kind == "letter" and who in self.consenting:
            letter = unsubscribing(ours, date=format_datetime(self.press.now))
            self.consenting.discard(who)
            self.take(letter.replace(b"<u1@", b"<u%d@" % len(self.read)))
        elif kind == "vacation":
            self.take(vacation(ours))

    def row(self, who: str, issue: int) -> int:
        """Return how many issues around *issue* came back, with none between that arrived."""
        told = "".join(
            {"bounced": "b", "nothing": ""}.get(self.back.get((who, each), "a"), "a") for each in self.got[who]
        )
        place = sum(self.back.get((who, each)) != "nothing" for each in self.got[who] if each < issue)
        return len(told[:place].rpartition("a")[2]) + len(told[place:].partition("a")[0])

    def again(self) -> None:
        """Read all mail again, as it lies in a mailbox that nothing is deleted from."""
        for data in self.read:
            assert {report.outcome for report in self.taking.mail(data).reports} <= {Outcome.KNOWN}

    def step(self, what: str, who: str, back: int) -> None:
        if what.startswith("send"):
            self.send(who if what != "send" else "")
        elif what == "confirm":
            self.press.confirm(who)
            self.consenting.add(who)
        elif what == "leave":
            self.press.leave(who)
            self.consenting.discard(who)
        elif what == "all again":
            self.again()
        else:
            self.report(what, who, back)


def test_who_gets_the_next_issue_is_as_the_rules_say(new_url, examples):
    @settings(max_examples=examples * 3 // 5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps)
    def whatever(moves):
        with tempfile.TemporaryDirectory() as scratch:
            model = Model(Path(scratch) / "data", new_url())
            try:
                for move in [("send", PEOPLE[0], 0), *moves]:
                    model.step(*move)
                    assert model.press.ledger.waiting(1000, "weekly") == len(model.consenting - model.dead), move
                model.again()
                assert model.press.ledger.waiting(1000, "weekly") == len(model.consenting - model.dead)
            finally:
                model.press.close()

    whatever()


def test_a_mailbox_that_is_full_five_times_ends_it_whatever_else_happens(tmp_path):
    model = Model(tmp_path / "data", "")
    for _ in range(IN_A_ROW):
        assert PEOPLE[0] not in model.dead
        model.step("send and full", PEOPLE[0], 0)
        model.step("policy", PEOPLE[1], 0)
    assert model.dead == {PEOPLE[0]}
    model.step("send", PEOPLE[0], 0)
    model.press.close()
