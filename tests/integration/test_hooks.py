"""What other programs are told: from the transaction that makes it so to a receiver that checks the signature."""

import hashlib
import hmac
import json
import os
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from archive_samples import SETTINGS
from web_site import Says, web_site

from newsletter.app import hooks as app_hooks
from newsletter.app import open_newsletter
from newsletter.app.doctor import diagnose
from newsletter.app.hooks import Courier, deliver_hooks, next_attempt, signature, try_hook
from newsletter.errors import NewsletterError
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent
from newsletter.store.database import create
from newsletter.store.hook_queue import HookQueue
from newsletter.store.subscribers import SubscriberStore

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def desk(tmp_path, url, monkeypatch):
    """``desk(text)`` opens a newsletter with these hooks."""
    if url:
        monkeypatch.setenv("NEWSLETTER_DATABASE", url)
    folder, opened = tmp_path / "desk", []
    (folder / "issues").mkdir(parents=True)
    (folder / "newsletter.toml").write_text(SETTINGS.format(more=""))

    def open_with(local):
        (folder / "newsletter.local.toml").write_text(local)
        newsletter = open_newsletter(folder)
        if not opened:
            create(newsletter.settings.data_folder, url).close()
        opened.append(newsletter)
        return newsletter

    yield open_with
    for newsletter in opened:
        newsletter.close()


def post_to(site, name="crm", more=""):
    return f'[hooks.{name}]\nurl = "{site.url}/in"\nsecret = "{SECRET}"\nprivate = true\n{more}\n'


def subscribe(newsletter, *people):
    store = SubscriberStore(newsletter.database)
    for person in people:
        store.add(Address(address=f"{person}@example.com"), "weekly", consent=Consent.CONFIRMED, basis="asked")


def courier(newsletter, later=timedelta()):
    return Courier(newsletter, threading.Event(), lambda: datetime.now(UTC) + later)


def standing(newsletter):
    (one,) = HookQueue(newsletter.database).standings()
    return one


def test_a_receiver_is_told_in_order_and_can_prove_who_told_it(desk):
    with web_site({"/in": Says()}) as site:
        newsletter = desk(post_to(site))
        subscribe(newsletter, "ada", "bob")
        SubscriberStore(newsletter.database).unsubscribe("ada@example.com", basis="asked")
        assert courier(newsletter).turn() == 5
        assert courier(newsletter).turn() == 0
    told = [json.loads(asked.body) for asked in site.asked]
    assert [(one["event"], one["address"]) for one in told] == [
        ("subscribed", "ada@example.com"), ("confirmed", "ada@example.com"), ("subscribed", "bob@example.com"),
        ("confirmed", "bob@example.com"), ("unsubscribed", "ada@example.com"),
    ]  # fmt: skip
    assert told[0]["list"] == "weekly"
    assert len({one["id"] for one in told}) == 5
    for asked in site.asked:
        said = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", asked.headers["newsletter-signature"])
        assert hmac.new(SECRET.encode(), f"{said[1]}.".encode() + asked.body, hashlib.sha256).hexdigest() == said[2]
        assert asked.headers["content-type"] == "application/json"
    assert HookQueue(newsletter.database).standings() == ()


def test_what_a_receiver_does_not_take_is_told_again_with_the_same_id_and_given_up_after_three_days(desk):
    with web_site({"/in": Says(status=500)}) as site:
        newsletter = desk(post_to(site, more='events = ["confirmed"]'))
        subscribe(newsletter, "ada", "bob")
        courier(newsletter).turn()
        assert len(site.asked) == 1  # a receiver that is down is not tried with every event
        courier(newsletter, timedelta(seconds=12)).turn()
        courier(newsletter, timedelta(minutes=2)).turn()
        ids = [json.loads(asked.body)["id"] for asked in site.asked]
        assert ids.count(ids[0]) == 2
        assert (standing(newsletter).failing, standing(newsletter).words) == (2, "it answered 500")
        (told,) = [one for one in diagnose(newsletter) if one.topic == "hook"]
        assert "2 events are tried again" in told.words
        for _ in range(4):
            courier(newsletter, timedelta(days=4)).turn()
        assert (standing(newsletter).waiting, standing(newsletter).given_up) == (0, 2)
        assert "2 are given up (it answered 500); newsletter hooks retry crm" in next(
            one.words for one in diagnose(newsletter) if one.topic == "hook"
        )
        site.answers["/in"] = Says()
        assert HookQueue(newsletter.database).retry("crm") == 2
        assert courier(newsletter, timedelta(seconds=1)).turn() == 2


