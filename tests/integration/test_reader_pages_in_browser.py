import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from readers_site import mail_server, make_newsletter, next_issue, readers_site, running, send_issue, send_notices
from returned_mail import Ours, postfix

from newsletter.app.plan import plan
from newsletter.app.returning import Taking
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent
from newsletter.store.subscribers import SubscriberStore
from newsletter.store.suppression_list import SuppressionList

pytestmark = [pytest.mark.chromium, pytest.mark.npm]
AXE = Path(__file__).parents[1] / "npm/node_modules/axe-core/axe.min.js"
ADA = "Ada@example.com"


@pytest.fixture
def place(tmp_path):
    with mail_server() as (mailbox, port):
        newsletter = make_newsletter(tmp_path / "desk", port=port)
        with running(readers_site(newsletter)) as address:
            yield newsletter, mailbox, address
        newsletter.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 320, "height": 700}, bypass_csp=True)
    yield context.new_page()
    context.close()


def looks_good(page):
    """The page at 320 pixels, in both schemes: nothing stands out, and axe-core finds nothing serious."""
    page.wait_for_load_state("load")  # a click waits for the answer, and not until it has been read
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert serious == [], (page.url, scheme)


def standing(newsletter, address=ADA):
    store = SubscriberStore(newsletter.database)
    return {one.list: one.consent.value for one in store.subscriptions(address=address)}


def test_a_reader_comes_chooses_and_leaves(place, page):
    newsletter, mailbox, address = place
    page.goto(f"{address}/subscribe")
    looks_good(page)
    page.get_by_label("Your e-mail address").fill("Ada@Example.COM")
    page.get_by_label("Your name").fill("Ada <b>")
    page.get_by_label("Jobs").uncheck()
    page.get_by_role("button", name="Subscribe").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Please look into your mailbox"
    looks_good(page)
    assert standing(newsletter) == {"weekly": "pending"}

    assert send_notices(newsletter) == 1
    (mail,) = mailbox.mails(ADA)
    assert mail["Subject"] == "Please confirm: Engineering <Digest>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in mail
    confirm = mailbox.link(ADA, "confirm")
    assert f"https://news.example.org{confirm}" in mail.get_body(("html",)).get_content()
    page.goto(address + confirm)
    assert standing(newsletter) == {"weekly": "pending"}
    looks_good(page)
    page.get_by_role("button", name="Yes, subscribe me").click()
    looks_good(page)
    assert standing(newsletter) == {"weekly": "confirmed"}
    assert SubscriberStore(newsletter.database).find(ADA).address.name == "Ada <b>"

    people = SubscriberStore(newsletter.database)
    people.add(Address(address="bob@example.com"), "weekly", consent=Consent.CONFIRMED, basis="asked")
    send_issue(newsletter)
    assert [mail["Subject"] for mail in mailbox.mails(ADA)][1:] == ["Moka, PinConsole, and a one-in-a-million failure"]

    preferences = mailbox.link(ADA, "p")
    page.goto(address + preferences)
    looks_good(page)
    assert "Ada@" not in page.content()
    page.get_by_label("Search").uncheck()
    page.get_by_label("Language").select_option("de")
    page.get_by_label("Pause").select_option("2")
    page.get_by_label("Jobs").check()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "Gespeichert."
    looks_good(page)
    assert standing(newsletter) == {"weekly": "confirmed", "jobs": "confirmed"}
    assert page.get_by_label("Search").is_checked() is False

    page.goto(address + mailbox.link(ADA, "w"))
    assert page.url == f"{address}/issues/001.html"
    unsubscribe = mailbox.link(ADA, "u")
    page.goto(address + unsubscribe)
    looks_good(page)
    assert standing(newsletter)["weekly"] == "confirmed"
    page.get_by_role("button", name="Weekly").click()
    assert standing(newsletter) == {"weekly": "unsubscribed", "jobs": "confirmed"}
    looks_good(page)
    # What a mail program posts, months later: once more is no fault.
    form = urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urllib.request.urlopen(address + unsubscribe, form, timeout=20) as answer:
        assert (answer.status, answer.url) == (200, address + unsubscribe)

    assert plan(newsletter, next_issue(newsletter)).waiting == 1
    bob = Ours(address="bob@example.com", issue=1, subscriber=people.find("bob@example.com").number,
               key=newsletter.database.key)  # fmt: skip
    assert Taking(newsletter.database).mail(postfix(bob)).done
    (suppressed,) = SuppressionList(newsletter.database).all()
    assert (suppressed.address, suppressed.kind) == ("bob@example.com", "bounced")
    assert plan(newsletter, next_issue(newsletter)).waiting == 0
    assert len(mailbox.mails(ADA)) == 2


