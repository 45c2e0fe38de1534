"""What DNS says, written down: for rules that ask for names."""

from collections.abc import Mapping, Sequence

from newsletter.net.dns import Lookup, Outcome


class Names:
    """Answers from a table: ``{"example.org TXT": ["v=spf1 -all"]}``; a name that is not in it is NXDOMAIN.

    A value may be an :class:`Outcome` too: what asking for it comes to.
    """

    def __init__(self, table: Mapping[str, Sequence[str] | Outcome]) -> None:
        self.table = table
        self.asked: list[str] = []

    def look_up(self, name: str, kind: str) -> Lookup:
        self.asked.append(f"{name} {kind}")
        found = self.table.get(f"{name} {kind}")
        if isinstance(found, Outcome):
            return Lookup(name=name, kind=kind, outcome=found)
        if found is None:
            there = any(key.split(" ")[0] == name for key in self.table)
            return Lookup(name=name, kind=kind, outcome=Outcome.NO_RECORD if there else Outcome.NO_NAME)
        return Lookup(name=name, kind=kind, outcome=Outcome.FOUND, values=tuple(found))
