"""Rules: each has a name, a severity and one sentence, and yields what it found."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.checks.document import Document
from newsletter.checks.finding import Finding, Severity
from newsletter.checks.spam_report import SpamReport
from newsletter.errors import RenderError
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.mjml_fault import MjmlFault
from newsletter.model.traced import Place
from newsletter.model.waiver import Waiver

if TYPE_CHECKING:  # 0.1 s to import, for who asks links
    from newsletter.browser.axe import Violation
    from newsletter.net.links import LinkStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is checked: an issue, the mail that it became, and what the newsletter's settings say of both.

    :param rendered: None when it could not be rendered.
    :param document: the same mail, taken apart; None when it could not be rendered.
    :param lists: the names of the mailing lists.
    :param own: what else is said in the mail: name, tagline and the like.
    :param public_url: where the newsletter's pages are to be; empty when there are none.
    :param waivers: the rules that do not count, by the newsletter's word or the issue's.
    :param clients: the mail clients that count, by name; empty when none is asked for.
    :param message: the mail as a sample reader gets it; empty when it could not be made.
    :param ran: the sent issue in which an article ran before, by the article's line.
    :param texts_ran: the sent issue that told most of an article's text, and the share, by the article's line.
    :param series: what is wrong with the order of a series' parts, by the article's line.
    :param caps: how many articles a section may have, by its name.
    :param fault: why the issue could not be rendered.
    :param mjml: what is wrong with the MJML that the theme made of it.
    :param found: what all other rules found; only the last rules see it.
    :param link_statuses: where links lead today; empty when they were not asked.
    :param violations: what axe-core found in Chromium; empty when it was not asked.
    :param spam: what SpamAssassin says of it; None when it was not asked, or gave no answer.
    :param author: the address that mail to the list is from by the settings, as headers have it; empty if unknown.
    :param list_id: what List-Id names the list by, by the settings: "weekly.example.com"; empty if unknown.
    :param settings_path: newsletter.toml, as a person would name it.
    :param settings_lines: the line of each of its keys.
    """

    issue: Issue
    rendered: RenderedIssue | None
    document: Document | None = None
    lists: tuple[str, ...] = ()
    postal_address: str = ""
    own: tuple[str, ...] = ()
    public_url: str = ""
    waivers: tuple[Waiver, ...] = ()
    clients: tuple[str, ...] = ()
    message: bytes = b""
    ran: Mapping[int, int] = field(default_factory=dict)
    texts_ran: Mapping[int, tuple[int, float]] = field(default_factory=dict)
    series: Mapping[int, str] = field(default_factory=dict)
    caps: Mapping[str, int] = field(default_factory=dict)
    fault: RenderError | None = None
    mjml: tuple[MjmlFault, ...] = ()
    found: tuple[Finding, ...] = ()
    link_statuses: "Mapping[str, LinkStatus]" = field(default_factory=dict)
    violations: "tuple[Violation, ...]" = ()
    spam: SpamReport | None = None
    author: str = ""
    list_id: str = ""
    settings_path: Path = Path("newsletter.toml")
    settings_lines: Mapping[str, int] = field(default_factory=dict)


Found = Iterator[tuple[int | Place, str, str]]
"""Where, what is wrong, what to do; a number is a line of the issue file, or of newsletter.toml."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule.

    :param sentence: what it asks for.
    :param settings: its lines are those of newsletter.toml, not of the issue.
    :param asked: the option without which it finds nothing: "--online"; empty for most.
    :param last: it looks at what the others found.
    """

    name: str
    severity: Severity
    sentence: str
    look: Callable[[Subject], Found]
    settings: bool = False
    asked: str = ""
    last: bool = False

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield what the rule finds."""
        path = subject.settings_path if self.settings else subject.issue.path
        for where, what, todo in self.look(subject):
            place = where if isinstance(where, Place) else Place(path=path, line=where)
            yield Finding(
                rule=self.name,
                severity=self.severity,
                path=place.path,
                line=place.line,
                column=place.column,
                what=what,
                todo=todo,
            )


RULES: dict[str, Rule] = {}
"""All rules by name."""


def rule(
    name: str, severity: Severity, *, settings: bool = False, asked: str = "", last: bool = False
) -> Callable[[Callable[[Subject], Found]], Callable[[Subject], Found]]:
    """Make a function a rule; the first line of its docstring is the rule's sentence."""

    def register(look: Callable[[Subject], Found]) -> Callable[[Subject], Found]:
        sentence = (look.__doc__ or "").partition("\n")[0]
        RULES[name] = Rule(
            name=name, severity=severity, sentence=sentence, look=look, settings=settings, asked=asked, last=last
        )
        return look

    return register
