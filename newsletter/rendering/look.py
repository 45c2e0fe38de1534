"""What a newsletter says of its own look: colours, fonts and a logo, which a theme takes over its own."""

from dataclasses import dataclass, field
from pathlib import Path

TEXTS, GROUNDS = ("ink", "soft", "accent"), ("paper", "card", "tint")
"""The colours of text, and those that it stands on: any of the one may stand on any of the other."""

COLOURS = (*TEXTS, *GROUNDS, "rule")


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """The colours of one scheme, as ``#rrggbb``; an empty one is left to the theme.

    :param ink: text.
    :param soft: small print: sources, dates, the footer.
    :param accent: links, labels, what stands out.
    :param paper: behind everything.
    :param card: behind an article.
    :param tint: behind what is set apart: a why, a sponsor, code.
    :param rule: lines.
    """

    ink: str = ""
    soft: str = ""
    accent: str = ""
    paper: str = ""
    card: str = ""
    tint: str = ""
    rule: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Logo:
    """A picture that stands for the newsletter's name.

    :param file: a picture of media/, as an issue names one.
    :param alt: what it says, for who does not see it.
    :param width: in CSS pixels, as it is shown; 0 is as wide as it is.
    :param dark: another picture for the dark scheme; empty when the one is good for both.
    :param path: the file that names it, in whose *line*.
    """

    file: str
    alt: str
    dark: str = ""
    width: int = 0
    path: Path = Path("newsletter.toml")
    line: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """The table ``[look]`` of newsletter.toml; what is empty is left to the theme.

    :param text_font: a CSS list of fonts.
    :param heading_font: the same, for headings.
    :param text_outlook: the one of *text_font* that Outlook is told: where the first is missing, it shows Times.
    :param web_font: the https address of a style sheet with @font-face rules; nothing is loaded without one.
    """

    light: Palette = field(default_factory=Palette)
    dark: Palette = field(default_factory=Palette)
    text_font: str = ""
    heading_font: str = ""
    text_outlook: str = ""
    heading_outlook: str = ""
    web_font: str = ""
    logo: Logo | None = None
