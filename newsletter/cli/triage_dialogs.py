"""The questions that the full screen of a triage asks."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from newsletter.cli.output import printable

_BOX = """
{name} {{ align: center middle; }}
{name} > VerticalScroll {{
    width: 76; max-width: 95%; height: auto; max-height: 90%; padding: 0 2; border: round $foreground;
    background: $surface;
}}
{name} Static {{ height: auto; }}
"""


class _Line(Input):
    """A line to type into, in which ctrl-c does not copy."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "screen.cancel")]


class Ask(ModalScreen[str | None]):
    """Asks for one line of text; None when the editor thinks better of it.

    :param known: what was said the last time: the key up takes it.
    """

    CSS = _BOX.format(name="Ask")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel"),
        Binding("up", "last"),
        Binding("ctrl+c", "cancel"),
    ]

    def __init__(self, question: str, *, known: str = "", needed: bool = False) -> None:
        super().__init__()
        self._question = question
        self._known = known
        self._needed = needed

    def compose(self) -> ComposeResult:
        """Show the question above a line to type into."""
        last = f"  ·  up: {printable(self._known)}" if self._known else ""
        with VerticalScroll(can_focus=False):
            yield Static(printable(self._question), markup=False)
            yield _Line(max_length=500)
            yield Static(f"enter: done  ·  esc: leave it as it is{last}", markup=False, id="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed, unless nothing was and something is needed."""
        event.stop()
        said = " ".join(event.value.split())
        if said or not self._needed:
            self.dismiss(said)

    def action_cancel(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)

    def action_last(self) -> None:
        """Put in what was said the last time."""
        if self._known:
            self.query_one(Input).value = self._known
            self.query_one(Input).action_end()


class Choose(ModalScreen[str]):
    """Asks for one key of some; anything else is the first of them.

    :param keys: what each key does, by its name as Textual has it.
    """

    CSS = _BOX.format(name="Choose")

    def __init__(self, lines: Sequence[str], keys: Mapping[str, str]) -> None:
        super().__init__()
        self._lines = lines
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Show what it is about, and the keys."""
        keys = "  ·  ".join(f"{key}: {what}" for key, what in self._keys.items())
        with VerticalScroll():
            yield Static("\n".join([*map(printable, self._lines), "", keys]), markup=False)

    def on_key(self, event: Key) -> None:
        """Answer with the key, if it is one of them; escape is the last of them."""
        event.stop()
        names = list(self._keys)
        pressed = {"escape": "esc", "enter": "enter"}.get(event.key, event.character or event.key)
        if pressed in names:
            self.dismiss(pressed)
        elif event.key in ("escape", "ctrl+c"):
            self.dismiss(names[-1])


class Tell(ModalScreen[None]):
    """Shows some lines until a key is pressed."""

    CSS = _BOX.format(name="Tell")

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Show them."""
        with VerticalScroll():
            yield Static("\n".join(map(printable, self._lines)), markup=False)

    def on_key(self, event: Key) -> None:
        """Go away, unless the key scrolls."""
        if event.key not in ("up", "down", "pageup", "pagedown", "home", "end"):
            event.stop()
            self.dismiss()
