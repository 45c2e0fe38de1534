import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.processes import run


def test_a_program_is_given_its_input_in_its_folder_and_what_it_prints_is_heard(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd(), sys.stdin.read()); print('oh', file=sys.stderr); sys.exit(3)"
    done = run([sys.executable, "-c", code], b"42", folder=tmp_path, seconds=30)
    assert (done.stdout.decode().split(), done.stderr.split(), done.returncode) == ([str(tmp_path), "42"], [b"oh"], 3)


def test_a_program_that_takes_too_long_ends_with_what_it_has_started(tmp_path: Path) -> None:
    # The child's child has the pipe too: communicate would wait for its end, and here it never comes by itself.
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    with pytest.raises(subprocess.TimeoutExpired):
        run([sys.executable, "-c", code], b"", folder=tmp_path, seconds=0.5)


def test_a_program_that_reads_nothing_and_that_nobody_hears_tells_its_exit_code(tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-c", "print('x' * 100_000)"], b"x" * 1_000_000, folder=tmp_path, seconds=30, heard=False
    )
    assert (done.returncode, done.stdout) == (0, b"")
