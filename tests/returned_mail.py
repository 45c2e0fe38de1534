"""Mail that comes back, in the styles in which servers and people write it; all of it is made here."""

from dataclasses import dataclass
from urllib.parse import quote

from newsletter.model.tokens import DeliveryTokens

KEY = b"k" * 32


@dataclass(frozen=True)
class Ours:
    """A mail of ours, which the samples are about."""

    address: str = "ada@example.com"
    issue: int = 42
    subscriber: int = 7
    key: bytes = KEY

    @property
    def tokens(self) -> DeliveryTokens:
        return DeliveryTokens.derive(self.key, issue=self.issue, subscriber=self.subscriber, address=self.address)

    @property
    def return_path(self) -> str:
        return f"bounces+{self.issue}.{self.subscriber}.{self.tokens.verp}@news.example.org"

    @property
    def message_id(self) -> str:
        return f"<{self.issue}.{self.tokens.message_id}@news.example.org>"

    @property
    def ticket(self) -> str:
        return self.tokens.ticket(self.tokens.unsubscribe)

    @property
    def headers(self) -> str:
        link = f"<https://news.example.org/u/{self.ticket}>"
        mailto = f"<mailto:news@news.example.org?subject={quote('unsubscribe ' + self.ticket, safe='')}>"
        return (
            f"Return-Path: <{self.return_path}>\nFrom: News <news@news.example.org>\nSubject: Moka\n"
            f"To: Ada <{self.address}>\nMessage-ID: {self.message_id}\nList-Unsubscribe: {link},\n {mailto}\n"
        )


OURS = Ours()


def postfix(
    ours: Ours = OURS, *, status: str = "5.1.1", action: str = "failed", to: str = "", final: str = "",
    words: str = "550 5.1.1 no such user", returned: bool = True, name: str = "1",
) -> bytes:  # fmt: skip
    """Return a notification as Postfix writes it; it also carries Auto-Submitted: auto-replied."""
    part = f"--B\nContent-Type: text/rfc822-headers\n\n{ours.headers}\n" if returned else ""
    return (
        f"Return-Path: <>\nDelivered-To: {to or ours.return_path}\nDate: Fri, 27 Nov 2026 10:00:00 +0000\n"
        "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n"
        f"To: {to or ours.return_path}\nAuto-Submitted: auto-replied\nMessage-Id: <report{name}@mx.example.net>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary="B"\n\n'
        "This is a MIME-encapsulated message.\n\n--B\nContent-Type: text/plain; charset=us-ascii\n\n"
        f"This is the mail system at host mx.example.net.\n\n<{final or ours.address}>: host said: {words}\n\n"
        "--B\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.net\nArrival-Date: Fri, 27 Nov 2026 09:59:00 +0000 (UTC)\n\n"
        f"Final-Recipient: rfc822; {final or ours.address}\nOriginal-Recipient: rfc822;{ours.address}\n"
        f"Action: {action}\nStatus: {status}\nRemote-MTA: dns; mail.example.com\nDiagnostic-Code: smtp; {words}\n\n"
        f"{part}--B--\n"
    ).encode()


def exim(ours: Ours = OURS) -> bytes:
    """Return a bounce as Exim writes it without a notification: prose, and a header of its own."""
    return (
        f"Return-path: <>\nEnvelope-to: {ours.return_path}\nX-Failed-Recipients: {ours.address}\n"
        "Auto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.example.net>\n"
        f"To: {ours.return_path}\nSubject: Mail delivery failed: returning message to sender\nMessage-Id: <E1@mx>\n\n"
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. "
        f"The following address(es) failed:\n\n  {ours.address}\n    SMTP error from remote mail server after RCPT TO:"
        f"<{ours.address}>:\n    550 5.1.1 <{ours.address}>: Recipient address rejected\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{ours.headers}\nHello\n"
    ).encode()


def qmail(ours: Ours = OURS) -> bytes:
    """Return a bounce as qmail writes it (QSBMF)."""
    return (
        f"Return-Path: <>\nDelivered-To: {ours.return_path}\nDate: 27 Nov 2026 10:00:00 -0000\n"
        f"From: MAILER-DAEMON@mx.example.net\nTo: {ours.return_path}\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at mx.example.net.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{ours.address}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\n{ours.headers}\nHello\n"
    ).encode()


def exchange(ours: Ours = OURS) -> bytes:
    """Return a notification as Exchange writes it: bare CRs, eight-bit headers, no charset, a general status."""
    text = (
        "Return-Path: <>\nFrom: Microsoft Outlook <postmaster@mail.example.com>\n"
        f"To: <{ours.return_path}>\nSubject: Unzustellbar: Grü\xdfe\nMessage-ID: <x1@mail.example.com>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="_9B_"\n\n'
        "--_9B_\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>Ihre Nachricht =FC</p>\n"
        "--_9B_\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;mail.example.com\n\n"
        f"Final-recipient: RFC822;{ours.address}\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address\n\n"
        f"--_9B_\nContent-Type: message/rfc822\n\n{ours.headers}\nHello\n--_9B_--\n"
    )
    return text.replace("\n", "\r").encode("latin-1")


