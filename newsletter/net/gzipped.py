"""A packed answer, unpacked piece by piece (RFC 1952)."""

import zlib
from typing import Final

_BEGIN: Final = b"\x1f\x8b"  # RFC 1952 §2.3.1: ID1 and ID2


class Gzipped:
    """A file of one member, or of several one after the other (§2.2): what is behind the last one is none of it."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)

    def unpacked(self, piece: bytes, room: int) -> bytes:
        """Return what *piece* unpacks to, *room* octets of it at most; zlib.error if it is no gzip."""
        found = self._member.decompress(piece, room)
        while self._goes_on and len(found) < room:
            rest, self._member = self._member.unused_data, zlib.decompressobj(wbits=31)
            found += self._member.decompress(rest, room - len(found))
        return found

    @property
    def whole(self) -> bool:
        """Whether nothing is missing of it."""
        return self._member.eof

    @property
    def over(self) -> bool:
        """Whether what comes is none of it any more."""
        return self.whole and bool(self._member.unused_data) and not _BEGIN.startswith(self._member.unused_data[:2])

    @property
    def _goes_on(self) -> bool:
        return self.whole and self._member.unused_data.startswith(_BEGIN)
