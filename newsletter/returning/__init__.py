"""Mail that comes back: bounces, delays, complaints, and people who unsubscribe by mail; the door of flufl.bounce.

::

    bytes ──read──► Returned ─┬─ Report, Report … ──prove──► which of our mails ──judge──► what becomes of it
    (Maildir, mbox, pipe,     │                    (tokens)                                (the store does it)
     IMAP, LMTP, webhook)     └─ a person's mail, an auto-reply: left alone
"""