def test_one_event_that_is_refused_keeps_no_other_waiting(desk):
    def answer(asked):
        return Says(status=422) if b"ada@" in asked.body else Says()  # an id of hexadecimal digits may have "ada", too

    with web_site({"/in": answer}) as site:
        newsletter = desk(post_to(site, more='events = ["confirmed"]'))
        subscribe(newsletter, "ada", "bob")
        told = courier(newsletter).turn()
        assert (told, standing(newsletter).words) == (1, "it answered 422")


def test_a_receiver_that_is_gone_or_leads_elsewhere_is_not_followed(desk):
    elsewhere = {"Location": "http://169.254.169.254/"}
    with web_site({"/in": Says(status=410)}) as site:
        newsletter = desk(post_to(site, more='events = ["confirmed"]'))
        subscribe(newsletter, "ada")
        courier(newsletter).turn()
        assert standing(newsletter).given_up == 1
        site.answers["/in"] = Says(status=302, headers=elsewhere)
        HookQueue(newsletter.database).retry("crm")
        courier(newsletter, timedelta(seconds=1)).turn()
        assert "leads elsewhere" in standing(newsletter).words
        assert len(site.asked) == 2


def test_an_address_of_a_private_network_is_refused_unless_the_editor_allows_it(desk):
    newsletter = desk(f'[hooks.crm]\nurl = "https://localhost:1/in"\nsecret = "{SECRET}"\nevents = ["confirmed"]')
    subscribe(newsletter, "ada")
    courier(newsletter).turn()
    assert "private network" in standing(newsletter).words


def test_a_command_gets_the_event_and_its_exit_code_counts(desk, tmp_path, monkeypatch):
    out = tmp_path / "out.json"
    newsletter = desk(f"[hooks.log]\ncommand = ['sh', '-c', 'cat >> {out}']\nevents = ['confirmed']")
    subscribe(newsletter, "ada")
    assert courier(newsletter).turn() == 1
    assert json.loads(out.read_text())["address"] == "ada@example.com"
    newsletter = desk("[hooks.log]\ncommand = 'false'\nevents = ['confirmed']")
    subscribe(newsletter, "bob")
    courier(newsletter).turn()
    assert standing(newsletter).words == "the command ended with 1"
    monkeypatch.setattr(app_hooks, "COMMAND_SECONDS", 0.2)
    pid = tmp_path / "pid"
    newsletter = desk(
        f"[hooks.log]\ncommand = ['sh', '-c', 'sleep 60 & echo $! > {pid}; wait']\nevents = ['confirmed']"
    )
    courier(newsletter, timedelta(minutes=1)).turn()
    assert "took more than" in standing(newsletter).words
    with pytest.raises(ProcessLookupError):  # what it had started went with it
        while True:
            os.kill(int(pid.read_text()), 0)


def test_two_that_deliver_never_tell_one_event_twice_at_once(desk):
    with web_site({"/in": Says()}) as site:
        newsletter = desk(post_to(site, more='events = ["confirmed"]'))
        subscribe(newsletter, *(f"r{number}" for number in range(12)))
        others = [threading.Thread(target=courier(newsletter).turn) for _ in range(3)]
        for other in others:
            other.start()
        for other in others:
            other.join()
        assert len(site.asked) == len({json.loads(asked.body)["id"] for asked in site.asked}) == 12


