"""Reads newsletters as mail: one .eml, or an mbox of many. Each link that has words of its own becomes an article.

A link whose address goes by way of a click counter cannot be followed here: where the address itself does not say where
it leads, the article keeps the words, and the tag ``link-unresolved``. Links that are the newsletter's own business
(unsubscribing, sharing, its profile on a network) are left out by rule.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage

from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.model.canonical import link_key
from newsletter.model.excerpt import excerpt
from newsletter.sources.charset import decoded
from newsletter.sources.context import Context
from newsletter.sources.dates import read_day
from newsletter.sources.entry import TITLE_LIMIT
from newsletter.sources.mail_links import UNRESOLVED, MailLink, is_business, unwrapped
from newsletter.sources.mail_words import links_of_html, links_of_text
from newsletter.sources.plain import visible
from newsletter.sources.reading import Collected, Reading, Remark, identified

SIZE_LIMIT = 200_000_000
"""Bytes of an mbox that are read; a message is read up to 5 MB."""
_MESSAGE_LIMIT = 5_000_000
# RFC 4155: each message begins with a line "From ADDRESS DATE"; in a text ">" stands before such a line.
_FROM = re.compile(rb"^From [^\r\n]*\d{4}[^\r\n]*\r?\n(?=[!-9;-~]+:)", re.M)
BEGINNING = re.compile(rb"(?:From [^\r\n]+\r?\n)?(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){3,}\r?\n")
"""How such a file begins: three header fields at least, and an empty line."""
_KNOWN = re.compile(rb"^(?:from|subject|date|received|message-id|return-path|mime-version):", re.I | re.M)


def is_mail(data: bytes) -> bool:
    """Whether *data* begins like a message, or an mbox of them."""
    begin = BEGINNING.match(data[:100_000])
    return begin is not None and len(set(_KNOWN.findall(begin[0].lower()))) >= 2


def read_mail(data: bytes, context: Context) -> Reading:
    """Read the articles that the messages in *data* link to; of those with one address the one with the most words."""
    if len(data) > SIZE_LIMIT:
        todo = "give it in parts"
        raise InputError(f"this is more mail than {SIZE_LIMIT:,} bytes", todo, where=context.name)
    found: dict[str, Collected] = {}
    remarks: list[Remark] = []
    count = 0
    for line, octets in _messages(data):
        count += 1
        try:
            message = _parsed(octets)
            collected, left_out = _of_message(message, line, context)
        except RecursionError:  # the library goes down a level for each part within a part
            remarks.append(Remark(line=line, what="the parts of this message are nested too deeply"))
            continue
        for one in collected:
            key = link_key(one.article.link)
            if key not in found or len(one.article.title) > len(found[key].article.title):
                found[key] = one
        name = excerpt(visible(_header(message, "subject")), 40) or "(no subject)"
        if left_out:
            what = f"{left_out} links of “{name}” are its own business"
            remarks.append(Remark(line=line, what=what, harmless=True))
        elif not collected:
            remarks.append(Remark(line=line, what=f"no link of “{name}” has words", harmless=True))
    if not count:
        raise InputError("there is no message in this", "give an .eml or an mbox", where=context.name)
    return Reading(name=context.name, collected=tuple(found.values()), remarks=tuple(remarks))


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the octets of each message, with the line where it begins."""
    starts = list(_FROM.finditer(data))
    if not starts or starts[0].start() > 0:
        yield 1, data
        return
    line, before = 1, 0
    for match, after in zip(starts, [*starts[1:], None], strict=True):
        line, before = line + data.count(b"\n", before, match.start()), match.start()
        end = after.start() if after else len(data)
        yield line, re.sub(rb"^>(>*From )", rb"\1", data[match.end() : end], flags=re.M)


def _parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data[:_MESSAGE_LIMIT], policy=email.policy.default)


def _of_message(message: EmailMessage, line: int, context: Context) -> tuple[list[Collected], int]:
    saved = read_day(_header(message, "date"), context.now)
    subject = visible(_header(message, "subject"))
    collected, left_out = [], 0
    for link in _links(message):
        if is_business(link):
            left_out += 1
            continue
        address, resolved = unwrapped(link.address)
        article = identified(
            Article(
                id="",
                title=excerpt(link.words, TITLE_LIMIT),
                link=address,
                tags=() if resolved else (UNRESOLVED,),
                note=excerpt(f"in “{subject}”", TITLE_LIMIT) if subject else "",
                saved=saved,
                found=f"mail:{context.label}",
            )
        )
        collected.append(Collected(article=article, first_line=line, last_line=line))
    return collected, left_out


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, TypeError, IndexError, AttributeError):  # headers that the library itself trips over
        return ""


def _links(message: EmailMessage) -> list[MailLink]:
    html, text = _body(message, "html"), _body(message, "plain")
    return links_of_html(html) if html.strip() else links_of_text(text)


def _body(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and part.get_content_disposition() != "attachment":
            try:
                payload = part.get_payload(decode=True)
            except (ValueError, AssertionError):
                continue
            if isinstance(payload, bytes):
                charset = part.get_param("charset", "")
                return decoded(payload, f"charset={charset}" if isinstance(charset, str) and charset else "")
    return ""
