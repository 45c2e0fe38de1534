"""What several tests share: the sample digest, and a home for data that is not the developer's."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import arguments, find_chromium
from command_process import end_loaded_process
from hypothesis import settings
from needs import missing

from newsletter.app.ci_runner import VARIABLES as RUNNER_VARIABLES

if TYPE_CHECKING:
    import trustme
    from playwright.sync_api import Browser
    from postgresql_server import Server

# A test is no stopwatch: on a busy machine any example may take its time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "templates" / "sample"
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""Linux's file system in memory, and the octets that must be free there for the tests to use it."""


def pytest_configure() -> None:
    """Keep the tests' folders in memory if they fit: tests of the store wait for the disk half of their time.

    What is synced, and when, is proved by the system calls themselves, in the torture. $PYTEST_DEBUG_TEMPROOT or
    ``--basetemp`` names another place.
    """
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    if not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:  # as containers often mount it: no program starts from there
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """Keep every test away from the data, the editor and the git settings of whoever runs it, and from CI's runner."""
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "home"))
    for name in ("NEWSLETTER_DATABASE", "VISUAL", "EDITOR", "GIT_DIR", "GIT_WORK_TREE", *RUNNER_VARIABLES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _loaded_process() -> Iterator[None]:
    """Whatever commands were forked from ends with the tests."""
    yield
    end_loaded_process()


@pytest.fixture(scope="session")
def digest_text() -> str:
    return (SAMPLE / "digest.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def links_text() -> str:
    return (SAMPLE / "links.tsv").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def authority() -> "trustme.CA":
    """Who signs the certificates of the tests' mail servers."""
    import trustme

    return trustme.CA()


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[Server]":
    """A PostgreSQL server of the tests' own."""
    from postgresql_server import find_binaries, running

    binaries = find_binaries()
    if not binaries:
        missing("PostgreSQL", "apt-get install postgresql")
    with running(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def new_url(request: pytest.FixtureRequest) -> "Iterator[Callable[[], str]]":
    """What gives the address of a new database each time: an empty one for a file, as in the settings."""
    if request.param == "sqlite":
        yield str
        return
    server: Server = request.getfixturevalue("postgresql")
    made: list[str] = []

    def fresh() -> str:
        made.append(server.fresh())
        return made[-1]

    yield fresh
    for url in made:
        server.drop(url)


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The address of a new database; empty for a file."""
    return new_url()


@pytest.fixture
def examples(url: str) -> int:
    """How many examples a test of many moves tries: a server takes its time for each."""
    return 8 if url else 20


@pytest.fixture
def ca_file(authority, tmp_path) -> str:
    """The PEM file that makes somebody trust *authority*."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium. A module's, because Playwright keeps this thread's event loop running, and mail is sent by another."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if not path:
        missing("Chromium", "apt-get install chromium, or name one in $CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        yield browser
        browser.close()
