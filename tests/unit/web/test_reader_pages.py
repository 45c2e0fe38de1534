import re
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import pytest
from asgi_client import Client
from readers_site import make_newsletter, readers_site

from newsletter.app.tickets import ticket_of
from newsletter.errors import StoreError
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent
from newsletter.model.tokens import DeliveryTokens
from newsletter.sender.addressing import sample_one_click
from newsletter.store.ledger import LedgerStore
from newsletter.store.notices import NoticeStore
from newsletter.store.preferences import PreferenceStore
from newsletter.store.subscribers import SubscriberStore
from newsletter.store.suppression_list import SuppressionList
from newsletter.web.public import limits
from newsletter.web.public.desk import accepted_languages
from newsletter.web.public.limits import Limits, client_key

ADA = Address(address="ada@example.com", name="Ada")
FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def newsletter(tmp_path):
    newsletter = make_newsletter(tmp_path / "desk", more="[pages]\nkeep_ip = true\nprivacy = '/privacy'")
    yield newsletter
    newsletter.close()


@pytest.fixture
def people(newsletter):
    return SubscriberStore(newsletter.database)


@pytest.fixture
def open_site(newsletter):
    opened = []

    def start(**options):
        opened.append(Client(readers_site(newsletter, **options).app, peer="192.0.2.7"))
        return opened[-1]

    yield start
    for client in opened:
        client.close()


@pytest.fixture
def site(open_site):
    return open_site()


def fresh_form(site, path="/subscribe"):
    """Return the token of a form and the header with its cookie."""
    answer = site.get(path)
    token = re.search(r'name="form" value="([^"]+)"', answer.text)[1]
    return token, answer.headers["set-cookie"].partition(";")[0]


def subscribe(site, address="ada@example.com", lists=("weekly",), **more):
    token, cookie = fresh_form(site)
    fields = {"form": token, "address": address, "list": list(lists), **more}
    return site.post("/subscribe", urlencode(fields, doseq=True).encode(), cookie=cookie, **FORM)


def post(site, path, **fields):
    return site.post(path, urlencode(fields, doseq=True).encode(), **FORM)


def said(answer):
    """Return the heading of a page."""
    return re.search(r"<h1>(.*?)</h1>", answer.text)[1]


def standing(people, address="ada@example.com"):
    return {one.list: one.consent.value for one in people.subscriptions(address=address)}


@pytest.fixture
def mailed(newsletter, people):
    """The tokens of a mail that Ada got, of issue 1."""
    people.add(ADA, "weekly", consent=Consent.CONFIRMED, basis="asked")
    from datetime import UTC, datetime

    LedgerStore(newsletter.database).start(1, "weekly", frozen=b"{}", subject="One", started=datetime.now(UTC))
    number = people.find(ADA.address).number
    return DeliveryTokens.derive(newsletter.database.key, issue=1, subscriber=number, address=ADA.address)


def test_the_answer_is_the_same_whether_an_address_is_known_or_not(site, people):
    people.add(ADA, "weekly", consent=Consent.CONFIRMED, basis="asked")
    answers = [subscribe(site, address) for address in ("ada@example.com", "new@example.com")]
    answers += [subscribe(site, "ada@example.com")]
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    links = []
    for address in ("ada@example.com", "nobody@example.com"):
        token, cookie = fresh_form(site, "/preferences")
        body = urlencode({"form": token, "address": address}).encode()
        links.append(site.post("/preferences", body, cookie=cookie, **FORM))
    assert {(answer.status, answer.body) for answer in links} == {(200, links[0].body)}


def test_every_page_says_what_a_browser_may_do_with_it(site, mailed):
    for path in ("/subscribe", "/preferences", f"/u/{mailed.ticket(mailed.unsubscribe)}", "/confirm/1.x"):
        headers = site.get(path).headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        )
        assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
        assert headers["x-content-type-options"] == "nosniff"
    cookie = site.get("/subscribe").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "<script" not in site.get("/subscribe").text
    assert 'href="/privacy"' in site.get("/subscribe").text


def test_the_consent_log_keeps_what_was_agreed_to_and_where(site, people):
    subscribe(site)
    (entry,) = people.consent_log(ADA.address)
    assert (entry.consent, entry.way, entry.source, entry.ip) == ("pending", "page", "/subscribe", "192.0.2.7")
    assert entry.wording == "I want to get Engineering <Digest> by e-mail. I can leave at any time."


