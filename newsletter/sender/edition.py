"""An issue as its readers get it: the mail of each variant, compiled once and frozen together.

::

    without '["Jobs"]' ──Variants.of──► variant ──► MailTemplate ──address──► Message

Readers who want the same sections share a template, so that nothing is rendered for one of them alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.errors import SendError
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.model.tokens import DeliveryTokens
from newsletter.model.variant import Variants
from newsletter.sender.addressing import FORM, MailTemplate

EDITION = FORM + 1
"""The form of a dump of several variants; an issue without optional sections is dumped as its only template is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """The templates of one issue, by variant; it stands wherever a template does.

    :param templates: the whole issue's is that of "".
    """

    variants: Variants
    templates: Mapping[str, MailTemplate]
    _known: dict[str, MailTemplate] = field(init=False, compare=False, repr=False, default_factory=dict)

    @classmethod
    def whole_alone(cls, template: MailTemplate) -> "Edition":
        """Return the edition of an issue that all readers get whole."""
        return cls(variants=Variants(), templates={"": template})

    @property
    def whole(self) -> MailTemplate:
        """The mail of the whole issue: what the web version is made of."""
        return self.templates[""]

    @property
    def issue(self) -> int:
        """The number of the issue."""
        return self.whole.issue

    def template_for(self, without: str) -> MailTemplate:
        """Return the mail for who does not want the sections *without*, as a subscription has them.

        :raises SendError: there is none: nobody compiled it, or nothing would be left.
        """
        if (known := self._known.get(without)) is None:
            if not self.variants.serves(without):
                raise SendError(f"the issue was not frozen without {without}", "newsletter send shows the plan")
            known = self._known[without] = self.templates[self.variants.of(without)]
        return known

    def address(self, subscriber: Subscriber, tokens: DeliveryTokens) -> Message:
        """Return the mail to *subscriber*, whole; SendError if their name or address cannot stand in a header."""
        return self.template_for(subscriber.without).address(subscriber, tokens)

    def dump(self) -> bytes:
        """Return the edition as bytes that :meth:`load` reads, so that a mailing can be frozen."""
        if not self.variants.optional:
            return self.whole.dump()
        dumps = {variant: template.values() for variant, template in self.templates.items()}
        optional = sorted(self.variants.optional)
        return json.dumps(
            {"form": EDITION, "optional": optional, "always": self.variants.always, "variants": dumps}
        ).encode()

    @classmethod
    def load(cls, data: bytes) -> "Edition":
        """Read what :meth:`dump` wrote, or a template of any form; SendError if it is something else."""
        try:
            values = json.loads(data)
            if (form := values["form"]) > EDITION:
                todo = "go on with the version of newsletter that began it"
                raise SendError(f"the frozen mailing has form {form}, and this version reads 1 to {EDITION}", todo)
            if form != EDITION:
                return cls.whole_alone(MailTemplate.load(data))
            templates = {variant: MailTemplate.of_values(one) for variant, one in values["variants"].items()}
            variants = Variants(
                optional=frozenset(values["optional"]), always=values["always"], compiled=frozenset(templates)
            )
            if "" not in templates:
                raise KeyError("")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as cause:
            raise SendError("the frozen mailing cannot be read", "newsletter restore brings back a backup") from cause
        return cls(variants=variants, templates=templates)
