"""Makes an issue that corrects one that was sent: it goes only to those who got that."""

from datetime import datetime
from pathlib import Path
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.plan import require_sent
from newsletter.errors import SendError


def create_correction(newsletter: Newsletter, number: int, values: dict[str, Any]) -> Path:
    """Make a new issue that corrects issue *number*, for the same list, of today unless *values* say otherwise.

    :raises SendError: when issue *number* was not sent to the list from here.
    """
    receipts = newsletter.issues.receipts_of(number)
    list_name = values.get("list") or next((receipt.list for receipt in receipts), "")
    require_sent(newsletter, number, list_name)
    if newsletter.issues.last() is None:
        raise SendError("there is no issue here", "newsletter new makes one", where=newsletter.issues.folder)
    subject = next(receipt.subject for receipt in receipts if receipt.list == list_name)
    known = {
        "subject": f"Correction: {subject}",
        "date": datetime.now(newsletter.settings.timezone).date(),
        **{name: value for name, value in values.items() if value},
    }
    return newsletter.issues.create({**known, "list": list_name, "correction_of": number})
