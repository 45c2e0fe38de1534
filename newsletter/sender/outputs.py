"""Writes rehearsed messages into files, the same bytes that a mailing sends."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self

from newsletter.errors import SendError
from newsletter.model.mail import Message
from newsletter.sender.multipart import Shown

MBOX = "messages.mbox"
FORMATS: Final = ("eml", "maildir", "mbox", "html")


class Output(Protocol):
    """Where rehearsed messages go; a context, and what is not whole at its end is not there."""

    def write(self, message: Message) -> Path:
        """Write *message* and return the file it is in."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


def open_output(format: str, folder: Path) -> Output:  # noqa: A002 - the word of the command's option
    """Return the output of a format of :data:`FORMATS` in *folder*, which is made when it is missing.

    :raises SendError: the folder cannot be written to; also while writing.
    """
    makers: dict[str, Callable[[Path], Output]] = {
        "eml": EmlFolder,
        "maildir": Maildir,
        "mbox": Mbox,
        "html": HtmlFolder,
    }
    if format not in makers:
        raise SendError(f'"{format}" is no format', f"formats: {', '.join(FORMATS)}")
    with _said(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        return makers[format](folder)


def _clear(folder: Path) -> None:
    """Delete what an earlier rehearsal left here, and nothing else: who has left since is not to be found again."""
    for place, ending in ((folder, r"\.(eml|html)"), (folder / "new", ""), (folder / "cur", r"(:.*)?")):
        for path in place.iterdir() if place.is_dir() else ():
            if re.fullmatch(rf"\d{{6}}-[\w@.+-]{{1,100}}{ending}", path.name) and path.is_file():
                path.unlink()
    (folder / MBOX).unlink(missing_ok=True)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written = 0

    def _stem(self, message: Message) -> str:
        """Return a name without ending: "000007-ada@example.com", safe on every system and unlike that of any other."""
        self._written += 1
        return f"{self._written:06d}-{re.sub(r'[^A-Za-z0-9@._+-]', '_', message.envelope_to)[:100]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing is left to do: each file was whole when it got its name."""


class EmlFolder(_Folder):
    """One ``.eml`` file a message, as it goes over the wire."""

    def write(self, message: Message) -> Path:
        """Write *message*; see :class:`Output`."""
        return _put(self._folder / f"{self._stem(message)}.eml", message.data)


class HtmlFolder(_Folder):
    """One ``.html`` file a message: what its reader sees."""

    def write(self, message: Message) -> Path:
        """Write the HTML part of *message*; see :class:`Output`."""
        return _put(self._folder / f"{self._stem(message)}.html", Shown.of(message).alone.encode())


class Maildir(_Folder):
    """A maildir that any mail program opens: each message is moved into ``new`` when it is whole."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(exist_ok=True)

    def write(self, message: Message) -> Path:
        """Write *message*; see :class:`Output`."""
        # No time and host in the name as maildir has them: a rehearsal has the same names each time.
        name = self._stem(message)
        draft = self._folder / "tmp" / name
        with _said(self._folder):
            try:
                draft.write_bytes(message.data)
                return draft.replace(self._folder / "new" / name)
            finally:
                draft.unlink(missing_ok=True)


class Mbox(_Folder):
    """All messages in one file ``messages.mbox``: lines end with LF (RFC 4155), quoted as mboxrd."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._path = folder / MBOX
        handle, name = tempfile.mkstemp(prefix=".messages.", dir=folder)
        self._whole: BinaryIO = os.fdopen(handle, "wb")
        self._draft = Path(name)

    def write(self, message: Message) -> Path:
        """Append *message*; see :class:`Output`."""
        lines = message.data.replace(b"\r\n", b"\n")
        sent = re.search(rb"^Date: (.*)$", lines, re.M)
        moment = parsedate_to_datetime(sent[1].decode()).strftime("%a %b %d %H:%M:%S %Y") if sent else ""
        quoted = re.sub(rb"^(>*From )", rb">\1", lines, flags=re.M)
        with _said(self._folder):
            self._whole.write(f"From {message.envelope_from} {moment}\n".encode() + quoted + b"\n")
        return self._path

    def __exit__(self, *exception: object) -> None:
        """Give the file its name, unless something failed."""
        with _said(self._folder):
            try:
                self._whole.close()
                if exception[0] is None:
                    self._draft.replace(self._path)
            finally:
                self._draft.unlink(missing_ok=True)


def _put(path: Path, data: bytes) -> Path:
    """Write *data* so that *path* is there whole or not at all; no fsync: a rehearsal may be done again."""
    with _said(path.parent):
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.write_bytes(data)
            return draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """Turn the system's errors into ours."""
    try:
        yield
    except OSError as cause:
        what = f"cannot be written to ({cause.strerror or cause})"
        raise SendError(what, "give another folder, or make room", where=folder) from cause
