"""Bytes of a file of unknown origin, as lines of text, a piece at a time."""

import codecs
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from newsletter.errors import InputError

CHUNK = 65_536
LONGEST_LINE = 1_000_000
"""Characters of a line; what is longer is cut off there, and is no row."""

_SAMPLE = 4096
# Bytes that Windows-1252 leaves undefined: ç, è, ê and ù of the old Macintosh, where accents are most often.
_ONLY_MAC = frozenset(b"\x81\x8d\x8f\x90\x9d")
_WESTERN = "newsletter.western"
_MACINTOSH = "newsletter.macintosh"


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """How a file is written.

    :param words: as people call it: "UTF-8", "Windows-1252".
    :param lines: how many lines it has, about.
    """

    codec: str
    errors: str
    words: str
    lines: int


def _as(codec: str) -> Callable[[UnicodeError], tuple[str | bytes, int]]:
    def read(error: UnicodeError) -> tuple[str | bytes, int]:
        assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - nothing is encoded with it
        wrong = error.object[error.start : error.end]
        try:
            return wrong.decode(codec), error.end
        except UnicodeDecodeError:
            return wrong.decode("latin-1"), error.end

    return read


# What is no UTF-8 is read as the other encoding, where it stands: one bad line does not spoil the names of all others.
codecs.register_error(_WESTERN, _as("cp1252"))
codecs.register_error(_MACINTOSH, _as("mac_roman"))


def find_encoding(file: BinaryIO, name: str, codec: str = "") -> Encoding:
    """Find out how *file* is written, reading all of it once.

    UTF-8 with or without a byte order mark; UTF-16 with one, or known by its NUL bytes; else Windows-1252, which every
    Latin-1 text is too, or Mac Roman where bytes stand that Windows-1252 does not have.

    :param codec: what somebody says that it is; then it is that.
    :raises InputError: when it is not, or is UTF-16 and broken.
    """
    file.seek(0)
    codec = codec or _utf16(file.read(_SAMPLE))
    if codec:
        words = "UTF-16" if codec.startswith("utf-16") else codec
        return Encoding(codec=codec, errors="strict", words=words, lines=_count(file, name, codec))
    file.seek(0)
    count = 0
    other, macintosh = False, False
    for line in file:
        count += 1
        if line.isascii() or _is_utf8(line):
            continue
        other = True
        macintosh = macintosh or not _ONLY_MAC.isdisjoint(line)
    words = ("Mac Roman" if macintosh else "Windows-1252") if other else "UTF-8"
    return Encoding(codec="utf-8-sig", errors=_MACINTOSH if macintosh else _WESTERN, words=words, lines=count)


def lines_of(file: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """Yield the lines of *file* from its beginning, each with its end as LF; the last may have none."""
    file.seek(0)
    inner = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    decoder = io.IncrementalNewlineDecoder(inner, translate=True)
    rest, first = "", True
    while True:
        chunk = file.read(CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        *whole, rest = (rest + text).split("\n")
        rest = rest[: LONGEST_LINE + 1]
        for line in whole:
            yield f"{line}\n"
        if not chunk:
            break
    if rest:
        yield rest


def _count(file: BinaryIO, name: str, codec: str) -> int:
    try:
        return sum(1 for _ in lines_of(file, Encoding(codec=codec, errors="strict", words="", lines=0)))
    except LookupError as cause:
        raise InputError(f"there is no encoding {codec}", "utf-8, cp1252, latin-1 and mac_roman are some") from cause
    except UnicodeError as cause:
        if codec.startswith("utf-16"):
            raise InputError("this looks like UTF-16 text, and is broken", "save it as UTF-8", where=name) from cause
        raise InputError(
            f"it is not written in {codec}", "leave out --encoding, or give another", where=name
        ) from cause


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _utf16(sample: bytes) -> str:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(sample) // 2
    # In UTF-16, the high byte of most characters of an address list is NUL, and the low byte never is.
    for encoding, high, low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if half > 4 and sample[high::2].count(0) > 0.4 * half and sample[low::2].count(0) == 0:
            return encoding
    return ""
