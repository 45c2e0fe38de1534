"""The readers' own pages and the notices that they are sent, in the look of the theme and in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from jinja2 import Environment

from newsletter.model.site import SiteAddress
from newsletter.rendering.archive_words import archive_words
from newsletter.rendering.catalogue import languages, read_catalogue
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.palette import palette_template
from newsletter.rendering.templates import html_environment, render_template, text_environment
from newsletter.rendering.words import direction_of, language_of, words_for


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedNotice:
    """A notice, ready to be put into a mail.

    :param text: the plain-text part, lines ended by LF.
    """

    subject: str
    html: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tongue:
    """What one language needs."""

    catalogue: NullTranslations
    html: Environment
    text: Environment


class ReaderPages:
    """Renders the pages around a subscription. Keep one for as long as the options stand; threads may share it.

    :param folders: template folders in the order of their rank.
    :ivar languages: those that there are words in.
    """

    def __init__(self, options: RenderingOptions, address: SiteAddress, folders: Sequence[Path]) -> None:
        self._options = options
        self._address = address
        self._folders = folders
        self.languages = languages(folders)
        self._tongues = {language: self._tongue(language) for language in self.languages}
        self._palette = palette_template(options.theme, folders)

    def _tongue(self, language: str) -> _Tongue:
        catalogue = read_catalogue(language, self._folders)
        return _Tongue(
            catalogue=catalogue,
            html=html_environment(self._folders, catalogue=catalogue),
            text=text_environment(self._folders, catalogue=catalogue),
        )

    def spoken(self, *wanted: str) -> str:
        """Return the first of the *wanted* languages that there are words in; else the newsletter's, or English."""
        for tag in (*wanted, self._options.language):
            if tag and (language := language_of(tag)) in self._tongues:
                return language
        return self.languages[0]

    def page(self, name: str, language: str, values: Mapping[str, Any]) -> str:
        """Return the page ``web/public/NAME.html.j2`` in *language*, one of :attr:`languages`."""
        return render_template(
            self._tongues[language].html, f"web/public/{name}.html.j2", {**self._given(language), **values}
        )

    def notice(self, kind: str, language: str, values: Mapping[str, Any]) -> RenderedNotice:
        """Return the notice of *kind* in *language*: of ``web/public/notices/KIND.txt.j2``, in the frame of both parts.

        Its first line is the subject; the paragraphs follow.
        """
        tongue = self._tongues[language]
        given = {**self._given(language), **values}
        subject, _, rest = render_template(tongue.text, f"web/public/notices/{kind}.txt.j2", given).partition("\n")
        parts = tuple(" ".join(part.split()) for part in rest.strip().split("\n\n"))
        framed = {**given, "subject": subject, "paragraphs": parts, "sheet": values.get("sheet", "")}
        return RenderedNotice(
            subject=subject.strip(),
            html=render_template(tongue.html, "web/public/notice.html.j2", framed),
            text=render_template(tongue.text, "web/public/notice.txt.j2", framed),
        )

    def button(self, kind: str, language: str) -> str:
        """Return what the button of a notice of *kind* says."""
        gettext = self._tongues[language].catalogue.gettext
        return {
            "confirm": gettext("Yes, subscribe me"),
            "address": gettext("Yes, this is my address"),
        }.get(kind, gettext("To my preferences"))

    def says(self, language: str) -> Callable[[str], str]:
        """Return what says a text of ours in *language*."""
        return self._tongues[language].catalogue.gettext

    def language_name(self, language: str) -> str:
        """Return what *language* calls itself: "Deutsch"."""
        from babel import Locale, UnknownLocaleError

        try:
            name = Locale.parse(language).display_name
        except (UnknownLocaleError, ValueError):
            name = None
        return name[:1].upper() + name[1:] if name else language

    def _given(self, language: str) -> dict[str, Any]:
        palette = self._tongues[language].html.get_template(self._palette)
        return {
            "newsletter": self._options,
            "look": self._options.look,
            "words": words_for(language),
            "archive": archive_words(language),
            "c": palette.make_module({"look": self._options.look}),
            "language": language,
            "direction": direction_of(language),
            "root": self._address.root,
            "home": self._address.root,
            "url": self._address.url,
        }
