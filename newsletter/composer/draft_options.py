"""Who may draft, and for how much: [draft] in newsletter.local.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftOptions:
    """A command or a model that drafts; neither is there unless newsletter.local.toml names it.

    :param command: is run for each article, JSON in and JSON out.
    :param url: of an OpenAI-compatible API, without /chat/completions.
    :param model: its name there; behind a command, the name that its drafts are marked with.
    :param key_env: the environment variable that has the API's key; *key_command* prints it instead.
    :param private: the address may lead to this machine or a private network.
    :param parameters: go into each request as they are: temperature and the like.
    :param seconds: that one draft may take.
    :param most_words: of a text that is read; what is longer is refused, or cut where that is allowed.
    :param price_in: of a million tokens that are read, in *currency*; *price_out* of a million that are written.
    :param cap_issue: of the money of one issue; None is no cap. *cap_month* is that of a month.
    :param cap_tokens: read and written for one issue.
    """

    command: tuple[str, ...] = ()
    url: str = ""
    model: str = ""
    key_env: str = ""
    key_command: tuple[str, ...] = ()
    private: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seconds: int = 60
    most_words: int = 12_000
    price_in: float = 0.0
    price_out: float = 0.0
    currency: str = "USD"
    cap_issue: float | None = None
    cap_month: float | None = None
    cap_tokens: int = 200_000

    @property
    def name(self) -> str:
        """Who the drafts are by."""
        return self.model or "command"

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """Return what so many tokens cost, in :attr:`currency`."""
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000
