"""A TXT record of the domain name system, as it is published."""

from dataclasses import dataclass

LONGEST_STRING = 255
"""Octets of one character-string (RFC 1035 §3.3); whoever reads a longer text joins its strings without a space."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TxtRecord:
    """What to publish at a name.

    :param name: "news._domainkey.example.org", without a dot at its end.
    :param value: the whole text, ASCII, as forms of most DNS providers take it.
    """

    name: str
    value: str

    @property
    def strings(self) -> tuple[str, ...]:
        """The text in as many character-strings as it needs."""
        return tuple(self.value[at : at + LONGEST_STRING] for at in range(0, len(self.value), LONGEST_STRING))

    @property
    def zone(self) -> str:
        """The record as a zone file has it (RFC 1035 §5.1)."""
        quoted = " ".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in self.strings)
        return f"{self.name}. IN TXT ( {quoted} )"
