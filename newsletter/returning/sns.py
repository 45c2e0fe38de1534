"""Amazon SNS: proves that a post came from one topic.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from newsletter.returning.webhook import Json, Refused, text

_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_ARN = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]{3,30}):\d{12}:[\w.-]{1,256}")

_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem")


def is_topic(arn: str) -> bool:
    """Return whether *arn* names a topic."""
    return bool(_ARN.fullmatch(arn))


def certificate_url(message: Json, topic: str) -> str:
    """Return where the certificate is that signed *message*: AWS's own, of the region of *topic*, and nobody else's.

    :raises Refused: when the message is of another topic, or names another place.
    """
    if text(message, "TopicArn") != topic:
        raise Refused(403, "this is another topic")
    url = _text(message, "SigningCertURL")
    parts = urlsplit(url) if _is_of_sns(url, topic) else None
    if not parts or parts.query or not _CERTIFICATE.fullmatch(parts.path):
        raise Refused(403, "this certificate is not of Amazon SNS")
    return url


def subscribe_url(message: Json, topic: str) -> str:
    """Return the address that says yes to a topic.

    :raises Refused: when it is not of Amazon SNS.
    """
    url = _text(message, "SubscribeURL")
    if not _is_of_sns(url, topic):
        raise Refused(403, "this address is not of Amazon SNS")
    return url


def require_signed(message: Json, certificate: bytes, now: datetime) -> None:
    """Refuse a message that the owner of *certificate* did not sign.

    :param certificate: PEM, as :func:`certificate_url` has it.
    :raises Refused: when the signature does not hold, or the certificate does not at this time.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.x509 import load_pem_x509_certificate

    version = text(message, "SignatureVersion")
    # Version 1 is SHA-1, which SNS still signs with unless the topic is told otherwise.
    hashing: hashes.HashAlgorithm = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303
    try:
        owner = load_pem_x509_certificate(certificate)
        key = owner.public_key()
        signature = base64.b64decode(_text(message, "Signature"), validate=True)
        if version not in ("1", "2") or not isinstance(key, rsa.RSAPublicKey):
            raise Refused(403, "this kind of signature is not known")
        if not owner.not_valid_before_utc <= now.astimezone(UTC) <= owner.not_valid_after_utc:
            raise Refused(403, "the certificate does not hold now")
        key.verify(signature, signed_text(message).encode(), padding.PKCS1v15(), hashing)
    except (InvalidSignature, ValueError) as cause:
        raise Refused(403, "the signature does not hold") from cause


def signed_text(message: Json) -> str:
    """Return what is signed: names and values in order, a line each."""
    names = _NOTIFICATION if text(message, "Type") == "Notification" else _CONFIRMATION
    return "".join(f"{name}\n{_text(message, name)}\n" for name in names if name in message)


def _text(message: Json, name: str) -> str:
    value = message.get(name)
    return value if isinstance(value, str) else ""


def _is_of_sns(url: str, topic: str) -> bool:
    match = _ARN.fullmatch(topic)
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.netloc == parts.hostname and not parts.fragment
    except ValueError:
        return False
    hosts = {f"sns.{match[1]}.amazonaws.com", f"sns.{match[1]}.amazonaws.com.cn"} if match else set()
    return plain and parts.hostname in hosts
