"""What a page sends is an object of JSON, or is refused in words."""

import asyncio

import pytest
from starlette.requests import Request

from newsletter.errors import InputError
from newsletter.web.asked import LIMIT, json_of


def asked(body: bytes):
    return told({"type": "http.request", "body": body, "more_body": False})


def told(message):
    async def receive():
        return message

    return asyncio.run(json_of(Request({"type": "http", "method": "POST", "headers": []}, receive)))


def test_an_object_is_taken_as_it_is():
    assert asked('{"words": "Zoë 🎉", "place": 2}'.encode()) == {"words": "Zoë 🎉", "place": 2}


@pytest.mark.parametrize(
    "body, words",
    [
        (b"", "no JSON"),
        (b"\xff\xfe{}", "no JSON"),
        (b"[" * 60_000, "no JSON"),
        (b'{"place": ' + b"9" * 5_000 + b"}", "no JSON"),
        (b'{"words": "\\ud800"}', "no JSON"),
        (b'{"\\udfff": 1}', "no JSON"),
        (b"[1]", "no JSON object"),
        (b"null", "no JSON object"),
        (b'{"words": "' + b"x" * LIMIT + b'"}', "too long"),
    ],
)
def test_anything_else_is_refused_in_words(body, words):
    with pytest.raises(InputError, match=words):
        asked(body)


def test_a_page_that_leaves_in_the_middle_of_a_word_is_no_traceback():
    with pytest.raises(InputError, match="left before"):
        told({"type": "http.disconnect"})