def test_a_program_that_fills_everything_in_is_told_what_everybody_is(site, people):
    answer = subscribe(site, website="https://spam.example")
    assert (answer.status, said(answer)) == (200, "Please look into your mailbox")
    assert list(people.subscriptions()) == []


@pytest.mark.parametrize("least, status, known", [(60.0, 400, 0), (0.0, 200, 1)])
def test_a_form_that_comes_back_at_once_is_shown_again(open_site, people, least, status, known):
    answer = subscribe(open_site(least=least))
    assert answer.status == status
    assert len(list(people.subscriptions())) == known
    if known == 0:
        assert 'value="ada@example.com"' in answer.text
        assert "once more" in answer.text


def test_a_form_of_another_page_or_browser_is_not_taken(site, people):
    token, cookie = fresh_form(site)
    _, other = fresh_form(site)
    fields = {"form": token, "address": ADA.address, "list": "weekly"}
    body = urlencode(fields).encode()
    link, link_cookie = fresh_form(site, "/preferences")
    assert site.post("/subscribe", body, **FORM).status == 400
    assert site.post("/subscribe", body, cookie=other, **FORM).status == 400
    fields["form"] = link
    assert site.post("/subscribe", urlencode(fields).encode(), cookie=link_cookie, **FORM).status == 400
    assert list(people.subscriptions()) == []
    assert site.post("/subscribe", body, cookie=cookie, **FORM).status == 200


@pytest.mark.parametrize(
    "address, lists", [("no address", ("weekly",)), ("", ("weekly",)), ("ada@example.com", ()), ("a@b.de", ("inside",))]
)
def test_what_cannot_be_subscribed_is_told_and_nothing_is_kept(site, people, address, lists):
    answer = subscribe(site, address, lists)
    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert list(people.subscriptions()) == []


def test_a_client_and_an_address_are_asked_for_so_often_and_no_more(open_site, people):
    answers = [subscribe(open_site(), "ada@example.com").status for _ in range(2)]
    assert answers == [200, 200]  # another process has another memory; the mail an hour is the database's
    site = open_site()
    assert [subscribe(site, "ada@example.com").status for _ in range(6)] == [200] * 5 + [429]
    rest = [subscribe(site, f"r{number}@example.com").status for number in range(20)]
    assert rest == [200] * 14 + [429] * 6
    assert subscribe(site, "r@example.com").headers["retry-after"] == "300"


def test_buckets_fill_again_and_are_not_kept_for_ever(monkeypatch):
    now = [0.0]
    bucket = Limits(2, 10, clock=lambda: now[0])
    assert [bucket.take("a") for _ in range(3)] == [True, True, False]
    now[0] = 10
    assert [bucket.take("a"), bucket.take("a")] == [True, False]
    monkeypatch.setattr(limits, "MOST", 3)
    for key in "bcde":
        bucket.take(key)
    assert len(bucket._buckets) == 3


@pytest.mark.parametrize(
    "one, other, same",
    [("2001:db8::1", "2001:db8::2", True), ("2001:db8::1", "2001:db8:0:1::1", False), ("192.0.2.1", "192.0.2.2", False),
     ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False), ("", "testclient", False)],
)  # fmt: skip
def test_a_client_is_an_address_or_a_network_of_its_own(one, other, same):
    assert (client_key(one) == client_key(other)) is same


def test_a_get_of_any_link_changes_nothing(site, newsletter, people, mailed):
    subscribe(site, "new@example.com")
    (notice,) = NoticeStore(newsletter.database).lease(10)
    before = standing(people), standing(people, "new@example.com"), len(people.consent_log(ADA.address))
    for path in (
        f"/u/{mailed.ticket(mailed.unsubscribe)}", f"/p/{mailed.ticket(mailed.preferences)}",
        f"/w/{mailed.ticket(mailed.web)}", f"/confirm/{ticket_of(newsletter, notice)}",
    ):  # fmt: skip
        for method in ("GET", "HEAD"):
            assert site.ask(method, path).status in (200, 303)
    assert (standing(people), standing(people, "new@example.com"), len(people.consent_log(ADA.address))) == before


