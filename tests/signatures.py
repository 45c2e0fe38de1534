"""Who verifies signatures in tests: dkimpy, and opendkim where it is installed."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import dkim
from needs import missing

from newsletter.sender.dkim_key import SigningKey

OPENDKIM = """
Mode v
TestPublicKeys {keys}
Socket local:{folder}/socket
AlwaysAddARHeader yes
AuthservID test.example
On-Default accept
"""


def dkimpy_verifies(data: bytes, domain: str, key: SigningKey) -> bool:
    """Return whether dkimpy finds the uppermost signature of *data* good; for Ed25519 it would need PyNaCl."""
    record = key.record(domain)

    def lookup(name: bytes, timeout: int = 5) -> bytes | None:
        return record.value.encode() if name == f"{record.name}.".encode() else None

    return dkim.verify(data, dnsfunc=lookup)


def opendkim_says(data: bytes, domain: str, keys: Sequence[SigningKey], folder: Path) -> list[str]:
    """Return what opendkim finds of each signature, from the top: "pass", "fail"."""
    program = shutil.which("opendkim", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not program:
        missing("opendkim", "apt-get install opendkim")
    records = [key.record(domain) for key in keys]
    (folder / "keys").write_text("".join(f"{record.name} {record.value}\n" for record in records))
    (folder / "conf").write_text(OPENDKIM.format(keys=folder / "keys", folder=folder))
    (folder / "mail.eml").write_bytes(data)
    command = [program, "-x", str(folder / "conf"), "-v", "-v", "-t", str(folder / "mail.eml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = re.findall(r"dkim=(\w+)", done.stdout + done.stderr)
    assert found, done.stdout + done.stderr
    return found
