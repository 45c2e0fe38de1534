"""One mail to one person that is part of no mailing: a confirmation, a link, what is kept."""

from datetime import datetime

from newsletter.model.address import Address
from newsletter.model.mail import Message, RenderedIssue
from newsletter.sender import headers
from newsletter.sender.multipart import multipart
from newsletter.sender.options import SenderOptions
from newsletter.sender.segments import Place


def notice_message(
    *, subject: str, html: str, text: str, to: Address, options: SenderOptions, list_name: str, date: datetime, id: str
) -> Message:
    """Return the mail; SendError if an address or the subject cannot stand in a header.

    It says that no person wrote it (RFC 3834 §5), and is no mail of a list: List-Unsubscribe would offer to leave what
    somebody is only asked about.

    :param list_name: whose From it has; empty for the newsletter's.
    :param date: aware.
    :param id: what stands before the @ of its Message-ID.
    """
    author, reply_to = options.author_of(list_name), options.reply_to_of(list_name)
    sender, envelope_to = headers.mailable(author.address), headers.mailable(to.address)
    message_id = f"<{id}@{sender.rpartition('@')[2]}>"
    head = b"".join(
        (
            headers.mailbox_line("From", author),
            headers.mailbox_line("Reply-To", reply_to) if reply_to else b"",
            headers.text_line("Subject", subject),
            headers.date_line(date),
            headers.mailbox_line("To", to),
            headers.line("Message-ID", message_id),
            headers.line("Auto-Submitted", "auto-generated"),
        )
    )
    body = multipart(RenderedIssue(number=0, subject=subject, mjml="", html=html, text=text, tokens={}))
    return Message(
        message_id=message_id,
        envelope_from=headers.mailable(options.return_path.lower()) if options.return_path else sender,
        envelope_to=envelope_to,
        parts=(head, *(piece for piece in body if not isinstance(piece, Place))),
        smtputf8=not (head.isascii() and envelope_to.isascii()),
    )
