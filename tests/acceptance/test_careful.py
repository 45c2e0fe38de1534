"""What could hurt somebody: a no that is taken for a yes, addresses where git sees them, files of others."""

import json
import os
import subprocess

import pytest

YES = ["--consent", "confirmed", "--basis", "old list"]


def _listed(sample):
    return [row for row in json.loads(sample.ok("subscribers", "list", "--json")) if "@example.org" in row["address"]]


def test_only_a_yes_is_taken_for_a_yes(sample):
    words = ("active", "opted out", "Non-Subscribed", "pending", "", "vip", "Confirmed")
    rows = dict(zip("abcdefg", words, strict=True))
    sample.path("r.csv").write_text(
        "email,status,age\n" + "".join(f"{name}@example.org,{status},7\n" for name, status in rows.items())
    )
    done = sample.run("subscribers", "import", "r.csv", *YES)
    assert done.returncode == 1
    assert "r.csv: not read: age" in done.stdout
    assert [line.partition(": left out")[0] for line in done.stdout.splitlines() if "left out:" in line] == ["r.csv:7"]
    known = {row["address"][0]: row["consent"] for row in _listed(sample)}
    assert {name: known.get(name) for name in "abcdefg"} == {
        "a": "confirmed", "b": "unsubscribed", "c": "unsubscribed", "d": "pending", "e": "pending", "f": None,
        "g": "confirmed",
    }  # fmt: skip


def test_a_column_of_those_who_left_is_heeded(sample):
    sample.path("r.csv").write_text(
        "email,Opted out\na@example.org,\nb@example.org,yes\nc@example.org,no\nd@example.org,2025-01-01\n"
    )
    sample.ok("subscribers", "import", "r.csv", *YES)
    known = {row["address"][0]: row["consent"] for row in _listed(sample)}
    assert [known[name] for name in "abcd"] == ["confirmed", "unsubscribed", "confirmed", "unsubscribed"]


def test_undoing_an_addition_takes_nobody_off_another_list(sample):
    sample.change("newsletter.toml", "[test]", '[lists.daily]\ntitle = "Daily"\n\n[test]')
    undo = sample.ok("subscribers", "add", "ada@example.com", "--list", "daily", *YES).splitlines()[-1]
    words = undo.removeprefix("Undo: newsletter ").split()
    assert "unsubscribed from daily;" in sample.ok(*words)
    assert "had left before" in sample.ok(*words)
    (weekly,) = json.loads(sample.ok("subscribers", "show", "ada@example.com", "--json"))["lists"][-1:]
    assert (weekly["list"], weekly["consent"]) == ("weekly", "confirmed")


@pytest.mark.parametrize("words", [["list"], ["export"], ["unsubscribe", "ada@example.com"]])
def test_a_list_that_is_not_there_is_an_error(sample, words):
    assert "lists here: weekly" in sample.fails(2, "subscribers", *words, "--list", "weakly")


@pytest.mark.parametrize("form", ["eml", "html", "maildir", "mbox"])
def test_rehearsing_again_leaves_nothing_of_those_who_left(sample, form):
    sample.path("out").mkdir()
    sample.path("out/notes.eml").write_text("mine")
    sample.ok("send", "1", "--rehearse", "out", "--format", "eml")
    sample.ok("send", "1", "--rehearse", "out", "--format", form)
    sample.ok("subscribers", "unsubscribe", "grace@example.com")
    sample.ok("send", "1", "--rehearse", "out", "--format", form)
    left = [path for path in sample.path("out").rglob("*") if path.is_file() and b"grace" in path.read_bytes()]
    assert left == []
    assert list(sample.path("out").rglob("*grace*")) == []
    assert sample.path("out/notes.eml").read_text() == "mine"


@pytest.mark.parametrize("ignored", ["*.eml\n", "", "/out/*.html\n"])
def test_a_folder_that_git_ignores_in_part_is_refused(sample, ignored):
    subprocess.run(["git", "init", "-q", str(sample.folder)], check=True)
    sample.path(".gitignore").write_text(ignored)
    for form in ("html", "maildir", "mbox"):
        assert "git would track" in sample.fails(2, "send", "1", "--rehearse", "out", "--format", form)
    sample.path(".gitignore").write_text("/out/\n")
    sample.ok("send", "1", "--rehearse", "out", "--format", "html")


def test_a_repository_that_git_cannot_read_is_no_leave_to_write(sample):
    sample.path(".git").mkdir()
    assert "git would track" in sample.fails(2, "send", "1", "--rehearse", "out")


