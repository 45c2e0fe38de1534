"""Forms that anybody may send: only from our page, in the browser that has it, by somebody who took a moment."""

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

COOKIE = "newsletter-form"
PURPOSE = b"newsletter forms 1"
LEAST = 2.0
"""Seconds that a person takes for a form; a program takes none."""
LONGEST = 86_400
"""Seconds that a form holds."""
TRAP = "website"
"""A field that no person sees: what fills it is a program."""
FIELDS = 150
"""Fields of a form, at most: more than lists and sections that anybody has, each list twice."""
_CHARSET = re.compile(rb""";\s*charset\s*=\s*("[^"]*"|[^;]*)""", re.I)


class Judgement(StrEnum):
    """What is to be thought of a form that came in."""

    GOOD = "good"
    AGAIN = "again"
    """It is too old, too fresh, or another browser's: shown once more, it will be good."""
    TRAPPED = "trapped"
    """A program filled it: it is told what everybody is told, and nothing is done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A form that is to be shown.

    :param token: goes into the form.
    :param cookie: goes into the browser; the token is of it alone.
    """

    token: str
    cookie: str

    def keep(self, response: Response, request: Request, path: str) -> None:
        """Put the cookie into *response*."""
        response.set_cookie(
            COOKIE, self.cookie, path=path, httponly=True, samesite="lax", secure=request.url.scheme == "https"
        )


class Forms:
    """Makes and judges the forms of one kind.

    :param keys: the newsletter's secrets, the newest first.
    :param least: seconds that a form takes.
    """

    def __init__(self, keys: Sequence[bytes], kind: str, *, least: float = LEAST) -> None:
        # itsdangerous signs with the last key, and reads them all.
        secret = [hmac.digest(key, PURPOSE, "sha256") for key in reversed(keys)]
        self._signed = URLSafeTimedSerializer(secret, salt=f"newsletter form {kind}")
        self._least = least

    def make(self, request: Request) -> Made:
        """Return a form for the browser that asks."""
        cookie = request.cookies.get(COOKIE, "")
        if not (20 <= len(cookie) <= 64 and cookie.isascii()):
            cookie = secrets.token_urlsafe(18)
        return Made(token=self._signed.dumps(cookie), cookie=cookie)

    def judge(self, request: Request, fields: "Fields") -> Judgement:
        """Say what is to be thought of *fields*."""
        if fields.one(TRAP):
            return Judgement.TRAPPED
        try:
            cookie, made = self._signed.loads(fields.one("form", 500), max_age=LONGEST, return_timestamp=True)
        except BadSignature:
            return Judgement.AGAIN
        if (datetime.now(UTC) - made).total_seconds() < self._least:
            return Judgement.AGAIN
        return Judgement.GOOD if _is_own(request, cookie) else Judgement.AGAIN


def _is_own(request: Request, cookie: object) -> bool:
    """Whether the form comes from our page in the browser that it was made for.

    A browser that keeps no cookies says itself where the form stood: no page can write Sec-Fetch-Site, and for a form
    of another site it is never "same-origin" (Fetch Metadata §2.3).
    """
    if COOKIE not in request.cookies:
        return request.headers.get("sec-fetch-site") == "same-origin"
    theirs = request.cookies[COOKIE].encode("utf-8", "replace")
    return isinstance(cookie, str) and hmac.compare_digest(cookie.encode(), theirs)


class Fields:
    """The fields of a form: texts alone, each bounded."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    @classmethod
    async def read(cls, request: Request) -> "Fields":
        """Read the body of *request*, urlencoded or multipart.

        :raises HTTPException: 400, it is no form, or has too many fields.
        """
        values: dict[str, list[str]] = {}
        read = Request(_in_utf8(request.scope), request.receive)
        async with read.form(max_files=0, max_fields=FIELDS) as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    values.setdefault(name, []).append(value)
        return cls(values)

    def one(self, name: str, longest: int = 320) -> str:
        """Return the first text of a field, cut to *longest* characters; empty if it is not there."""
        return self._values.get(name, [""])[0][:longest].strip()

    def all(self, name: str) -> frozenset[str]:
        """Return all texts of a field."""
        return frozenset(value[:200] for value in self._values.get(name, ()))

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._values


def _in_utf8(scope: Scope) -> Scope:
    """Return *scope* without the charset of its form: our pages are UTF-8, and there is none (RFC 7578 §5.1.2).

    Starlette decodes with whatever codec the client names, and "punycode" or "unicode_escape" fail, or give half a
    surrogate that no page can say.
    """
    headers = [
        (name, _CHARSET.sub(b"", value) if name == b"content-type" else value) for name, value in scope["headers"]
    ]
    return {**scope, "headers": headers}
