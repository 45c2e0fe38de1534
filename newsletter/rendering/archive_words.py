"""The words of the archive itself, by language."""

from dataclasses import dataclass

from newsletter.rendering.words import language_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveWords:
    """What the archive says in one language; ``{}`` stands for what is put in."""

    archive: str
    all_issues: str
    subscribe: str
    older: str
    newer: str
    none_yet: str
    not_kept: str
    feeds: str
    rss: str
    json_feed: str
    missing: str
    missing_long: str


ENGLISH = ArchiveWords(
    archive="Archive",
    all_issues="All issues",
    subscribe="Subscribe",
    older="Older: {}",
    newer="Newer: {}",
    none_yet="The first issue is still being written.",
    not_kept="There is no web version of this issue.",
    feeds="Follow with a feed reader:",
    rss="RSS",
    json_feed="JSON Feed",
    missing="There is nothing at this address",
    missing_long="The link may be old or incomplete. All issues are on the first page.",
)
GERMAN = ArchiveWords(
    archive="Archiv",
    all_issues="Alle Ausgaben",
    subscribe="Abonnieren",
    older="Älter: {}",
    newer="Neuer: {}",
    none_yet="Die erste Ausgabe wird noch geschrieben.",
    not_kept="Von dieser Ausgabe gibt es keine Web-Fassung.",
    feeds="Mit einem Feedreader lesen:",
    rss="RSS",
    json_feed="JSON Feed",
    missing="Unter dieser Adresse gibt es nichts",
    missing_long="Der Link ist vielleicht alt oder unvollständig. Alle Ausgaben stehen auf der ersten Seite.",
)
LANGUAGES = {"en": ENGLISH, "de": GERMAN}


def archive_words(language: str) -> ArchiveWords:
    """Return the archive's words in *language* (BCP 47, the region does not count); English where we have none."""
    return LANGUAGES.get(language_of(language), ENGLISH)
