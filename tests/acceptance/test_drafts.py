"""Words that are offered for articles: excerpts and drafts, their review, and no mail before it."""

import json
import os
import re
import signal
import sys

import pytest
from drafting_desk import GOOD, MANAS, OTHER, SHORT, answer, make_desk, script
from reference import README
from test_on_a_terminal import at_terminal


@pytest.fixture
def drafting(desk, tmp_path):
    """A newsletter with three articles that have no words, and a command that drafts."""
    make_desk(desk.folder, local=script(tmp_path / "draft.py", f"print({answer()!r})")).close()
    desk.change("issues/001.md", 'subject = ""', 'subject = "What a metric can do"')
    return desk


def issue(desk):
    return desk.path("issues/001.md").read_text(encoding="utf-8")


def rules(desk):
    return {(one["rule"], one["line"]) for one in json.loads(desk.run("check", "--json").stdout)}


def states(desk):
    return [(one["state"], one["reviewed_by"]) for one in json.loads(desk.run("review", "--json").stdout)]


def test_excerpts_are_offered_chosen_reviewed_and_only_then_sent(drafting):
    before = issue(drafting)
    offered = json.loads(drafting.ok("draft", "--dry-run", "--json"))["articles"]
    assert [(one["id"], len(one["offered"]), one["written"]) for one in offered] == [
        (MANAS, 5, []), (OTHER, 5, []), (SHORT, 1, [])
    ]  # fmt: skip
    assert issue(drafting) == before
    first, third = offered[0]["offered"][0], offered[0]["offered"][2]
    said = drafting.ok("draft", "1", "--id", "aa", "--pick", "3 1")
    assert "wrote 2 excerpts as key points" in said
    assert f"- “{third}”\n- “{first}”\n".replace("C++", "C++") in issue(drafting)
    assert issue(drafting).count('drafted_by = "excerpt"') == 1
    said += drafting.ok("draft", "--wait", "0")
    assert issue(drafting).count("- “") == 2 + 3 + 1
    assert "summar" not in f"{said}{drafting.ok('draft', '--help')}{issue(drafting)}".lower()
    assert drafting.ok("draft", "--wait", "0") == "issues/001.md: no article lacks words\n"
    assert sum(rule == "unreviewed" for rule, _ in rules(drafting)) == 3
    refused = drafting.fails(1, "send", "1", "--really", "--yes")
    assert '"The other" has excerpts that nobody has reviewed' in refused
    listed = drafting.run("review", "1")
    assert listed.returncode == 1
    assert f"»{first}«" in listed.stdout
    assert "3 drafts, 0 reviewed or edited, 3 wait" in listed.stdout
    drafting.ok("review", "1", "aaa", "--yes", "--by", "mk")
    assert states(drafting) == [("reviewed", "mk"), ("waiting", ""), ("waiting", "")]
    drafting.change("issues/001.md", "- “Too little is known of it.”", "- I know more of it")
    drafting.change("issues/001.md", f"- “{first}”\n", "")  # an edit after a review closes nothing
    assert states(drafting) == [("reviewed", "mk"), ("waiting", ""), ("edited", "")]
    assert sum(rule == "unreviewed" for rule, _ in rules(drafting)) == 1
    assert "excerpt+edited, reviewed by mk" in drafting.run("review").stdout
    drafting.ok("review", "--yes", "--by", "eve")
    assert states(drafting) == [("reviewed", "mk"), ("reviewed", "eve"), ("edited", "")]
    drafting.path(".newsletter/derived.sqlite3").unlink()  # another machine has none of it
    assert "its quotes are not on this machine: read https://a.example/m" in drafting.ok("review")
    assert not any(rule == "unreviewed" for rule, _ in rules(drafting))


def test_an_article_of_which_nothing_is_known_is_named_with_what_to_do(drafting):
    drafting.path("bare.jsonl").write_text('{"title": "Bare", "link": "https://a.example/bare"}\n')
    drafting.ok("add", "bare.jsonl")
    drafting.ok("pick", "--all")
    bare = json.loads(drafting.ok("pool", "list", "--json"))[-1]["id"]
    done = drafting.run("draft", "--id", bare, "--wait", "0")
    assert done.returncode == 1
    assert "nothing is known of what it says\n1 article without excerpts: newsletter edit 1" in done.stdout


def test_a_models_drafts_are_previewed_written_and_told(drafting):
    shown = drafting.run("draft", "--with", "command", "--dry-run")
    assert shown.returncode == 1
    assert "195 words, 1,9" in shown.stdout
    assert "2 calls, 3,9" in shown.stdout
    done = drafting.run("draft", "--with", "command", "--json", "--wait", "0")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert done.stderr.endswith("drafting: 3 of 3\n")  # reading pages is told where it takes long
    assert [(one["id"], one["drafted_by"], one["reason"][:7]) for one in told["articles"]] == [
        (MANAS, "llm:command", ""), (OTHER, "llm:command", ""), (SHORT, "", "6 words")
    ]  # fmt: skip
    assert issue(drafting).count(f"- {GOOD['points'][0]}\n") == 2
    assert "issues/001.html" not in drafting.ok("review", "--yes", "--by", "mk")
    drafting.ok("build")
    (text,) = drafting.path(".newsletter").rglob("001.txt")
    assert text.read_text().count("Drafted by a machine, reviewed by a person") == 2


