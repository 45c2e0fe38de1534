"""The stories of a triage on the full screen, a line each: drawn when they are looked at, however many there are."""

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

Draw = Callable[[int, int, bool], tuple[str, Style]]
"""Gives the line of a story at a width, and its style: its number, the width, whether the cursor is on it."""


class StoryList(ScrollView, can_focus=True):
    """Lines with a cursor on one of them.

    :param draw: gives each of *count* lines.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)"),
        Binding("down,j", "move(1)"),
        Binding("pageup", "page(-1)"),
        Binding("pagedown", "page(1)"),
        Binding("home,g", "move(-1000000)"),
        Binding("end,G", "move(1000000)"),
        Binding("tab", "app.next_undecided"),
    ]

    cursor: reactive[int] = reactive(0)

    def __init__(self, count: int, draw: Draw) -> None:
        super().__init__()
        self._count = count
        self._draw = draw

    def on_mount(self) -> None:
        """Be as high as there are lines."""
        self.virtual_size = Size(1, self._count)

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is seen."""
        at = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if at >= self._count:
            return Strip.blank(width, self.rich_style)
        text, style = self._draw(at, width, at == self.cursor)
        return Strip([Segment(text, self.rich_style + style)]).adjust_cell_length(width, self.rich_style + style)

    def validate_cursor(self, cursor: int) -> int:
        """Keep it on a line."""
        return max(0, min(cursor, self._count - 1))

    def watch_cursor(self) -> None:
        """Show the line that it is on."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def action_move(self, lines: int) -> None:
        """Move it up or down."""
        self.cursor += lines

    def action_page(self, pages: int) -> None:
        """Move it by what is seen at once."""
        self.cursor += pages * max(self.size.height - 1, 1)
