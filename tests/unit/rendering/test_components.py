"""The table of MJML's elements: what is taken in from npm, and what comes to nothing here."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from mjml_elements import document, values
from needs import node

from newsletter.rendering import components as module
from newsletter.rendering.attribute_type import attribute_type
from newsletter.rendering.components import IGNORED, UNREAD, components
from newsletter.rendering.grammar import faults
from newsletter.rendering.mjml import translate
from newsletter.rendering.mjml_error import MjmlError

ROOT = Path(__file__).parents[3]
TABLE = Path(module.__file__).with_name("components.json")


@pytest.mark.npm
def test_the_table_is_what_the_script_makes_of_npm_s_mjml():
    made = subprocess.run([node(), "scripts/mjml_table.mjs"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert made.stdout == TABLE.read_text("utf-8"), "make mjml-table makes it anew"


def test_the_table_says_whose_it_is():
    table = json.loads(TABLE.read_text("utf-8"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", table["version"])
    assert table["licence"].startswith("MIT, Copyright (c) ")


def html_of(mjml):
    try:
        return translate(mjml)
    except MjmlError as fault:
        return fault.what


def comes_to_something(name, key, kind):
    return len({html_of(document(name)), *(html_of(document(name, key, value)) for value in values(kind))}) > 1


@pytest.mark.parametrize("name", components())
def test_an_attribute_comes_to_something_or_is_said_to_be_ignored(name):
    types = components()[name].attributes
    silent = {key for key, kind in types.items() if not comes_to_something(name, key, kind)}
    # An inline style is read here, before mjml-python has it.
    assert silent - ({"inline"} if name == "mj-style" else set()) == set(IGNORED.get(name, {}))


@pytest.mark.parametrize("name", components())
def test_good_values_pass_and_others_do_not(name):
    wrong = []
    for key, kind in components()[name].attributes.items():
        rules = {fault.rule for value in values(kind) for fault in faults(document(name, key, value))}
        if not rules <= {"mjml-ignored"}:
            wrong.append((key, "good", rules))
        if kind != "string" and key not in IGNORED.get(name, {}):
            rules = {fault.rule for fault in faults(document(name, key, "x y z!"))}
            if rules != {"mjml-value"}:
                wrong.append((key, "bad", rules))
    assert wrong == []


def test_everything_that_is_ignored_is_in_mjml():
    assert all(key in components()[name].attributes for name, keys in IGNORED.items() for key in keys)
    assert not components().keys() & UNREAD.keys()


@pytest.mark.parametrize(
    "kind, good, bad",
    [
        ("unit(px,%){1,4}", ["0", "10px", "10px 5%", "1.5px 0 0 2px"], ["", "10", "10pt", "1px 2px 3px 4px 5px", "px"]),
        ("unit(px,%,)", ["1.6", "150%", "20px"], ["1.6em", "normal"]),
        ("unit(px,auto)", ["auto", "10px"], ["10%"]),
        ("unitWithNegative(px,em)", ["-1px", "0.1em", "0"], ["1%"]),
        (
            "color",
            ["#abc", "#aabbcc", "RED", "rgb(1,2,3)", "rgba(1, 2, 3, 0.5)"],
            ["#abcd", "redd", "hsl(1,2%,3%)", ""],
        ),
        ("enum(left,right)", ["left", "right"], ["Left", "center", ""]),
        ("enum(full-width,false,)", ["", "false"], ["true"]),
        ("boolean", ["true", "False"], ["yes", ""]),
        ("integer", ["0", "12"], ["-1", "1px", ""]),
        ("string", ["", "any\nthing"], []),
    ],
)
def test_a_type_takes_its_values_whole(kind, good, bad):
    pattern = attribute_type(kind).pattern
    assert [value for value in good if not pattern.fullmatch(value)] == []
    assert [value for value in bad if pattern.fullmatch(value)] == []


def test_what_to_write_is_said_in_words():
    assert attribute_type("unit(px,%){1,4}").words == "a length in px or %, or up to 4 of them"
    assert attribute_type("unit(px,%,)").words == "a length in px or % or without a unit"
    assert attribute_type("unit(px,auto)").words == "a length in px, or auto"
    assert attribute_type("unit(px)").todo("16") == "write 16px, if pixels are meant"
    assert attribute_type("enum(left,center,right)").todo("centre") == 'did you mean "center"?'
    assert attribute_type("enum(left,center,right)").todo("x") == "write left, center or right"
