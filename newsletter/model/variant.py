"""A variant of an issue: without the sections that some of its readers do not want."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST = 64
"""Variants of one issue: each is compiled and kept."""


def read_without(text: str) -> frozenset[str]:
    """Return the names of sections in *text*, a JSON array; none in an empty one."""
    return frozenset(json.loads(text)) if text else frozenset()


def written_without(names: Iterable[str]) -> str:
    """Return *names* as the database has them: a JSON array in order, empty for none."""
    wanted = sorted(set(names))
    return json.dumps(wanted, ensure_ascii=False, separators=(",", ":")) if wanted else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Variants:
    """The variants that an issue has, each told by what is left out of it, as :func:`written_without` writes that.

    :param optional: the sections of the issue that a reader may do without.
    :param always: there is something to read beside them.
    :param compiled: the variants that are there; the whole issue, "", is always one.
    """

    optional: frozenset[str] = frozenset()
    always: bool = True
    compiled: frozenset[str] = frozenset({""})

    def of(self, without: str) -> str:
        """Return the variant for who does not want *without*: sections that are not in the issue make no difference."""
        return written_without(read_without(without) & self.optional) if without and self.optional else ""

    def is_empty(self, variant: str) -> bool:
        """Whether nothing is left to read."""
        return not self.always and read_without(variant) == self.optional

    def lacks(self, without: str) -> bool:
        """Whether the variant for *without* has something to read, and is not compiled."""
        variant = self.of(without)
        return variant not in self.compiled and not self.is_empty(variant)

    def serves(self, without: str) -> bool:
        """Whether there is a mail for who does not want *without*."""
        variant = self.of(without)
        return variant in self.compiled and not self.is_empty(variant)

    def sums(self, wanted: Mapping[str, int]) -> Mapping[str, int]:
        """Return how many people get each variant, of those *wanted* counts by what they do not want."""
        found: dict[str, int] = {}
        for without, count in wanted.items():
            found[self.of(without)] = found.get(self.of(without), 0) + count
        return dict(sorted(found.items(), key=lambda item: (len(read_without(item[0])), item[0])))


WHOLE = Variants()
"""The whole issue for everybody."""
