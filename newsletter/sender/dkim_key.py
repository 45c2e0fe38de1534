"""The keys that mail is signed with: one PEM file a selector, and the record that its public half is published as."""

import base64
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.errors import SettingsError
from newsletter.files import write_new
from newsletter.model.dns_record import TxtRecord

KEY_FOLDER = "dkim"
"""Where the keys are, in a newsletter's data folder."""
RSA_BITS = 2048
"""RFC 8301 §3.2: 2048 are advised, and a record of 4096 fits into no answer of 512 octets."""
MOST_RSA_BITS = 4096
"""RFC 8301 §3.2: nobody has to verify more."""

_PKCS1 = PKCS1v15()
_SHA256 = hashes.SHA256()


class Algorithm(StrEnum):
    """How a signature is made; the values are DKIM's (RFC 6376 §3.3.2, RFC 8463 §3)."""

    RSA = "rsa-sha256"
    """What everybody verifies."""
    ED25519 = "ed25519-sha256"
    """Short and quick; only beside RSA, because big receivers do not verify it."""


class UnusableKey(ValueError):
    """Mail cannot be signed with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """A private key and the selector that its public half is published under."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> Algorithm:
        """What it signs with."""
        return Algorithm.RSA if isinstance(self.private, RSAPrivateKey) else Algorithm.ED25519

    @classmethod
    def of(cls, selector: str, pem: bytes) -> "SigningKey":
        """Return the key in *pem*; UnusableKey if mail cannot be signed with it."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as cause:
            raise UnusableKey("this is no private key in PEM without a password") from cause
        if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
            raise UnusableKey("a key for neither RSA nor Ed25519")
        if isinstance(private, RSAPrivateKey) and not RSA_BITS <= private.key_size <= MOST_RSA_BITS:
            raise UnusableKey(f"an RSA key of {private.key_size} bits; 2048 to {MOST_RSA_BITS} will do (RFC 8301)")
        return cls(selector=selector, private=private)

    @property
    def pem(self) -> bytes:
        """The private key in PEM, without a password."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> str:
        """The public half as the record has it: base64 of its DER, or of the 32 octets of Ed25519 (RFC 8463 §4)."""
        key = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
        return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def sign(self, data: bytes) -> bytes:
        """Return the signature of *data*."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, _PKCS1, _SHA256)
        return self.private.sign(sha256(data).digest())  # RFC 8463 §3: of the hash, not of the data

    def record(self, domain: str) -> TxtRecord:
        """Return what *domain*, as A-labels, has to publish (RFC 6376 §3.6)."""
        kind = "rsa" if self.algorithm is Algorithm.RSA else "ed25519"
        name = f"{self.selector}._domainkey.{domain}"
        return TxtRecord(name=name, value=f"v=DKIM1; k={kind}; p={self.public}")


def key_path(data_folder: Path, selector: str) -> Path:
    """Return where the key of *selector* is."""
    return data_folder / KEY_FOLDER / f"{selector}.pem"


def make_key(path: Path, algorithm: Algorithm) -> SigningKey:
    """Make a key and write it to *path*, readable by its owner alone; FileError when there is one already."""
    made: RSAPrivateKey | Ed25519PrivateKey
    made = generate_private_key(65537, RSA_BITS) if algorithm is Algorithm.RSA else Ed25519PrivateKey.generate()
    key = SigningKey(selector=path.stem, private=made)
    write_new(path, key.pem, mode=0o600)
    return key


def read_key(path: Path, algorithm: Algorithm) -> SigningKey:
    """Read the key in *path*; SettingsError if it is missing, unreadable, or not for *algorithm*."""
    try:
        key = SigningKey.of(path.stem, path.read_bytes())
    except FileNotFoundError as cause:
        todo = "newsletter dns key makes it; or copy it from the machine that has it"
        raise SettingsError("the key that mail is to be signed with is missing", todo, where=path) from cause
    except OSError as cause:
        raise SettingsError(f"it cannot be read: {cause.strerror}", "check its permissions", where=path) from cause
    except UnusableKey as cause:
        todo = "put it back from a backup, or move it away and make a new one with newsletter dns key"
        raise SettingsError(str(cause), todo, where=path) from cause
    if key.algorithm is not algorithm:
        todo = "give each algorithm a selector of its own in [dkim]"
        raise SettingsError(f"a key for {key.algorithm.value}, and not for {algorithm.value}", todo, where=path)
    return key
