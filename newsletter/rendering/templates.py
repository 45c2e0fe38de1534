"""The Jinja environments of the themes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.loaders import split_template_path
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from newsletter.errors import RenderError
from newsletter.rendering.bounds import bounded, bounded_format
from newsletter.rendering.look import Look, Palette
from newsletter.rendering.marks import LineMarks
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.plaintext import wrap
from newsletter.rendering.view import ArticleView, IssueView, LogoView, SectionView
from newsletter.rendering.words import Words

PLAIN_VALUES = frozenset({ArticleView, IssueView, LogoView, Look, Palette, RenderingOptions, SectionView, Words})


class _Loader(BaseLoader):
    """Finds a template in the first folder that has it, and looks again when a nearer one may have come."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        parts = split_template_path(template)
        paths = [folder.joinpath(*parts) for folder in self._folders]
        rank = next((rank for rank, path in enumerate(paths) if path.is_file()), None)
        if rank is None:
            raise TemplateNotFound(template)
        path = paths[rank]
        try:
            changed, source = path.stat().st_mtime_ns, path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as cause:
            raise RenderError(f"this template cannot be read: {cause}", "save it as UTF-8", where=path) from cause
        return source, str(path), lambda: _changed_at(path) == changed and not any(p.exists() for p in paths[:rank])


def _changed_at(path: Path) -> int:
    """Return when the file *path* was changed; 0 when it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which ``./card.mjml.j2`` means the folder of the template that says so: a theme can be copied."""

    def getattr(self, obj: object, attribute: str) -> object:
        # The values of a theme are frozen and hold nothing but texts: asking the sandbox for each of their 700
        # attributes would cost a fifth of the whole render.
        if type(obj) in PLAIN_VALUES and attribute in type(obj).__dataclass_fields__:  # type: ignore[attr-defined]
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        bounded(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        wrapped = super().wrap_str_format(value)
        return bounded_format(wrapped, str(value.__self__)) if wrapped else None

    def join_path(self, template: str, parent: str) -> str:
        return f"{parent.rpartition('/')[0]}/{template[2:]}" if template.startswith("./") else template


def html_environment(
    folders: Sequence[Path], *, marked: bool = False, catalogue: NullTranslations | None = None
) -> Environment:
    """Return the environment for MJML and HTML: everything is escaped; *marked* adds the line marks.

    :param catalogue: what ``_()`` translates with; without one templates have no such function.
    """
    environment = _environment(folders, autoescape=True, extensions=[LineMarks] if marked else [])
    _translated(environment, catalogue)
    environment.filters["lines"] = _html_lines
    return environment


def text_environment(folders: Sequence[Path], *, catalogue: NullTranslations | None = None) -> Environment:
    """Return the environment for plain text: nothing is escaped; *catalogue* is as in :func:`html_environment`."""
    environment = _environment(folders, autoescape=False, extensions=[])
    _translated(environment, catalogue)
    environment.filters["wrap"] = wrap
    return environment


def _translated(environment: Environment, catalogue: NullTranslations | None) -> None:
    if catalogue is not None:
        environment.add_extension("jinja2.ext.i18n")
        environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]


def _environment(folders: Sequence[Path], *, autoescape: bool, extensions: list[type[Extension]]) -> Environment:
    return _Environment(
        loader=_Loader(folders),
        autoescape=autoescape,
        extensions=extensions,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _html_lines(text: str) -> Markup:
    """Return *text* with its line breaks as ``<br />``."""
    return Markup("<br />").join(escape(line) for line in text.strip().splitlines())


def render_template(environment: Environment, name: str, values: Mapping[str, object]) -> str:
    """Return what the template *name* makes of *values*.

    :raises RenderError: with the template's file and line.
    """
    with _located(name):
        return environment.get_template(name).render(values)


def template_values(environment: Environment, name: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return what the template *name* sets.

    :raises RenderError: with the template's file and line.
    """
    with _located(name):
        return dict(vars(environment.get_template(name).make_module(dict(values))))


@contextmanager
def _located(name: str) -> Iterator[None]:
    """Turn whatever the template *name* raises into a RenderError that says where."""
    try:
        yield
    except RenderError:
        raise
    except TemplateSyntaxError as cause:
        raise RenderError(
            f"this is not Jinja: {cause.message}", "mend that line", where=cause.filename or name, line=cause.lineno
        ) from cause
    except TemplateNotFound as cause:
        where, line = _template_place(cause, name)
        raise RenderError(
            f'there is no template "{cause.message}"', "look at the names in the theme's folder", where=where, line=line
        ) from cause
    # A template can raise anything that Python's operators raise, and its author must hear where.
    except Exception as cause:
        where, line = _template_place(cause, name)
        what = cause.message if isinstance(cause, TemplateError) and cause.message else str(cause)
        raise RenderError(
            f"the template fails: {what or type(cause).__name__}", "mend that line", where=where, line=line
        ) from cause


def _template_place(error: BaseException, name: str) -> tuple[str, int | None]:
    """Where in a template *error* came up: Jinja writes its files and lines into the traceback."""
    place: tuple[str, int | None] = (name, None)
    trace = error.__traceback__
    while trace:
        filename = trace.tb_frame.f_code.co_filename
        if filename.endswith(".j2"):
            place = (filename, trace.tb_lineno)
        trace = trace.tb_next
    return place