def test_a_forged_ticket_says_nothing_and_does_nothing(site, people, mailed):
    right = mailed.ticket(mailed.unsubscribe)
    wrong = [
        right[:place] + ("A" if right[place] != "A" else "B") + right[place + 1 :]
        for place in range(len(right)) if right[place] != "."
    ]  # fmt: skip
    wrong += [mailed.ticket(mailed.web), right + "A", right[:-1], "x", quote("../" + right, safe=""), "%00", "é"]
    answers = []
    for ticket in wrong:
        site._peer = f"198.51.100.{len(answers)}"
        answers.append(post(site, f"/u/{ticket}", **{"List-Unsubscribe": "One-Click"}))
    assert {answer.status for answer in answers} == {404}
    assert {said(answer) for answer in answers if b"<h1>" in answer.body} >= {"This link does not work"}
    assert standing(people) == {"weekly": "confirmed"}
    assert post(site, f"/u/{right}", **{"List-Unsubscribe": "One-Click"}).status == 200
    assert standing(people) == {"weekly": "unsubscribed"}


def test_who_tries_many_tickets_is_told_to_wait_and_a_good_one_works_all_the_same(site, mailed):
    assert [site.get("/u/1.1.AAAAAAAAAAAAAAAA").status for _ in range(31)] == [404] * 30 + [429]
    assert site.get(f"/u/{mailed.ticket(mailed.unsubscribe)}").status == 200


def test_the_sample_readers_link_answers_and_changes_nothing(site, newsletter, people, mailed):
    link = sample_one_click(1, newsletter.settings.sender).removeprefix("https://news.example.org")
    answer = post(site, link, **{"List-Unsubscribe": "One-Click"})
    assert (answer.status, answer.body) == (200, b"You are unsubscribed.\n")
    assert site.get(link).status == 200
    assert standing(people) == {"weekly": "confirmed"}


def test_a_link_works_after_the_key_was_rotated(site, newsletter, people, mailed):
    from newsletter.store.rotation import rotate_key

    rotate_key(newsletter.database)
    assert post(site, f"/u/{mailed.ticket(mailed.unsubscribe)}", leave="list").status == 200
    assert standing(people) == {"weekly": "unsubscribed"}


def test_who_is_forgotten_is_gone_and_their_links_are_dead(site, newsletter, people, mailed):
    path = f"/p/{mailed.ticket(mailed.preferences)}"
    answer = post(site, path, do="forget", current="eve@example.com")
    assert (answer.status, people.find(ADA.address) is None) == (400, False)
    answer = post(site, path, do="forget", current="ADA@example.com")
    assert (answer.status, said(answer)) == (200, "You are forgotten")
    assert people.find(ADA.address) is None
    for dead in (path, f"/u/{mailed.ticket(mailed.unsubscribe)}"):
        assert site.get(dead).status == 404


def test_what_is_kept_and_links_go_to_the_address_itself(site, newsletter, people, mailed):
    path = f"/p/{mailed.ticket(mailed.preferences)}"
    assert post(site, path, do="kept").status == 200
    token, cookie = fresh_form(site, "/preferences")
    body = urlencode({"form": token, "address": "Ada@Example.com"}).encode()
    site.post("/preferences", body, cookie=cookie, **FORM)
    assert post(site, path, do="address", current=ADA.address, address="new@example.org").status == 200
    notices = NoticeStore(newsletter.database).lease(10)
    assert [(one.kind.value, one.address) for one in notices] == [
        ("kept", ADA.address), ("link", ADA.address), ("address", "new@example.org")
    ]  # fmt: skip
    link, change = notices[1], notices[2]
    assert said(site.get(f"/p/{ticket_of(newsletter, link)}")) == "Your preferences"
    assert post(site, f"/address/{ticket_of(newsletter, link)}").status == 404
    assert "new@example.org" not in site.get(f"/address/{ticket_of(newsletter, change)}").text
    assert post(site, f"/address/{ticket_of(newsletter, change)}").status == 200
    assert people.find("new@example.org") is not None


@pytest.mark.parametrize(
    "fields", [{"timezone": "Mars/Olympus"}, {"name": "x" * 300}, {"timezone": "../../etc/passwd"}, {"name": "a\x07b"}]
)
def test_preferences_that_cannot_be_are_told(site, people, mailed, fields):
    answer = post(site, f"/p/{mailed.ticket(mailed.preferences)}", do="save", list="weekly", **fields)
    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert standing(people) == {"weekly": "confirmed"}


@pytest.mark.parametrize(
    "method, path, body, status",
    [("POST", "/subscribe", b"x" * 70_000, 413), ("PUT", "/subscribe", b"", 405), ("DELETE", "/u/1.1.x", b"", 405),
     ("GET", "/nothing/here", b"", 404), ("GET", "/u/", b"", 404)],
)  # fmt: skip
def test_what_is_no_request_of_ours_is_refused(site, method, path, body, status):
    headers = {**FORM, "content_length": str(len(body))}
    assert site.ask(method, path, headers, [body]).status == status


