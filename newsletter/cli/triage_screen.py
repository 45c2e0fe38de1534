"""A triage on the full screen: one key a decision."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from newsletter.app.deciding import Refused
from newsletter.app.deliberation import Deliberation
from newsletter.app.triaging import Outcome
from newsletter.cli.output import printable
from newsletter.cli.triage_dialogs import Choose, Tell
from newsletter.cli.triage_lines import DONE, title_of
from newsletter.cli.triage_view import TriageView
from newsletter.composer.picking import source_of
from newsletter.composer.triage_reading import meant
from newsletter.composer.verdict import Verb, Verdict
from newsletter.errors import NewsletterError
from newsletter.model.excerpt import excerpt

Write = Callable[[Sequence[Verdict]], Outcome]


class TriageScreen(TriageView):
    """The stories, and what the editor decides about them.

    :param write: carries the verdicts out; Refused says which cannot be.
    :param clock: tells how much time is left.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pick"),
        *(Binding(str(number), f"pick_into({number})") for number in range(1, 10)),
        Binding("s", "ask_section"),
        Binding("h", "hold"),
        Binding("H", "ask_hold"),
        Binding("d", "ask_drop"),
        Binding("D", "drop_again"),
        Binding("m", "mute"),
        Binding("minus,space", "clear"),
        Binding("u", "undo"),
        Binding("q", "write"),
        Binding("ctrl+c", "leave", system=True),  # no priority: keys that were pressed before it come before it
        Binding("ctrl+q", "leave", priority=True, system=True),
    ]

    def __init__(self, deliberation: Deliberation, write: Write, clock: Callable[[], datetime]) -> None:
        super().__init__(deliberation, clock)
        self._write = write
        self._reason = ""

    def on_mount(self) -> None:
        """Begin at the first story that is undecided, and say what is kept from before; the view has its own part."""
        if self._deliberation.kept:
            self.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        self.action_next_undecided()
        kept = self._deliberation.kept
        self._say(f"{kept} decision{'s' if kept > 1 else ''} kept from before; u takes them back")

    def _decide(self, decide: Callable[[int], None]) -> None:
        """Decide about the story of the cursor, and go on to the next one; say why when it cannot be kept."""
        try:
            decide(self._at)
        except NewsletterError as error:
            self._say(printable(f"{error.what}; {error.todo}"))
        else:
            self._show()
            self._list.action_move(1)

    def action_pick(self) -> None:
        """Pick the story where it belongs."""
        self._pick(None)

    def action_pick_into(self, number: int) -> None:
        """Pick it into a section of the last line."""
        if number <= len(self._rooms):
            self._pick(self._rooms[number - 1].name)
        else:
            self._say(f"there is no section {number}; s asks for a name")

    def action_ask_section(self) -> None:
        """Pick it into a section whose name is asked for."""
        names = [room.name for room in self._rooms]
        self._ask(
            f"Section? {', '.join(names)}, or a new one", lambda said: self._pick(_meant(said, names)), needed=True
        )

    def _pick(self, section: str | None) -> None:
        def pick(again: str = "") -> None:
            self._decide(lambda at: self._deliberation.pick(at, section, again))

        if ran := self._deliberation.runs_again(self._at):
            self._ask(f"It {ran}. Why once more?", pick, needed=True)
        else:
            pick()

    def action_hold(self) -> None:
        """Hold it."""
        self._hold("")

    def action_ask_hold(self) -> None:
        """Hold it for a reason."""
        self._ask("Why is it held?", self._hold)

    def _hold(self, reason: str) -> None:
        self._decide(lambda at: self._deliberation.hold(at, reason))

    def action_ask_drop(self) -> None:
        """Drop it for a reason."""
        self._ask("Why is it dropped?", self._drop, known=self._reason, needed=True)

    def action_drop_again(self) -> None:
        """Drop it for the reason of the last one."""
        if self._reason:
            self._drop(self._reason)
        else:
            self.action_ask_drop()

    def _drop(self, reason: str) -> None:
        self._reason = reason
        self._decide(lambda at: self._deliberation.drop(at, reason))

    def action_mute(self) -> None:
        """Mute its source."""
        if source_of(self._deliberation.sitting.suggestions[self._at].choice.article):
            self._decide(self._deliberation.mute)
        else:
            self._say("it has no source that could be muted; d drops it")

    def action_clear(self) -> None:
        """Leave it undecided."""
        self._decide(self._deliberation.clear)

    def action_undo(self) -> None:
        """Take the last decision back, and go to its story."""
        try:
            at = self._deliberation.undo()
        except IndexError:
            self._say("there is nothing to undo")
        except NewsletterError as error:
            self._say(printable(f"{error.what}; {error.todo}"))
        else:
            self._show()
            if at is None:
                self._say("undone for a story that is not shown any more")
            else:
                self._list.cursor = at

    def action_write(self) -> None:
        """Write what was decided, if the editor is sure."""
        counts = self._deliberation.counts()
        if not counts:
            self.exit(None)
            return
        told = ", ".join(_told(verb, done, counts[verb]) for verb, done in DONE.items() if counts[verb])
        over = [f"{room.name} has {room.count} then, and its cap is {room.cap}" for room in self._rooms if room.is_over]
        self.push_screen(Choose([f"Write {told}?", *over], {"y": "write", "n": "back to the list"}), self._answered)

    def _answered(self, key: str | None) -> None:
        if key != "y":
            return
        try:
            outcome = self._write(self._deliberation.verdicts())
        except Refused as refused:
            self.push_screen(Tell([*self._faults(refused), "", "Nothing was written. Any key goes back to the list."]))
        except NewsletterError as error:
            self.push_screen(Tell([str(error), "", "Your decisions are kept. Any key goes back to the list."]))
        else:
            self._deliberation.forget()
            self.exit(outcome)

    def _faults(self, refused: Refused) -> list[str]:
        stories = self._deliberation.sitting.suggestions
        first = next((fault.line - 1 for fault in refused.faults if fault.line <= len(stories)), None)
        if first is not None:
            self._list.cursor = first
        titles = {at: excerpt(title_of(one.choice), 50) for at, one in enumerate(stories, 1)}
        return [f"{titles.get(fault.line, 'Of before')}: {fault.what}; {fault.todo}" for fault in refused.faults]

    def action_leave(self) -> None:
        """Ask what is to become of the decisions; without any, or in a question, leave that."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif not self._deliberation.counts():
            self.exit(None)
        else:
            keys = {"k": "leave, and keep them", "w": "write them", "t": "throw them away", "esc": "back to the list"}
            count = sum(self._deliberation.counts().values())
            lines = [f"You decided about {count} {'story' if count == 1 else 'stories'}, and nothing is written yet."]
            self.push_screen(Choose(lines, keys), self._left)

    def _left(self, key: str | None) -> None:
        if key == "w":
            self.action_write()
        elif key == "t":
            self._deliberation.forget()
            self.exit(None)
        elif key == "k":
            self.exit(None)


def _told(verb: Verb, done: str, count: int) -> str:
    return f"{count} pick{'s' if count > 1 else ''}" if verb is Verb.PICK else f"{count} {done}"


def _meant(said: str, names: Sequence[str]) -> str:
    """Return the section that *said* is, or that alone begins with it; else it is a new one."""
    close = meant(said, names)
    return close[0] if len(close) == 1 else said
