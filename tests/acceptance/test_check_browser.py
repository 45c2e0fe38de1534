"""``check --browser`` has axe-core look at the mail in Chromium, and says at which line what keeps readers out."""

import json

import pytest
from needs import NPM, axe

pytestmark = [pytest.mark.chromium, pytest.mark.npm]


@pytest.fixture
def audited(sample, browser):
    """The sample newsletter on a machine with Chromium and axe-core, and a theme of its own to break."""
    axe()
    sample.env["AXE_CORE"] = str(NPM / "node_modules" / "axe-core" / "axe.min.js")
    sample.ok("themes", "copy", "digest")
    return sample


def spoil(desk, words, css):
    """Put *words* into the footer and *css* into the dark scheme; return the line of the words."""
    footer, head = "templates/digest/footer.mjml.j2", "templates/digest/head.css"
    desk.change(footer, "    </mj-text>", f"      {words}\n    </mj-text>")
    with desk.path(head).open("a", encoding="utf-8") as file:
        file.write(f"@media (prefers-color-scheme: dark) {{ {css} }}\n")
    lines = desk.path(footer).read_text(encoding="utf-8").splitlines()
    return f"{footer}:{lines.index(f'      {words}') + 1}:"


def test_the_sample_has_nothing_against_it(audited):
    assert "axe-" not in audited.ok("check", "--browser")


def test_a_fault_of_the_dark_scheme_alone_is_an_error_at_the_template_s_line(audited):
    place = spoil(audited, '<p class="pale">Pale words</p>', ".paper .pale { color: #444 !important }")
    done = audited.run("check", "--browser")
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "axe-" in line]
    assert line.startswith(place)
    assert 'error axe-serious: axe-core\'s color-contrast in dark: <p class="pale">Pale words</p>; elements' in line


def test_elements_that_one_line_made_are_one_finding(audited):
    words = '{% for n in "abc" %}<p class="pale">Pale {{ n }}</p>{% endfor %}'
    place = spoil(audited, words, ".paper .pale { color: #444 !important }")
    found = json.loads(audited.run("check", "--browser", "--json").stdout)
    (row,) = [row for row in found if row["rule"] == "axe-serious"]
    assert f"{row['path']}:{row['line']}:" == place
    assert "Pale a</p> and 2 more" in row["what"]


def test_a_fault_in_the_editor_s_words_is_said_at_their_line(audited):
    spoil(audited, "<p>Fine words</p>", ".paper em { color: #444 !important }")
    lines = audited.path("issues/001.md").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "*one request in a million*" in text)
    assert (
        f"issues/001.md:{line}: error axe-serious: axe-core's color-contrast"
        in audited.run("check", "--browser").stdout
    )


def test_how_bad_axe_core_calls_it_is_how_bad_it_is(audited):
    deep = spoil(audited, "<h6>Too deep</h6>", "")
    empty = spoil(audited, "<h2></h2>", "")
    found = json.loads(audited.run("check", "--browser", "--json").stdout)
    rows = {row["rule"]: row for row in found if row["rule"].startswith("axe-")}
    assert {name: (row["severity"], f"{row['path']}:{row['line']}:") for name, row in rows.items()} == {
        "axe-moderate": ("warning", deep),
        "axe-minor": ("note", empty),
    }
    assert rows["axe-moderate"]["what"] == "axe-core's heading-order in light and dark: <h6>Too deep</h6>"


def test_without_browser_no_browser_is_asked(audited):
    spoil(audited, '<p class="pale">Pale words</p>', ".paper .pale { color: #444 !important }")
    assert "axe-" not in audited.run("check").stdout


def test_what_is_missing_is_said_with_how_to_get_it(audited):
    audited.env["AXE_CORE"] = ""
    told = audited.fails(2, "check", "--browser")
    assert "axe-core is not found" in told
    assert "npm install axe-core" in told
    audited.env["AXE_CORE"] = str(NPM / "node_modules" / "axe-core" / "axe.min.js")
    audited.env["CHROMIUM"] = "/nowhere/chromium"
    assert "CHROMIUM" in audited.fails(2, "check", "--browser")


def test_an_issue_that_becomes_no_mail_says_that_alone(audited):
    audited.change("templates/digest/footer.mjml.j2", "{{ slots.unsubscribe }}", "{{ nothing }}")
    done = audited.run("check", "--browser")
    assert done.returncode == 1
    assert "error render" in done.stdout
