"""An issue as mail, ready to be looked at: each view of it is made when somebody asks, and kept."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from newsletter.app import Newsletter
from newsletter.app.building import template_of
from newsletter.app.checking import check_issue
from newsletter.app.sections import variants_of, without_sections
from newsletter.checks.finding import Finding
from newsletter.checks.folding import folded
from newsletter.checks.weight import GMAIL_CLIP, weigh
from newsletter.composer.markdown import plain_text
from newsletter.errors import SendError
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.subscriber import Subscriber
from newsletter.model.traced import Place, TracedIssue
from newsletter.model.variant import Variants, read_without
from newsletter.rendering.scheme import in_scheme
from newsletter.rendering.views import as_outlook, without_images
from newsletter.sender.addressing import MailTemplate, Sample, sample_message, sample_slots
from newsletter.web.mail_frame import wants_remote

VIEWS = ("light", "dark", "outlook", "images-off")
_NEAR = 3
"""Lines above a finding in which the element that it is about may begin: a heading and its byline."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An issue that was rendered.

    :param traced: the same mail, whose elements know where they were written.
    """

    newsletter: Newsletter = field(repr=False, compare=False)
    issue: Issue
    rendered: RenderedIssue
    traced: TracedIssue

    @classmethod
    def of(cls, newsletter: Newsletter, path: Path) -> "Sheet":
        """Read and render the issue file *path*; NewsletterError says why it cannot be."""
        issue = newsletter.issues.read(path)
        newsletter.list_of(issue)
        rendered = newsletter.render(issue)
        return cls(
            newsletter=newsletter,
            issue=issue,
            rendered=rendered,
            traced=newsletter.renderer_of(issue.list).trace(issue),
        )

    @cached_property
    def _variants(self) -> Variants:
        return variants_of(self.newsletter, self.issue)

    @cached_property
    def _parts(self) -> dict[str, "Sheet"]:
        return {"": self}

    def part(self, reader: Subscriber | None) -> "Sheet":
        """Return the variant that *reader* gets, the whole for None.

        :raises SendError: they want none of the sections.
        """
        variant = self._variants.of(reader.without) if reader else ""
        if self._variants.is_empty(variant):
            raise SendError("nothing is left of the issue without its sections", "this reader gets no mail of it")
        if variant not in self._parts:
            issue = without_sections(self.issue, variant)
            traced = self.newsletter.renderer_of(issue.list).trace(issue)
            rendered = self.newsletter.render(issue)
            self._parts[variant] = Sheet(newsletter=self.newsletter, issue=issue, rendered=rendered, traced=traced)
        return self._parts[variant]

    @cached_property
    def _template(self) -> MailTemplate:
        return template_of(self.newsletter, self.issue, self.rendered)

    @cached_property
    def _traced_template(self) -> MailTemplate:
        return template_of(self.newsletter, self.issue, replace(self.rendered, html=self.traced.html))

    @cached_property
    def _samples(self) -> dict[tuple[bool, Subscriber], Sample]:
        return {}

    def sample(self, reader: Subscriber, *, traced: bool = False) -> Sample:
        """Return the mail to *reader*; SendError when a header cannot hold their name or address.

        :param traced: its elements have ``data-place``.
        """
        if (part := self.part(reader)) is not self:
            return part.sample(replace(reader, without=""), traced=traced)
        key = (traced, reader)
        if key not in self._samples:
            self._samples[key] = sample_message(self._traced_template if traced else self._template, reader)
        return self._samples[key]

    def picture(self, view: str, reader: Subscriber) -> str:
        """Return the page of a view, one of :data:`VIEWS`, in which each element has the number of its place."""
        html = in_scheme(self.sample(reader, traced=True).alone, dark=view == "dark")
        if view == "outlook":
            return as_outlook(html)
        return without_images(html) if view == "images-off" else html

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks find."""
        return tuple(check_issue(self.newsletter, self.issue, self.rendered, self.traced))

    def finding_values(self, reader: Subscriber | None = None) -> list[dict[str, Any]]:
        """The findings, as JSON takes them, with the numbers of the elements of *reader*'s mail that each is about.

        They are those of the whole issue, whatever the reader does without.
        """
        part = self.part(reader)
        return [{**finding.values(), "places": part._about(finding)} for finding in folded(self.findings)]

    def _about(self, finding: Finding) -> tuple[int, ...]:
        place = Place(path=finding.path, line=finding.line, column=finding.column)
        if found := self.traced.elements(place):
            return found
        body = range(finding.line - 1, max(finding.line - 1 - _NEAR, 0), -1) if finding.path == self.issue.path else ()
        above = (self.traced.elements(Place(path=finding.path, line=line)) for line in body)
        return next(filter(None, above), ())

    def place(self, number: int, reader: Subscriber | None = None) -> Place | None:
        """Return where the element of this number of *reader*'s mail was written."""
        places = self.part(reader).traced.places
        return places[number] if 0 <= number < len(places) else None

    @cached_property
    def files(self) -> frozenset[Path]:
        """The files that elements and findings name: the issue, templates, settings."""
        named = {place.path for place in self.traced.places} | {finding.path for finding in self.findings}
        return frozenset(named | {self.issue.path})

    def weight_values(self, reader: Subscriber | None = None) -> dict[str, Any]:
        """What the HTML part of the whole issue weighs, in bytes, by cause and by article, as JSON takes it.

        Its places are the numbers of the elements of *reader*'s mail.
        """
        traced = self.part(reader).traced
        weight, articles = weigh(self.rendered.html, self.issue.articles), self.issue.articles
        shares = [
            {
                "index": share.index,
                "title": plain_text(articles[share.index].title.markdown),
                "line": articles[share.index].line,
                "start": share.start,
                "size": share.size,
                "places": traced.elements(Place(path=self.issue.path, line=articles[share.index].line))[-1:],
            }
            for share in weight.shares
        ]
        names = ("total", "head", "styles", "comments", "text", "markup")
        clipped = weight.clip.index if weight.clip else None
        return {**{name: getattr(weight, name) for name in names}, "shares": shares, "clipped": clipped}

    def summary(self, reader: Subscriber) -> dict[str, Any]:
        """What the page needs besides the parts, as JSON takes it.

        ``digest`` changes when the HTML does, so that a frame is loaded again only then.
        """
        sample, author = self.sample(reader), self.newsletter.settings.sender.author_of(self.issue.list)
        return {
            "subject": self.issue.subject,
            "preheader": self.issue.preheader,
            "from": {"name": author.name, "address": author.address},
            "date": self.newsletter.moment(self.issue).isoformat(),
            "bytes": len(sample.html.encode()),
            "clip": GMAIL_CLIP,
            "digest": sha256(sample.alone.encode()).hexdigest()[:16],
            "remote": wants_remote(sample.html),
            "reader": {"name": reader.address.name, "address": reader.address.address},
            "slots": dict(sample_slots(self._template, reader)),
            "without": sorted(read_without(self._variants.of(reader.without))),
            "optional": bool(self._variants.optional),
        }
