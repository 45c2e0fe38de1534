"""``check`` for people and machines, and what was waived at a send."""

import json
import shutil
import subprocess

import pytest


@pytest.fixture
def faulty(sample):
    """The sample with an issue that nobody gave alternative text for its picture."""
    sample.change("issues/001.md", "\n## ", "\n![](https://a.example/i.png)\n\n## ")
    text = sample.path("issues/001.md").read_text(encoding="utf-8")
    return sample, text[: text.index("![](")].count("\n") + 1


def test_github_annotates_the_line(faulty):
    desk, line = faulty
    done = desk.run("check", "--github")
    assert done.returncode == 1
    assert f"::error file=issues/001.md,line={line},title=alt-missing::the image" in done.stdout


def test_sarif_is_json_and_nothing_else(faulty):
    desk, line = faulty
    done = desk.run("check", "--sarif")
    assert done.returncode == 1
    results = json.loads(done.stdout)["runs"][0]["results"]
    found = {row["ruleId"]: row["locations"][0]["physicalLocation"]["region"]["startLine"] for row in results}
    assert found["alt-missing"] == line


def test_one_format_at_a_time(sample):
    assert "exclude each other" in sample.fails(2, "check", "--json", "--sarif")


def test_a_theme_that_is_broken_is_a_finding_among_the_others(faulty):
    desk, line = faulty
    desk.path("templates/digest").mkdir(parents=True)
    desk.path("templates/digest/footer.mjml.j2").write_text("<mj-section>\n{{ nothing }}\n</mj-section>\n")
    done = desk.run("check")
    assert done.returncode == 1
    assert "templates/digest/footer.mjml.j2:2: error render: the template fails: 'nothing' is undefined" in done.stdout
    assert f"issues/001.md:{line}: error alt-missing" in done.stdout


def test_all_that_is_wrong_with_a_theme_s_mjml_is_told_at_once(sample):
    sample.ok("themes", "copy", "digest", "mine")
    sample.change("newsletter.toml", 'theme = "digest"', 'theme = "mine"')
    footer = sample.path("templates/mine/footer.mjml.j2")
    old = footer.read_text(encoding="utf-8")
    footer.write_text('<mj-section paddng="0">\n<mj-column>\n<mj-txt>a</mj-txt>\n</mj-column>\n</mj-section>\n' + old)
    said = sample.run("check").stdout
    assert (
        'templates/mine/footer.mjml.j2:1:13: error render: <mj-section> has no attribute "paddng"; did you mean' in said
    )
    assert (
        "templates/mine/footer.mjml.j2:3:1: error mjml-unknown: <mj-txt> is not an MJML element; did you mean" in said
    )
    assert said.count("paddng") == 1
    footer.write_text(old.replace('align="center"', 'align="centre"', 1), encoding="utf-8")
    assert 'error mjml-value: "centre" is no align of <mj-text>; did you mean "center"?' in sample.run("check").stdout
    assert "mjml-value" in sample.run("send", "1").stdout


def test_what_is_waived_is_sent_and_told_at_each_send(sending, inbox):
    sending.change("issues/001.md", "\n## ", "\n![](https://a.example/i.png)\n\n## ")
    assert "the checks found errors" in sending.fails(1, "send", "1", "--really", "--yes")
    row = '[[check.waivers]]\nrule = "alt-missing"\nreason = "decoration"\ndate = 2026-11-27\n'
    path = sending.path("newsletter.toml")
    path.write_text(path.read_text(encoding="utf-8") + "\n" + row, encoding="utf-8")
    at = path.read_text(encoding="utf-8").split("\n").index("[[check.waivers]]") + 1
    words = f"waived: alt-missing, since 2026-11-27 (newsletter.toml:{at}): decoration"
    assert "waived alt-missing" in sending.ok("send", "1")
    done = sending.run("send", "1", "--really", "--yes")
    assert (done.returncode, len(inbox.messages)) == (0, 3)
    assert words in done.stderr


def test_a_waiver_of_no_rule_is_an_error(sample):
    path = sample.path("newsletter.toml")
    row = '\n[[check.waivers]]\nrule = "alt-mising"\nreason = "x"\ndate = 2026-11-27\n'
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    done = sample.run("check")
    assert done.returncode == 1
    assert 'error waiver-unknown: there is no rule "alt-mising" to waive; did you mean "alt-missing"?' in done.stdout


@pytest.mark.parametrize("form", ["--github", "--sarif"])
def test_an_issue_that_cannot_be_read_is_a_finding_for_machines(sample, form):
    sample.change("issues/001.md", 'subject = "', "subject = unquoted ")
    done = sample.run("check", "1", form)
    assert done.returncode == 1
    assert "this is not TOML" in done.stdout
    lines = sample.path("issues/001.md").read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines, 1) if "unquoted" in text)
    assert (f"line={line}," if form == "--github" else f'"startLine": {line}') in done.stdout
    assert "this is not TOML" in sample.fails(2, "check", "1")


def test_machines_hear_paths_from_the_top_of_the_repository(sample, tmp_path):
    below = tmp_path / "repository" / "letters"
    shutil.copytree(sample.folder, below)
    subprocess.run(["git", "init", "-q"], cwd=below.parent, check=True)
    assert "file=letters/issues/001.md," in sample.ok("check", "1", "--github", cwd=below)
    assert "file=letters/issues/001.md," in sample.ok("-C", "letters", "check", "1", "--github", cwd=below.parent)
    assert '"uri": "letters/issues/001.md"' in sample.ok("check", "1", "--sarif", cwd=below)
    assert "issues/001.md:4: note" in sample.ok("check", "1", cwd=below)


def test_two_of_the_same_fault_in_a_line_are_two_findings(sample):
    sample.ok("themes", "copy", "digest", "mine")
    sample.change("newsletter.toml", 'theme = "digest"', 'theme = "mine"')
    footer = sample.path("templates/mine/footer.mjml.j2")
    footer.write_text("<mj-txt>a</mj-txt><mj-txt>b</mj-txt>\n" + footer.read_text(encoding="utf-8"), encoding="utf-8")
    said = sample.run("check").stdout
    assert "footer.mjml.j2:1:1: error render: <mj-txt> is not" in said
    assert "footer.mjml.j2:1:19: error mjml-unknown: <mj-txt> is not" in said