def opensmtpd(ours: Ours = OURS) -> bytes:
    """Return a notification that is no multipart/report, with an action that no standard knows."""
    return (
        postfix(ours, name="o")
        .replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed")
        .replace(b"Action: failed", b"Action: error")
    )


def merged(ours: Ours = OURS) -> bytes:
    """Return a notification without the empty line between the mail's fields and the recipient's, in base64."""
    import base64

    status = (
        f"Reporting-MTA: dns; x\nFinal-Recipient: <{ours.address}>\nAction: failed (given up)\nStatus: 5.1.1 (bad)\n"
    )
    return (
        f"From: postmaster@x.example\nTo: {ours.return_path}\nMessage-ID: <m@x>\n"
        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n"
        f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(status.encode()).decode()}\n--b--\n"
    ).encode()


BOUNCES = {
    "Postfix": postfix, "Exim": exim, "qmail": qmail, "Exchange": exchange, "OpenSMTPD": opensmtpd, "merged": merged,
}  # fmt: skip


def complaint(
    ours: Ours = OURS, *, meant: str = "abuse", redacted: bool = False, to: str = "fbl@news.example.org"
) -> bytes:
    """Return a feedback report (RFC 5965); a redacted one leaves out who the reader is."""
    named = "" if redacted else f"Original-Rcpt-To: <{ours.address}>\nOriginal-Mail-From: <{ours.return_path}>\n"
    headers = ours.headers.replace(ours.address, "redacted@example.com") if redacted else ours.headers
    if redacted:
        headers = headers.partition("\n")[2]  # without its Return-Path
    return (
        f"From: feedback@isp.example\nTo: {to}\nSubject: FW: Moka\nMessage-ID: <fbl1@isp.example>\n"
        "Date: Fri, 27 Nov 2026 11:00:00 +0000\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="f"\n\n'
        "--f\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        f"--f\nContent-Type: message/feedback-report\n\nFeedback-Type: {meant}\nUser-Agent: SomeISP/1.0\nVersion: 1\n"
        f"{named}Arrival-Date: Fri, 27 Nov 2026 10:30:00 +0000\n\n"
        f"--f\nContent-Type: message/rfc822\n\n{headers}\nHello\n--f--\n"
    ).encode()


def unsubscribing(ours: Ours = OURS, *, subject: str = "", date: str = "Fri, 27 Nov 2026 10:00:00 +0000") -> bytes:
    """Return what a mail program makes of the mailto address in List-Unsubscribe."""
    return (
        f"From: Ada <{ours.address}>\nTo: news@news.example.org\nDate: {date}\nMessage-ID: <u1@example.com>\n"
        f"Subject: {subject or 'unsubscribe ' + ours.ticket}\n\n\n"
    ).encode()


def vacation(ours: Ours = OURS) -> bytes:
    """Return the answer of a machine for somebody who is away."""
    return (
        f"Return-Path: <>\nFrom: Ada <{ours.address}>\nTo: {ours.return_path}\nSubject: Out of office: Moka\n"
        "Auto-Submitted: auto-replied (vacation)\n\nI am away. Your mail to <ada@example.com> has arrived.\n"
        "In urgent cases: 550 5.1.1 Main Street.\n"
    ).encode()


def reply(ours: Ours = OURS) -> bytes:
    """Return a person's answer that quotes a bounce and our whole mail."""
    bounce = postfix(ours).decode().replace("\n", "\n> ")
    return (
        f"From: Ada <{ours.address}>\nTo: {ours.return_path}\nIn-Reply-To: {ours.message_id}\n"
        f"Subject: Re: Moka\nMessage-ID: <r1@example.com>\n\nI got this, what does it mean?\n\n> {bounce}\n"
    ).encode()


def forwarded(ours: Ours = OURS) -> bytes:
    """Return a person's mail with a notification attached."""
    return (
        f"From: Ada <{ours.address}>\nTo: {ours.return_path}\nSubject: Fwd: Undelivered Mail Returned to Sender\n"
        'Content-Type: multipart/mixed; boundary="outer"\n\n--outer\nContent-Type: text/plain\n\nLook.\n\n'
        "--outer\nContent-Type: message/rfc822\n\n"
    ).encode() + postfix(ours) + b"\n--outer--\n"  # fmt: skip


LEFT_ALONE = {"vacation": vacation, "reply": reply, "forwarded": forwarded}
