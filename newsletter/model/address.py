"""An e-mail address and the name before it (RFC 5322 §3.4: a mailbox)."""

import re
from dataclasses import dataclass
from email.utils import parseaddr

UNSAFE = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
"""Characters that end or bend a header line (RFC 5322 §2.2), or a line of a terminal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Whom a message is from or to.

    :param address: "ada@example.com", in the case that its owner wrote.
    :param name: "Ada Lovelace"; may be empty.
    """

    address: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.rpartition("@")[2]

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read ``Ada Lovelace <ada@example.com>`` or a bare address; ValueError says what is wrong with it."""
        if UNSAFE.search(text):
            raise ValueError("a line break or control character cannot stand in an address")
        name, address = parseaddr(text)
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or re.search(r"[\s<>,;]", address):
            raise ValueError(f'"{text}" is not an address like "Ada Lovelace <ada@example.com>"')
        return cls(address=address, name=name)
