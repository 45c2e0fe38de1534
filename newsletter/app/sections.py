"""The sections of an issue that its readers may do without, and the variants that come of it."""

from collections.abc import Mapping
from dataclasses import replace

from newsletter.app.newsletter import Newsletter
from newsletter.composer.markdown import plain_text
from newsletter.errors import SendError
from newsletter.model.issue import Issue, Section
from newsletter.model.variant import MOST, Variants, read_without
from newsletter.settings import FILE


def sections_of(newsletter: Newsletter) -> tuple[str, ...]:
    """Return the names of the sections that readers may turn off, in the order of newsletter.toml."""
    return newsletter.settings.optional_sections


def name_of(section: Section) -> str:
    """Return the name of *section* as newsletter.toml has it; empty above the first heading."""
    return plain_text(section.name.markdown) if section.name else ""


def variants_of(newsletter: Newsletter, issue: Issue) -> Variants:
    """Return what may be left out of *issue*; none of its variants but the whole is compiled yet."""
    offered = frozenset(sections_of(newsletter))
    told = [section for section in issue.sections if section.articles]
    names = [name_of(section) for section in told]
    return Variants(optional=offered.intersection(names), always=any(name not in offered for name in names))


def without_sections(issue: Issue, variant: str) -> Issue:
    """Return *issue* as *variant* has it: each section that is not wanted is left out whole."""
    unwanted = read_without(variant)
    return replace(issue, sections=tuple(one for one in issue.sections if name_of(one) not in unwanted))


def asked_for(variants: Variants, wanted: Mapping[str, int], *, where: str = FILE) -> Variants:
    """Return *variants* with all as compiled that *wanted*, counts by what people do not want, asks for.

    :raises SendError: they are too many.
    """
    asked = {variant for variant in variants.sums(wanted) if not variants.is_empty(variant)} | {""}
    if len(asked) > MOST:
        what = f"the readers' choices of sections make {len(asked)} variants of this issue, and {MOST} is the most"
        raise SendError(what, "make fewer sections optional", where=where)
    return replace(variants, compiled=frozenset(asked))
