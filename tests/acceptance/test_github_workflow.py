"""``init --github`` writes what checks each pull request, and overwrites nothing."""

import re
import subprocess

WORKFLOW = ".github/workflows/newsletter.yml"


def commands(text):
    return re.findall(r"(?:- |  )run: (newsletter .*)", text)


def test_a_new_newsletter_has_the_workflow(desk):
    assert "newsletter.yml" in desk.ok("init", ".", "--github")
    text = desk.path(WORKFLOW).read_text(encoding="utf-8")
    assert commands(text) == ["newsletter check --github", 'newsletter shots --out "$RUNNER_TEMP/shots"']
    assert 'working-directory: "."' in text
    assert "secret" not in text.partition("name:")[2]


def test_one_that_is_there_gets_it_and_nothing_else_changes(sample):
    before = {path: path.read_bytes() for path in sample.folder.rglob("*") if path.is_file()}
    sample.ok("init", "--github")
    assert {path: path.read_bytes() for path in before} == before
    assert sample.path(WORKFLOW).exists()
    assert "there is a file already" in sample.fails(2, "init", "--github")


def test_a_newsletter_below_the_top_of_a_repository_has_it_at_the_top(desk):
    subprocess.run(["git", "init", "-q"], cwd=desk.folder, check=True)
    desk.ok("init", "mail letter", "--sample", "--github")
    assert 'working-directory: "mail letter"' in desk.path(WORKFLOW).read_text(encoding="utf-8")


def test_the_commands_of_the_workflow_are_ours_and_run_from_a_clone_without_database(sample, tmp_path):
    sample.ok("init", "--github")
    sample.env["NEWSLETTER_HOME"] = str(tmp_path / "nowhere")
    check, _ = commands(sample.path(WORKFLOW).read_text(encoding="utf-8"))
    assert "::notice" in sample.ok(*check.split()[1:])