def test_one_click_in_the_mail_program_unsubscribes_from_the_list_of_the_mail(place):
    newsletter, mailbox, address = place
    store = SubscriberStore(newsletter.database)
    for name in ("weekly", "jobs"):
        store.add(Address(address=ADA), name, consent=Consent.CONFIRMED, basis="asked")
    send_issue(newsletter)
    (mail,) = mailbox.mails(ADA)
    link = mail["List-Unsubscribe"].split(",")[0].strip("<> ").removeprefix("https://news.example.org")
    with urllib.request.urlopen(address + link, timeout=20) as answer:
        assert answer.status == 200
    assert standing(newsletter)["weekly"] == "confirmed"
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    request = urllib.request.Request(address + link, body, {"content-type": "multipart/form-data; boundary=b"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert (answer.status, answer.read()) == (200, b"You are unsubscribed.\n")
    assert standing(newsletter) == {"weekly": "unsubscribed", "jobs": "confirmed"}
    entry = store.consent_log(ADA)[-1]
    assert (entry.way, entry.source, entry.ip) == ("link", "issue 1", "")


def test_the_other_pages_can_be_read_by_everybody_too(place, page):
    newsletter, mailbox, address = place
    people = SubscriberStore(newsletter.database)
    people.add(Address(address=ADA, name="Ada"), "weekly", consent=Consent.CONFIRMED, basis="asked")
    for path in ("/preferences", "/u/1.1.AAAAAAAAAAAAAAAA"):
        page.goto(address + path)
        looks_good(page)
    page.goto(f"{address}/preferences")
    page.get_by_label("Your e-mail address").fill(ADA)
    page.get_by_role("button", name="Send me the link").click()
    looks_good(page)
    send_notices(newsletter)
    page.goto(address + mailbox.link(ADA, "p"))
    page.get_by_label("Your address now").fill("eve@example.com")
    page.get_by_label("Your new address").fill("new@example.com")
    page.get_by_role("button", name="Change the address").click()
    page.get_by_role("alert").wait_for()
    looks_good(page)
    page.get_by_label("Your address now").fill(ADA)
    page.get_by_label("Your new address").fill("new@example.com")
    page.get_by_role("button", name="Change the address").click()
    send_notices(newsletter)
    preferences = page.url
    page.goto(address + mailbox.link("new@example.com", "address"))
    looks_good(page)
    page.get_by_role("button", name="Yes, this is my address").click()
    looks_good(page)
    assert people.find("new@example.com").address.name == "Ada"
    # The link that went to the old mailbox is good for nothing but leaving from now on.
    page.goto(preferences)
    assert page.get_by_role("heading", level=1).inner_text() == "This link does not work"
    page.goto(f"{address}/preferences")
    page.get_by_label("Your e-mail address").fill("new@example.com")
    page.get_by_role("button", name="Send me the link").click()
    send_notices(newsletter)
    page.goto(address + mailbox.link("new@example.com", "p"))
    page.get_by_label("Your address, to be sure").fill("new@example.com")
    page.get_by_role("button", name="Forget me").click()
    looks_good(page)
    assert people.find("new@example.com") is None
