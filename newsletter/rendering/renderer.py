"""An issue becomes mail: the same HTML and text for all its readers, with a token at each place that differs."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from jinja2 import Environment

from newsletter.errors import RenderError
from newsletter.model.issue import Issue
from newsletter.model.mail import Picture, RenderedIssue, Slot
from newsletter.model.traced import Place, TracedIssue, TracedText
from newsletter.model.web_page import WebPage
from newsletter.rendering.inlining import cut_inline_css, inline
from newsletter.rendering.marks import read_marks
from newsletter.rendering.media import MEDIA, Album, Media
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.mjml_error import MjmlError
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.slots import make_tokens
from newsletter.rendering.templates import html_environment, render_template, text_environment
from newsletter.rendering.themes import FALLBACK, MJML, TEXT, WEB, find_theme_file
from newsletter.rendering.tracing import trace_mail
from newsletter.rendering.unmailable import refuse_unmailable
from newsletter.rendering.view import own_words, theme_values
from newsletter.rendering.words import nameless


class Renderer:
    """Renders the issues of one newsletter.

    ::

        Markdown ─► nh3 ─► Jinja ─► MJML ─► mjml-python ─► premailer ─► HTML
                             ├────► text
                             └────► web page

    Keep one for as long as the options stand: templates, their CSS and the Markdown parser are read once.

    :param folders: template folders in the order of their rank: a file of an earlier one replaces that of a later.
    :param media: the folder of the newsletter's own pictures.
    """

    def __init__(self, options: RenderingOptions, folders: Sequence[Path], media: Path = Path("media")) -> None:
        self._options = options
        self._media = Media(media)
        self._folders = tuple(folders)
        self._html = html_environment(self._folders)
        self._text = text_environment(self._folders)
        self._mjml_name = f"{options.theme}/{MJML}"
        self._text_name = f"{options.theme}/{TEXT}"

    @property
    def file(self) -> Path:
        """The theme's first file; RenderError when there is no such theme."""
        return find_theme_file(self._options.theme, MJML, self._folders)

    def render(self, issue: Issue) -> RenderedIssue:
        """Return *issue* as mail; the same issue, options and templates give the same bytes.

        :raises RenderError: a text cannot be mailed, or a template is broken; it names the file and the line.
        """
        mjml_file, text_file = self.file, find_theme_file(self._options.theme, TEXT, self._folders)
        refuse_unmailable(issue, self._options)
        tokens = make_tokens(own_words(issue, self._options), public=self._options.public)
        album = Album(self._media, self._options.pictures_at)
        values = theme_values(issue, self._options, tokens, gallery=album)
        mjml = render_template(self._html, self._mjml_name, values)
        try:
            html = self._compile(mjml, tokens)
        except MjmlError as fault:
            raise self._locate(fault, issue, tokens, mjml_file) from fault
        text = _finish_text(render_template(self._text, self._text_name, values), tokens, text_file)
        return RenderedIssue(
            number=issue.number,
            subject=issue.subject,
            mjml=mjml,
            html=html,
            text=text,
            tokens=tokens,
            pictures=album.pictures,
            embedded=not self._options.pictures_at,
        )

    def _compile(self, mjml: str, tokens: Mapping[Slot, str]) -> str:
        """Return the HTML of *mjml* with its inline CSS inlined, and as many slots as it had."""
        bare, sheets = cut_inline_css(mjml)
        html = inline(compile_mjml(bare), sheets)
        for slot, token in tokens.items():
            placed, found = bare.count(token), html.count(token)
            if placed != found:
                raise MjmlError(
                    f"slots.{slot} was placed {placed} times and came out {found} times",
                    "place slots in text and links only",
                    offset=max(bare.find(token), 0),
                )
        if tokens[Slot.UNSUBSCRIBE] not in html:
            raise MjmlError("the theme has no unsubscribe link", 'add <a href="{{ slots.unsubscribe }}">', offset=0)
        return html

    def render_web(self, issue: Issue) -> WebPage:
        """Return *issue* as a page of the archive; a theme without a page of its own shows that of "digest".

        :raises RenderError: as :meth:`render` does.
        """
        refuse_unmailable(issue, self._options)
        album = Album(self._media, self._options.pictures_at or MEDIA)
        nobody = {Slot.NAME: nameless(self._options.language)}
        values = theme_values(issue, self._options, nobody, gallery=album)
        theme = self._options.theme if self._has_page else FALLBACK
        html = render_template(self._html, f"{theme}/{WEB}", values)
        return WebPage(number=issue.number, html=html.strip() + "\n", pictures=album.pictures)

    def published_picture(self, name: str) -> Picture | None:
        """Return the picture of media/ that is published as *name*; None when none of them makes it any more."""
        return self._media.published(name)

    @property
    def _has_page(self) -> bool:
        return any((folder / self._options.theme / WEB).is_file() for folder in self._folders)

    def trace(self, issue: Issue) -> TracedIssue:
        """Return *issue* as mail that knows where each of its elements was written.

        :raises RenderError: as :meth:`render` does.
        """
        mjml_file = self.file
        refuse_unmailable(issue, self._options)
        mjml = self.traced_mjml(issue)
        try:
            return trace_mail(mjml)
        except MjmlError as fault:
            raise _at(fault, mjml, mjml_file) from fault

    def traced_mjml(self, issue: Issue) -> TracedText:
        """Return the MJML that the theme makes of *issue*, whatever that is worth.

        :raises RenderError: a template of it is broken.
        """
        return self._marked_mjml(issue, make_tokens(own_words(issue, self._options), public=self._options.public))

    def _marked_mjml(self, issue: Issue, tokens: Mapping[Slot, str]) -> TracedText:
        album = Album(self._media, self._options.pictures_at)
        values = theme_values(issue, self._options, tokens, marked=True, gallery=album)
        return read_marks(render_template(self._marked, self._mjml_name, values))

    @cached_property
    def _marked(self) -> Environment:
        return html_environment(self._folders, marked=True)

    def _locate(self, fault: MjmlError, issue: Issue, tokens: Mapping[Slot, str], file: Path) -> RenderError:
        """Return *fault* with the file and line that wrote it, which a second render with line marks tells."""
        return _at(fault, self._marked_mjml(issue, tokens), file)


def _at(fault: MjmlError, mjml: TracedText, file: Path) -> RenderError:
    try:
        place = mjml.place(fault.offset)
    except LookupError:
        place = Place(path=file, line=1)
    return RenderError(fault.what, fault.todo, where=place.path, line=place.line)


def _finish_text(text: str, tokens: Mapping[Slot, str], file: Path) -> str:
    if tokens[Slot.UNSUBSCRIBE] not in text:
        raise RenderError("the theme has no unsubscribe link", "add {{ slots.unsubscribe }}", where=file, line=1)
    return "\n".join(line.rstrip() for line in text.strip().split("\n")) + "\n"
