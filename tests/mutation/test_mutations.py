"""Issues and templates broken at random: findings, or an error with its line; no traceback, no hang, no dead process.

MUTATIONS says how many in all (``make mutations`` has 2,000), MUTATION_SEED where they begin.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = int(os.environ.get("MUTATIONS") or 320)
SEED = int(os.environ.get("MUTATION_SEED") or 0)
LOTS = 4


@pytest.mark.parametrize("lot", range(LOTS))
def test_whatever_is_broken_is_said(lot, tmp_path):
    env = {**os.environ, "NEWSLETTER_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "newsletter", "init", str(tmp_path / "desk"), "--sample"]
    subprocess.run(command, env=env, check=True, capture_output=True)
    each = COUNT // LOTS
    script = Path(__file__).with_name("breaking.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path / "desk", str(SEED + lot * each), str(each)],
        env=env, capture_output=True, text=True, encoding="utf-8", timeout=each * 3 + 60, check=False,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"the process died at {rows[-1]}: {done.stderr[-2000:]}"
    assert len(rows) == 2 * each
    for what, outcome in zip(rows[::2], rows[1::2], strict=True):
        assert "traceback" not in outcome, f"{what}\n{outcome['traceback']}"
        assert outcome["lines"], (what, outcome)
        assert outcome["seconds"] < 2, (what, outcome)
    outcomes = rows[1::2]
    # Else nothing would have been broken, and nothing shown.
    assert any("error" in outcome for outcome in outcomes)
    assert len({outcome["findings"] for outcome in outcomes if "findings" in outcome}) > 1
