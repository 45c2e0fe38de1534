"""What the database makes of mail that came back: recorded once, believed for its tokens, with what follows from it."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from broken_mail import broken, samples
from returned_mail import Ours, complaint, postfix, qmail, unsubscribing, vacation
from sqlalchemy import func, select
from store_press import Press, begin, record

from newsletter.app.returning import Outcome, Taking
from newsletter.model.bounce import EventKind
from newsletter.model.delivery import State
from newsletter.model.hook import Event
from newsletter.model.subscriber import Consent
from newsletter.returning.proving import Proof
from newsletter.returning.report import Kind
from newsletter.store.database import open_database
from newsletter.store.returned import ReturnedStore
from newsletter.store.rotation import rotate_key
from newsletter.store.schema import consent_log, delivery_event, hook_outbox, suppression

FULL = {"status": "5.2.2", "words": "552 5.2.2 mailbox full"}


@pytest.fixture
def press(tmp_path, url):
    made = Press(tmp_path / "data", url)
    made.database.hooks = {Event.BOUNCED: ["shop"], Event.UNSUBSCRIBED: ["shop"]}
    made.confirm("Ada@Example.com", "bob@example.com")
    yield made
    made.close()


def send(press, issue=42, list_name="weekly", state=State.ACCEPTED, **facts):
    """Send an issue to everybody, who all have it then."""
    press.start(issue, list_name)
    with press.open(issue, list_name) as run:
        deliveries = run.claim(10)
        begin(run, *deliveries)
        record(run, *(each.now(state, **facts) for each in deliveries))
    press.now += timedelta(days=1)


def ours(press, address="ada@example.com", issue=42):
    return Ours(address=address, issue=issue, subscriber=press.subscribers.find(address).number, key=press.database.key)


def take(press, data, **options):
    came_to = options.pop("came_to", ())
    return Taking(press.database, clock=lambda: press.now, **options).mail(data, came_to=came_to)


def one(press, data, **options):
    (report,) = take(press, data, **options).reports
    return report


def rows(press, table):
    with press.database.reading() as connection:
        return [row._mapping for row in connection.execute(select(table))]


def count(press, table):
    with press.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_proved_bounce_of_an_address_where_nobody_is_suppresses_it_once_and_moves_no_state(press):
    send(press)
    data = postfix(ours(press))
    taken = one(press, data)
    assert (taken.outcome, taken.proof, taken.issue, taken.list) == (Outcome.SUPPRESSED, Proof.TOKEN, 42, "weekly")
    assert taken.address == "Ada@Example.com"
    assert one(press, data).outcome is Outcome.KNOWN
    assert press.counts() == {State.ACCEPTED: 2}
    (event,) = rows(press, delivery_event)
    assert (event["kind"], event["status"], event["words"]) == ("bounced", "5.1.1", "550 5.1.1 no such user")
    (dead,) = rows(press, suppression)
    assert (dead["folded"], dead["list"], dead["kind"]) == ("ada@example.com", "", "bounced")
    assert dead["reason"] == "5.1.1 550 5.1.1 no such user"
    (told,) = rows(press, hook_outbox)
    assert '"suppressed": true' in told["body"]
    assert '"issue": 42' in told["body"]
    assert press.ledger.waiting(43, "weekly") == 1


def test_processes_that_read_the_same_mailbox_at_once_record_it_once(press, tmp_path):
    send(press)
    mails = [postfix(ours(press)), complaint(ours(press, "bob@example.com"))]

    def read_all(number):
        with open_database(tmp_path / "data", press.url, hooks=press.database.hooks) as database:
            return [Taking(database).mail(data).reports[0].outcome for data in mails]

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(read_all, range(4)))
    for place, first in enumerate((Outcome.SUPPRESSED, Outcome.UNSUBSCRIBED)):
        assert sorted(each[place] for each in outcomes) == sorted([first] + [Outcome.KNOWN] * 3)
    assert (count(press, delivery_event), count(press, hook_outbox), count(press, consent_log)) == (2, 2, 3)


def test_whatever_octet_of_its_token_is_changed_a_report_does_nothing(press):
    send(press)
    mail = ours(press)
    plain = postfix(mail, returned=False)
    token = mail.tokens.verp.encode()
    for place in range(len(token)):
        other = b"a" if token[place : place + 1] != b"a" else b"b"
        forged = plain.replace(token, token[:place] + other + token[place + 1 :])
        assert one(press, forged).outcome is Outcome.UNPROVEN
    for number in ("8", "0", "999999999999999999"):
        assert one(press, plain.replace(b"+42.", f"+{number}.".encode())).outcome is Outcome.UNPROVEN
        assert one(press, plain.replace(b".1.", f".{number}.".encode())).outcome is Outcome.UNPROVEN
    asked = unsubscribing(mail)
    ticket = mail.tokens.unsubscribe.encode()
    for place in range(len(ticket)):
        other = b"A" if ticket[place : place + 1] != b"A" else b"B"
        forged = asked.replace(ticket, ticket[:place] + other + ticket[place + 1 :])
        assert one(press, forged).outcome is Outcome.UNPROVEN
    assert (count(press, delivery_event), count(press, suppression)) == (0, 0)


def test_a_link_that_was_passed_on_may_unsubscribe_and_suppress_nobody(press):
    send(press)
    mail = ours(press)
    without = postfix(mail, to="news@news.example.org").replace(b"Return-Path: <bounces", b"X: <bounces")
    assert one(press, without.replace(b"Message-ID: <42.", b"Message-ID: <43.")).outcome is Outcome.UNPROVEN
    assert one(press, complaint(mail, redacted=True)).outcome is Outcome.UNSUBSCRIBED


def test_the_message_id_proves_a_bounce_where_there_is_no_return_path_of_its_own(press):
    send(press)
    mail = ours(press)
    data = postfix(mail, to="news@news.example.org", final="elsewhere@example.net")
    taken = one(press, data.replace(b"Return-Path: <bounces", b"X: <bounces"))
    assert (taken.outcome, taken.address) == (Outcome.SUPPRESSED, "Ada@Example.com")


def test_a_reader_can_only_have_their_own_address_suppressed(press):
    send(press)
    assert one(press, postfix(ours(press), final="bob@example.com")).address == "Ada@Example.com"
    assert [row["folded"] for row in rows(press, suppression)] == ["ada@example.com"]


def test_without_proof_its_word_counts_only_when_the_operator_says_so_and_we_wrote_there(press):
    send(press)
    forged = replace(ours(press), key=b"x" * 32)
    assert one(press, postfix(forged)).outcome is Outcome.UNPROVEN
    stranger = postfix(Ours(address="stranger@example.com", key=b"x" * 32))
    assert one(press, stranger, unproven=True).outcome is Outcome.UNPROVEN
    taken = one(press, postfix(forged), unproven=True)
    assert (taken.outcome, taken.proof) == (Outcome.SUPPRESSED, Proof.WORD)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(press):
    send(press)
    for data, outcome in (
        (postfix(ours(press)), Outcome.SUPPRESSED), (complaint(ours(press)), Outcome.UNSUBSCRIBED),
        (unsubscribing(ours(press), date="Tue, 1 Dec 2026 10:00:00 +0000"), Outcome.UNSUBSCRIBED),
    ):  # fmt: skip
        assert one(press, data, keep=False).outcome is outcome
    assert (count(press, delivery_event), count(press, suppression), count(press, hook_outbox)) == (0, 0, 0)
    assert one(press, postfix(ours(press))).outcome is Outcome.SUPPRESSED


def test_five_issues_in_a_row_that_came_back_suppress_and_a_refusal_counts_as_one(press):
    for issue in range(1, 6):
        if issue == 3:
            send(press, issue, state=State.REFUSED, reply="452 4.2.2 full", status="4.2.2")
            continue
        send(press, issue)
        assert one(press, postfix(ours(press, issue=issue), name=str(issue), **FULL)).outcome is (
            Outcome.SUPPRESSED if issue == 5 else Outcome.NOTED
        )
    (dead,) = rows(press, suppression)
    assert dead["reason"] == "again and again: 5.2.2 552 5.2.2 mailbox full"


def test_an_issue_that_arrived_between_begins_the_row_anew(press):
    for issue in range(1, 7):
        send(press, issue)
        if issue != 3:
            assert one(press, postfix(ours(press, issue=issue), **FULL)).outcome is Outcome.NOTED


def test_policy_never_suppresses_however_often(press):
    for issue in range(1, 8):
        send(press, issue)
        words = {"status": "5.7.1", "words": "550 5.7.1 looks like spam"}
        assert one(press, postfix(ours(press, issue=issue), **words)).outcome is Outcome.NOTED
    assert count(press, suppression) == 0


def test_a_delay_is_noted_each_time_and_nothing_follows_from_it(press):
    send(press)
    for name in ("1", "2"):
        delay = postfix(ours(press), action="delayed", status="4.4.1", name=name)
        assert one(press, delay).outcome is Outcome.NOTED
    assert ReturnedStore(press.database).counts(42) == {EventKind.DELAYED: 1}
    assert count(press, hook_outbox) == 0


def test_a_complaint_unsubscribes_from_the_list_of_that_mail_and_from_nothing_else(press):
    press.confirm("ada@example.com", list_name="daily")
    send(press)
    assert one(press, complaint(ours(press))).outcome is Outcome.UNSUBSCRIBED
    standing = {each.list: each.consent for each in press.subscribers.subscriptions(address="ada@example.com")}
    assert standing == {"weekly": Consent.UNSUBSCRIBED, "daily": Consent.CONFIRMED}
    assert count(press, suppression) == 0
    entry = press.subscribers.consent_log("ada@example.com")[-1]
    assert (entry.consent, entry.basis) == (Consent.UNSUBSCRIBED, "abuse, by SomeISP/1.0")
    (row,) = [row for row in rows(press, consent_log) if row["way"] == "complaint"]
    assert row["source"] == "issue 42"


def test_a_letter_that_says_unsubscribe_does_so_once_and_not_again_when_its_writer_came_back(press):
    send(press)
    letter = unsubscribing(ours(press), date="Sat, 28 Nov 2026 11:00:00 +0000")
    assert one(press, letter).outcome is Outcome.UNSUBSCRIBED
    assert one(press, letter).outcome is Outcome.KNOWN
    press.now += timedelta(minutes=1)
    press.confirm("ada@example.com")
    assert one(press, letter).outcome is Outcome.KNOWN
    old = unsubscribing(ours(press), date="Thu, 26 Nov 2026 11:00:00 +0000").replace(b"<u1@", b"<u2@")
    assert one(press, old).outcome is Outcome.KNOWN
    new = letter.replace(b"<u1@", b"<u3@")
    assert one(press, new).outcome is Outcome.UNSUBSCRIBED


def test_somebody_who_let_an_address_back_in_is_not_contradicted_by_an_old_report(press):
    send(press)
    one(press, postfix(ours(press)))
    with press.database.writing() as connection:
        connection.execute(suppression.delete())
    assert one(press, postfix(ours(press))).outcome is Outcome.KNOWN
    assert count(press, suppression) == 0


@pytest.mark.parametrize(
    "said, kept",
    [
        ("Fri, 27 Nov 2026 18:30:00 +0100", "2026-11-27T17:30:00Z"),
        ("Sat, 27 Nov 1999 10:00:00 +0000", "2026-11-27T12:00:00Z"),
        ("Mon, 1 Jan 2035 00:00:00 +0000", "2026-11-28T12:00:00Z"), ("yesterday", "2026-11-28T12:00:00Z"),
    ],
)  # fmt: skip
def test_the_time_of_a_report_stays_between_its_mailing_and_now(press, said, kept):
    send(press)
    one(press, postfix(ours(press)).replace(b"Fri, 27 Nov 2026 10:00:00 +0000", said.encode()))
    assert [row["at"] for row in rows(press, delivery_event)] == [kept]


def test_a_bounce_is_known_by_the_envelope_alone_and_the_absent_are_left_alone(press):
    send(press)
    mail = ours(press)
    bare = qmail(mail).replace(b"+42.", b"-42.").replace(b"Message-ID: <42.", b"Message-ID: <")
    assert one(press, bare).outcome is Outcome.UNPROVEN
    assert one(press, bare, came_to=[mail.return_path]).outcome is Outcome.SUPPRESSED
    assert take(press, vacation(mail)).kind is Kind.AUTO_REPLY


def test_what_came_back_can_be_asked_for_by_issue(press):
    send(press)
    one(press, postfix(ours(press), action="delayed", status="4.4.1", name="0"))
    one(press, postfix(ours(press)))
    one(press, complaint(ours(press, "bob@example.com")))
    store = ReturnedStore(press.database)
    assert store.counts(42) == {EventKind.BOUNCED: 1, EventKind.DELAYED: 1, EventKind.COMPLAINED: 1}
    assert [(who, event.kind.value) for who, event in store.of_issue(42)] == [
        ("Ada@Example.com", "bounced"), ("bob@example.com", "complained"),
    ]  # fmt: skip


def test_reports_that_are_broken_at_random_touch_nobody_but_their_own_reader(press):
    send(press)
    rng, mails = random.Random(1), samples(ours(press))
    taking = Taking(press.database)
    outcomes = {report.outcome for _ in range(200) for report in taking.mail(broken(rng, mails)).reports}
    assert {Outcome.SUPPRESSED, Outcome.UNPROVEN, Outcome.NOTED} <= outcomes
    assert [row["folded"] for row in rows(press, suppression)] == ["ada@example.com"]
    standing = {each.consent for each in press.subscribers.subscriptions(address="bob@example.com")}
    assert standing == {Consent.CONFIRMED}
    assert press.counts() == {State.ACCEPTED: 2}


def test_a_report_is_believed_after_the_key_was_rotated_while_a_server_listens(press):
    send(press)
    taking = Taking(press.database, clock=lambda: press.now)
    old = postfix(ours(press))
    rotate_key(press.database)
    assert taking.mail(old).reports[0].outcome is Outcome.SUPPRESSED
    send(press, 43)
    assert taking.mail(postfix(ours(press, "bob@example.com", issue=43))).reports[0].outcome is Outcome.SUPPRESSED
