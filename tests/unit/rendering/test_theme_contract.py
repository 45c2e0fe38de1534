"""templates/README.md says what a theme is given, and what it says is so."""

import inspect
import re
from dataclasses import fields, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from jinja2 import Environment
from jinja2.filters import FILTERS
from rendering_samples import OPTIONS, THEMES, eight_article_issue

from newsletter.model.mail import Slot
from newsletter.rendering.look import COLOURS, GROUNDS, TEXTS, Logo, Look, Palette
from newsletter.rendering.markdown import Prose
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.slots import make_tokens
from newsletter.rendering.templates import html_environment, text_environment
from newsletter.rendering.themes import MJML, TEXT, WEB, builtin_templates
from newsletter.rendering.view import ArticleView, IssueView, LogoView, SectionView, theme_values
from newsletter.rendering.words import Words

CONTRACT = (builtin_templates() / "README.md").read_text("utf-8")
GIVEN: dict[str, type] = {
    "newsletter": RenderingOptions,
    "issue": IssueView,
    "section": SectionView,
    "article": ArticleView,
    "look": Look,
    "palette": Palette,
    "logo": LogoView,
    "words": Words,
}
TYPES = {
    str: "text",
    int: "number",
    bool: "yes or no",
    Prose: "prose",
    SectionView: "section",
    ArticleView: "article",
    Palette: "palette",
    Look: "look",
    Logo: "logo of the settings",
    LogoView: "logo",
}


def rows(name: str) -> dict[str, str]:
    """The variables of *name* in the contract, with the type that it says."""
    return dict(re.findall(rf"^\| `{name}\.(?!j2`)(\w+)` \| ([^|]+?) \|", CONTRACT, re.M))


def say(kind: object) -> str:
    if get_origin(kind) is tuple:
        one = say(get_args(kind)[0])
        return f"list of {one}" if one == "prose" else f"list of {one}s"
    if isinstance(kind, UnionType):
        (one,) = [part for part in get_args(kind) if part is not NoneType]
        return f"{say(one)} or none"
    return TYPES[kind]  # type: ignore[index]


def attributes(kind: type) -> dict[str, str]:
    """The fields and properties of *kind*, with their types in the contract's words."""
    hints = get_type_hints(kind)
    found = {field.name: say(hints[field.name]) for field in fields(kind)}  # type: ignore[arg-type]
    for name, member in inspect.getmembers(kind, lambda one: isinstance(one, property)):
        found[name] = say(get_type_hints(member.fget)["return"])
    return found


@pytest.mark.parametrize("name", GIVEN)
def test_each_variable_of_the_contract_is_there_and_none_is_missing(name: str) -> None:
    there = attributes(GIVEN[name])
    there.pop("look", None)  # which is given by its own name
    assert rows(name) == there


def test_the_variables_of_the_contract_are_those_that_a_theme_is_given() -> None:
    values = theme_values(eight_article_issue(), OPTIONS, make_tokens([], public=True))
    assert set(values) == (set(GIVEN) - {"section", "article", "palette"}) | {"slots"}


def test_each_slot_of_the_contract_is_one() -> None:
    assert re.findall(r"^\| `slots\.(\w+)` \|", CONTRACT, re.M) == [slot.value for slot in Slot]


def test_text_colours_and_grounds_are_named_as_such() -> None:
    told = dict(re.findall(r"^\| `palette\.(\w+)` \| text \| (\w+)", CONTRACT, re.M))
    assert tuple(name for name in COLOURS if told[name] == "text") == TEXTS
    assert tuple(name for name in COLOURS if told[name] == "ground") == GROUNDS


def test_the_blocks_of_the_contract_are_those_of_the_templates() -> None:
    told = re.findall(r"^\| `(\w+/[\w.]+)` \| (`.*`) \|$", CONTRACT, re.M)
    assert [name for name, _ in told] == [
        "digest/issue.mjml.j2",
        "compact/issue.mjml.j2",
        "letter/issue.mjml.j2",
        "web/page.html.j2",
    ]
    for name, blocks in told:
        source = (builtin_templates() / name).read_text("utf-8")
        assert re.findall(r"`(\w+)`", blocks) == re.findall(r"\{% block (\w+)", source), name


def test_the_filters_of_the_contract_are_those_that_are_added() -> None:
    def added(environment: Environment) -> set[str]:
        return set(environment.filters) - set(FILTERS)

    told = dict(re.findall(r"^\| `(\w+)` \| (MJML, web|text) \|", CONTRACT, re.M))
    assert {name for name, where in told.items() if where == "MJML, web"} == added(html_environment([]))
    assert {name for name, where in told.items() if where == "text"} == added(text_environment([]))


@pytest.mark.parametrize("theme", THEMES)
def test_each_theme_has_all_files_of_the_contract(theme: str) -> None:
    told = re.findall(r"^\| `([\w.]+)` \| ", CONTRACT.split("## Files")[1].split("## ")[0], re.M)
    assert told == [MJML, TEXT, WEB, "palette.j2"]
    assert all((builtin_templates() / theme / name).is_file() for name in told)


def test_the_few_lines_with_which_a_theme_may_begin_are_a_theme(tmp_path: Path) -> None:
    (source,) = re.findall(r"```jinja\n(.*?)```", CONTRACT, re.S)
    (text,) = re.findall(r"`issue.txt.j2` beside it has `(.*?)`", CONTRACT)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / MJML).write_text(source, "utf-8")
    (tmp_path / "mine" / TEXT).write_text(text, "utf-8")
    mail = Renderer(replace(OPTIONS, theme="mine"), [tmp_path, builtin_templates()]).render(eight_article_issue())
    assert "In this issue" not in mail.html
    assert "In this issue" in Renderer(OPTIONS, [builtin_templates()]).render(eight_article_issue()).html
