"""Moving in: people of a file, from another tool or another newsletter."""

import csv
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from newsletter.app.forgetting import rejects_folder
from newsletter.app.newsletter import Newsletter
from newsletter.app.readers import list_named
from newsletter.errors import FileError, InputError
from newsletter.model.canonical import fold_address
from newsletter.model.incoming import Arrival, Incoming, IncomingConsent
from newsletter.model.progress import Progress
from newsletter.model.subscriber import Consent
from newsletter.model.suppression import Kind, Suppression
from newsletter.store.arrivals import enter_arrivals
from newsletter.store.consent import ImportResult, require_basis
from newsletter.subscribers.columns import Chosen
from newsletter.subscribers.encoding import find_encoding, lines_of
from newsletter.subscribers.exporting import guarded
from newsletter.subscribers.formats import OURS
from newsletter.subscribers.importing import ImportFile, ImportRow, RejectedRow, open_import
from newsletter.subscribers.lossless import is_lossless, read_lossless
from newsletter.subscribers.particulars import valid_tags

SHOWN = 100
"""Rejected rows that a report names; the file of them has all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What the editor says of a whole file.

    :param lists: where its people go; empty for the only list, or those that our own export names.
    :param consent: of those of whom the file tells nothing.
    :param tags: for all of them.
    :param chosen: which column is what.
    :param encoding: what it is written in; empty to find out.
    :param rejects: where rejected rows are written, if anywhere.
    """

    lists: tuple[str, ...] = ()
    consent: Consent = Consent.PENDING
    basis: str = ""
    tags: tuple[str, ...] = ()
    chosen: Chosen = ()
    encoding: str = ""
    dry_run: bool = False
    rejects: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What an import did, or would do.

    :param lists: where its people went; empty when the file names lists itself.
    :param format: whose export it was: "Mailchimp"; empty for a plain table.
    :param proves: what counted as proof of consent.
    :param outcomes: how many ended how: "new", "changed", "unchanged", "kept out".
    :param entered: how those who are new or changed stand now.
    :param kept_out: addresses of those who unsubscribed or asked to be forgotten before, the first thousand.
    :param suppressed: how many addresses get no mail from now on, since the file says so.
    :param forgotten: how many asked elsewhere to be forgotten.
    :param rejected: the first hundred rejected rows; *left_out* counts them all.
    :param encoding: how the file was written: "UTF-8", "UTF-16", "Windows-1252", "Mac Roman".
    :param ignored: names of the columns that were not read.
    """

    lists: tuple[str, ...]
    format: str
    proves: str
    outcomes: Mapping[str, int]
    entered: Mapping[str, int]
    kept_out: tuple[str, ...]
    suppressed: int
    forgotten: int
    rejected: tuple[RejectedRow, ...]
    left_out: int
    encoding: str
    ignored: tuple[str, ...]
    dry_run: bool

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return asdict(self)


def import_readers(
    newsletter: Newsletter,
    file: BinaryIO,
    name: str,
    terms: Terms,
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """Import the people of a file; rows that cannot be read are reported, the rest goes in, at once.

    :param file: what can be read again from its beginning.
    :param progress: hears of the lines that are read.
    """
    terms = replace(terms, basis=require_basis(terms.consent, terms.basis), tags=valid_tags(terms.tags))
    written = find_encoding(file, name, terms.encoding)
    first = next(lines_of(file, written), "")
    with _rejects(terms.rejects) as rejects:
        if is_lossless(first):
            if terms.lists or terms.chosen or terms.tags:
                raise InputError("an export of ours says itself who is on which list", "give FILE alone", where=name)
            told = ImportReport(**_NOTHING, format="newsletter JSON lines", encoding=written.words, lists=())
            arrivals = _lossless(lines_of(file, written), name, rejects, progress, written.lines)
        else:
            _refuse_other_json(first, name)
            table = open_import(file, name, chosen=terms.chosen, encoding=terms.encoding)
            lists = _lists(newsletter, table, terms)
            columns = table.columns
            told = ImportReport(
                **_NOTHING | {"ignored": columns.ignored, "proves": columns.format.proves},
                format=columns.format.name,
                encoding=table.encoding,
                lists=lists,
            )
            arrivals = _table(newsletter, table, replace(terms, lists=lists), rejects, progress)
        result = enter_arrivals(
            newsletter.database, arrivals, dry_run=terms.dry_run, repeated=rejects.repeated
        )  # fmt: skip
        progress(written.lines, written.lines)
    return _with(told, result, rejects, dry_run=terms.dry_run)


_NOTHING: dict[str, Any] = {
    "outcomes": {}, "entered": {}, "kept_out": (), "suppressed": 0, "forgotten": 0, "rejected": (), "left_out": 0,
    "ignored": (), "proves": "", "dry_run": False,
}  # fmt: skip


def _with(told: ImportReport, result: ImportResult, rejects: "_Rejects", *, dry_run: bool) -> ImportReport:
    return replace(
        told,
        outcomes={outcome.value: count for outcome, count in result.counts.items() if count},
        entered={consent.value: count for consent, count in result.entered.items() if count},
        kept_out=result.kept_out,
        suppressed=result.suppressed,
        forgotten=result.forgotten,
        rejected=tuple(sorted(rejects.first, key=lambda row: row.line)),
        left_out=rejects.count,
        dry_run=dry_run,
    )


def _refuse_other_json(first: str, name: str) -> None:
    if first.lstrip().startswith("{"):
        todo = "newsletter subscribers export writes what can be imported; anything else as CSV"
        raise InputError("this is no export of a newsletter", todo, where=name, line=1)


def _lists(newsletter: Newsletter, table: ImportFile, terms: Terms) -> tuple[str, ...]:
    """Return where everybody goes; nowhere in particular when our own export says so row by row."""
    if table.columns.format.name == OURS and not terms.lists:
        return ()
    names = terms.lists or (None,)
    return tuple(dict.fromkeys(list_named(newsletter, one) for one in names))


def _lossless(
    lines: Iterator[str], name: str, rejects: "_Rejects", progress: Progress, total: int
) -> Iterator[Arrival]:
    for number, one in enumerate(read_lossless(lines, Path(name).name)):
        if number % _STEP == 0:
            progress(number, total)
        if isinstance(one, RejectedRow):
            rejects.add(one)
        else:
            yield one


_STEP = 2_000


def _table(
    newsletter: Newsletter, table: ImportFile, terms: Terms, rejects: "_Rejects", progress: Progress
) -> Iterator[Arrival]:
    known = newsletter.settings.lists
    file_name = Path(table.name).name if table.name != "-" else "standard input"
    for number, row in enumerate(table.rows(datetime.now(UTC))):
        if number % _STEP == 0:
            progress(row.line, table.written.lines)
        if isinstance(row, RejectedRow):
            rejects.add(row)
        elif not terms.lists and row.list not in known:
            reason = f'there is no list "{row.list}" here; --list NAME puts everybody on one that is'
            rejects.add(RejectedRow(line=row.line, reason=reason, text=row.person.address))
        else:
            yield _incoming(row, f"{file_name}:{row.line}", terms)


def _incoming(row: ImportRow, source: str, terms: Terms) -> Incoming:
    verdict = row.verdict
    consent, basis = verdict.consent or terms.consent, verdict.basis
    if verdict.consent is None:
        basis = terms.basis
    suppressions: tuple[Suppression, ...] = ()
    if verdict.suppressed:
        folded = fold_address(row.person.address)
        why = verdict.suppressed
        suppressions = (Suppression(address=folded, list="", kind=Kind.IMPORTED, reason=why, since=verdict.at),)
    return Incoming(
        address=row.person,
        line=row.line,
        source=source,
        language=row.language,
        timezone=row.timezone,
        attributes=row.attributes,
        tags=tuple(sorted({*row.tags, *terms.tags})) if terms.tags else row.tags,
        suppressions=suppressions,
        consents=tuple(
            IncomingConsent(list=name, consent=consent, basis=basis, at=verdict.at)
            for name in terms.lists or (row.list,)
        ),
    )


@dataclass(kw_only=True)
class _Rejects:
    """Rows that give nobody: counted, the first of them kept, all of them written if there is a file for them."""

    file: TextIO | None = None
    count: int = 0
    first: list[RejectedRow] = field(default_factory=list)

    def add(self, row: RejectedRow) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(row)
        if self.file:
            writer = csv.writer(self.file, lineterminator="\r\n")
            if self.count == 1:
                writer.writerow(("line", "reason", "row"))
            writer.writerow((str(row.line), guarded(row.reason), guarded(row.text)))

    def repeated(self, person: Incoming, above: int) -> None:
        """Take note of a row whose address stands above it, too."""
        self.add(RejectedRow(line=person.line, reason=f"the same address as in line {above}", text=str(person.address)))


def rejects_place(newsletter: Newsletter, name: str) -> Path:
    """Return where the rows go that an import of the file *name* leaves out, if nobody names another place."""
    stem = re.sub(r"[^\w.-]+", "-", Path(name).stem).strip(".-") or "input"
    return rejects_folder(newsletter) / f"{stem}.csv"


@contextmanager
def _rejects(path: Path | None) -> Iterator[_Rejects]:
    """Give what takes rejected rows; the file *path* is there at the end, whole, if there were any."""
    if path is None:
        yield _Rejects()
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as cause:
        raise FileError(f"it cannot be written ({cause.strerror})", "name another place", where=path) from cause
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a handle has no path
            rejects = _Rejects(file=file)
            yield rejects
        if rejects.count:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
