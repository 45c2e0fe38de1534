"""Tries an issue before it is sent: rehearsed into files, or sent to a few test addresses. The ledger hears nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.building import template_of
from newsletter.app.comparing import ALONE, test_folder
from newsletter.app.editions import edition_of
from newsletter.app.git import would_track
from newsletter.app.newsletter import Newsletter
from newsletter.app.plan import Plan
from newsletter.app.sections import asked_for, variants_of
from newsletter.app.signing import signer_of
from newsletter.errors import SendError
from newsletter.files import write_whole
from newsletter.model.address import Address
from newsletter.model.delivery import Delivery, State
from newsletter.model.issue import Issue
from newsletter.model.mail import Message
from newsletter.sender.addressing import TEST_MARK, Addressing, MailTemplate, message_to_tester, sample_message
from newsletter.sender.outputs import open_output
from newsletter.sender.trial import send_test as send_to_testers
from newsletter.settings import FILE
from newsletter.store.ledger import LedgerStore
from newsletter.store.subscribers import SubscriberStore

TEST_LIMIT = 10
"""Addresses of a test send: more is a mailing, and belongs in the ledger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """Everybody's message, written instead of sent."""

    folder: Path
    files: tuple[Path, ...]
    count: int


def rehearse(newsletter: Newsletter, planned: Plan, folder: Path | None, form: str) -> Rehearsal:
    """Write the message of every recipient into *folder*: the bytes that would be sent, but for Date and signature.

    No record is made.

    :raises SendError: when git would track what is written: messages have addresses in them.
    """
    folder = folder or newsletter.shown / ".newsletter" / "rehearsals" / planned.issue.label
    if would_track(folder):
        what = "git would track this folder, and messages have addresses in them"
        raise SendError(what, "ignore it in .gitignore, or give another folder", where=folder)
    store = SubscriberStore(newsletter.database)
    wanted = store.reachable(planned.list, selection=planned.selection)
    variants = asked_for(variants_of(newsletter, planned.issue), wanted, where=str(newsletter.shown / FILE))
    edition = edition_of(newsletter, planned.issue, planned.rendered, variants)
    addressing = Addressing(template=edition, key=newsletter.database.key)
    signed = _signed(newsletter, planned.list)
    people = store.subscriptions(list_name=planned.list, selection=planned.selection, only_reachable=True)
    got = _who_got(newsletter, planned.issue.correction_of)
    with open_output(form, folder) as output:
        written = [
            output.write(signed(addressing.message(subscription.subscriber)))
            for subscription in people
            if variants.serves(subscription.subscriber.without)
            and (got is None or subscription.subscriber.number in got)
        ]
    return Rehearsal(folder=folder, files=tuple(dict.fromkeys(written)), count=len(written))


def _signed(newsletter: Newsletter, list_name: str) -> Callable[[Message], Message]:
    """Return what signs mail to the list *list_name*, as a mailing does; without [dkim] it stays as it is."""
    signer = signer_of(newsletter, list_name)
    return signer.sign if signer else lambda message: message


def _who_got(newsletter: Newsletter, number: int) -> set[int] | None:
    """Return the numbers of those who were sent issue *number*; None for issue 0, which is none."""
    if not number:
        return None
    accepted = LedgerStore(newsletter.database).deliveries(number, [State.ACCEPTED])
    return {delivery.subscriber for delivery in accepted}


def send_test(newsletter: Newsletter, planned: Plan, addresses: Sequence[str], via: str) -> tuple[Delivery, ...]:
    """Send the issue to a few addresses, outside the ledger; what becomes of each is returned."""
    settings = newsletter.settings
    testers = tuple(_tester(address) for address in addresses) or settings.test_addresses
    if not testers:
        raise SendError(
            "there is nobody to send a test to", "give addresses, or set addresses in [test] of newsletter.toml"
        )
    if len(testers) > TEST_LIMIT:
        raise SendError(f"{len(testers)} addresses are no test", f"give at most {TEST_LIMIT}, or send it to a list")
    template = template_of(newsletter, planned.issue, planned.rendered, mark=TEST_MARK)
    signed = _signed(newsletter, planned.list)
    messages = [signed(message_to_tester(template, tester)) for tester in testers]
    _keep(newsletter, planned.issue, template)
    return send_to_testers(messages, settings.servers(via))


def _keep(newsletter: Newsletter, issue: Issue, template: MailTemplate) -> None:
    """Keep what a test send has, for newsletter diff --test: as nobody's mail, so that no address is in it.

    Before it leaves: a disk that is full must not look like a test that failed.
    """
    sample = sample_message(template)
    for suffix, part in ((".html", sample.html), (".txt", sample.text)):
        kept = test_folder(newsletter, issue) / f"{issue.label}{suffix}"
        write_whole(kept, part.encode(), durable=False)
    alone = test_folder(newsletter, issue) / f"{issue.label}{ALONE}"
    if sample.alone != sample.html:
        write_whole(alone, sample.alone.encode(), durable=False)
    else:
        alone.unlink(missing_ok=True)


def _tester(text: str) -> Address:
    from newsletter.subscribers.address import validate

    return validate(text)
