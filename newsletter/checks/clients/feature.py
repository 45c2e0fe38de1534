"""Features of HTML and CSS, and what each platform makes of them: caniemail.com's table, in ``features.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A feature of HTML or CSS.

    :param slug: its name in addresses: "css-gap".
    :param support: by platform ("gmail.ios"): y, n, a (in part), u (unknown) or -, and the numbers of notes: "a1,4".
    :param notes: by number.
    :param url: the page that tells more.
    """

    slug: str
    title: str
    support: Mapping[str, str]
    notes: Mapping[str, str]
    url: str

    def lacks(self, platform: str) -> bool:
        """Whether the platform's newest version is known not to support it."""
        return self.support[platform].startswith("n")

    def limits(self, platform: str) -> tuple[str, ...]:
        """Return the numbers of the notes on a platform that supports it in part."""
        word = self.support[platform]
        return tuple(word[1:].split(",")) if word.startswith("a") else ()


@dataclass(frozen=True)
class FeatureTable:
    """All features by slug; one is made when it is asked for.

    :param values: what ``features.json`` says.
    """

    values: Mapping[str, object]

    @property
    def date(self) -> str:
        """The day of the data: "2026-05-13"."""
        return str(self.values["date"])

    @cached_property
    def slugs(self) -> frozenset[str]:
        """The names of all features."""
        return frozenset(self._rows)

    @property
    def platforms(self) -> list[str]:
        """The platforms, as "gmail.ios"."""
        platforms = self.values["platforms"]
        assert isinstance(platforms, list)  # noqa: S101
        return platforms

    @property
    def _rows(self) -> Mapping[str, Mapping[str, object]]:
        rows = self.values["features"]
        assert isinstance(rows, dict)  # noqa: S101
        return rows

    def __getitem__(self, slug: str) -> Feature:
        row = self._rows[slug]
        notes = row["notes"]
        assert isinstance(notes, dict)  # noqa: S101
        return Feature(
            slug=slug,
            title=str(row["title"]),
            support=dict(zip(self.platforms, str(row["support"]).split(), strict=True)),
            notes=notes,
            url=str(self.values["url"]).format(slug=slug),
        )


@cache
def feature_table() -> FeatureTable:
    """Return the table; it is read when first asked for, in 1 to 2 ms."""
    return FeatureTable(json.loads(files(__package__).joinpath("features.json").read_text(encoding="utf-8")))
