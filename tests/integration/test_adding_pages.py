"""``newsletter add URL`` against a real site on this machine, and the queue of what did not answer."""

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from archive_samples import SETTINGS
from click.testing import CliRunner
from web_site import Says, web_site

from newsletter.app import open_newsletter
from newsletter.app.newsletter import Newsletter
from newsletter.app.page_queue import work_off
from newsletter.cli.root import root
from newsletter.composer.pool import Decision
from newsletter.composer.receipt import Receipt, write_receipts
from newsletter.errors import NewsletterError
from newsletter.model.article import Article
from newsletter.net.robots import forget_robots
from newsletter.sources import page_reader
from newsletter.sources.feed_reader import ReaderAside
from newsletter.store.candidates import CandidateStore
from newsletter.store.database import create
from newsletter.store.pages import PageStore

WORDS = " ".join(
    f"<p>Paragraph {n} says how the team moved its queue {n} to another cluster without losing one message of it.</p>"
    for n in range(12)
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


def page(title="How we moved a queue", *, head="", body=WORDS):
    text = f"""<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:site_name" content="Acme">
    <meta name="author" content="Ada"><meta property="og:title" content="{title}">{head}</head>
    <body><nav>Home</nav><article><h1>{title}</h1>{body}</article></body></html>"""
    return Says(body=text.encode(), headers=HTML)


@pytest.fixture(autouse=True)
def _robots_anew():
    forget_robots()


@pytest.fixture
def newsletter(tmp_path, monkeypatch):
    """A newsletter that may ask this machine, with a database."""
    folder = tmp_path / "desk"
    (folder / "issues").mkdir(parents=True)
    (folder / "newsletter.toml").write_text(SETTINGS.format(more=""))
    (folder / "newsletter.local.toml").write_text('[sources]\nallow_private = ["localhost"]\n')
    monkeypatch.chdir(folder)
    opened = open_newsletter(folder)
    create(opened.settings.data_folder).close()
    yield opened
    opened.close()


def add(*words, code=0, typed=None):
    done = CliRunner().invoke(root, ["add", *words], input=typed)
    if isinstance(done.exception, NewsletterError):
        return str(done.exception)
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def values(*words, code=0):
    return json.loads(add(*words, "--json", code=code))


def entries(newsletter):
    return list(newsletter.pool().entries.values())


def test_an_address_is_recorded_and_its_page_is_read_with_the_origin_of_each_fact(newsletter):
    with web_site({"/robots.txt": Says(status=404), "/queue": page()}) as site:
        said = add(f"{site.url}/queue", "--note", "for Ada", "--tag", "spark", "--tag", "queues", "--section", "Data")
    (entry,) = entries(newsletter)
    article = entry.article
    assert (
        f"added      {article.id}  {site.url}/queue\nread       {article.id}  How we moved a queue (Acme, Ada, 1 min, "
        in said
    )
    assert (article.note, article.tags, article.section) == ("for Ada", ("spark", "queues"), "Data")
    assert {"title:og", "author:meta", "source:og", "minutes:words"} <= set(article.origins)
    assert newsletter.derived.get("text", article.text_sha256).decode().startswith("Paragraph 0 says")
    assert article.words > 200
    assert article.sketch
    assert [asked.path for asked in site.asked] == ["/robots.txt", "/queue"]
    assert all(asked.headers["user-agent"].startswith("newsletterpress/") for asked in site.asked)
    assert "(+" in site.asked[1].headers["user-agent"]
    assert PageStore(newsletter.database).states()[article.id].read_at is not None


def test_what_is_not_waited_for_is_in_the_queue_by_being_in_the_pool(newsletter):
    with web_site({"/robots.txt": Says(status=404), "/queue": page()}) as site:
        add(f"{site.url}/queue", "--wait", "0")
        assert site.asked == []
        (taken,) = work_off(newsletter)
        assert taken.entry.article.title == "How we moved a queue"
        assert work_off(newsletter) == []
    assert [asked.path for asked in site.asked] == ["/robots.txt", "/queue"]


def test_a_silent_site_costs_the_wait_and_its_page_is_read_later(newsletter):
    begun = time.monotonic()
    answers = {
        "/robots.txt": Says(status=404),
        "/queue": Says(ends=False, raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
    }
    with web_site(answers) as site:
        (value,) = values(f"{site.url}/queue", "--wait", "0.3")
        assert time.monotonic() - begun < 10
        assert value["page"]["state"] == "queued"
        site.answers["/queue"] = page()
        (taken,) = work_off(newsletter)
    assert taken.state.read_at


def test_a_page_is_read_once_however_often_it_is_added(newsletter, monkeypatch):
    read = []
    original = page_reader.read_page
    monkeypatch.setattr(page_reader, "read_page", lambda *args: read.append(1) or original(*args))
    with web_site({"/robots.txt": Says(status=404), "/queue": page()}) as site:
        add(f"{site.url}/queue")
        assert values(f"{site.url}/queue?utm_source=x")[0]["page"]["state"] == "known"
        assert len(site.asked) == 2
        pool = newsletter.pool()
        pool.edit(entries(newsletter)[0].article.id, {"text_sha256": ""})  # as if the pool of another machine were here
        add(f"{site.url}/queue")
    assert len(site.asked) == 3
    assert len(read) == 1, "the second time the bytes were the same"


def test_notes_and_tags_gather_and_nothing_is_added_twice(newsletter):
    add("https://a.example/x", "--wait", "0", "--note", "one", "--tag", "a")
    said = add("http://www.a.example/x/?utm_source=y", "--wait", "0", "--note", "two", "--tag", "b")
    (entry,) = entries(newsletter)
    assert (entry.article.note, entry.article.tags) == ("one; two", ("a", "b"))
    assert "completed" in said
    assert "in the pool since" in said
    assert "known" in add("https://a.example/x", "--wait", "0", "--note", "one")


def test_it_is_said_at_once_what_ran_what_was_picked_and_what_was_decided(newsletter):
    links = {name: f"https://a.example/{name}" for name in ("sent", "picked", "dropped", "held")}
    add(*links.values(), "--wait", "0")
    ids = {entry.article.link: entry.article.id for entry in entries(newsletter)}
    for number, name in (("041", "sent"), ("042", "picked")):
        block = f"### [T]({links[name]}) {{#{ids[links[name]]}}}\nA · 1 min\n"
        front = f'number = {int(number)}\ndate = 2026-11-20\nlist = "weekly"'
        newsletter.issues.folder.joinpath(f"{number}.md").write_text(f"+++\n{front}\n+++\n\n{block}")
    receipt = Receipt(ledger="x", host="desk", list="weekly", started=datetime(2026, 11, 20, 9, tzinfo=UTC))
    write_receipts(newsletter.issues.folder / "041.receipt.toml", [receipt])
    pool = newsletter.pool()
    pool.decide(ids[links["dropped"]], Decision.DROPPED, "an advertisement")
    pool.decide(ids[links["held"]], Decision.HELD, "until it is released")
    said = {value["name"]: value["remarks"] for value in values(*links.values(), "--wait", "0")}
    assert said[links["sent"]][0] == "ran in #41"
    assert said[links["picked"]][0] == "picked for issue 42"
    assert re.match(r"dropped on [\d-]+: an advertisement; newsletter pool restore", said[links["dropped"]][0])
    assert re.fullmatch(r"held on [\d-]+: until it is released", said[links["held"]][0])


@pytest.mark.parametrize("says, words, state", [
    (Says(status=404), "404 Not Found", "unread"),
    (Says(status=410), "410 Gone", "unread"),
    (Says(status=503, headers={"Retry-After": "7200"}), "503 Service Unavailable", "queued"),
    (Says(body=b"%PDF-1.7", headers={"Content-Type": "application/pdf"}), "no page but a PDF", "unread"),
    (Says(body=b"\0\0\0 ftypmp42", headers={"Content-Type": "video/mp4"}), "no page but a video", "unread"),
    (Says(body=b"<rss version='2.0'><channel/></rss>", headers=HTML), "this is a feed", "unread"),
    (Says(body=b"", headers=HTML), "the page is empty", "unread"),
    (Says(raw=b"220 mail.example ESMTP\r\n"), "broke off", "queued"),
    (Says(status=302, headers={"Location": "http://127.0.0.1/"}), "in a private network", "unread"),
])  # fmt: skip
def test_what_gives_no_page_is_recorded_and_said_plainly(newsletter, says, words, state):
    with web_site({"/robots.txt": Says(status=404), "/x": says}) as site:
        (value,) = values(f"{site.url}/x", code=1 if state == "unread" else 0)
        asked = len(site.asked)
        assert work_off(newsletter) == [], "none of them is asked again at once"
        assert len(site.asked) == asked
    assert words in value["page"]["words"]
    assert value["page"]["state"] == state
    assert value["rows"][0]["outcome"] == "added"
    kept = PageStore(newsletter.database).states()[value["rows"][0]["article"]["id"]]
    assert kept.attempts == 1
    assert (kept.next_at is not None) == (state == "queued")


def test_a_retry_after_is_kept_and_the_page_is_read_after_it(newsletter):
    answers = {"/robots.txt": Says(status=404), "/x": Says(status=429, headers={"Retry-After": "7200"})}
    with web_site(answers) as site:
        (value,) = values(f"{site.url}/x")
        site.answers["/x"] = page()
        now = datetime.now(UTC)
        assert work_off(newsletter, now=now + timedelta(minutes=119)) == []
        (taken,) = work_off(newsletter, now=now + timedelta(minutes=121))
    assert taken.entry.article.title == "How we moved a queue"
    assert value["page"]["words"] == "its site says 429 Too Many Requests"


def test_robots_are_asked_before_a_page_and_at_each_place_that_it_leads_to(newsletter):
    rules = Says(body=b"User-agent: *\nDisallow: /private\n")
    with web_site(
        {"/robots.txt": rules, "/private": page(), "/x": Says(status=302, headers={"Location": "/private"})}
    ) as site:
        two = values(f"{site.url}/private/a", f"{site.url}/x", code=1)
    assert [one["page"]["words"] for one in two] == ["its site wants robots to leave it alone"] * 2
    assert [asked.path for asked in site.asked] == ["/robots.txt", "/x"]


def test_a_site_whose_robots_cannot_be_had_is_asked_later(newsletter):
    with web_site({"/robots.txt": Says(status=500), "/x": page()}) as site:
        (value,) = values(f"{site.url}/x")
    assert value["page"] == {"state": "queued", "words": "its robots.txt cannot be had: the answer is 500"}


def test_a_saved_page_is_as_good_as_a_fetched_one(newsletter, tmp_path):
    add("https://a.example/queue", "--wait", "0", "--note", "look")
    saved = tmp_path / "queue.html"
    said = page(head='<link rel="canonical" href="https://a.example/queue">').body
    saved.write_bytes(b"<!DOCTYPE html>\n<!-- saved from url=(0023)https://a.example/queue -->\n" + said)
    (value,) = values(str(saved), "--tag", "saved")
    (entry,) = entries(newsletter)
    assert value["rows"][0]["outcome"] == "completed"
    assert (entry.article.title, entry.article.note, entry.article.tags) == ("How we moved a queue", "look", ("saved",))
    assert entry.article.text_sha256
    assert work_off(newsletter) == []


def test_addresses_come_from_files_and_standard_input(newsletter, tmp_path):
    listed = tmp_path / "links.txt"
    listed.write_text("# of this week\nhttps://a.example/1\n\nhttps://a.example/2\n")
    typed = "https://a.example/2\n- https://a.example/3\n* <https://a.example/4>\n2) https://a.example/5\n"
    add(str(listed), "-", " https://a.example/6 ", "--wait", "0", "--source", "A", typed=typed)
    assert [entry.article.link for entry in entries(newsletter)] == [f"https://a.example/{n}" for n in range(1, 7)]
    assert "https://a.example/3" in CliRunner().invoke(root, ["pool"]).output  # it has no title yet
    assert {entry.article.source for entry in entries(newsletter)} == {"A"}


def test_the_pool_is_read_once_however_many_files_there_are(newsletter, tmp_path, monkeypatch):
    read = []
    original = Newsletter.pool
    monkeypatch.setattr(Newsletter, "pool", lambda self: read.append(1) or original(self))
    for number in range(5):
        text = f'---\ntitle: "Note {number}"\nsource: "https://a.example/{number}"\n---\nText.\n'
        (tmp_path / "desk" / f"note-{number}.md").write_text(text)
    add(*(f"note-{number}.md" for number in range(5)))
    assert len(read) == 1
    assert len(entries(newsletter)) == 5


@pytest.mark.parametrize("name, text", {
    "a.jsonl": '{"title": "Here", "url": "https://me:s3cret@a.example/x"}\n',
    "a.csv": "title,url\nHere,https://me:s3cret@a.example/x\n",
    "a.xml": "<rss version='2.0'><channel><title>F</title><item><title>Here</title>"
    "<link>https://me:s3cret@a.example/x</link></item></channel></rss>",
}.items())  # fmt: skip
def test_a_password_in_an_address_of_a_file_is_left_out_and_that_is_said(newsletter, name, text):
    (newsletter.shown / name).write_text(text)
    said = add(name)
    assert 'an address of "Here" has a name or password in it: that was left out' in said
    (entry,) = entries(newsletter)
    assert entry.article.link == "https://a.example/x"
    assert not [path for path in newsletter.shown.rglob("pool/*") if b"s3cret" in path.read_bytes()]


@pytest.mark.parametrize("link, kept", [
    ("javascript:alert(1)", ""),
    (" JavaScript:alert(1)", ""),
    ("data:text/html,x", ""),
    ("file:///etc/passwd", ""),
    ("mailto:ada@a.example", "mailto:ada@a.example"),
    ("a.example:8080/x", "a.example:8080/x"),
])  # fmt: skip
def test_a_link_that_leads_to_no_page_is_left_out_and_that_is_said(newsletter, link, kept):
    (newsletter.shown / "a.csv").write_text(f'title,url\nHere,"{link}"\n')
    said = add("a.csv", code=0 if kept else 1)
    assert ('the link of "Here" is no web address, and was left out' in said) is (not kept)
    (entry,) = entries(newsletter)
    assert entry.article.link == kept


@pytest.mark.parametrize("text, words", [
    ("https://", "no address of the web"),
    ("http://[::1", "no address of the web"),
    ("https://a.example:x/", "no address of the web"),
    ("https://me:secret@a.example/", "a name or password"),
    ("https://a.example/\x1b[31mred", "no address of the web"),
    ("ftp://a.example/", "no address of the web"),
    ("nosuch/file.html", "cannot be read"),
    ("a.example/post", "no such file; give one that is there; https://a.example/post if it is an address"),
])  # fmt: skip
def test_what_cannot_be_added_is_said_and_nothing_is(newsletter, text, words):
    said = add("https://a.example/fine", text)
    assert words in said
    assert "secret" not in said
    assert entries(newsletter) == []


def test_a_short_link_is_printed_as_the_address_that_it_leads_to(newsletter, monkeypatch):
    with web_site({"/robots.txt": Says(status=404), "/queue": page()}) as site:
        here = f"http://127.0.0.1:{site.port}"
        (newsletter.shown / "newsletter.local.toml").write_text(
            '[sources]\nallow_private = ["localhost", "127.0.0.1"]\n'
        )
        answers = {
            "/robots.txt": Says(status=404),
            "/s": Says(status=301, headers={"Location": f"{here}/queue?utm_source=s"}),
        }
        with web_site(answers) as short:
            add(f"{short.url}/s")
            (entry,) = entries(newsletter)
            assert entry.article.link == f"{here}/queue?utm_source=s"
            assert "known" in add(f"{short.url}/s", "--wait", "0")
            assert "known" in add(f"{here}/queue", "--wait", "0")


def test_two_addresses_of_one_page_become_one_article_with_both_notes(newsletter):
    head = '<link rel="canonical" href="/queue">'
    answers = {"/robots.txt": Says(status=404), "/queue": page(head=head), "/old": page(head=head)}
    with web_site(answers) as site:
        add(f"{site.url}/queue", "--note", "one")
        (value,) = values(f"{site.url}/old", "--note", "two", "--tag", "b")
    first, second = entries(newsletter)
    assert first.decision is Decision.NEW
    assert (second.decision, second.reason) == (Decision.DROPPED, f"the same page as {first.article.id}")
    assert (first.article.note, first.article.tags) == ("one; two", ("b",))
    assert any(first.article.id in remark for remark in value["remarks"])


def test_a_candidate_of_a_feed_gives_what_the_feed_said_and_leaves(newsletter):
    store = CandidateStore(newsletter.database)
    with web_site({"/robots.txt": Says(status=404), "/queue": page()}) as site:
        link = f"{site.url}/queue"
        store.take_in(
            [Article(id="c" * 13, link=link, title="From the feed", feed="https://a/f", guid="7", source="Feed")]
        )
        (value,) = values(link, "--note", "mine")
    (entry,) = entries(newsletter)
    assert (entry.article.title, entry.article.feed, entry.article.guid) == ("From the feed", "https://a/f", "7")
    assert (entry.article.note, entry.article.author) == ("mine", "Ada")
    assert value["feed"] == "Feed"
    assert list(store.waiting()) == []


def test_it_is_said_what_share_of_a_text_readers_had_under_another_address(newsletter):
    answers = {
        "/robots.txt": Says(status=404),
        "/one": page(),
        "/two": page("Moving a queue", body=WORDS + "<p>An end.</p>"),
    }
    with web_site(answers) as site:
        add(f"{site.url}/one")
        (entry,) = entries(newsletter)
        block = f"### [T]({entry.article.link}) {{#{entry.article.id}}}\nA · 1 min\n"
        path = newsletter.issues.folder / "037.md"
        path.write_text(f'+++\nnumber = 37\ndate = 2026-11-20\nlist = "weekly"\n+++\n\n{block}')
        receipt = Receipt(
            ledger="x", host="d", list="weekly", started=datetime(2026, 11, 20, tzinfo=UTC), counts={"accepted": 1}
        )
        write_receipts(path.with_name("037.receipt.toml"), [receipt])
        (value,) = values(f"{site.url}/two")
    assert re.fullmatch(r"ran in #37, (9\d|100) % the same text", value["remarks"][0])


def test_fetch_reads_the_pages_that_wait_and_tells_of_each(newsletter):
    def fetch(*words):
        done = CliRunner().invoke(root, ["fetch", *words])
        return done.exit_code, done.output

    with web_site({"/robots.txt": Says(status=404), "/queue": page(), "/x": Says(status=503)}) as site:
        add(f"{site.url}/queue", f"{site.url}/x", f"{site.url}/gone", "--wait", "0")
        code, said = fetch()
        assert code == 4
        assert "3 pages that waited: 1 read" in said
        assert "How we moved a queue (Acme, Ada, " in said
        assert f"{site.url}/x: its site says 503 Service Unavailable; asked again later" in said
        assert f"{site.url}/gone: its site says 404 Not Found; given up" in said
        assert fetch()[0] == 0
        site.answers["/gone"] = page("It is back")
        code, said = fetch("--force", "--json")
    found = json.loads(said[said.index("{") :])["pages"]
    assert {(one["link"], one["state"]) for one in found} == {(f"{site.url}/x", "queued"), (f"{site.url}/gone", "read")}


def test_a_run_that_somebody_ends_leaves_what_it_did_not_ask_for_in_the_queue(newsletter):
    stop = Event()
    with web_site({"/robots.txt": Says(status=404), "/1": page(), "/2": page(), "/3": page()}) as site:
        add(*(f"{site.url}/{number}" for number in (1, 2, 3)), "--wait", "0")
        site.answers["/1"] = lambda asked: stop.set() or page("One")
        assert len(work_off(newsletter, stop=stop)) < 3
        site.answers["/1"] = page("One")
        work_off(newsletter)
    assert all(entry.article.text_sha256 for entry in entries(newsletter))


def test_what_is_known_of_a_page_can_be_shown_and_changed(newsletter, monkeypatch):
    add("https://a.example/x", "--wait", "0", "--note", "one", "--tag", "a", "--tag", "b")
    (entry,) = entries(newsletter)
    id = entry.article.id

    def run(*words):
        done = CliRunner().invoke(root, ["pool", *words])
        assert done.exit_code == 0, done.output + repr(done.exception)
        return done.output

    run("edit", id, "--author", "Ada", "--tag", "c", "--summary", "Their words")
    monkeypatch.setenv("EDITOR", 'sed -i \'s/^note = .*/note = "two"/; s/^language = .*/language = "de"/\'')
    run("edit", id)
    (entry,) = entries(newsletter)
    assert (entry.article.author, entry.article.tags, entry.article.summary) == ("Ada", ("c",), "Their words")
    assert (entry.article.note, entry.article.language) == ("two", "de")
    shown = run("show", id)
    assert "author: Ada" in shown
    assert "note: two" in shown
    assert "tags:\n  • c" in shown


def test_a_page_that_is_made_to_hang_whoever_reads_it_holds_nobody_up(newsletter, monkeypatch):
    monkeypatch.setattr(ReaderAside.__init__, "__kwdefaults__", {"seconds": 4.0})
    bomb = b"<html><p " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">"
    large = page("A large page", body=WORDS + f"<!--{'x' * 300_000}-->")
    answers = {"/robots.txt": Says(status=404), "/bomb": Says(body=bomb, headers=HTML), "/large": large}
    with web_site(answers) as site:
        first, second = values(f"{site.url}/bomb", f"{site.url}/large", "--wait", "30", code=1)
    assert first["page"] == {"state": "unread", "words": "reading it takes longer than 4 seconds"}
    assert second["page"]["state"] == "read"
    assert second["rows"][0]["article"]["title"] == "A large page"


def test_the_link_stays_as_it_was_given_first_or_mended_by_hand(newsletter):
    with web_site({"/robots.txt": Says(status=404), "/queue": page(), "/typo": Says(status=503)}) as site:
        add(f"{site.url}/queue", "--wait", "0")
        add(f"{site.url}/queue?utm_source=x")
        add(f"{site.url}/typo")
        first, second = entries(newsletter)
        newsletter.pool().edit(second.article.id, {"link": f"{site.url}/queue?p=2"})
        work_off(newsletter, now=datetime.now(UTC) + timedelta(hours=2))
    assert [entry.article.link for entry in entries(newsletter)] == [f"{site.url}/queue", f"{site.url}/queue?p=2"]
    assert all(entry.article.text_sha256 for entry in entries(newsletter))
    assert first.article.text_sha256


def test_without_a_database_addresses_are_recorded_and_read_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "newsletter.toml").write_text(SETTINGS.format(more=""))
    (tmp_path / "newsletter.local.toml").write_text('[sources]\nallow_private = ["localhost"]\n')
    monkeypatch.chdir(tmp_path)
    with web_site({"/robots.txt": Says(status=404), "/queue": page()}) as site:
        assert values(f"{site.url}/queue")[0]["page"]["state"] == "read"


def test_recording_an_address_loads_nothing_that_only_reading_a_page_needs(newsletter):
    program = (
        "import sys; from newsletter.cli.root import root;"
        "root.main(['add', '--wait', '0', 'https://a.example/x'], standalone_mode=False);"
        "heavy = {'lxml', 'trafilatura', 'httpx2', 'sqlalchemy', 'feedparser', 'protego', 'rich', 'markdown_it',"
        "'newsletter.composer.issue_file', 'newsletter.sources.reader'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert len(entries(newsletter)) == 1
