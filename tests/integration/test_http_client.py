"""The guarded client against real servers on this machine."""

import gzip
import socket

import pytest
from smtp_server import certified
from web_site import Says, web_site

from newsletter.errors import NetError, Unreachable
from newsletter.net.gzipped import Gzipped
from newsletter.net.http import Limits, Request, fetch_now

PUBLIC = "93.184.215.14"
HERE = Limits(allow_private=True)
"""This machine is what no test could do without, and nobody else gets to ask."""


@pytest.fixture
def trusted(ca_file, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)


def test_a_page_is_asked_for_without_cookie_password_or_referrer():
    with web_site({"/a": Says(body=b"hello", headers={"Set-Cookie": "a=b", "X-Odd": "1"})}) as site:
        answer = fetch_now(Request(url=f"{site.url}/a?b=c#d"), HERE)
    assert (answer.status, answer.body, answer.headers["x-odd"]) == (200, b"hello", "1")
    (asked,) = site.asked
    assert (asked.method, asked.path) == ("GET", "/a?b=c")
    assert asked.headers["host"] == f"localhost:{site.port}"
    assert asked.headers["user-agent"] == "newsletterpress"
    assert not {"cookie", "authorization", "referer"} & set(asked.headers)


def test_a_form_is_posted():
    with web_site({"/": Says()}) as site:
        fetch_now(Request(url=site.url, form={"List-Unsubscribe": "One-Click"}), HERE)
    (asked,) = site.asked
    assert (asked.method, asked.body) == ("POST", b"List-Unsubscribe=One-Click")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("status", [200, 204, 304, 404, 500])
def test_whatever_the_status_says_is_an_answer(status):
    with web_site({"/": Says(status=status, body=b"")}) as site:
        assert fetch_now(Request(url=site.url), HERE).status == status


def test_tls_names_the_host_and_its_certificate_is_judged(authority, trusted):
    with web_site({"/": Says()}, certified(authority, "localhost")) as site:
        assert fetch_now(Request(url=site.url), HERE).body == b"fine"


def test_a_certificate_for_another_host_does_not_hold(authority, trusted):
    with (
        web_site({"/": Says()}, certified(authority, "other.example")) as site,
        pytest.raises(NetError, match=r"certificate does not hold: .*localhost"),
    ):
        fetch_now(Request(url=site.url), HERE)
    assert site.asked == []


def test_a_certificate_of_an_unknown_authority_does_not_hold(authority):
    with (
        web_site({"/": Says()}, certified(authority)) as site,
        pytest.raises(NetError, match="certificate does not hold"),
    ):
        fetch_now(Request(url=site.url), HERE)


