"""Reads a segment's condition from text: a small language that can ask, and can do nothing.

::

    any   = every { "or" every }                 every = one { "and" one }
    one   = "not" one | "(" any ")" | TEXT "in" "tags" | field test
    test  = ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value | "in" "(" value { "," value } ")"
          | ( "contains" | "starts" "with" | "ends" "with" ) TEXT | "is" [ "not" ] "missing"
    field = "language" | "timezone" | "name" | "address" | "created" | "since" | "tags" | "attributes" "." NAME
    value = TEXT | NUMBER | "true" | "false" | DATE | "today" | NUMBER ( "days" | "weeks" | "months" | "years" ) "ago"
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from newsletter.model.segment import (
    DATES,
    PARTIAL,
    TEXTS,
    Compared,
    Condition,
    Day,
    Either,
    Every,
    Field,
    Missing,
    Not,
    Operator,
    Tagged,
    Unit,
    Value,
    tests_in,
)
from newsletter.model.segment_tokens import WORDS, SegmentFault, Token, tokens_of
from newsletter.model.table import nearest

LONGEST = 2000
"""Characters of a condition."""
DEEPEST = 20
"""Parentheses and "not" within one another."""
MOST_TESTS = 100

FIELDS = (*TEXTS, *DATES, "tags", "attributes")
COMPARING = ("=", "!=", "<", "<=", ">", ">=", "in", "contains", "starts", "ends", "is")
_UNITS = {word: unit for unit in Unit for word in (unit.value, unit.value[:-1])}


def read_condition(text: str) -> Condition:
    """Return the condition that *text* says; SegmentFault says where it says none."""
    if len(text) > LONGEST:
        raise SegmentFault(LONGEST, f"a condition has at most {LONGEST:,} characters", "make two segments of it")
    reader = _Reader(tokens_of(text))
    condition = reader.any()
    if reader.at.kind != "end":
        raise reader.fail('expected "and", "or" or the end')
    if sum(1 for _ in tests_in(condition)) > MOST_TESTS:
        raise SegmentFault(0, f"a condition has at most {MOST_TESTS} tests", "give those people a tag")
    return condition


class _Reader:
    """Goes through the words of a condition once, from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    @property
    def at(self) -> Token:
        return self._tokens[self._next]

    def fail(self, what: str, todo: str = "", *, at: Token | None = None) -> SegmentFault:
        token = at or self.at
        found = "it ends here" if token.kind == "end" else f"here stands {token.text}"
        return SegmentFault(token.offset, f"{what}; {found}" if what.startswith("expected") else what, todo)

    def take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def takes(self, *words: str) -> bool:
        if self.at.is_(*words):
            self._next += 1
            return True
        return False

    def expect(self, word: str, todo: str = "") -> None:
        if not self.takes(word):
            raise self.fail(f'expected "{word}"', todo)

    def any(self) -> Condition:
        parts = [self.every()]
        while self.takes("or"):
            parts.append(self.every())
        return parts[0] if len(parts) == 1 else Either(parts=tuple(parts))

    def every(self) -> Condition:
        parts = [self.one()]
        while self.takes("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Every(parts=tuple(parts))

    def one(self) -> Condition:
        if not self.at.is_("not", "("):
            return self.test()
        if self._depth == DEEPEST:
            raise self.fail(f"a condition is at most {DEEPEST} parentheses deep", "make it flatter")
        self._depth += 1
        if self.takes("not"):
            condition: Condition = Not(part=self.one())
        else:
            self.take()
            condition = self.any()
            self.expect(")")
        self._depth -= 1
        return condition

    def test(self) -> Condition:
        if self.at.kind == "text":
            return self.tag_in()
        field = self.field()
        operator = self.at
        if not operator.is_(*COMPARING):
            meant = nearest(operator.text, COMPARING) if operator.kind == "name" else ""
            raise self.fail('expected =, !=, <, >, "in", "contains", "starts with", "ends with" or "is missing"', meant)
        self.take()
        if operator.is_("is"):
            contrary = self.takes("not")
            self.expect("missing", 'write "is missing" or "is not missing"; compare with =')
            return Not(part=Missing(field=field)) if contrary else Missing(field=field)
        if field is None:
            return self.tags_contain(operator)
        if operator.is_("in"):
            return Either(parts=tuple(self.listed(field)))
        if operator.text == "!=":
            return Not(part=self.compared(field, Operator.EQUAL, operator))
        if operator.is_("starts", "ends"):
            self.expect("with")
            return self.compared(field, Operator(f"{operator.word} with"), operator)
        return self.compared(field, Operator(operator.word), operator)

    def tag_in(self) -> Condition:
        tag = self.take()
        self.expect("in", 'write it like "vip" in tags')
        if not self.at.is_("tags"):
            raise self.fail('expected "tags"', 'write it like "vip" in tags, or attributes.plan = "pro"')
        self.take()
        return Tagged(tag=self.plain(tag))

    def tags_contain(self, operator: Token) -> Condition:
        if operator.word != "contains" or self.at.kind != "text":
            raise self.fail(
                "a person has several tags, which do not compare", 'write it like "vip" in tags', at=operator
            )
        return Tagged(tag=self.plain(self.take()))

    def field(self) -> Field | None:
        """Return what is asked of; None for the tags."""
        token = self.at
        if token.kind != "name" or token.word in WORDS:
            raise self.fail(f'expected a text in quotes, "not", "(" or one of {", ".join(FIELDS)}')
        if token.text not in FIELDS:
            known = nearest(token.text, FIELDS)
            more = "" if known.startswith("did") else '; what you keep yourself is "attributes.NAME"'
            raise self.fail(f'nothing here is called "{token.text}"', known + more)
        self.take()
        if token.text == "tags":
            return None
        if token.text != "attributes":
            return Field(name=token.text)
        self.expect(".", 'write it like attributes.plan, or attributes."Favourite colour"')
        name = self.take()
        if name.kind not in ("name", "text"):
            raise self.fail("expected the name of an attribute", at=name)
        return Field(name=self.plain(name) if name.kind == "text" else name.text, is_attribute=True)

    def listed(self, field: Field) -> Sequence[Condition]:
        self.expect("(", 'write it like language in ("de", "en")')
        found = [self.compared(field, Operator.EQUAL, self.at)]
        while self.takes(","):
            found.append(self.compared(field, Operator.EQUAL, self.at))
        self.expect(")", "values have commas between them")
        return found

    def compared(self, field: Field, operator: Operator, at: Token) -> Compared:
        token = self.at
        value = self.value()
        if field.is_date != isinstance(value, Day):
            todo = "write it like 2026-11-27 or 30 days ago" if field.is_date else 'write a text in quotes: "…"'
            raise self.fail(f'"{field.name}" is {"a" if field.is_date else "no"} date', todo, at=token)
        if operator in PARTIAL and (not isinstance(value, str) or not value):
            raise self.fail(f'"{operator}" asks for a text that is not empty', 'write it in quotes: "…"', at=token)
        if field.name in TEXTS and not field.is_attribute:
            if not isinstance(value, str):
                raise self.fail(f'"{field.name}" is a text', 'write it in quotes: "…"', at=token)
            if operator is not Operator.EQUAL and operator not in PARTIAL:
                raise self.fail(f'"{field.name}" has no order', 'use =, !=, "in", "contains", "starts with"', at=at)
        if isinstance(value, bool) and operator is not Operator.EQUAL:
            raise self.fail("true and false have no order", "use = or !=", at=at)
        return Compared(field=field, operator=operator, value=value)

    def value(self) -> Value:
        token = self.take()
        if token.kind == "text":
            return self.plain(token)
        if token.kind == "date":
            try:
                return Day(on=date.fromisoformat(token.text))
            except ValueError as cause:
                raise self.fail(f"there is no day {token.text}", "write it like 2026-11-27", at=token) from cause
        if token.kind == "number":
            return self.number(token)
        if token.is_("true", "false"):
            return token.word == "true"
        if token.is_("today"):
            return Day()
        raise self.fail("expected a value", 'write "text", 18, true, 2026-11-27 or 30 days ago', at=token)

    def number(self, token: Token) -> Value:
        if self.at.word in _UNITS:
            unit = _UNITS[self.take().word]
            self.expect("ago", "write it like 30 days ago")
            if not re.fullmatch(r"[0-9]{1,5}", token.text):
                raise self.fail(f"{token.text} is no number of {unit}", "write it like 30 days ago", at=token)
            return Day(back=int(token.text), unit=unit)
        if len(re.sub(r"\D", "", token.text)) > 15:
            raise self.fail("a number has at most 15 digits", 'a text has quotes: "…"', at=token)
        return Decimal(token.text)

    def plain(self, token: Token) -> str:
        r"""Return what a text in quotes says: \" and \\ stand for themselves."""
        for match in re.finditer(r"\\(.)", token.text[1:-1], re.DOTALL):
            if match[1] not in "\"'\\":
                offset = token.offset + 1 + match.start()
                raise SegmentFault(offset, f"\\{match[1]} means nothing in a text", "a backslash is written \\\\")
        text = re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)
        if "\0" in text:
            raise self.fail("a text has no character of the number 0", "leave it out", at=token)
        return text
