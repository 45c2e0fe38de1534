"""A fault in the MJML that a theme made of an issue."""

from dataclasses import dataclass

from newsletter.model.traced import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class MjmlFault:
    """What is wrong with a theme's MJML, at one place of its files or of the issue's.

    :param rule: the name of the rule that tells it.
    """

    rule: str
    place: Place
    what: str
    todo: str
