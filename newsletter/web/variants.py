"""The variants of an issue that the preview steps through: of its audience, and with each optional section left out."""

import json
from pathlib import Path
from typing import Any

from newsletter.app import open_newsletter
from newsletter.app.readers import store_of
from newsletter.app.sections import variants_of
from newsletter.errors import InputError, NewsletterError
from newsletter.model.issue import Issue
from newsletter.model.variant import read_without, written_without

WHOLE = "whole"
"""How a page names the whole issue; other variants it names by what is left out, as a JSON array."""


def list_variants(folder: Path, issue: Issue) -> dict[str, Any]:
    """Return the variants of *issue* in the newsletter of *folder*, as JSON takes them: with how many get each.

    The audience is that of the database, where there is one. Nothing but the whole is listed for an issue without
    optional sections.
    """
    newsletter = open_newsletter(folder)
    variants, people, error = variants_of(newsletter, issue), {"": 0}, ""
    try:
        if newsletter.has_database():
            people |= variants.sums(store_of(newsletter).reachable(issue.list))
    except NewsletterError as fault:
        error = str(fault)
    finally:
        newsletter.close()
    if variants.optional:
        people = {**people, **{key: people.get(key, 0) for key in map(_only, sorted(variants.optional))}}
    rows = [_row(variant, count) for variant, count in people.items() if not variants.is_empty(variant)]
    return {"variants": rows, "error": error}


def named_variant(name: str) -> str:
    """Return what is left out of the variant that a page names so; InputError if it is no name of one."""
    if name == WHOLE:
        return ""
    try:
        names = json.loads(name)
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise InputError("this is no variant", "load the page again")
    return written_without(names)


def _only(section: str) -> str:
    return written_without([section])


def _row(variant: str, count: int) -> dict[str, Any]:
    without = sorted(read_without(variant))
    what = f"Without {' and '.join(without)}" if without else "The whole issue"
    who = "nobody now" if not count else "1 person" if count == 1 else f"{count:,} people"
    return {"key": variant or WHOLE, "label": f"{what} · {who}", "without": without, "people": count}
