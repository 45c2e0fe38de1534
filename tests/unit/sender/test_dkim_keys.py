import os
import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from newsletter.errors import FileError, SettingsError
from newsletter.model.dns_record import TxtRecord
from newsletter.sender.dkim_key import Algorithm, key_path, make_key, read_key


def pem(key, encryption=None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_is_read_as_it_was_made_and_only_its_owner_may_read_it(tmp_path, algorithm):
    path = key_path(tmp_path, "news")
    made = make_key(path, algorithm)
    assert path == tmp_path / "dkim" / "news.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["news.pem"]
    read = read_key(path, algorithm)
    assert (read.selector, read.algorithm, read.public) == ("news", algorithm, made.public)


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "news.pem"
    make_key(path, Algorithm.ED25519)
    before = path.read_bytes()
    with pytest.raises(FileError, match="there is a file already"):
        make_key(path, Algorithm.ED25519)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "dkim").write_text("a file in the folder's place")
    with pytest.raises(FileError, match="cannot be written"):
        make_key(key_path(tmp_path, "news"), Algorithm.ED25519)
    assert [file.name for file in tmp_path.iterdir()] == ["dkim"]


def test_the_record_of_rsa_comes_in_strings_of_255_octets(tmp_path):
    key = make_key(tmp_path / "news.pem", Algorithm.RSA)
    record = key.record("example.org")
    assert record.name == "news._domainkey.example.org"
    assert record.value.startswith("v=DKIM1; k=rsa; p=MIIBIjAN")
    assert [len(text) for text in record.strings] == [255, len(record.value) - 255]
    assert "".join(record.strings) == record.value
    assert record.zone == f'news._domainkey.example.org. IN TXT ( "{record.strings[0]}" "{record.strings[1]}" )'


def test_the_record_of_ed25519_has_32_octets(tmp_path):
    record = make_key(tmp_path / "ed.pem", Algorithm.ED25519).record("example.org")
    assert record.value.startswith("v=DKIM1; k=ed25519; p=")
    assert len(record.value.partition("p=")[2]) == 44
    assert len(record.strings) == 1


def test_quotes_and_backslashes_are_escaped_in_a_zone():
    assert TxtRecord(name="a.example", value='x "y" \\').zone == 'a.example. IN TXT ( "x \\"y\\" \\\\" )'


def test_a_key_that_will_not_do_is_said_with_what_to_do(tmp_path):
    def fails(content: bytes | None, algorithm: Algorithm, words: str) -> None:
        path = tmp_path / "news.pem"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(SettingsError, match=words) as caught:
            read_key(path, algorithm)
        assert caught.value.where == str(path)
        assert caught.value.todo

    small = rsa.generate_private_key(65537, 1024)
    fails(None, Algorithm.RSA, "missing; newsletter dns key makes it")
    fails(b"nonsense", Algorithm.RSA, "no private key in PEM")
    fails(pem(small, BestAvailableEncryption(b"secret")), Algorithm.RSA, "without a password")
    fails(pem(small), Algorithm.RSA, "1024 bits")
    fails(pem(ec.generate_private_key(ec.SECP256R1())), Algorithm.RSA, "neither RSA nor Ed25519")
    fails(pem(rsa.generate_private_key(65537, 2048)), Algorithm.ED25519, "a key for rsa-sha256, and not for")


def test_two_that_make_a_key_at_once_have_one_in_the_end(tmp_path):
    code = (
        "import sys; from pathlib import Path; from newsletter.sender.dkim_key import *\n"
        "sys.stdin.read(1); print(make_key(Path(sys.argv[1]), Algorithm.ED25519).public)"
    )
    path = tmp_path / "news.pem"
    racers = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, env=os.environ)
        for _ in range(2)
    ]  # fmt: skip
    said = [racer.communicate("x")[0].strip() for racer in racers]
    (won,) = [public for public in said if public]
    assert read_key(path, Algorithm.ED25519).public == won
