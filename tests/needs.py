"""What only some tests need beyond `make test`'s own set-up; .ci/run installs it all."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ON_RUNNER = bool(os.environ.get("CI"))
"""Read once: a test that really sends takes the variable away, since nothing is sent from a runner's own disk."""
NPM = Path(__file__).parent / "npm"


def missing(what: str, todo: str) -> NoReturn:
    """Skip on a person's machine, and say what to install; fail where everything is meant to be there."""
    (pytest.fail if ON_RUNNER else pytest.skip)(f"{what} is missing; {todo}")
    raise AssertionError


def axe() -> str:
    """Return axe-core's script."""
    script = NPM / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        missing("axe-core", "install Node and run `make npm`")
    return script.read_text(encoding="utf-8")


def node() -> str:
    """Return the path of Node, with npm's mjml beside it."""
    found = shutil.which("node")
    if not found or not (NPM / "node_modules" / "mjml").is_dir():
        missing("npm's mjml", "install Node and run `make npm`")
    return found
