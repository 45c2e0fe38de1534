"""All that is wrong with the MJML of an issue, at the lines that wrote it."""

from pathlib import Path

from newsletter.model.mjml_fault import MjmlFault
from newsletter.model.traced import Place, TracedText
from newsletter.rendering.grammar import faults
from newsletter.rendering.inlining import without_inline_css


def lint_mjml(mjml: TracedText, file: Path) -> tuple[MjmlFault, ...]:
    """Return the faults of *mjml*; what a template writes for each article is told once.

    :param file: the theme's first file, for what nobody wrote.
    """
    found: dict[MjmlFault, None] = {}
    for fault in faults(without_inline_css(mjml.text)):
        place = _place(mjml, fault.offset) or Place(path=file, line=1)
        found.setdefault(MjmlFault(rule=fault.rule, place=place, what=fault.what, todo=fault.todo))
    return tuple(found)


def _place(mjml: TracedText, offset: int) -> Place | None:
    try:
        return mjml.place(offset)
    except LookupError:
        return None
