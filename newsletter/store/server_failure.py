"""What a PostgreSQL server says when it fails, in words that a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from newsletter.errors import StoreError

_LOCKED = ("another program keeps it locked", "try again when that one has ended")
_GONE = ("the server ended the connection", "try again when it is up; what was recorded is safe")

# https://www.postgresql.org/docs/15/errcodes-appendix.html: five characters, the first two are the class.
_WORDS = {
    "55P03": _LOCKED,  # lock_not_available
    "40P01": _LOCKED,  # deadlock_detected
    "40001": _LOCKED,  # serialization_failure
    "53100": ("the server's disk is full", "make room there and try again; what was recorded is safe"),
    "53300": ("the server has no connection left", "end some, or raise its max_connections"),
    "42501": ("this user may not do that there", "the user of the address must own the tables, or may make them"),
    "25006": ("it cannot be written: the server is read-only", "name the primary server"),
    "57P01": _GONE,
    "57P02": _GONE,
    "57P03": ("the server is starting up", "try again in a moment"),
    "22021": ("there are bytes in it that are no text", "type it in UTF-8"),
}
_OUR_OWN = ("22", "23", "42")
"""Classes that are our own mistakes: data that does not fit, a broken constraint, a wrong statement."""


def failure(cause: BaseException, where: str) -> StoreError:
    """Return the error that says what the server said."""
    said = " ".join(str(cause).split("\n")[0].split())
    what, todo = _WORDS.get(
        code_of(cause), (f"the server cannot be used: {said}", "newsletter doctor looks at it; is the address right?")
    )
    return StoreError(what, todo, where=where)


def code_of(cause: BaseException) -> str:
    """Return the five characters that say what went wrong; empty when there was no answer from the server."""
    return getattr(cause, "sqlstate", None) or ""


def is_locked(cause: BaseException) -> bool:
    """Whether another one has the lock that was waited for."""
    return _WORDS.get(code_of(cause)) is _LOCKED


@contextmanager
def said_plainly(where: str) -> Iterator[None]:
    """Turn what the server *where* fails with into a StoreError, and text that it cannot keep.

    A broken constraint or statement is our own mistake and passes through: no words of ours could help with it.
    """
    import psycopg

    try:
        yield
    except DBAPIError as cause:
        if cause.orig is None or _is_our_own(cause.orig):
            raise
        raise failure(cause.orig, where) from cause
    except psycopg.Error as cause:
        if _is_our_own(cause):
            raise
        raise failure(cause, where) from cause
    except UnicodeEncodeError as cause:
        # Bytes of a command line that are no UTF-8 come as lone surrogates (PEP 383).
        given = cause.object.encode("utf-8", "backslashreplace").decode()
        raise StoreError(f'"{given}" has bytes in it that are no text', "type it in UTF-8") from cause


def _is_our_own(cause: BaseException) -> bool:
    import psycopg

    code = code_of(cause)
    return code not in _WORDS and (code[:2] in _OUR_OWN or (not code and isinstance(cause, psycopg.ProgrammingError)))
