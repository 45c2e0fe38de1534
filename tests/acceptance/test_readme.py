"""What the README says is so."""

import re
import shutil
from pathlib import Path

import click
from reference import README, commands, with_reference

from newsletter.cli.root import root

REPOSITORY = README.parent


def test_the_command_reference_is_that_of_the_commands():
    text = README.read_text(encoding="utf-8")
    assert with_reference(text) == text, "it is stale; `make readme` writes it anew"


def test_every_command_and_option_says_what_it_does_and_no_line_of_help_is_cut_off():
    for name, command in commands(root, "newsletter"):
        assert command.help, name
        assert "..." not in command.get_short_help_str(limit=70), name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"


def test_every_command_of_the_reference_can_be_asked_for_help(desk):
    for name, _ in commands(root, "newsletter"):
        assert "Usage:" in desk.ok(*name.split()[1:], "--help")


def test_every_make_target_of_the_readme_is_one():
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", README.read_text(encoding="utf-8"))):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_example_issue_of_the_readme_can_be_built(sample):
    (example,) = re.findall(r"```markdown\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    sample.path("issues/042.md").write_text(example, encoding="utf-8")
    sample.ok("check", "42")
    sample.ok("build", "42")


def test_the_repository_is_itself_a_newsletter(desk):
    for name in ("newsletter.toml", "issues", "pool"):
        source, target = REPOSITORY / name, desk.path(name)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    assert "nothing to mend" in desk.ok("check")
    desk.ok("build")
    assert len(desk.ok("pool").splitlines()) == 8
    desk.ok("init")
    desk.ok("subscribers", "add", "ada@example.com", "--consent", "confirmed", "--basis", "asked")
    assert "1 person of weekly" in desk.ok("send", "1")
    assert Path(desk.folder, "issues/001.md").read_bytes() == (REPOSITORY / "issues/001.md").read_bytes()