def test_authorities_that_cannot_be_read_are_said(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with web_site({"/": Says()}) as site, pytest.raises(NetError, match="unset them"):
        fetch_now(Request(url=site.url), HERE)


def test_redirects_are_followed_and_the_address_at_their_end_is_told():
    answers = {"/a": Says(status=301, headers={"Location": "/b"}), "/b": Says(status=302, headers={"Location": "c"})}
    with web_site(answers | {"/c": Says(body=b"here")}) as site:
        answer = fetch_now(Request(url=f"{site.url}/a", form={"x": "y"}), HERE)
    assert (answer.url, answer.body) == (f"{site.url}/c", b"here")
    assert [asked.method for asked in site.asked] == ["POST", "GET", "GET"]


@pytest.mark.parametrize("status, method", [(303, "GET"), (307, "POST"), (308, "POST")])
def test_a_redirect_says_whether_a_form_is_posted_again(status, method):
    with web_site({"/a": Says(status=status, headers={"Location": "/b"}), "/b": Says()}) as site:
        fetch_now(Request(url=f"{site.url}/a", form={"x": "y"}), HERE)
    assert site.asked[1].method == method


def test_without_redirects_the_redirect_is_the_answer():
    with web_site({"/": Says(status=302, headers={"Location": "/b"})}) as site:
        answer = fetch_now(Request(url=site.url), Limits(allow_private=True, redirects=0))
    assert (answer.status, answer.headers["location"]) == (302, "/b")
    assert len(site.asked) == 1


def test_a_circle_of_redirects_comes_to_an_end():
    with (
        web_site({"/": Says(status=302, headers={"Location": "/"})}) as site,
        pytest.raises(NetError, match="more than 3 redirects"),
    ):
        fetch_now(Request(url=site.url), Limits(allow_private=True, redirects=3))
    assert len(site.asked) == 4


def test_headers_for_one_host_are_not_sent_along_to_another():
    with web_site({"/": Says()}) as other:
        away = Says(status=307, headers={"Location": other.url})
        with web_site({"/b": away, "/": Says(status=307, headers={"Location": "/b"})}) as site:
            fetch_now(Request(url=site.url, headers={"X-Secret": "1"}), HERE)
    assert [asked.headers.get("x-secret") for asked in site.asked] == ["1", "1"]
    assert "x-secret" not in other.asked[0].headers


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_not_asked_whatever_it_is_called(host):
    with web_site({"/": Says()}) as site, pytest.raises(NetError, match="is in a private network"):
        fetch_now(Request(url=f"http://{host}:{site.port}/"))
    assert site.asked == []


def network(monkeypatch, names, routes=()):
    """Stand in for name server and router; return the names that were looked up.

    :param names: the answers for each name, one for each time that it is asked for.
    :param routes: public addresses whose packets arrive at this machine.
    """
    look_up, connect = socket.getaddrinfo, socket.socket.connect
    asked = []

    def getaddrinfo(host, port, *args, **kwargs):
        if host in names:
            asked.append(host)
            host = names[host].pop(0)
        return look_up(host, port, *args, **kwargs)

    def routed(self, address):
        return connect(self, ("127.0.0.1", address[1]) if address[0] in routes else address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", routed)
    return asked


def test_a_name_that_leads_to_this_machine_is_not_asked(monkeypatch):
    network(monkeypatch, {"inner.example": ["127.0.0.1"]})
    with web_site({"/": Says()}) as site, pytest.raises(NetError, match=r"in a private network \(127\.0\.0\.1\)"):
        fetch_now(Request(url=f"http://inner.example:{site.port}/"))
    assert site.asked == []


def test_what_is_public_is_asked(monkeypatch):
    network(monkeypatch, {"public.example": [PUBLIC]}, {PUBLIC})
    with web_site({"/": Says()}) as site:
        assert fetch_now(Request(url=f"http://public.example:{site.port}/")).body == b"fine"


def test_what_a_redirect_leads_to_is_judged_as_the_first_address_was(monkeypatch):
    network(monkeypatch, {"public.example": [PUBLIC]}, {PUBLIC})
    with (
        web_site({"/": Says()}) as inner,
        web_site({"/": Says(status=302, headers={"Location": inner.url})}) as outer,
        pytest.raises(NetError, match="localhost is in a private network"),
    ):
        fetch_now(Request(url=f"http://public.example:{outer.port}/"))
    assert len(outer.asked) == 1
    assert inner.asked == []


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(monkeypatch):
    """DNS rebinding: the name server says "public" to whoever judges, and "this machine" to whoever connects."""
    asked = network(monkeypatch, {"rebound.example": [PUBLIC, "127.0.0.1"]}, {PUBLIC})
    with web_site({"/": Says()}) as site:
        assert fetch_now(Request(url=f"http://rebound.example:{site.port}/")).status == 200
    assert asked == ["rebound.example"]


def test_connecting_by_number_still_names_the_host(authority, trusted, monkeypatch):
    network(monkeypatch, {"news.example.org": ["127.0.0.1"]})
    with web_site({"/": Says()}, certified(authority, "news.example.org")) as site:
        answer = fetch_now(Request(url=f"https://news.example.org:{site.port}/x"), HERE)
    assert (answer.status, answer.url) == (200, f"https://news.example.org:{site.port}/x")
    assert site.asked[0].headers["host"] == f"news.example.org:{site.port}"


@pytest.mark.parametrize("says", [
    Says(ends=False, raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    Says(ends=False, raw=b"HTTP/1.1 200 OK\r\nX: "),
    Says(ends=False, raw=b"HTTP/1.1"),
])  # fmt: skip
def test_a_server_that_takes_its_time_is_left(says):
    with web_site({"/": says}) as site, pytest.raises(NetError, match=r"no whole answer within 0\.5 seconds"):
        fetch_now(Request(url=site.url), Limits(allow_private=True, seconds=0.5))


@pytest.mark.parametrize("body, headers", [
    (b"x" * 1001, {}),
    (gzip.compress(b"x" * 50_000_000, mtime=0), {"Content-Encoding": "gzip"}),
])  # fmt: skip
def test_more_than_is_wanted_is_not_taken(body, headers):
    with web_site({"/": Says(body=body, headers=headers)}) as site, pytest.raises(NetError, match="longer than 1,000"):
        fetch_now(Request(url=site.url), Limits(allow_private=True, octets=1000))


def test_a_packed_answer_is_unpacked():
    says = Says(body=gzip.compress(b"hello " * 1000), headers={"Content-Encoding": "gzip"})
    with web_site({"/": says}) as site:
        assert fetch_now(Request(url=site.url), HERE).body == b"hello " * 1000


@pytest.mark.parametrize("pieces", [1, 7, 100_000])
def test_an_answer_that_is_packed_in_several_parts_is_unpacked_whole(pieces):
    packed = b"".join(gzip.compress(part, mtime=0) for part in (b"one ", b"", b"two ", b"three"))
    unpacking = Gzipped()
    cut = [packed[at : at + pieces] for at in range(0, len(packed), pieces)]
    assert b"".join(unpacking.unpacked(piece, 1000) for piece in cut) == b"one two three"
    assert (unpacking.whole, unpacking.over) == (True, False)
    with web_site({"/": Says(body=packed, headers={"Content-Encoding": "gzip"})}) as site:
        assert fetch_now(Request(url=site.url), HERE).body == b"one two three"


def test_what_comes_behind_a_packed_answer_is_not_waited_for():
    packed = gzip.compress(b"all of it", mtime=0)
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99999999\r\n\r\n" + packed + b"noise" * 9
    with web_site({"/": Says(raw=raw, ends=False)}) as site:
        assert fetch_now(Request(url=site.url), HERE).body == b"all of it"


def test_parts_that_unpack_to_more_than_is_wanted_are_not_taken():
    body = gzip.compress(b"x" * 600, mtime=0) * 2
    says = Says(body=body, headers={"Content-Encoding": "gzip"})
    with web_site({"/": says}) as site, pytest.raises(NetError, match="longer than 1,000"):
        fetch_now(Request(url=site.url), Limits(allow_private=True, octets=1000))


@pytest.mark.parametrize("says, words", [
    (Says(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "cannot be unpacked"),
    (Says(body=gzip.compress(b"half of it", mtime=0)[:-9], headers={"Content-Encoding": "gzip"}), "its end is missing"),
    (Says(headers={"Content-Encoding": "br"}), 'packed as "br"'),
    (Says(raw=b"220 mail.example ESMTP\r\n"), "broke off, or is none"),
    (Says(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "broke off, or is none"),
    (Says(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000 + b"\r\n"), "broke off, or is none"),
    (Says(status=302, headers={"Location": "http://[::1/"}), "is no address"),
    (Says(status=302, headers={"Location": "file:///etc/passwd"}), "no address of the web"),
    (Says(status=302, headers={"Location": "https://me:secret@example.com/"}), "name or password"),
])  # fmt: skip
def test_an_answer_that_is_none_is_said_in_words(says, words):
    with web_site({"/": says}) as site, pytest.raises(NetError) as caught:
        fetch_now(Request(url=site.url), HERE)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("link", ["", "news.example.org", "ftp://example.org/", "file:///etc/passwd", "https://",
                                  "http://[::1", "javascript:alert(1)", "https://a.example:99999/", "https://a.example:0/",
                                  "https://\x00.example/"])  # fmt: skip
def test_what_is_no_address_of_the_web_is_said(link):
    with pytest.raises(NetError, match="is no address of the web"):
        fetch_now(Request(url=link))


def test_a_port_where_nobody_listens_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match=r"cannot be connected to \(connection refused\)"):
            fetch_now(Request(url=f"http://127.0.0.1:{taken.getsockname()[1]}/"), HERE)


@pytest.mark.parametrize("host", ["nobody.invalid", "x" * 70 + ".example"])
def test_a_host_that_nobody_knows_is_said(host, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    if host == "nobody.invalid":  # no name server is asked by tests
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NetError):
        fetch_now(Request(url=f"https://{host}/"))


def test_when_the_first_address_of_a_host_is_closed_the_next_one_is_asked(monkeypatch):
    with web_site({"/": Says()}) as site:
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, site.port)) for ip in ("127.0.0.9", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
        assert fetch_now(Request(url=f"http://two.example:{site.port}/"), HERE).status == 200
