"""Triage in an editor, and by scripts: what is typed is carried out, told by its line, or kept."""

import json
import re
import shlex
import sys

import pytest


@pytest.fixture
def full(sample):
    """The sample newsletter, and five articles more that wait."""
    rows = [
        {"title": f"Story {name}", "link": f"https://example.com/{name}", "source": f"{name} Blog", "section": "News"}
        for name in ("Ada", "Bea", "Cyd", "Dot", "Eve")
    ]
    sample.path("more.json").write_text(json.dumps(rows))
    sample.ok("add", "more.json")
    return sample


def edits(desk, code, ends=0):
    """Let the editor be a program: *code* makes ``text`` another text."""
    desk.path("editor.py").write_text(
        "import re, sys\nfrom pathlib import Path\n"
        f"path = Path(sys.argv[-1]); text = path.read_text()\n{code}\npath.write_text(text)\n{ends and 'sys.exit(1)'}\n"
    )
    desk.env["EDITOR"] = f"{shlex.quote(sys.executable)} editor.py"


def verb(name, title, section=""):
    return f"text = re.sub(r'^- +{section}( .*{title})', r'{name}\\1', text, flags=re.M)\n"


def ids(desk):
    return {row["title"]: row["id"] for row in json.loads(desk.ok("pool", "list", "--json"))}


def states(desk):
    return {row["title"]: row["state"] for row in json.loads(desk.ok("pool", "list", "--json"))}


def test_what_is_decided_in_the_editor_is_carried_out_and_can_be_taken_back(full):
    edits(full, verb("p", "Bea") + verb('p "Brand new"', "Ada", "\\S+") + verb("d dull", "Cyd")
          + verb("h", "Dot") + "text = re.sub(r'^-.*Eve.*\\n', '', text, flags=re.M)")  # fmt: skip
    said = full.ok("triage")
    assert "2 articles picked into issues/001.md; to undo, take their blocks out of it" in said
    assert re.search(r"1 held, 1 dropped; undo: newsletter pool restore \w{13} \w{13}\n", said)
    assert re.search(r"taken out of the list, and so undecided: line \d+ of it\n1 story undecided\n", said)
    assert said.endswith("Next: newsletter edit 1, then newsletter preview\n")
    now = states(full)
    assert [now[f"Story {name}"] for name in ("Ada", "Bea", "Cyd", "Dot", "Eve")] == [
        "picked 1", "picked 1", "dropped", "held", "new"]  # fmt: skip
    issue = full.path("issues/001.md").read_text()
    assert issue.index("## News") < issue.index("[Story Bea]")
    assert issue.index("## Brand new") < issue.index("[Story Ada]")
    assert not full.path(".newsletter/triage/list.txt").exists()
    held = full.ok("triage", "--apply", "-", typed=f"h {ids(full)['Story Eve']}\n")
    assert "\n1 held; undo: newsletter pool restore " in held
    assert "held today" in full.ok("triage", "--print")
    full.ok(*re.search(r"newsletter (pool restore .*)", said)[1].split())
    assert states(full)["Story Cyd"] == "new"


def test_a_list_with_faults_decides_nothing_is_kept_and_goes_on(full):
    edits(full, verb("p", "Ada") + verb("drop", "Bea") + verb("xyz", "Cyd"))
    before = full.path("issues/001.md").read_bytes()
    said = full.fails(2, "triage")
    lines = re.findall(r"newsletter: \.newsletter/triage/list\.txt:(\d+): (.*)", said)
    assert [what.partition(";")[0] for _, what in lines] == ["a drop needs a reason", '"xyz" is no verb']
    kept = full.path(".newsletter/triage/list.txt").read_text().split("\n")
    assert [kept[int(number) - 1].split()[0] for number, _ in lines] == ["drop", "xyz"]
    assert "newsletter triage --continue goes on with it" in said
    assert full.path("issues/001.md").read_bytes() == before
    assert "--continue" in full.fails(2, "triage")
    edits(full, "text = text.replace('drop ', 'drop thin ').replace('xyz ', '- ')")
    assert "1 article picked into issues/001.md" in full.ok("triage", "--continue")
    assert states(full)["Story Bea"] == "dropped"
    assert "no list is kept" in full.fails(2, "triage", "--continue")


