"""The wheel in a fresh environment and an empty folder: the whole way, to a mail server."""

import ast
import itertools
import os
import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from source_wheel import make_wheel
from web_site import Says, web_site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The command of a fresh environment that has the wheel, and all that it asks for, but no extra."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("newsletterpress-*.whl")
    environment = folder / "env"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    # Only the wheel is under test: the libraries are those of this environment, put behind the fresh one's own.
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(f"{link_libraries(folder / 'libraries')}\n")
    return environment / "bin" / "newsletter"


def link_libraries(folder: Path) -> Path:
    """Put the libraries that the wheel needs without extras, and those that they need, into *folder*."""
    folder.mkdir()
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = [Requirement(line) for line in tomllib.load(file)["project"]["dependencies"]]
    known = set()
    while wanted:
        one = wanted.pop()
        if one.name in known or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        known.add(one.name)
        found = distribution(one.name)
        wanted += [Requirement(line) for line in found.requires or ()]
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(found.locate_file(top))
    return folder


def installed_desk(installed: Path, desk):
    """Return what runs the installed command in the desk's folder: its words, and the exit code that it is to have."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(desk.folder),
        "NEWSLETTER_HOME": str(desk.folder / "home"),
        "SMTP_PASSWORD": "correct horse battery",
    }

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [installed, *words],
            cwd=desk.folder,
            env=env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + (done.stderr if code else "")

    return run


def test_the_wheel_asks_for_every_library_that_the_package_imports():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    declared = {re.match(r"[\w-]+", line)[0].lower() for line in wanted}
    homes = packages_distributions()
    for path in (ROOT / "newsletter").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for top in {name.partition(".")[0] for name in names} - {"newsletter", *sys.stdlib_module_names}:
                assert {re.sub("[-_.]+", "-", home).lower() for home in homes[top]} & declared, f"{path} imports {top}"


def test_the_whole_way_from_an_installed_wheel(installed, desk, inbox, digest_text, links_text):
    home = desk.folder
    (home / "d.txt").write_text(digest_text, encoding="utf-8")
    (home / "l.tsv").write_text(links_text, encoding="utf-8")
    run = installed_desk(installed, desk)

    where = [installed.parent / "python", "-c", "import newsletter; print(newsletter.__file__)"]
    found = subprocess.run(where, cwd=home, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(installed.parents[1]))
    run("init", ".", "--name", "Moka Weekly", "--from", "Mara <mara@example.org>")
    run("add", "d.txt", "--links", "l.tsv")
    run("pick", "--all")
    desk.change("issues/001.md", 'subject = ""', 'subject = "Moka"')
    assert "features that some mail clients lack have a fallback" in run("check")
    run("build")
    run("subscribers", "add", "ada@example.com", "--name", "Ada", "--consent", "confirmed", "--basis", "asked")
    run("send", "1", "--rehearse")
    assert len(list(home.glob(".newsletter/rehearsals/001/*.eml"))) == 1
    (home / "newsletter.local.toml").write_text(inbox.profile())
    assert "1 planned = 1 accepted" in run("send", "1", "--really", "--yes")
    assert inbox.addresses == ["ada@example.com"]


PAGE = "<html><head><title>Moving the queue</title></head><body><article>{}</article></body></html>"
SENTENCES = "".join(
    f"<p>{sentence}</p>"
    for sentence in (
        "We moved our queue to another building in one night, and eleven people carried it there.",
        "Its old disks were full every second Monday of the month, whatever anybody deleted from them.",
        "After that night the median message waited for one second where it had waited for nine.",
    )
)
FEED = (
    "<rss version='2.0'><channel><title>Acme</title><item><title>Fed by Acme</title><link>{}/fed</link>"
    "<guid>1</guid></item></channel></rss>"
)


def test_without_extras_the_week_runs_and_what_needs_one_says_how_to_get_it(installed, desk):
    run = installed_desk(installed, desk)
    run("init", ".", "--name", "Moka Weekly", "--from", "Mara <mara@example.org>")
    with desk.path("newsletter.local.toml").open("a") as file:
        file.write('\n[sources]\nallow_private = ["localhost"]\n')
    answers = {"/page": Says(body=PAGE.format(SENTENCES).encode(), headers={"Content-Type": "text/html"})}
    with web_site(answers) as site:
        answers["/feed"] = Says(body=FEED.format(site.url).encode(), headers={"Content-Type": "application/rss+xml"})
        site.answers.update(answers)
        told = run("add", f"{site.url}/page", "--note", "for Thursday")
        assert re.search(r"read +\w{13}  Moving the queue \(localhost, 1 min, \d+ words\)", told)
        run("feeds", "add", f"{site.url}/feed")
        assert "1 new article" in run("fetch")
    listed = run("triage", "--print")
    assert "Moving the queue" in listed
    assert "Fed by Acme" in listed
    assert "pip install 'newsletterpress[tui]'" in run("triage", "--tui", code=2)
    run("pick", "--all")
    assert "wrote 3 excerpts as key points" in run("draft")


def test_a_source_of_others_is_installed_beside_it_and_found(installed, desk, tmp_path):
    pip = [installed.parent / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index"]
    subprocess.run([*pip, "--no-deps", make_wheel(tmp_path)], check=True)
    run = installed_desk(installed, desk)
    run("init", ".", "--name", "Moka Weekly", "--from", "Mara <mara@example.org>")
    desk.path("list.acme").write_text("Found by its name|https://acme.example/1\n")
    assert "Found by its name" in run("add", "list.acme")
    assert "mend or remove acme-source" in run("add", "list.acme", "--as", "raising", code=2)
