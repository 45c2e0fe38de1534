"""Notices when a server refuses or delays everybody, before a whole list has been tried on it."""

from newsletter.errors import ServerError
from newsletter.sender.verdict import Verdict

FAULTS = 3
"""Refusals of the sender in a row that stop the run."""
REJECTIONS = 10
"""Refusals of the mail itself in a row that stop the run: one reader's filter is no reason, ten are."""
DELAYS = 20
"""Delays of everybody's mail (4xx to MAIL) in a row that stop the run: what is left would only be deferred too."""


class Alarm:
    """Counts what goes wrong without a good answer between."""

    def __init__(self) -> None:
        self._faults = 0
        self._rejections = 0
        self._delays = 0

    def heed(self, verdict: Verdict, server: str) -> ServerError | None:
        """Take note of *verdict* of *server*; return what stops the run if it is one too many of its kind."""
        if verdict.good:
            self._faults = self._rejections = self._delays = 0
            return None
        self._faults = self._faults + 1 if verdict.our_fault else 0
        self._rejections = self._rejections + 1 if verdict.of_the_mail else 0
        self._delays = self._delays + 1 if verdict.not_now else 0
        if self._faults == FAULTS:
            todo = 'check "from" in newsletter.toml and what the provider lets this login send'
            return ServerError(f"it refuses our mail, whoever it is for: {verdict.words}", todo, where=server)
        if self._rejections == REJECTIONS:
            todo = "read what it says; those it refused get it with newsletter resume ISSUE --refused"
            return ServerError(f"it refused {REJECTIONS} mails in a row: {verdict.words}", todo, where=server)
        if self._delays == DELAYS:
            todo = "go on when it takes mail again"
            what = f"it put off {DELAYS} mails in a row before it heard whom they are for: {verdict.words}"
            return ServerError(what, todo, where=server)
        return None
