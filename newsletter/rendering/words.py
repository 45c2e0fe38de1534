"""The few words that a theme says itself, by language."""

import re
from dataclasses import dataclass
from datetime import date

# A table of our own, because the theme says a dozen things: a catalogue would be more machinery than words.


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a theme says in one language; ``{}`` stands for what is put in."""

    issue: str
    greeting: str
    nameless: str
    contents: str
    why: str
    minutes: str
    sponsor: str
    drafted: str
    drafted_reviewed: str
    drafted_edited: str
    drafted_list: str
    because: str
    unsubscribe: str
    preferences: str
    web: str
    months: tuple[str, ...]
    day: str
    month: str


ENGLISH = Words(
    issue="Issue {}",
    greeting="Hello {},",
    nameless="reader",
    contents="In this issue",
    why="Why it matters",
    minutes="{} min",
    sponsor="Sponsor",
    drafted="Drafted by a machine",
    drafted_reviewed="Drafted by a machine, reviewed by a person",
    drafted_edited="Drafted by a machine, edited by a person",
    drafted_list="Drafted by a machine: {}",
    because="You get this mail because you subscribed to {}.",
    unsubscribe="Unsubscribe",
    preferences="Preferences",
    web="Read on the web",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day="{day} {month} {year}",
    month="{month} {year}",
)
GERMAN = Words(
    issue="Ausgabe {}",
    greeting="Guten Tag {},",
    nameless="und willkommen",
    contents="In dieser Ausgabe",
    why="Warum das wichtig ist",
    minutes="{} Min.",
    sponsor="Anzeige",
    drafted="Maschinell entworfen",
    drafted_reviewed="Maschinell entworfen, von einem Menschen geprüft",
    drafted_edited="Maschinell entworfen, von einem Menschen bearbeitet",
    drafted_list="Maschinell entworfen: {}",
    because="Diese Mail kommt, weil {} von dieser Adresse abonniert wurde.",
    unsubscribe="Abbestellen",
    preferences="Einstellungen",
    web="Im Web lesen",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    day="{day}. {month} {year}",
    month="{month} {year}",
)
LANGUAGES = {"en": ENGLISH, "de": GERMAN}

RTL_LANGUAGES = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"))
"""Languages whose usual script runs from right to left (Unicode CLDR, layout)."""
RTL_SCRIPTS = frozenset(("adlm", "arab", "aran", "hebr", "nkoo", "rohg", "syrc", "thaa"))


def words_for(language: str) -> Words:
    """Return the words of *language* (BCP 47, the region does not count); English where we have none."""
    return LANGUAGES.get(language_of(language), ENGLISH)


def has_words(language: str) -> bool:
    """Whether there are words in *language*, so that a theme need not speak English."""
    return language_of(language) in LANGUAGES


def language_of(tag: str) -> str:
    """Return the language of a BCP 47 tag, without region and script: "de" of "de-AT"."""
    return re.split(r"[-_]", tag.lower())[0]


def direction_of(language: str) -> str:
    """Return how *language* (BCP 47) is written: "rtl" or "ltr", by its script if it names one."""
    first, *others = re.split(r"[-_]", language.lower())
    if script := next((one for one in others if len(one) == 4 and one.isalpha()), ""):
        return "rtl" if script in RTL_SCRIPTS else "ltr"
    return "rtl" if first in RTL_LANGUAGES else "ltr"


def nameless(language: str) -> str:
    """Return what fills the name slot of a reader whose name is not known."""
    return words_for(language).nameless


def say_day(day: date, words: Words) -> str:
    """Return *day* as a person writes it: "27 November 2026"."""
    return words.day.format(day=day.day, month=words.months[day.month - 1], year=day.year)


def say_published(published: str, words: Words) -> str:
    """Return "2025", "2025-09" or "2025-09-10" as a person writes it; anything else as it stands."""
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", published)
    if not match or not 1 <= int(match[2]) <= 12:
        return published
    form = words.day if match[3] else words.month
    return form.format(day=int(match[3] or 0), month=words.months[int(match[2]) - 1], year=match[1])
