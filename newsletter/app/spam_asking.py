"""Asks the SpamAssassin of this machine, through spamc, what it thinks of a mail."""

import shutil
import subprocess

from newsletter.checks.spam_report import SpamReport, read_spam_report
from newsletter.errors import SpamFilterError

SECONDS = 10
"""How long spamd may think; it needs less than one, and more only when it asks the network."""
LARGEST = 16 * 1024 * 1024
"""Bytes of a mail that is still judged; spamc's own limit is 500 KB, which pictures are soon beyond."""

# Of this machine alone, whatever spamc.conf says: a draft goes to nobody else's server. A socket that it names is here.
_WORDS = ("-d", "127.0.0.1", "-R", "-x", "-s", str(LARGEST), "-t", str(SECONDS), "-n", "2", "--connect-retries=1")


def find_spamc() -> str | None:
    """Return the path of spamc, None if there is none."""
    return shutil.which("spamc")


def ask_spamd(message: bytes) -> SpamReport | None:
    """Return what the spamd of this machine says of *message*; None if none answers in time.

    The message has no Received header yet. With one of an own network it would get a point for that (ALL_TRUSTED),
    which no reader's server gives, and its Date would be compared with the time of day.
    """
    program = find_spamc()
    if not program:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            [program, *_WORDS], input=message, capture_output=True, timeout=SECONDS + 5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return read_spam_report(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else None


def require_spamd(message: bytes) -> SpamReport:
    """Return what :func:`ask_spamd` does.

    :raises SpamFilterError: there is no spamc, or no spamd answers.
    """
    if not find_spamc():
        raise SpamFilterError("spamc is not found", "apt-get install spamc spamd, or leave --spam out")
    if report := ask_spamd(message):
        return report
    raise SpamFilterError(
        "no spamd of this machine answers spamc", "start one: spamd -L asks no network; or leave --spam out"
    )
