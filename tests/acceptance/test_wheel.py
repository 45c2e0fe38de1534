"""The wheel in a fresh environment and an empty folder: the whole way, to a mail server."""

import ast
import itertools
import os
import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The command of a fresh environment that has the wheel, and finds what it needs beside it."""
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
    libraries = Path(pytest.__file__).parents[1]
    (site / "libraries.pth").write_text(f"{libraries}\n")
    return environment / "bin" / "newsletter"


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
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "NEWSLETTER_HOME": str(home / "home"),
        "SMTP_PASSWORD": "correct horse battery",
    }

    def run(*words: str) -> str:
        done = subprocess.run(
            [installed, *words],
            cwd=home,
            env=env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = [installed.parent / "python", "-c", "import newsletter; print(newsletter.__file__)"]
    found = subprocess.run(where, cwd=home, env=env, capture_output=True, text=True, check=True).stdout
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
