"""A rendered issue of which each part knows the line that somebody wrote it on."""

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Place:
    """Where something was written: in an issue file, or in a template.

    :param line: counted from 1.
    :param column: counted from 1; 0 where only the line is known.
    """

    path: Path
    line: int
    column: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TracedText:
    """A text that was put together from several files.

    :param starts: where each stretch begins, in characters, ascending.
    :param places: where each stretch was written; as long as *starts*.
    """

    text: str
    starts: tuple[int, ...]
    places: tuple[Place, ...]

    def place(self, offset: int) -> Place:
        """Return where the character *offset* of the text was written.

        :raises LookupError: the text begins with nothing that anybody wrote.
        """
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            raise LookupError(offset)
        place = self.places[index]
        behind = self.text.count("\n", self.starts[index], offset)
        if behind:
            column = offset - self.text.rfind("\n", 0, offset)
            return Place(path=place.path, line=place.line + behind, column=column)
        return Place(
            path=place.path, line=place.line, column=place.column and place.column + offset - self.starts[index]
        )

    def slice(self, start: int, stop: int) -> "TracedText":
        """Return the characters from *start* to before *stop*, with their places."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = bisect_right(self.starts, max(stop - 1, start))
        starts = [max(one - start, 0) for one in self.starts[first:last]]
        places = list(self.places[first:last])
        if places and self.starts[first] < start:
            places[0] = self.place(start)
        return TracedText(text=self.text[start:stop], starts=tuple(starts), places=tuple(places))


@dataclass(frozen=True, kw_only=True, slots=True)
class TracedIssue:
    """An issue as mail, with the places where its parts were written.

    :param mjml: what the theme made of the issue.
    :param html: the HTML part; an element that somebody wrote has ``data-place="N"``, an index into *places*.
    :param offsets: where in the MJML the start tag of each of those elements begins; ascending.
    :param sheets: the CSS of the theme that stays in the head of the mail.
    :param inline_sheets: the CSS of the theme that is put into style attributes.
    """

    mjml: TracedText
    html: str
    places: tuple[Place, ...]
    offsets: tuple[int, ...] = ()
    sheets: tuple[TracedText, ...] = ()
    inline_sheets: tuple[TracedText, ...] = ()

    def elements(self, place: Place) -> tuple[int, ...]:
        """Return the numbers of the elements that were written at *place*; where text alone was, of those it follows.

        Without a column, all elements of the line.
        """
        there = [n for n, one in enumerate(self.places) if one.line == place.line and one.path == place.path]
        exact = [number for number in there if place.column and self.places[number].column == place.column]
        if there:
            return tuple(exact or there)
        stretches = zip(self.mjml.starts, self.mjml.places, strict=True)
        texts = [start for start, one in stretches if one.line == place.line and one.path == place.path]
        return tuple(sorted({bisect_right(self.offsets, start) - 1 for start in texts} - {-1}))
