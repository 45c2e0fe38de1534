"""What several tests share: the sample digest, and a home for data that is not the developer's."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "templates" / "sample"


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """Keep every test away from the data, the editor and the git settings of whoever runs it."""
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "home"))
    for name in ("VISUAL", "EDITOR", "GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def digest_text() -> str:
    return (SAMPLE / "digest.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def links_text() -> str:
    return (SAMPLE / "links.tsv").read_text(encoding="utf-8")
