import io
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from archive_samples import PUBLIC, keep_receipt, kept_html, sent_newsletter
from asgi_client import Client
from starlette.applications import Starlette

from newsletter.app.archive import site_address
from newsletter.web.site import archive_pages
from newsletter.web.site.archive_pages import ArchivePages
from newsletter.web.site.request_log import RequestLog


@pytest.fixture
def pages(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_pages, "EVERY", 0.0)
    newsletter = sent_newsletter(tmp_path, 1, 2, more=PUBLIC)
    stream = io.StringIO()
    shown = ArchivePages(newsletter, site_address(newsletter), RequestLog(stream=stream))

    async def missing(request, error):
        return await shown.missing()

    client = Client(Starlette(routes=shown.routes(), exception_handlers={404: missing}))
    client.stream = stream
    yield client
    client.close()


def until(client, path, status):
    """Ask until it is so: who asks is not kept waiting while the archive is made anew."""
    while client.get(path).status != status:
        pass


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html; charset=utf-8"), ("/issues/001.html", "text/html; charset=utf-8"), ("/site.css", "text/css"),
     ("/feed.xml", "application/rss+xml"), ("/feed.json", "application/feed+json"), ("/sitemap.xml", "application/xml")]
)  # fmt: skip
def test_every_file_is_there_and_known_again(pages, path, kind):
    answer = pages.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(kind)
    assert int(answer.headers["content-length"]) == len(answer.body) > 0
    head = pages.ask("HEAD", path)
    assert (head.status, head.body, head.headers) == (200, b"", answer.headers)
    etag, modified = answer.headers["etag"], answer.headers["last-modified"]
    for known in ({"if_none_match": etag}, {"if_none_match": f'"x", W/{etag}'}, {"if_none_match": "*"},
                  {"if_modified_since": modified}):  # fmt: skip
        again = pages.get(path, **known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    before = format_datetime(parsedate_to_datetime(modified).replace(year=2001), usegmt=True)
    for unknown in ({"if_none_match": '"x"'}, {"if_modified_since": before}, {"if_modified_since": "yesterday"},
                    {"if_none_match": '"x"', "if_modified_since": modified}):  # fmt: skip
        assert pages.get(path, **unknown).status == 200


def test_a_page_may_run_no_script_and_stand_in_no_frame(pages):
    for path in ("/", "/issues/001.html", "/nothing"):
        policy = pages.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert ("'unsafe-inline'" in policy) == path.startswith("/issues/")


@pytest.mark.parametrize("path", ["/issues/1", "/issues/001", "/issues/1.html", "/issues/00001.html"])
def test_other_ways_to_write_an_issue_lead_to_it(pages, path):
    answer = pages.get(path)
    assert (answer.status, answer.headers["location"]) == (308, "/weekly/issues/001.html")


def test_short_addresses_lead_on(pages):
    assert pages.get("/archive").headers["location"] == "/weekly/"
    assert pages.get("/feed").headers["location"] == "/weekly/feed.xml"


@pytest.mark.parametrize(
    "path", ["/x", "/issues/3", "/issues/x", "/issues/003.html", f"/issues/{'9' * 5000}", "/media/x", "/robots.txt",
             "/media/..%2fnewsletter.toml", "/newsletter.toml", "/issues/001.receipt.toml"]
)  # fmt: skip
def test_where_there_is_nothing_a_page_says_so(pages, path):
    answer = pages.get(path)
    assert answer.status == 404
    assert "There is nothing at this address" in answer.text
    assert '<a href="/weekly/">' in answer.text


def test_only_reading_is_possible(pages):
    for path in ("/", "/issues/001.html", "/media/x", "/feed"):
        assert pages.post(path).status == 405


def test_a_picture_is_kept_by_who_has_it(pages):
    page = pages.get("/issues/001.html").text
    name = page.partition('src="../media/')[2].partition('"')[0]
    answer = pages.get(f"/media/{name}")
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.body.startswith(b"\x89PNG")


def test_an_issue_that_was_sent_meanwhile_appears(pages, tmp_path):
    assert pages.get("/issues/003.html").status == 404
    (tmp_path / "issues/003.html").write_text(kept_html(3))
    keep_receipt(tmp_path, 3, "weekly")
    until(pages, "/issues/003.html", 200)
    assert "issues/003.html" in pages.get("/").text
    assert 'rel="next"' in pages.get("/issues/002.html").text
    keep_receipt(tmp_path, 3, "inside")
    until(pages, "/issues/003.html", 404)


def test_a_file_that_breaks_meanwhile_is_logged_and_the_archive_stays(pages, tmp_path):
    (tmp_path / "issues/002.receipt.toml").write_text("[[mailing]\n")
    while not pages.stream.getvalue():
        assert pages.get("/issues/002.html").status == 200
    for _ in range(20):
        pages.get("/")
    assert pages.stream.getvalue().count("the archive stays as it was") == 1
    assert "002.receipt.toml:1" in pages.stream.getvalue()