def test_a_broken_form_is_the_clients_fault(site):
    answer = site.post("/subscribe", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x")
    assert answer.status == 400
    many = urlencode([(f"f{number}", "x") for number in range(200)]).encode()
    assert site.post("/subscribe", many, **FORM).status == 400


def test_pages_speak_the_language_of_the_browser_and_of_the_reader(site, newsletter, people, mailed):
    assert said(site.get("/subscribe", accept_language="fr, de-AT;q=0.8, en;q=0.5")) == "Abonnieren"
    assert 'lang="de"' in site.get("/subscribe", accept_language="de").text
    assert said(site.get("/subscribe", accept_language="fr")) == "Subscribe"
    path = f"/p/{mailed.ticket(mailed.preferences)}"
    post(site, path, do="save", list="weekly", language="de")
    assert said(site.get(path)) == "Ihre Einstellungen"


@pytest.mark.parametrize(
    "header, wanted",
    [("de-AT,de;q=0.9,en;q=0.8", ("de-AT", "de", "en")), ("en;q=0.1, de", ("de", "en")), ("*", ()), ("de;q=0", ()),
     ("," * 600, ()), ("de;q=x, <script>", ())],
)  # fmt: skip
def test_accept_language_is_read_as_browsers_write_it(header, wanted):
    assert accepted_languages(header) == wanted


@pytest.mark.parametrize("charset", ["undefined", "punycode", "unicode_escape", "raw_unicode_escape", '"idna"'])
def test_the_charset_that_a_client_names_is_nothing_to_stumble_over(site, people, mailed, charset):
    form = {"content_type": f"multipart/form-data; boundary=X; charset={charset}"}
    half = b'--X\r\nContent-Disposition: form-data; name="address"\r\n\r\n\\ud800 M\xc3\xbc\r\n--X--\r\n'
    answer = site.post("/subscribe", half, **form)
    assert (answer.status, 'value="\\ud800 Mü"' in answer.text) == (400, True)
    click = b'--X\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--X--\r\n'
    answer = site.post(f"/u/{mailed.ticket(mailed.unsubscribe)}", click, **form)
    assert (answer.status, answer.text) == (200, "You are unsubscribed.\n")
    assert standing(people) == {"weekly": "unsubscribed"}


def test_a_browser_without_cookies_may_send_a_form_of_our_own_page(site, people):
    token, cookie = fresh_form(site)
    body = urlencode({"form": token, "address": ADA.address, "list": "weekly"}).encode()
    for elsewhere in ("cross-site", "same-site", "none"):
        assert site.post("/subscribe", body, sec_fetch_site=elsewhere, **FORM).status == 400
    wrong = f"{cookie[:-1]}{'A' if cookie[-1] != 'A' else 'B'}"
    assert site.post("/subscribe", body, sec_fetch_site="same-origin", cookie=wrong, **FORM).status == 400
    assert list(people.subscriptions()) == []
    assert site.post("/subscribe", body, sec_fetch_site="same-origin", **FORM).status == 200
    assert standing(people) == {"weekly": "pending"}


def test_a_slash_too_many_leads_to_the_page_on_this_host_alone(site):
    for path in ("/subscribe/", "/u/1.1.aaaaaaaaaaaaaaaa//", "//subscribe/"):
        answer = site.get(path, host="evil.example")
        assert (answer.status, answer.headers["location"]) == (308, f"/{path.strip('/')}")
    for path in ("//evil.example/", "/\\evil.example/", "/\t/evil.example//", "/nothing/"):
        assert site.get(path, host="evil.example").status == 404
    assert site.post("/subscribe/", b"", **FORM).status == 404


def test_only_the_lists_above_the_button_are_confirmed_by_it(site, newsletter, people):
    subscribe(site)
    (asked,) = NoticeStore(newsletter.database).lease(10)
    path = f"/confirm/{ticket_of(newsletter, asked)}"
    shown = re.findall(r'name="list" value="([^"]+)"', site.get(path).text)
    SuppressionList(newsletter.database).add(ADA.address, "jobs", reason="said so")
    subscribe(site, lists=("jobs",))  # by somebody else, while the page is open
    assert standing(people) == {"jobs": "pending", "weekly": "pending"}
    assert post(site, path, list=shown).status == 200
    assert standing(people) == {"jobs": "pending", "weekly": "confirmed"}


def test_preferences_that_were_open_for_long_change_only_what_was_changed_there(site, people, mailed):
    path = f"/p/{mailed.ticket(mailed.preferences)}"
    old = re.findall(r'name="seen" value="([^"]*)"', site.get(path).text)
    assert post(site, f"/u/{mailed.ticket(mailed.unsubscribe)}", leave="list").status == 200
    people.add(ADA, "inside", consent=Consent.CONFIRMED, basis="asked")
    assert post(site, path, do="save", list=["weekly"], seen=old, name="Countess").status == 200
    assert standing(people) == {"weekly": "unsubscribed", "inside": "confirmed"}
    now = re.findall(r'name="seen" value="([^"]*)"', site.get(path).text)
    assert post(site, path, do="save", list=["weekly"], seen=now).status == 200
    assert standing(people) == {"weekly": "confirmed", "inside": "unsubscribed"}


def test_a_database_that_is_busy_says_nothing_of_who_is_known(site, newsletter, people, mailed, monkeypatch):
    @contextmanager
    def busy():
        raise StoreError("the database is locked", "try again")
        yield

    monkeypatch.setattr(newsletter.database, "writing", busy)
    for address in (ADA.address, "nobody@example.com"):
        token, cookie = fresh_form(site, "/preferences")
        body = urlencode({"form": token, "address": address}).encode()
        assert site.post("/preferences", body, cookie=cookie, **FORM).status == 503


def test_a_link_that_went_to_an_address_they_left_leads_nowhere(site, newsletter, people, mailed):
    choices = PreferenceStore(newsletter.database)
    number = people.find(ADA.address).number
    choices.post_link("ADA@example.com")
    (link,) = NoticeStore(newsletter.database).lease(10)
    paths = (f"/p/{ticket_of(newsletter, link)}", f"/p/{mailed.ticket(mailed.preferences)}")
    assert [site.get(path).status for path in paths] == [200, 200]
    choices.confirm_address(choices.ask_address(number, Address(address="new@example.org")))
    assert [site.get(path).status for path in paths] == [404, 404]
    assert post(site, f"/u/{mailed.ticket(mailed.unsubscribe)}", leave="list").status == 200
    assert standing(people, "new@example.org") == {"weekly": "unsubscribed"}


def test_what_was_typed_wrongly_is_kept_and_tied_to_what_is_wrong_with_it(site, people, mailed):
    tied = 'aria-invalid="true" aria-describedby="problem" autofocus>'
    path = f"/p/{mailed.ticket(mailed.preferences)}"
    answer = post(
        site, path, do="save", list=["jobs"], seen=["", "weekly"], timezone="Mars", name="Countess", pause="4"
    )
    assert 'value="Mars"' in re.search(rf'<input id="timezone"[^>]*{tied}', answer.text)[0]
    assert 'value="Countess">' in answer.text
    assert '<option value="4" selected>' in answer.text
    assert re.findall(r'value="(\w+)" checked', answer.text) == ["jobs"]
    assert re.findall(r'name="seen" value="(\w*)"', answer.text) == ["", "weekly"]
    assert re.search(rf'<input id="forgotten"[^>]*{tied}', post(site, path, do="forget", current="x@y.de").text)
    assert re.search(rf'<input id="current"[^>]*{tied}', post(site, path, do="address", current="x@y.de").text)
    answer = subscribe(site, name="a\x07b")
    assert "This name is too long" in answer.text
    assert re.search(rf'<input id="name"[^>]*{tied}', answer.text)
    assert re.search(rf'<input id="address"[^>]*{tied}', subscribe(site, address="ada").text)
    assert '<fieldset aria-describedby="problem">' in subscribe(site, lists=()).text


def test_a_form_without_a_button_of_ours_chooses_nothing(site, people, mailed):
    path = f"/p/{mailed.ticket(mailed.preferences)}"
    for fields in ({}, {"List-Unsubscribe": "One-Click"}, {"do": "nonsense"}):
        assert post(site, path, **fields).status == 400
    assert standing(people) == {"weekly": "confirmed"}
    assert people.find(ADA.address).address.name == "Ada"


def test_whoever_was_passed_a_mail_on_cannot_go_through_addresses(site, mailed):
    path = f"/p/{mailed.ticket(mailed.preferences)}"
    statuses = [post(site, path, do="forget", current=f"a{number}@example.com").status for number in range(7)]
    assert statuses == [400] * 5 + [429] * 2
