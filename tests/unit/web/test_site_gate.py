import asyncio
import io
import json
from ipaddress import ip_network

import pytest
from asgi_client import Client
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from newsletter.app.health import Health
from newsletter.store.gauges import Gauges
from newsletter.web.site import gate, operator_pages
from newsletter.web.site.client import client_of
from newsletter.web.site.gate import BODY, Gate
from newsletter.web.site.metrics import Metrics
from newsletter.web.site.operator_pages import OperatorPages
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.site import SiteOptions


async def told(request: Request) -> JSONResponse:
    return JSONResponse(
        {"client": request.client.host, "scheme": request.url.scheme, "body": len(await request.body()),
         "path": request.scope["path"], "root": request.scope["root_path"]}
    )  # fmt: skip


async def failing(request: Request) -> PlainTextResponse:
    raise ValueError("ada@example.com")


GAUGES = Gauges(
    subscriptions={("weekly", "confirmed"): 3}, notices=2, hooks={"crm": 4}, given_up={"crm": 1},
    deliveries={"deferred": 5},
)  # fmt: skip

WELL = Health(database="f00d")


@pytest.fixture
def build():
    clients = []

    def make(peer="127.0.0.1", *, health=WELL, gauges=lambda: GAUGES, **options):
        stream = io.StringIO()
        options = SiteOptions(**options)
        log = RequestLog(as_json=options.json_logs, clients=options.log_clients, stream=stream)
        metrics = Metrics(gauges)
        looks = []

        def look():
            looks.append(1)
            return health

        operator = OperatorPages(look, metrics, options, log)
        routes = [Route("/u/{ticket}", told, methods=["GET", "POST"]), Route("/fail", failing)]
        app = Gate(
            Starlette(routes=[*routes, *operator.routes()]), options=options, log=log, metrics=metrics, large=("/in/",)
        )
        client = Client(app, peer)
        client.stream, client.looks = stream, looks
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("headers", "proxies", "client"),
    [
        ({}, 0, "10.0.0.9"),
        ({"x-forwarded-for": "1.2.3.4"}, 0, "10.0.0.9"),
        ({"x-forwarded-for": "1.2.3.4"}, 1, "1.2.3.4"),
        ({"x-forwarded-for": "6.6.6.6, 1.2.3.4"}, 1, "1.2.3.4"),
        ({"x-forwarded-for": "6.6.6.6, 1.2.3.4, 5.6.7.8"}, 2, "1.2.3.4"),
        ({"x-forwarded-for": "1.2.3.4"}, 2, "10.0.0.9"),
        ({"x-forwarded-for": "6.6.6.6, [2001:db8::1]:443"}, 1, "2001:db8::1"),
        ({"x-forwarded-for": "1.2.3.4:5678"}, 1, "1.2.3.4"),
        ({"x-forwarded-for": "1.2.3.4, unknown"}, 1, "10.0.0.9"),
        ({"x-forwarded-for": "1.2.3.4, <script>"}, 1, "10.0.0.9"),
        ({"forwarded": 'for=6.6.6.6;proto=https, For="[2001:db8::1]:4711"'}, 1, "2001:db8::1"),
        ({"forwarded": "by=9.9.9.9;for=1.2.3.4"}, 1, "1.2.3.4"),
        ({"forwarded": "for=_hidden"}, 1, "10.0.0.9"),
        ({"forwarded": "for=6.6.6.6", "x-forwarded-for": "1.2.3.4"}, 1, "1.2.3.4"),
    ],
)
def test_only_the_configured_proxies_are_believed(headers, proxies, client):
    assert client_of("10.0.0.9", Headers(headers), proxies) == client


