"""What is seen of a triage on the full screen, and how an editor finds their way in it."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from newsletter.app.deliberation import Deliberation
from newsletter.app.triaging import Outcome
from newsletter.cli.story_list import StoryList
from newsletter.cli.triage_dialogs import Ask, Tell
from newsletter.cli.triage_lines import (
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
from newsletter.composer.verdict import Verb

_STYLES = {
    Verb.PICK: Style(bold=True),
    Verb.DROP: Style(dim=True),
    Verb.MUTE: Style(dim=True),
    Verb.HOLD: Style(italic=True),
}
_CURSOR = Style(reverse=True)


class TriageView(App[Outcome | None]):
    """The stories, what is known of one, and the sections with their caps.

    :param clock: tells how much time is left.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { layout: vertical; }
    Static { height: auto; }
    #head { text-style: reverse; height: 1; }
    #tally, #keys { height: 1; }
    #rooms { max-height: 3; padding: 0 1; border-top: solid $foreground; }
    StoryList { height: 1fr; }
    #about { height: auto; max-height: 50%; border-top: solid $foreground; padding: 0 1; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "ask_search"),
        Binding("n", "search_on"),
        Binding("enter", "about"),
        Binding("o", "address"),
        Binding("question_mark", "help"),
    ]

    def __init__(self, deliberation: Deliberation, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._deliberation = deliberation
        self._clock = clock
        self._rooms: tuple[Room, ...] = deliberation.rooms()
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
        """Begin with the first story."""
        self.set_interval(30, self._show)
        self._list.focus()
        self.watch(self._list, "cursor", self._show_story, init=True)

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
            return words in f"{title_of(stories[at].choice)} {source_of(stories[at].choice.article)}".casefold()

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

    def _ask(self, question: str, then: Callable[[str], None], *, known: str = "", needed: bool = False) -> None:
        def answered(said: str | None) -> None:
            if said is not None:
                then(said)

        asked: ModalScreen[str | None] = Ask(question, known=known, needed=needed)
        self.push_screen(asked, answered)
