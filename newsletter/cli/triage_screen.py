"""A triage on the full screen: one key a decision."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from newsletter.app.deciding import Refused
from newsletter.app.deliberation import Deliberation
from newsletter.app.triaging import Outcome
from newsletter.cli.output import printable
from newsletter.cli.story_list import StoryList
from newsletter.cli.triage_dialogs import Ask, Choose, Tell
from newsletter.cli.triage_lines import (
    DONE,
    HELP,
    KEYS,
    all_about,
    head_line,
    rooms_line,
    story_line,
    tally_line,
    title_of,
)
from newsletter.composer.picking import source_of
from newsletter.composer.sitting import Room
from newsletter.composer.verdict import Verb, Verdict
from newsletter.errors import NewsletterError
from newsletter.model.excerpt import excerpt

Write = Callable[[Sequence[Verdict]], Outcome]

_STYLES = {
    Verb.PICK: Style(bold=True),
    Verb.DROP: Style(dim=True),
    Verb.MUTE: Style(dim=True),
    Verb.HOLD: Style(italic=True),
}
_CURSOR = Style(reverse=True)


class TriageScreen(App[Outcome | None]):
    """The stories, what is known of one, and the sections with their caps.

    :param write: carries the verdicts out; Refused says which cannot be.
    :param clock: tells how much time is left.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { layout: vertical; }
    Static { height: auto; }
    #head { text-style: reverse; height: 1; }
    #tally, #keys { height: 1; }
    #rooms { max-height: 3; border-top: solid $foreground; }
    StoryList { height: 1fr; }
    #about { height: auto; max-height: 50%; border-top: solid $foreground; padding: 0 1; display: none; }
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
        Binding("tab", "next_undecided", priority=True),
        Binding("slash", "ask_search"),
        Binding("n", "search_on"),
        Binding("enter", "about"),
        Binding("o", "address"),
        Binding("question_mark", "help"),
        Binding("q", "write"),
        Binding("ctrl+c", "leave", system=True),  # no priority: keys that were pressed before it come before it
        Binding("ctrl+q", "leave", priority=True, system=True),
    ]

    def __init__(self, deliberation: Deliberation, write: Write, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._deliberation = deliberation
        self._write = write
        self._clock = clock
        self._rooms: tuple[Room, ...] = deliberation.rooms()
        self._reason = ""
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Static(id="head", markup=False)
        yield Static(id="tally", markup=False)
        yield StoryList(len(self._deliberation.sitting.suggestions), self._draw)
        with VerticalScroll(id="about", can_focus=False):
            yield Static(id="story", markup=False)
        yield Static(id="rooms", markup=False)
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the first story that is undecided, and say what is kept from before."""
        self.set_interval(30, self._show)
        self._list.focus()
        self.watch(self._list, "cursor", self._show_story, init=True)
        if self._deliberation.kept:
            self.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        self.action_next_undecided()
        kept = self._deliberation.kept
        self._say(f"{kept} decision{'s' if kept > 1 else ''} kept from before; u takes them back")

    def on_resize(self) -> None:
        """Say all of it anew, as long as the lines are now."""
        self._show()

    @property
    def _list(self) -> StoryList:
        return self.screen_stack[0].query_one(StoryList)

    @property
    def _at(self) -> int:
        return self._list.cursor

    def _draw(self, index: int, width: int, at_cursor: bool) -> tuple[str, Style]:
        verdict = self._deliberation.verdict(index)
        muted = self._deliberation.is_muted(index)
        style = _STYLES[verdict.verb] if verdict else Style(dim=True) if muted else Style()
        return story_line(self._deliberation, index, width, at_cursor), style + _CURSOR if at_cursor else style

    def _show(self) -> None:
        main = self.screen_stack[0]
        self._rooms = self._deliberation.rooms()
        main.query_one("#head", Static).update(head_line(self._deliberation, self._clock(), self.size.width))
        main.query_one("#tally", Static).update(tally_line(self._deliberation))
        main.query_one("#rooms", Static).update(rooms_line(self._rooms))
        self._say(KEYS)
        self._list.refresh()

    def _show_story(self) -> None:
        about = self.screen_stack[0].query_one("#about", VerticalScroll)
        about.query_one("#story", Static).update(all_about(self._deliberation, self._at))
        about.scroll_home(animate=False)
        self._say(KEYS)

    def _say(self, text: str) -> None:
        """Say something in the last line, until the next decision or move."""
        self.screen_stack[0].query_one("#keys", Static).update(f" {text}")

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

    def action_next_undecided(self) -> None:
        """Go to the next story that is undecided."""
        self._seek(
            lambda at: self._deliberation.verdict(at) is None and not self._deliberation.is_muted(at), self._at - 1
        )

    def action_ask_search(self) -> None:
        """Search titles and sources."""
        self._ask("Search titles and sources for?", self._search, known=self._sought, needed=True)

    def _search(self, said: str) -> None:
        self._sought = said
        self.action_search_on()

    def action_search_on(self) -> None:
        """Go to the next story with what was searched for."""
        words, stories = self._sought.casefold(), self._deliberation.sitting.suggestions

        def found(at: int) -> bool:
            return words in f"{title_of(stories[at])} {source_of(stories[at].choice.article)}".casefold()

        if not words:
            self.action_ask_search()
        elif not self._seek(found, self._at):
            self._say(f"no title or source has “{self._sought}”")

    def _seek(self, wanted: Callable[[int], bool], behind: int) -> bool:
        count = len(self._deliberation.sitting.suggestions)
        at = next((n % count for n in range(behind + 1, behind + 1 + count) if wanted(n % count)), None)
        if at is not None:
            self._list.cursor = at
        return at is not None

    def action_about(self) -> None:
        """Show all about the story, or no more."""
        about = self.query_one("#about")
        about.display = not about.display
        self.call_after_refresh(self._list.watch_cursor)

    def action_address(self) -> None:
        """Show its address whole."""
        article = self._deliberation.sitting.suggestions[self._at].choice.article
        self.push_screen(Tell([article.link or "it has no address", "", "Any key goes back."]))

    def action_help(self) -> None:
        """Show what the keys do."""
        self.push_screen(Tell(HELP.split("\n")))

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
        titles = {at: excerpt(title_of(one), 50) for at, one in enumerate(stories, 1)}
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

    def _ask(self, question: str, then: Callable[[str], None], *, known: str = "", needed: bool = False) -> None:
        def answered(said: str | None) -> None:
            if said is not None:
                then(said)

        asked: ModalScreen[str | None] = Ask(question, known=known, needed=needed)
        self.push_screen(asked, answered)


def _told(verb: Verb, done: str, count: int) -> str:
    return f"{count} pick{'s' if count > 1 else ''}" if verb is Verb.PICK else f"{count} {done}"


def _meant(said: str, names: Sequence[str]) -> str:
    """Return the section that *said* is, or that alone begins with it; else it is a new one."""
    exact = [name for name in names if name.casefold() == said.casefold()]
    close = [name for name in names if name.casefold().startswith(said.casefold())]
    return exact[0] if exact else close[0] if len(close) == 1 else said
