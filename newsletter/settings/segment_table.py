"""What newsletter.toml says of segments, and of the sections that readers may do without."""

import re
from collections.abc import Mapping

from newsletter.model.segment import Segment
from newsletter.model.segment_grammar import read_condition
from newsletter.model.segment_tokens import SegmentFault
from newsletter.model.table import Table


def read_segments(table: Table) -> Mapping[str, Segment]:
    """Return the segments of ``[segments]`` by name: NAME = 'CONDITION', or a table of its own with *where*."""
    found = {}
    for name, value in table.values.items():
        if not re.fullmatch(r"[\w-]{1,60}", name):
            raise table.fail(name, f'"{name}" is no name of a segment', "letters, digits and hyphens")
        if isinstance(value, dict):
            inner = table.table(name)
            found[name] = _segment(inner, "where", name)
            inner.close()
        else:
            found[name] = _segment(table, name, name)
    table.close()
    return found


def _segment(table: Table, key: str, name: str) -> Segment:
    text = table.get(key, str)
    try:
        return Segment(name=name, where=" ".join(text.split()), condition=read_condition(text))
    except SegmentFault as fault:
        raise table.fail_at(key, fault.offset, fault.what, fault.todo) from fault


def read_sections(table: Table) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Return how many articles each section of ``[sections.NAME]`` may have, and which of them are optional."""
    caps, optional = {}, []
    for name, section in table.tables():
        if "cap" in section.values or not section.values:
            caps[name] = section.get("cap", int)
            if caps[name] < 1:
                raise section.fail("cap", f"a section of {caps[name]} articles is none", "give 1 or more")
        if section.get("optional", bool, False):
            optional.append(name)
        section.close()
    return caps, tuple(optional)
