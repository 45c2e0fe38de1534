"""What people get wrong: one line that says where, what and what to do; the right exit code; nothing half-written."""

import re

import pytest


def one_line(stderr: str) -> str:
    """The one line that a person reads, without progress lines before it."""
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    return lines[0].removeprefix("newsletter: ")


def tree(folder):
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_without_a_newsletter(desk):
    for words in (["check"], ["build"], ["add", "-"], ["send", "1"], ["subscribers", "list"], ["doctor"], ["new"]):
        said = one_line(desk.fails(2, *words))
        assert said.endswith("no newsletter.toml here or above; newsletter init makes one")
    assert tree(desk.folder) == {}


def test_init_overwrites_nothing(desk):
    desk.ok("init", ".", "--name", "One")
    before = tree(desk.folder)
    assert "nothing was changed" in one_line(desk.fails(2, "init", ".", "--name", "Two"))
    assert "nothing was changed" in one_line(desk.fails(2, "init", ".", "--sample"))
    assert tree(desk.folder) == before


SETTINGS = {
    "not TOML": ('name = "', 'name = ', r"newsletter\.toml:\d+: this is not TOML: .+; mend that line"),
    "unknown key": ("tagline =", "taglin =", r'newsletter\.toml:\d+: "taglin" is not a known key; .*tagline.*'),
    "unknown key of a list": ("title =", "titel =", r'newsletter\.toml:\d+: "lists\.weekly\.titel" is not .*title.*'),
    "wrong kind": ("addresses = []", "addresses = 3", r'newsletter\.toml:\d+: "test\.addresses" must be a list.*'),
    "no address": ("<digest@example.com>", "<digest at example>", r"newsletter\.toml:\d+: .*digest at example.*"),
    "two lines in a name": (
        'name = "Engineering Digest"', 'name = "Engineering\\r\\nBcc: x@example.com"',
        r'newsletter\.toml:\d+: "name" has a line break or control character in it; write it in one line',
    ),
    "no time zone": ('timezone = "', 'timezone = "Mars/', r'newsletter\.toml:\d+: "Mars/.+" is no time zone; .+'),
    "no theme": ('theme = "digest"', 'theme = "digset"', r'newsletter\.toml:\d+: .*digset.*; .*digest.*'),
    "no https": ('# public_url = "https', 'public_url = "http', r"newsletter\.toml:\d+: .* is no https address; .+"),
    "an id that leaves its folder": ('id = "', 'id = "../', r'newsletter\.toml:\d+: "\.\./.+" is no id; .+'),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_a_fault_in_newsletter_toml(sample, name):
    old, new, said = SETTINGS[name]
    sample.change("newsletter.toml", old, new)
    assert re.fullmatch(said, one_line(sample.fails(2, "check", "1")))


PROFILES = {
    "unknown key": ("[smtp.a]\nhost = 'h'\nprot = 25\n", r'newsletter\.local\.toml:3: "smtp\.a\.prot" is not .*port.*'),
    "no host": ("[smtp.a]\nport = 25\n", r'newsletter\.local\.toml: "smtp\.a\.host" is missing; .+'),
    "security": ("[smtp.a]\nhost = 'h'\nsecurity = 'ssl'\n", r'newsletter\.local\.toml:3: "ssl" will not do for .+'),
    "readable password": (
        "[smtp.a]\nhost = 'mail.example.com'\nsecurity = 'none'\n",
        r'newsletter\.local\.toml:3: SMTP profile "a": security = "none" would send mail and password readable .+',
    ),
    "no password": (
        "[smtp.a]\nhost = 'h'\nusername = 'u'\n",
        r'newsletter\.local\.toml:3: SMTP profile "a": it has a username and no password; add password_env .+',
    ),
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_fault_in_newsletter_local_toml(sample, name):
    text, said = PROFILES[name]
    sample.path("newsletter.local.toml").write_text(text)
    assert re.fullmatch(said, one_line(sample.fails(2, "send", "1")))


ISSUES = {
    "no front matter": ("+++\n", "", r"issues/001\.md:1: .+"),
    "broken front matter": ('subject = "', "subject = ", r"issues/001\.md:4: this is not TOML: .+; mend that line"),
    "unknown key": ("preheader =", "prehaeder =", r'issues/001\.md:\d+: "prehaeder" is not a known key; .*preheader.*'),
    "another number": ("number = 1", "number = 7", r"issues/001\.md:2: .*7.+"),
    "no such list": ('list = "weekly"', 'list = "weakly"', r'issues/001\.md:\d+: "weakly" is no list; .*weekly'),
    "two lines in a subject": (
        'subject = "Moka', 'subject = "Moka\\r\\nBcc: victim@example.com\\r\\n',
        r'issues/001\.md:4: "subject" has a line break or control character in it; write it in one line',
    ),
    "NUL": ("Eight write-ups from one team", "Eight\0write-ups", r"issues/001\.md:\d+: .*control character.*"),
    "no id": (" {#", " {", r"issues/001\.md:\d+: .+"),
}  # fmt: skip


@pytest.mark.parametrize("name", ISSUES)
@pytest.mark.parametrize("command", [["build"], ["send", "1", "--really", "--yes"]], ids=["build", "send"])
def test_a_fault_in_an_issue(sample, name, command):
    old, new, said = ISSUES[name]
    sample.change("issues/001.md", old, new)
    before = tree(sample.folder)
    assert re.fullmatch(said, one_line(sample.fails(2, *command)))
    assert tree(sample.folder) == before


def test_two_articles_with_one_id(sample):
    text = sample.path("issues/001.md").read_text(encoding="utf-8")
    first, second, *_ = re.findall(r"\{#(\w+)\}", text)
    sample.path("issues/001.md").write_text(text.replace(f"{{#{second}}}", f"{{#{first}}}"), encoding="utf-8")
    said = one_line(sample.fails(2, "build", "1"))
    assert re.fullmatch(rf"issues/001\.md:\d+: .*{first}.*line \d+.*; .+", said)


def test_an_issue_without_articles(desk):
    desk.ok("init")
    desk.ok("new", "--subject", "S")
    assert one_line(desk.fails(2, "build")) == "issues/001.md:1: the issue has no articles; newsletter pick adds some"
    assert "no articles" in one_line(desk.fails(2, "send", "1", "--really", "--yes"))
    done = desk.run("check")
    assert done.returncode == 1
    assert re.search(r"^issues/001\.md:\d+: error .*no article", done.stdout, re.M)


def test_an_issue_that_is_not_there(sample):
    assert "there is no issue 7; issues here: 1" in one_line(sample.fails(2, "build", "7"))
    assert sample.run("send").returncode == 2


def test_more_than_a_hundred_levels(sample):
    deep = "> " * 120 + "deep"
    sample.change("issues/001.md", "Eight write-ups from one team", f"{deep}\n\nEight write-ups from one team")
    assert re.match(r"issues/001\.md:\d+: .*(levels|nest|deep)", one_line(sample.fails(2, "build", "1")))


TEMPLATES = {
    "undefined name": ("{{ issue.nonsense }}", r"templates/digest/issue\.mjml\.j2:\d+: .*nonsense.*"),
    "broken MJML": ("<mj-section><mj-txt>x</mj-txt></mj-section>", r"templates/digest/issue\.mjml\.j2:\d+: .*mj-txt.*"),
    "unclosed tag": ("<mj-section>", r"templates/digest/issue\.mjml\.j2:\d+: .+"),
    "unclosed block": ("{% if issue %}", r"templates/digest/issue\.mjml\.j2:\d+: .+"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_fault_in_a_template_of_ones_own(sample, name):
    from newsletter.rendering.themes import builtin_templates

    text, said = TEMPLATES[name]
    theme = builtin_templates() / "digest" / "issue.mjml.j2"
    own = sample.path("templates/digest/issue.mjml.j2")
    own.parent.mkdir(parents=True)
    own.write_text(theme.read_text(encoding="utf-8").replace("</mj-body>", f"{text}\n</mj-body>"), encoding="utf-8")
    assert re.fullmatch(said, one_line(sample.fails(2, "build", "1")))
    assert not sample.path(".newsletter/build").exists()


def test_text_about_code_appears_literally(sample):
    said = "Close it with </mj-text>, run <script>alert(1)</script>, print {{ secret }} and {% raw %}."
    sample.change("issues/001.md", "Eight write-ups from one team", f"{said}\n\nEight write-ups from one team")
    sample.ok("check", "1")
    sample.ok("build", "1")
    html = sample.path(".newsletter/build/001/001.html").read_text(encoding="utf-8")
    assert "&lt;/mj-text&gt;, run &lt;script&gt;alert(1)&lt;/script&gt;, print {{ secret }} and {% raw %}." in html
    assert "<script" not in html
    shown = " ".join(sample.path(".newsletter/build/001/001.txt").read_text(encoding="utf-8").split())
    assert said in shown


@pytest.mark.parametrize(
    "words, said",
    [
        (["nobody"], "nobody"),
        (["a b@example.com"], "a b@example.com"),
        (["x@example.com\r\nBcc: y@example.com"], "x@example.com"),
        (["x@example.com", "--name", "X\r\nBcc: y@example.com"], "line break"),
        (["x@example.com", "--consent", "confirmed"], "--basis"),
        (["x@example.com", "--list", "monthly"], "monthly"),
    ],
)
def test_a_person_who_cannot_be_added(sample, words, said):
    assert said in one_line(sample.fails(2, "subscribers", "add", *words))
    assert len(sample.ok("subscribers", "list").splitlines()) == 3


def test_the_subject_of_a_new_issue_is_one_line(sample):
    done = sample.run("new", "--subject", "A\r\nBcc: x@example.com")
    assert done.returncode == 2
    assert not sample.path("issues/002.md").exists()


def test_files_that_cannot_be_read(sample):
    sample.path("latin.txt").write_bytes("Why it matters: Käse\n".encode("utf-16-le"))
    sample.path("zero.txt").write_bytes(b"Why it matters: a\0b\n")
    sample.path("broken.json").write_text('[{"title": "A"')
    for file in ("latin.txt", "zero.txt", "broken.json"):
        assert re.match(rf"{re.escape(file)}", one_line(sample.fails(2, "add", file)))
    assert sample.run("add", "missing.txt").returncode == 2
    assert len(sample.ok("pool", "list").splitlines()) == 8


def test_a_broken_line_in_the_pool_is_named(sample):
    (pool,) = sample.path("pool").glob("*.jsonl")
    with pool.open("a", encoding="utf-8") as file:
        file.write("<<<<<<< HEAD\n")
    assert re.match(rf"pool/{pool.name}:\d+: ", one_line(sample.fails(2, "pool", "list")))


@pytest.mark.parametrize(
    "words, said",
    [
        (["send", "1", "--really", "--test"], "exclude"),
        (["send", "1", "someone@example.com"], "--test"),
        (["send", "1", "--format", "mbox"], "--rehearse"),
        (["send", "1", "--yes"], "--really"),
        (["pick"], "--all"),
        (["pick", "zzzz"], "zzzz"),
        (["pool", "drop", "zzzz", "why"], "zzzz"),
        (["send", "1", "--via", "nowhere"], "nowhere"),
        (["subscribers", "show", "unknown@example.com"], "unknown@example.com"),
        (["subscribers", "import", "none.csv"], "none.csv"),
        (["settle", "1"], "--accepted"),
        (["settle", "1", "--accepted"], "nothing is in doubt"),
        (["pool", "drop", "pclhh", " "], "REASON"),
        (["resume", "1"], "not started"),
        (["chek"], "check"),
    ],
)
def test_a_command_that_cannot_be_meant(sending, words, said):
    done = sending.run(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
