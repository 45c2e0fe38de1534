"""Whether an address can be mailed, and a name can stand before it."""

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from newsletter.errors import SubscriberError
from newsletter.model.address import Address

# Of the local part what RFC 5322 §3.2.3 calls atoms, at most 64 octets; of the domain labels of letters and digits with
# hyphens inside, the last one ending in a letter.
_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]+"
_PLAIN = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+((?:[A-Za-z0-9][A-Za-z0-9-]{0,61})?[A-Za-z])"
)
_LONGEST = 254

LONGEST_NAME = 200
"""Characters of a name."""

SHOWN = 80
"""Characters of what was given that an error repeats."""

# Control characters, lone surrogates, line and paragraph separators: they end or bend a header line (RFC 5322 §2.2), or
# a line of a terminal, or cannot be written as UTF-8 at all.
_UNSAFE = {"Cc", "Cs", "Zl", "Zp"}


def validate(text: str, name: str = "") -> Address:
    """Return the address that *text* is, with *name* before it, both without the spaces around them.

    The part before the @ keeps its case and may be in any script (RFC 6531); the domain becomes lower case. The
    reserved domains for samples and tests (example.com, .test) will do; no DNS is asked.

    :raises SubscriberError: when one of them will not do.
    """
    address, name = text.strip(" \t"), name.strip(" \t")
    if _plain_address(address):
        local, _, domain = address.partition("@")
        return Address(address=f"{local}@{domain.lower()}", name=valid_name(name))
    if not address:
        raise SubscriberError("there is no address", "write it like ada@example.com")
    if is_unsafe(address):
        what = f'"{shown(address)}" has a line break or control character in it'
        raise SubscriberError(what, "write it like ada@example.com")
    try:
        # strict: at most 64 octets before the @ (RFC 5321 §4.5.3.1.1). test_environment: allows .test (RFC 2606 §2).
        valid = validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as cause:
        what = f'"{shown(address)}" is not an address: {str(cause).rstrip(".")}'
        raise SubscriberError(what, "write it like ada@example.com") from cause
    return Address(address=valid.normalized, name=valid_name(name))


def is_name(name: str) -> bool:
    """Whether *name* can stand before an address."""
    return not is_unsafe(name) and len(name) <= LONGEST_NAME


def valid_name(name: str) -> str:
    """Return *name* in Unicode's composed form.

    :raises SubscriberError: when it could not stand in a header, or is longer than 200 characters.
    """
    if is_unsafe(name):
        what = f'the name "{shown(name)}" has a line break or control character in it'
        raise SubscriberError(what, "write it in one line")
    if len(name) > LONGEST_NAME:
        raise SubscriberError(f'the name "{shown(name)}" has {len(name)} characters', f"{LONGEST_NAME} will do")
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _plain_address(text: str) -> bool:
    """Whether *text* is an address beyond doubt: nine of ten are, and it takes a thirtieth of the library's time."""
    # "--" may tell an A-label (RFC 5890 §2.3.1), which the library has to look into.
    match = _PLAIN.fullmatch(text) if len(text) <= _LONGEST and "--" not in text else None
    return match is not None and match[1].lower() not in SPECIAL_USE_DOMAIN_NAMES


def is_unsafe(text: str) -> bool:
    """Whether *text* has what ends or bends a line, or is no text."""
    if text.isascii():
        return not text.isprintable()  # of ASCII, that is what is no control character
    return any(unicodedata.category(character) in _UNSAFE for character in text)


def shown(text: str) -> str:
    """Return *text* as one short line that does nothing to a terminal."""
    line = "".join("\ufffd" if unicodedata.category(character) in _UNSAFE else character for character in text)
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