def test_a_page_knows_the_client_and_the_scheme_behind_a_proxy(build):
    asked = {"x_forwarded_for": "6.6.6.6, 1.2.3.4", "x_forwarded_proto": "https"}
    assert json.loads(build(proxies=1).get("/u/x", **asked).body)["client"] == "1.2.3.4"
    assert json.loads(build(proxies=1).get("/u/x", **asked).body)["scheme"] == "https"
    alone = json.loads(build().get("/u/x", **asked).body)
    assert (alone["client"], alone["scheme"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize("path", ["/u/x", "/news/u/x"])
def test_a_path_below_a_proxy_is_the_same_page_whether_the_proxy_takes_it_away_or_not(build, path):
    said = json.loads(build(root_path="/news").get(path).body)
    assert (said["path"], said["root"]) == ("/news/u/x", "/news")


def test_a_body_is_bounded_whether_its_length_is_told_or_not(build):
    client = build()
    assert json.loads(client.post("/u/x", b"x" * BODY, content_length=str(BODY)).body)["body"] == BODY
    assert client.post("/u/x", b"", content_length=str(BODY + 1)).status == 413
    assert client.ask("POST", "/u/x", {}, [b"x" * BODY, b"x"]).status == 413
    for odd in ("-1", "1e9", "9" * 40, "²"):
        assert client.post("/u/x", b"", content_length=odd).status == 413
    assert client.post("/in/ses", b"x", content_length=str(BODY + 1)).status == 404  # it may be that long


def test_a_body_that_does_not_come_is_not_waited_for(build, monkeypatch):
    monkeypatch.setattr(gate, "SECONDS", 0.01)
    client = build()

    async def never():
        await asyncio.Event().wait()

    async def ask():
        said = []

        async def send(message):
            said.append(message)

        scope = {"type": "http", "method": "POST", "path": "/u/x", "headers": [], "client": ("1.1.1.1", 1),
                 "query_string": b"", "root_path": "", "scheme": "http", "server": ("x", 80)}  # fmt: skip
        await client._app(scope, never, send)
        return said[0]["status"]

    assert client.runner.run(ask()) == 408


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW", "get"])
def test_other_methods_are_refused(build, method):
    answer = build().ask(method, "/u/x")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_every_answer_has_the_safe_headers(build):
    client = build()
    for answer in (client.get("/u/x"), client.get("/none"), client.get("/fail"), client.ask("PUT", "/")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_a_fault_of_ours_is_logged_without_its_words(build):
    client = build()
    assert client.get("/fail?address=ada@example.com").status == 500
    said = client.stream.getvalue()
    assert "ValueError at " in said
    assert "ada" not in said
    assert client.get("/u/x").status == 200


def test_the_log_has_no_token_no_query_and_no_client(build):
    client = build("203.0.113.7")
    client.get("/u/42.7.SECRETTOKEN?mail=ada@example.com")
    client.get("/SECRETPATH")
    first, second = client.stream.getvalue().splitlines()
    assert " GET /u/{ticket} 200 " in first
    assert " GET (none) 404 " in second
    assert not any(word in client.stream.getvalue() for word in ("SECRET", "ada", "203.0.113.7"))


def test_the_log_may_be_json_and_may_name_the_client(build):
    client = build("203.0.113.7", json_logs=True, log_clients=True)
    client.get("/u/x")
    line = json.loads(client.stream.getvalue())
    assert {name: line[name] for name in ("method", "route", "status", "client")} == {
        "method": "GET", "route": "/u/{ticket}", "status": 200, "client": "203.0.113.7",
    }  # fmt: skip
    assert line["ms"] >= 0
    assert line["time"].endswith("Z")


def test_a_log_that_cannot_be_written_keeps_nobody_from_an_answer(build):
    client = build()
    client.stream.close()
    assert client.get("/u/x").status == 200


def test_health_names_the_database_and_looks_once_for_all_who_ask(build):
    client = build()
    assert json.loads(client.get("/healthz").body) == {"status": "ok", "database": "f00d"}
    client.get("/healthz")
    assert len(client.looks) == 1


def test_what_is_wrong_is_said_to_all_without_its_details_and_to_the_operator_with_them(build, monkeypatch):
    monkeypatch.setattr(operator_pages, "GOOD_FOR", 0)
    sick = Health(database="f00d", problems=("the disk is nearly full",), details=("/secret/place: 3 bytes",))
    client = build(health=sick)
    answer = client.get("/healthz")
    assert answer.status == 503
    assert json.loads(answer.body) == {"status": "failing", "database": "f00d", "problems": ["the disk is nearly full"]}
    client.get("/healthz")
    assert client.stream.getvalue().count("/secret/place") == 1


def test_metrics_are_prometheus_s_and_count_by_route(build):
    client = build()
    client.get("/u/SECRET")
    client.get("/u/OTHER")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'newsletter_http_requests_total{method="GET",route="/u/{ticket}",status="200"} 2.0' in answer.text
    assert 'newsletter_http_request_duration_seconds_count{route="/u/{ticket}"} 2.0' in answer.text
    assert 'newsletter_subscriptions{consent="confirmed",list="weekly"} 3.0' in answer.text
    for line in ("newsletter_notices_waiting 2.0", 'newsletter_hooks_waiting{hook="crm"} 4.0',
                 'newsletter_hooks_given_up{hook="crm"} 1.0', 'newsletter_deliveries_open{state="deferred"} 5.0',
                 "newsletter_database_up 1.0"):  # fmt: skip
        assert line in answer.text
    assert "SECRET" not in answer.text


def test_metrics_are_there_while_the_database_is_not(build):
    def gone():
        raise RuntimeError("gone")

    answer = build(gauges=gone).get("/metrics")
    assert answer.status == 200
    assert "newsletter_database_up 0.0" in answer.text
    assert "newsletter_subscriptions" not in answer.text


@pytest.mark.parametrize(
    ("peer", "headers", "options", "status"),
    [
        ("127.0.0.1", {}, {}, 200),
        ("::1", {}, {}, 200),
        ("::ffff:127.0.0.1", {}, {}, 200),
        ("203.0.113.7", {}, {}, 404),
        ("127.0.0.1", {"x_forwarded_for": "203.0.113.7"}, {}, 404),
        ("127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, {}, 404),
        ("127.0.0.1", {"x_forwarded_for": "203.0.113.7"}, {"proxies": 1}, 404),
        ("127.0.0.1", {}, {"proxies": 1}, 200),
        ("10.1.2.3", {}, {"metrics_for": (ip_network("10.0.0.0/8"),)}, 200),
        ("11.1.2.3", {}, {"metrics_for": (ip_network("10.0.0.0/8"),)}, 404),
        ("", {}, {}, 404),
    ],
)
def test_metrics_are_for_this_machine_and_whom_is_named(build, peer, headers, options, status):
    assert build(peer, **options).get("/metrics", **headers).status == status