@pytest.mark.parametrize("words, code, said", [
    (["draft", "--pick", "1"], 2, "--pick is for one article; say which of 3 with --id"),
    (["draft", "--pick", "one"], 2, "--pick takes numbers"),
    (["draft", "--pick", "9", "--id", "aaa"], 2, "There is no excerpt 9; there are 5."),
    (["draft", "--id", "zzz"], 2, f'there is no article "zzz" in it; ids here: {MANAS}, {OTHER}, {SHORT}'),
    (["draft", "--with", "model"], 2, "newsletter.local.toml: no model is named that drafts; it names a command"),
    (["draft", "--with", "command", "--pick", "1"], 2, "--pick chooses excerpts"),
    (["draft", "--fresh"], 2, "are for drafts by a command or a model"),
    (["review", "--yes"], 2, "--yes needs --by NAME"),
    (["review", "1", "aaa"], 2, f"no machine drafted {MANAS}"),
])  # fmt: skip
def test_what_was_asked_wrongly_is_said(drafting, words, code, said):
    assert said in drafting.fails(code, *words)


def test_an_issue_that_was_composed_alone_is_agreed_to_with_the_review(drafting):
    drafting.change("issues/001.md", 'list = "weekly"', 'list = "weekly"\nproposal = true')
    said = drafting.run("review")
    assert "proposal still; newsletter review 1 --yes --by NAME agrees to it once you have read it\n" in said.stdout
    assert said.returncode == 1, "something waits still"
    assert json.loads(drafting.run("review", "--json").stdout) == []
    before = issue(drafting)
    assert "is no proposal any more" in drafting.ok("review", "--yes", "--by", "mk")
    assert issue(drafting) == before.replace("proposal = true\n", "")


def test_at_a_terminal_excerpts_are_chosen_and_drafts_reviewed_by_keys(drafting):
    code, shown = at_terminal(drafting, "draft", "--id", MANAS, typed="7\n2 1\n", asked=b"Enter takes none")
    assert (code, "numbers from 1 to 5" in shown, issue(drafting).count("- “")) == (0, True, 2)
    code, shown = at_terminal(drafting, "draft", "--id", OTHER, typed="\n", asked=b"Enter takes none")
    assert (code, issue(drafting).count("- “")) == (0, 2)
    drafting.ok("draft", "--id", OTHER, "--with", "command")
    drafting.env["EDITOR"] = f"sed -i 's/^- {GOOD['points'][0]}/- Mine/'"
    code, shown = at_terminal(drafting, "review", typed="y\ne\n", asked=b"e edit")
    assert (code, "2 drafts, 2 reviewed or edited, 0 wait" in shown) == (0, True)
    around = [line for line in shown.splitlines() if line.startswith(" " * 9)]
    assert len(around) > 6
    assert max(map(len, around)) <= 100
    assert "- Mine\n" in issue(drafting)
    assert not os.environ.get("EDITOR")


def test_the_command_of_the_readme_drafts_by_a_program_of_that_name(drafting, tmp_path):
    (example,) = re.findall(r"```python\n(#!.*?)```", README.read_text(encoding="utf-8"), re.S)
    drafting.path("draft.py").write_text(example, encoding="utf-8")
    llm = tmp_path / "bin" / "llm"
    llm.parent.mkdir()
    llm.write_text(
        f"#!{sys.executable}\nimport json, sys\nassert sys.argv[1:3] == ['prompt', '--schema']\n"
        "assert sys.argv[6:] == ['--model', 'm']\n"
        "assert json.loads(sys.argv[3])['type'] == 'object' and 'It is data' in sys.argv[5]\n"
        f"assert 'Title: One in a million' in sys.stdin.read()\nprint({answer()!r})\n"
    )
    llm.chmod(0o755)
    local = f'[draft]\ncommand = ["{sys.executable}", "draft.py"]\nmodel = "m"\n'
    drafting.path("newsletter.local.toml").write_text(local)
    drafting.env["PATH"] = f"{llm.parent}:{os.environ['PATH']}"
    assert "1 draft in issues/001.md" in drafting.ok("draft", "--with", "command", "--id", MANAS)
    assert 'drafted_by = "llm:m"' in issue(drafting)


def test_a_kill_in_the_middle_of_a_call_loses_nothing_and_counts_what_it_may_have_cost(drafting, tmp_path):
    before = issue(drafting)
    killing = script(tmp_path / "kill.py", "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)")
    drafting.path("newsletter.local.toml").write_text(f"{killing}price_in = 100\n")
    assert drafting.run("draft", "--with", "command", "--id", MANAS).returncode == -signal.SIGKILL
    assert issue(drafting) == before
    mended = script(tmp_path / "draft.py", f"print({answer(usage={'prompt_tokens': 10, 'completion_tokens': 10})!r})")
    drafting.path("newsletter.local.toml").write_text(f"{mended}price_in = 100\ncap_issue = 1.0\n")
    shown = drafting.ok("draft", "--with", "command", "--id", MANAS)
    assert "1 draft in issues/001.md, 20 tokens, 0.0010 USD\n" in shown
    (spent,) = re.findall(r"spent: (0\.\d+) of 1\.00 USD for this issue, \1 USD in this month", shown)
    assert 0.05 < float(spent) < 0.1
