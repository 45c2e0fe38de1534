"""Who does not support what a mail uses."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsletter.checks.clients.client import CLIENTS
from newsletter.checks.clients.fallback import FALLBACKS, Fallback
from newsletter.checks.clients.feature import Feature, feature_table
from newsletter.checks.clients.limit import met
from newsletter.checks.clients.use import Use
from newsletter.checks.document import Document
from newsletter.model.traced import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
    """A feature that a mail uses and that some clients do not support, or not in the way it is used.

    :param count: how many uses there are.
    :param place: the first that counts: that no fallback stands for, and that a client means which supports it in part.
    :param without: the clients that lack it, with the platforms that are meant: "Gmail (iOS, Android), AOL".
    :param partly: the clients that support it in part, each with caniemail.com's note.
    """

    feature: Feature
    count: int
    place: Place
    without: tuple[str, ...]
    partly: tuple[tuple[str, str], ...]
    fallback: Fallback | None

    @property
    def words(self) -> str:
        """What is lacking, in one sentence."""
        parts = []
        if self.without:
            parts.append(f"not supported by {', '.join(self.without)}")
        notes: dict[str, list[str]] = {}
        for client, note in self.partly:
            notes.setdefault(note, []).append(client)
        parts += [f"in part by {', '.join(clients)} ({note})" for note, clients in notes.items()]
        if not self.without:
            parts[0] = f"supported {parts[0]}"
        count = "1 use" if self.count == 1 else f"{self.count} uses"
        return f'"{self.feature.title}" is {"; ".join(parts)}; {count}'


def lacks(document: Document, clients: Sequence[str]) -> Iterator[Lack]:
    """Yield what a mail uses and one of the clients lacks, in the order in which it is met."""
    table = feature_table()
    for slug, use in document.uses.items():
        feature = table[slug]
        without, partly = tuple(_without(feature, clients)), list(_partly(feature, use, clients))
        if without or partly:
            texts = list(use.texts) if without else [text for *_, texts in partly for text in texts]
            entry = FALLBACKS.get(slug)
            bare = _uncovered(use, texts, entry)
            yield Lack(
                feature=feature,
                count=use.count,
                place=use.texts[(bare or texts)[0]].place(),
                without=without,
                partly=tuple((client, note) for client, note, _ in partly),
                fallback=None if bare else entry,
            )


def _uncovered(use: Use, texts: Iterable[str], entry: Fallback | None) -> list[str]:
    """Return those of *texts* that the fallback does not stand for."""
    return [text for text in texts if not entry or (use.texts[text].authored() and not entry.covers(text))]


def _without(feature: Feature, clients: Iterable[str]) -> Iterator[str]:
    for name in clients:
        if lacking := [one for one in CLIENTS[name].platforms if feature.lacks(one)]:
            yield _named(name, feature, lacking)


def _partly(feature: Feature, use: Use, clients: Iterable[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the clients that support it in part, each with the note that means our use and the texts meant."""
    limits = {one: feature.limits(one) for name in clients for one in CLIENTS[name].platforms}
    if not any(limits.values()) or not (concerned := met(feature.slug, use)):
        return
    for name in clients:
        meant: dict[str, list[str]] = {}
        for platform in CLIENTS[name].platforms:
            if numbers := [number for number in limits[platform] if number in concerned]:
                meant.setdefault(numbers[0], []).append(platform)
        for number, platforms in meant.items():
            yield _named(name, feature, platforms), _note(feature, number), concerned[number]


def _note(feature: Feature, number: str) -> str:
    note = feature.notes[number].removeprefix("Partial support").removeprefix("Partial").removeprefix("Buggy")
    return note.lstrip(".: ").rstrip(".")


def _named(name: str, feature: Feature, platforms: Sequence[str]) -> str:
    """Return the client's title, with the platforms that are meant if others are known to do better."""
    client = CLIENTS[name]
    known = [one for one in client.platforms if feature.support[one][0] not in "-u"]
    if len(platforms) == len(known):
        return client.title
    return f"{client.title} ({', '.join(client.platforms[one] for one in platforms)})"
