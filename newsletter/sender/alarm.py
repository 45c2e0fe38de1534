"""Notices when a server refuses or fails everybody, before a whole list has been tried on it."""

from newsletter.errors import ServerError
from newsletter.sender.verdict import Verdict

FAULTS = 3
"""Refusals of the sender in a row that stop the run."""
REJECTIONS = 10
"""Refusals of the mail itself in a row that stop the run: one reader's filter is no reason, ten are."""
LOSSES = 5
"""Lines lost in a row, no message between them, that stop the run."""


class Alarm:
    """Counts what goes wrong without a good answer between.

    :param server: its name in messages.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._faults = 0
        self._rejections = 0
        self._losses = 0

    def heed(self, verdict: Verdict) -> None:
        """Take note of *verdict*, which has been recorded; ServerError if it is one too many of its kind."""
        self._faults = self._faults + 1 if verdict.our_fault else 0
        self._rejections = self._rejections + 1 if verdict.of_the_mail else 0
        self._losses = self._losses + 1 if verdict.hang_up else 0
        if self._faults == FAULTS:
            todo = 'check "from" in newsletter.toml and what the provider lets this login send'
            raise ServerError(f"it refuses our mail, whoever it is for: {verdict.words}", todo, where=self._server)
        if self._rejections == REJECTIONS:
            todo = "read what it says; those it refused get it with newsletter resume ISSUE --refused"
            raise ServerError(f"it refused {REJECTIONS} mails in a row: {verdict.words}", todo, where=self._server)
        if self._losses == LOSSES:
            todo = "what it accepted is recorded; go on when the server is well"
            raise ServerError(f"the line broke {LOSSES} times in a row: {verdict.words}", todo, where=self._server)
