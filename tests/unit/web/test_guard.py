"""Who may talk to the preview: asked of the guard itself, without a server."""

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from newsletter.web import guard
from newsletter.web.guard import HEADERS, Guard

TOKEN, PORT = "s3cret-token", 8100
HOME = {"host": f"127.0.0.1:{PORT}"}


async def _app(scope: Any, receive: Any, send: Any) -> None:
    answer = PlainTextResponse(f"{scope['root_path']} {scope['path']}", headers={"x-frame-options": "DENY"})
    await answer(scope, receive, send)


def ask(path: str, headers: dict[str, str], kind: str = "http", method: str = "GET") -> tuple[int, dict[str, str], str]:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": kind, "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(Guard(_app, token=TOKEN, port=PORT)(scope, receive, send))
    start, *bodies = sent
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], told, b"".join(body["body"] for body in bodies).decode()


@pytest.mark.parametrize(
    "headers",
    [
        HOME,
        {"host": f"localhost:{PORT}"},
        {"host": f"LocalHost:{PORT}"},
        {**HOME, "origin": f"http://127.0.0.1:{PORT}"},
        {**HOME, "sec-fetch-site": "none"},
        {**HOME, "sec-fetch-site": "same-origin"},
    ],
)
def test_the_page_itself_is_let_in(headers):
    status, _, body = ask(f"/{TOKEN}/issue/summary", headers)
    assert (status, body) == (200, f"/{TOKEN} /{TOKEN}/issue/summary")


@pytest.mark.parametrize(
    "host",
    ["", "127.0.0.1", "localhost", "127.0.0.1:80", f"evil.example:{PORT}", f"127.0.0.1.evil.example:{PORT}",
     f"127.0.0.1:{PORT}@evil.example", f"[::1]:{PORT}", f"0.0.0.0:{PORT}"],
)  # fmt: skip
def test_another_host_is_refused_whatever_token_it_has(host):
    status, _, body = ask(f"/{TOKEN}/", {"host": host})
    assert (status, body) == (403, "This server answers to 127.0.0.1 alone.\n")


def test_a_request_without_a_host_is_refused():
    assert ask(f"/{TOKEN}/", {})[0] == 403


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        f"https://127.0.0.1:{PORT}",
        "http://127.0.0.1:1",
        f"http://evil.example:{PORT}",
    ],
)
def test_another_origin_is_refused(origin):
    assert ask(f"/{TOKEN}/", {**HOME, "origin": origin})[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_what_another_site_asks_for_is_refused(site):
    assert ask(f"/{TOKEN}/", {**HOME, "sec-fetch-site": site})[0] == 403


@pytest.mark.parametrize(
    "path", ["", "/", "/preview.html", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", f"/x/{TOKEN}/", "//", "/\u00e9/"]
)
def test_an_address_without_the_token_leads_nowhere(path):
    status, _, body = ask(path, HOME)
    assert (status, body) == (404, "Open the address that newsletter preview printed.\n")


def test_the_token_is_compared_in_constant_time(monkeypatch):
    compared = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(guard.secrets, "compare_digest", compare)
    assert ask("/wrong/", HOME)[0] == 404
    assert ask(f"/{TOKEN}/", HOME)[0] == 200
    assert compared == [(b"wrong", TOKEN.encode()), (TOKEN.encode(), TOKEN.encode())]


@pytest.mark.parametrize(
    "headers, path", [(HOME, f"/{TOKEN}/"), (HOME, "/wrong/"), ({"host": "evil.example"}, f"/{TOKEN}/")]
)
def test_every_answer_keeps_its_contents_and_its_address_to_itself(headers, path):
    status, told, _ = ask(path, headers)
    assert {name: told[name] for name in HEADERS if name != "x-frame-options"} == {
        name: value for name, value in HEADERS.items() if name != "x-frame-options"
    }
    assert told["x-frame-options"] == ("DENY" if status == 200 else "SAMEORIGIN"), "an answer's own word stands"


def test_what_is_not_http_is_not_served():
    with pytest.raises(ValueError, match="websocket is not guarded"):
        ask(f"/{TOKEN}/", HOME, "websocket")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "X"])
def test_what_may_change_something_names_its_origin(method):
    assert ask(f"/{TOKEN}/desk", HOME, method=method)[0] == 403
    assert ask(f"/{TOKEN}/desk", {**HOME, "origin": "https://evil.example"}, method=method)[0] == 403
    assert ask(f"/{TOKEN}/desk", {**HOME, "origin": f"http://127.0.0.1:{PORT}"}, method=method)[0] == 200
