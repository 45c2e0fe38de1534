"""Keeps the receipts beside the issue files in step with the ledger."""

from dataclasses import replace

from newsletter.app.newsletter import Newsletter
from newsletter.app.selecting import read_excluding
from newsletter.composer.issues import sha256_of
from newsletter.composer.receipt import Receipt, read_receipts, write_receipts
from newsletter.model.delivery import Balance, State
from newsletter.store.ledger import LedgerStore, Mailing


def keep_receipts(newsletter: Newsletter, ledger: LedgerStore, number: int, *, issue_sha256: str = "") -> None:
    """Write what the ledger says of the mailings of issue *number* into its receipts.

    It is called before the first message and after the last one. A receipt that is missing, because the process died
    between the ledger and it, is made anew; those of other databases stay as they are.

    :param issue_sha256: of the issue file that a new mailing was compiled from; without it, of the file as it is.
    """
    path = newsletter.issues.folder / f"{number:03d}.receipt.toml"
    known = read_receipts(path)
    others = [receipt for receipt in known if receipt.ledger != newsletter.database.id]
    own = {receipt.list: receipt for receipt in known if receipt.ledger == newsletter.database.id}
    kept = [
        replace(
            own.get(mailing.list) or _fresh(newsletter, mailing, issue_sha256),
            finished=mailing.finished_at,
            segment=mailing.segment,
            excluding=read_excluding(mailing.excluding),
            counts=_counts(ledger.balance(number, mailing.list)),
        )
        for mailing in ledger.mailings(number)
    ]
    if kept and [*others, *kept] != list(known):
        write_receipts(path, [*others, *kept])


def _fresh(newsletter: Newsletter, mailing: Mailing, issue_sha256: str) -> Receipt:
    path = newsletter.issues.paths().get(mailing.issue)
    return Receipt(
        ledger=newsletter.database.id,
        host=newsletter.settings.host,
        list=mailing.list,
        started=mailing.started_at,
        subject=mailing.subject,
        issue_sha256=issue_sha256 or (sha256_of(path) if path else ""),
        content_sha256=mailing.content_sha256,
    )


def _counts(balance: Balance) -> dict[str, int]:
    return {"planned": balance.planned, **{state.value: balance[state] for state in State if balance[state]}}
