"""Compiles an issue for all its readers: each variant once, as it is frozen."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from newsletter.app.building import template_of
from newsletter.app.newsletter import Newsletter
from newsletter.app.sections import without_sections
from newsletter.errors import NewsletterError
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.variant import MOST, Variants
from newsletter.sender.addressing import MailTemplate
from newsletter.sender.edition import Edition


def edition_of(
    newsletter: Newsletter,
    issue: Issue,
    rendered: RenderedIssue,
    variants: Variants,
    *,
    date: datetime | None = None,
) -> Edition:
    """Return *issue*, whose whole is *rendered*, in all its compiled *variants*; without a *date* the issue's own."""
    templates = {"": template_of(newsletter, issue, rendered, date=date)}
    for variant in sorted(variants.compiled - {""}):
        templates[variant] = _compiled(newsletter, issue, variant, date)
    return Edition(variants=variants, templates=templates)


def _compiled(newsletter: Newsletter, issue: Issue, variant: str, date: datetime | None) -> MailTemplate:
    part = without_sections(issue, variant)
    return template_of(newsletter, part, newsletter.render(part), date=date)


def completed(
    newsletter: Newsletter, edition: Edition, number: int, date: datetime, wanted: Mapping[str, int]
) -> Edition:
    """Return *edition*, frozen for *date*, with the variants that people *wanted* since.

    They are made of the issue's file only while that still gives the very mail that was frozen: what was agreed to is
    what is sent. Otherwise the edition stays as it is, and has nothing for those people.
    """
    variants = edition.variants
    lacking = {variants.of(without) for without in wanted if variants.lacks(without)}
    if not lacking or len(lacking | variants.compiled) > MOST:
        return edition
    try:
        issue = newsletter.issues.read(newsletter.issues.find(str(number)))
        if template_of(newsletter, issue, newsletter.render(issue), date=date) != edition.whole:
            return edition
        added = {variant: _compiled(newsletter, issue, variant, date) for variant in sorted(lacking)}
    except NewsletterError:
        return edition
    return Edition(
        variants=replace(variants, compiled=variants.compiled | lacking), templates={**edition.templates, **added}
    )
