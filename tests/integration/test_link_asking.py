"""Links asked of real servers on this machine."""

import asyncio
import threading
from dataclasses import replace

import pytest
from smtp_server import certified
from web_site import Says, web_site

from newsletter.net.links import LIMITS, LinkStatus, ask_link, ask_links


def ask(link, **options):
    return asyncio.run(ask_link(link, replace(LIMITS, allow_private=True, **options)))


def page(canonical="", body=b""):
    head = f'<link rel="canonical" href="{canonical}">'.encode() if canonical else b""
    return Says(body=b"<html><head>" + head + b"</head>" + body, headers={"Content-Type": "text/html"})


def moved(status, to):
    return Says(status=status, headers={"Location": to})


def test_a_page_that_is_there():
    with web_site({"/": page()}) as site:
        assert ask(site.url) == LinkStatus(status=200, end=site.url)


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500])
def test_a_status_is_told_as_it_is(status):
    with web_site({"/": Says(status=status)}) as site:
        assert ask(site.url).status == status


def test_redirects_are_followed_to_their_end_and_are_for_good_only_if_all_are():
    ways = {"/a": moved(301, "/b"), "/b": moved(308, "/c"), "/x": moved(301, "/y"), "/y": moved(302, "/c")}
    with web_site({**ways, "/c": page()}) as site:
        forever, for_now = ask(site.url + "/a"), ask(site.url + "/x")
    assert (forever.status, forever.end, forever.permanent) == (200, f"{site.url}/c", True)
    assert (for_now.status, for_now.end, for_now.permanent) == (200, f"{site.url}/c", False)


def test_a_circle_of_redirects_ends():
    with web_site({"/": moved(301, "/")}) as site:
        status = ask(site.url)
        assert status.fault == "more than 5 redirects"
        assert len(site.asked) == 6


def test_a_page_says_its_own_address():
    with web_site({"/": page("/the-article?a=1&amp;b=2")}) as site:
        assert ask(site.url + "/amp").canonical == f"{site.url}/the-article?a=1&b=2"


def test_only_the_head_of_a_large_page_is_read():
    with web_site({"/": page("/own", b"x" * 3_000_000)}) as site:
        assert ask(site.url) == LinkStatus(status=200, end=site.url, canonical=f"{site.url}/own")


def test_a_certificate_that_does_not_hold_is_a_fault(authority, ca_file, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)
    with web_site({"/": page()}, certified(authority, "other.example")) as site:
        assert "certificate does not hold" in ask(site.url).fault


def test_a_silent_server_costs_its_time_and_no_more():
    with web_site({"/": Says(ends=False, raw=b"HTTP/1.1 200 OK\r\n")}) as site:
        assert "no whole answer within 0.2 seconds" in ask(site.url, seconds=0.2).fault


def test_this_machine_is_asked_by_nobody_who_did_not_say_so():
    with web_site({"/": page()}) as site:
        told = {}
        asyncio.run(ask_links([site.url], told.__setitem__))
        assert "private network" in told[site.url].fault
        assert site.asked == []


def test_a_host_is_asked_one_link_at_a_time_and_several_hosts_at_once():
    lock, now, most = threading.Lock(), {}, {}

    def slowly(asked):
        host = asked.headers["host"]
        with lock:
            now[host] = now.get(host, 0) + 1
            most[host] = max(most.get(host, 0), now[host])
            most["hosts"] = max(most.get("hosts", 0), sum(bool(n) for n in now.values()))
        together.wait(0.2)  # long enough for others to be here too
        with lock:
            now[host] -= 1
        return page()

    together = threading.Event()
    with web_site({"/": slowly}) as site:
        hosts = [f"http://127.0.0.1:{site.port}", f"http://localhost:{site.port}"]
        links = [f"{host}/{n}" for host in hosts for n in range(3)]
        told = {}
        asyncio.run(ask_links(links, told.__setitem__, allow_private=True))
    assert {status.status for status in told.values()} == {200}
    assert most.pop("hosts") == 2
    assert set(most.values()) == {1}


def test_redirects_of_two_hosts_that_meet_at_a_third_wait_for_each_other():
    lock, now, most = threading.Lock(), [0], [0]
    together = threading.Event()

    def slowly(asked):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(0.2)
        with lock:
            now[0] -= 1
        return page()

    with web_site({"/": slowly}) as end:
        away = Says(status=302, headers={"Location": f"{end.url}/x"})
        with web_site({"/": away}) as one, web_site({"/": away}) as other:
            told = {}
            asyncio.run(ask_links([one.url, other.url, end.url], told.__setitem__, allow_private=True))
    assert [status.status for status in told.values()] == [200] * 3
    assert len(end.asked) == 3
    assert most == [1]