def test_what_a_process_that_died_had_claimed_is_told_by_another_one(desk):
    with web_site({"/in": Says()}) as site:
        newsletter = desk(post_to(site, more='events = ["confirmed"]'))
        subscribe(newsletter, "ada")
        assert HookQueue(newsletter.database).claim("crm")
        assert courier(newsletter).turn() == 0
        assert courier(newsletter, timedelta(minutes=4)).turn() == 1


def test_events_of_a_hook_that_is_no_more_wait_and_are_named_until_they_are_dropped(desk):
    with web_site({"/in": Says()}) as site:
        subscribe(desk(post_to(site)), "ada")
    newsletter = desk("")
    assert courier(newsletter).turn() == 0
    assert any("newsletter hooks drop crm" in one.words for one in diagnose(newsletter))
    assert HookQueue(newsletter.database).drop("crm") == 2
    assert HookQueue(newsletter.database).standings() == ()


def test_a_site_delivers_until_it_is_told_to_stop(desk, monkeypatch):
    monkeypatch.setattr(app_hooks, "LOOK", 0.01)
    stop = threading.Event()

    def answer(asked):
        stop.set()
        return Says()

    with web_site({"/in": answer}) as site:
        newsletter = desk(post_to(site, more='events = ["confirmed"]'))
        delivering = threading.Thread(target=deliver_hooks, args=[newsletter, stop])
        delivering.start()
        subscribe(newsletter, "ada")
        delivering.join()
    assert len(site.asked) == 1


def test_a_hook_can_be_tried(desk):
    with web_site({"/in": Says()}) as site:
        newsletter = desk(post_to(site))
        try_hook(newsletter, "crm")
        assert json.loads(site.asked[0].body)["event"] == "test"
        site.answers["/in"] = Says(status=403)
        with pytest.raises(NewsletterError, match=r"\[hooks\.crm\]: it answered 403"):
            try_hook(newsletter, "crm")
    with pytest.raises(NewsletterError, match="hooks here: crm"):
        try_hook(newsletter, "other")


def test_a_secret_may_stand_in_the_environment(desk, monkeypatch):
    with web_site({"/in": Says()}) as site:
        local = f'[hooks.crm]\nurl = "{site.url}/in"\nsecret_env = "CRM_SECRET"\nprivate = true'
        with pytest.raises(NewsletterError, match="the environment has no CRM_SECRET"):
            try_hook(desk(local), "crm")
        monkeypatch.setenv("CRM_SECRET", SECRET)
        try_hook(desk(local), "crm")
        asked = site.asked[0]
        at = int(re.match(r"t=(\d+)", asked.headers["newsletter-signature"])[1])
        assert asked.headers["newsletter-signature"] == signature(SECRET, asked.body, at)


def test_attempts_come_less_often_and_end_after_three_days():
    now = created = datetime(2026, 11, 27, tzinfo=UTC)
    waits = []
    for attempt in range(1, 100):
        at = next_attempt(attempt, created, now)
        if at is None:
            break
        waits.append((at - now).total_seconds())
        now = at
    assert waits[:6] == [10, 60, 300, 1800, 7200, 21600]
    assert waits == sorted(waits)
    assert timedelta(days=2.5) < now - created <= timedelta(days=3)


def test_the_end_of_a_mailing_is_told_once(desk):
    from newsletter.store.ledger import LedgerStore

    with web_site({"/in": Says()}) as site:
        newsletter = desk(post_to(site, more='events = ["sent"]'))
        ledger = LedgerStore(newsletter.database)
        ledger.start(1, "weekly", frozen=b"x", subject="Moka", started=datetime.now(UTC))
        assert ledger.finish(1, "weekly")
        assert ledger.finish(1, "weekly")
        assert courier(newsletter).turn() == 1
    told = json.loads(site.asked[0].body)
    assert {name: told[name] for name in ("event", "issue", "list", "subject", "accepted")} == {
        "event": "sent", "issue": 1, "list": "weekly", "subject": "Moka", "accepted": 0,
    }  # fmt: skip