def test_a_gitignore_that_is_there_gets_the_missing_lines(desk):
    desk.path(".gitignore").write_text("*.pyc")
    assert ".gitignore" in desk.ok("init")
    assert desk.path(".gitignore").read_text().splitlines()[0] == "*.pyc"
    subprocess.run(["git", "init", "-q", str(desk.folder)], check=True)
    listed = subprocess.run(
        ["git", "-C", str(desk.folder), "status", "--porcelain", "-uall"], capture_output=True, text=True, check=True
    ).stdout
    assert "newsletter.local.toml" not in listed
    assert "newsletter.toml" in listed


@pytest.mark.parametrize(
    "name, sender",
    [
        ("Letters FROM the TIMEZONE", ""),
        ("Tom, Dick & Harry", ""),
        ('Say "hi" \\ there', ""),
        ("ID", "Zoë <zoe@example.org>"),
        ("日本語", ""),
    ],
)
def test_any_name_makes_a_newsletter_that_can_be_opened(desk, name, sender):
    desk.ok("init", ".", "--name", name, *(["--from", sender] if sender else []))
    desk.ok("pool")
    assert "ok       folder" in desk.run("doctor").stdout


def test_a_sender_that_is_no_address_makes_nothing(desk):
    assert "garbage" in desk.fails(2, "init", ".", "--from", "garbage")
    assert list(desk.folder.iterdir()) == []


def test_a_key_without_its_database_is_not_passed_over(sample):
    (data,) = [path.parent for path in sample.folder.parent.rglob("secret.key")]
    (data / "newsletter.sqlite3").rename(data / "elsewhere")
    said = sample.fails(2, "init")
    assert "database" in said
    assert "backup" in said
    done = sample.run("doctor")
    assert "newsletter init makes one" not in done.stdout


def test_what_cannot_be_written_is_one_line(sample):
    sample.path("file").write_text("x")
    assert "file/out.csv: it cannot be written" in sample.fails(2, "subscribers", "export", "-o", "file/out.csv")
    assert "cannot be" in sample.fails(2, "init", "file/sub")
    sample.path(".newsletter").write_text("x")
    assert ".newsletter" in sample.fails(2, "build", "1")


def test_a_file_keeps_its_permissions_and_a_link_its_target(sample):
    target = sample.path("elsewhere.md")
    sample.path("issues/001.md").rename(target)
    target.chmod(0o600)
    sample.path("issues/001.md").symlink_to(target)
    sample.ok("add", "-", typed="Moka again\nhttps://example.com/again\nWhy it matters: It does.\n• One\n")
    sample.ok("pick", "--all")
    assert sample.path("issues/001.md").is_symlink()
    assert "Moka again" in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o777 == 0o600


def test_output_that_cannot_show_a_letter_shows_another(sample):
    sample.env["PYTHONIOENCODING"] = "ascii"
    sample.ok("subscribers", "list")
    assert "林 美玲" in sample.run("subscribers", "export").stdout


def test_a_home_that_is_relative_is_that_of_the_folder_of_the_command(sample):
    home = os.path.relpath(os.environ["NEWSLETTER_HOME"], sample.folder.parent)
    sample.env["NEWSLETTER_HOME"] = home
    assert "ada@example.com" in sample.ok("-C", sample.folder.name, "subscribers", "list", cwd=sample.folder.parent)


def test_doctor_says_what_room_the_automatic_backups_take(sample):
    assert "backups" not in sample.run("doctor").stdout
    (data,) = [path.parent for path in sample.folder.parent.rglob("secret.key")]
    first, second = (data / "backups" / f"2026010{day}T090000Z-before-mailing-001.sqlite3" for day in (1, 2))
    first.parent.mkdir()
    for path in (second, first):
        path.touch()
        os.truncate(path, 500_000_000)
    said = sample.run("doctor").stdout
    assert f"ok       backups         2 in {first.parent}, 1,000.0 MB in all, the oldest is {first.name}\n" in said
    os.truncate(first, 500_000_001)
    assert f"note     backups         2 in {first.parent}" in (said := sample.run("doctor").stdout)
    assert "delete those that you do not need any more" in said


def test_doctor_finds_a_theme_that_is_broken(sample):
    assert "ok       theme" in sample.run("doctor").stdout
    sample.path("templates/digest").mkdir(parents=True)
    sample.path("templates/digest/article.mjml.j2").write_text("{% if %}")
    assert "missing  theme" in sample.run("doctor").stdout


def test_doctor_knows_an_example_from_a_real_domain(sample):
    sample.change("newsletter.toml", "<digest@example.com>", "<digest@myexample.com>")
    assert "ok       from" in sample.run("doctor").stdout