def test_an_editor_that_fails_or_an_emptied_list_decides_nothing(full):
    full.env["EDITOR"] = "false"
    assert full.fails(2, "triage").endswith("Editing failed; nothing was decided\n")
    edits(full, "text = ''")
    assert full.ok("triage") == "nothing was decided\n"
    edits(full, verb("p", "Ada"), ends=1)
    assert "what you wrote is kept in .newsletter/triage/list.txt" in full.fails(2, "triage")
    edits(full, "")
    assert json.loads(full.ok("triage", "--fresh", "--json"))["picked"] == []
    assert states(full)["Story Ada"] == "new"
    del full.env["EDITOR"]
    assert "--print prints the list" in full.fails(2, "triage")
    assert "There is no terminal" in full.fails(2, "triage", "--tui")


def test_scripts_print_a_list_and_apply_it_judged_as_things_are_then(full):
    said = full.fails(2, "triage", "--print", "--section", "gnus")
    assert said.startswith('newsletter: no section begins with "gnus"; known here: Data platforms, ')
    text = full.ok("triage", "--print", "--section", "ne", "--limit", "4")
    assert len(re.findall(r"^-", text, flags=re.M)) == 4
    assert not full.path(".newsletter/triage/list.txt").exists()
    ids = {name: re.search(rf"(\w+)  Story {name}", text)[1] for name in ("Ada", "Bea", "Cyd")}
    full.ok("pool", "drop", ids["Ada"], "somebody else was first")
    typed = f'p "News" {ids["Ada"]}\np {ids["Bea"]}\n'
    said = full.fails(2, "triage", "--apply", "-", typed=typed)
    assert said.startswith(f"newsletter: standard input:1: {ids['Ada']}")
    assert "was dropped: somebody else was first; newsletter pool restore" in said
    assert states(full)["Story Bea"] == "new"
    full.path("list.txt").write_text(f"p {ids['Bea']}\nm adverts {ids['Cyd']}\n")
    done = json.loads(full.ok("triage", "--apply", "list.txt", "--json"))
    assert done["lost"] == []
    assert (done["issue"], [id[:7] for id in done["picked"]], done["muted"]) == (1, [ids["Bea"]], ["Cyd Blog"])
    assert "Cyd Blog" in full.ok("pool", "mutes")
    assert "it cannot be read" in full.fails(2, "triage", "--apply", "nowhere.txt")
    full.path("list.txt").write_bytes(b"# x\np \xff\n")
    assert "list.txt:2: this is no UTF-8 text" in full.fails(2, "triage", "--apply", "list.txt")
    assert "there is no list nope; lists here: weekly" in full.fails(2, "triage", "--list", "nope", "--print")
    assert "Give one of" in full.fails(2, "triage", "--print", "--apply", "-")


def test_what_was_typed_before_a_kill_is_carried_out_by_continuing(full):
    edits(full, verb("p", "Ada"))
    with full.path("editor.py").open("a") as file:
        file.write("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n")
    assert full.run("triage").returncode != 0
    assert states(full)["Story Ada"] == "new"
    edits(full, verb("h", "Bea"))
    assert "1 article picked into issues/001.md" in full.ok("triage", "--continue")
    assert (states(full)["Story Ada"], states(full)["Story Bea"]) == ("picked 1", "held")


def test_a_list_is_printed_where_nothing_can_be_kept(full):
    full.path(".newsletter").write_text("in place of the folder, as good as a full or a read-only disk\n")
    text = full.ok("triage", "--print")
    assert all(f"Story {name}" in text for name in ("Ada", "Bea", "Cyd", "Dot", "Eve"))
    edits(full, "")
    assert "it cannot be written" in full.fails(2, "triage")


def test_a_printed_list_that_lost_a_line_says_so(full):
    text = full.ok("triage", "--print")
    without = re.sub(r"^-.*Story Eve.*\n", "", text, flags=re.M).replace("\n-  ", "\nh  ", 1)
    fewer = full.ok("triage", "--print", "--limit", "2")
    assert json.loads(full.ok("triage", "--apply", "-", "--json", typed=fewer))["undecided"] == 2
    assert json.loads(full.ok("triage", "--apply", "-", "--json", typed=text))["lost"] == []  # it is another list
    full.ok("triage", "--print")
    line = 1 + next(at for at, one in enumerate(text.split("\n")) if "Story Eve" in one)
    assert json.loads(full.ok("triage", "--apply", "-", "--json", typed=without))["lost"] == [line]


def test_a_section_with_too_many_articles_is_told(full):
    full.path("newsletter.toml").write_text(full.path("newsletter.toml").read_text() + "\n[sections.News]\ncap = 1\n")
    text = full.ok("triage", "--print", "--limit", "2")
    assert "# Sections: News 0 of 1 · " in text
    said = full.ok("triage", "--apply", "-", typed=text.replace("\n- ", "\np "))
    assert "News has 2 articles, and its cap is 1\n" in said
