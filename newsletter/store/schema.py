"""The tables as they stand now. ``migrations`` tells how they came to be; a test proves that both say the same."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

VERSION = "0004"
"""The schema version that this program knows; a later one has a larger number."""

# Every constraint has a name, so that a migration can drop it on any database
# (https://alembic.sqlalchemy.org/en/latest/naming.html).
metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_unique",
        "ck": "%(table_name)s_%(constraint_name)s",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite counts only a column of the type INTEGER up by itself (https://www.sqlite.org/autoinc.html).
Number = BigInteger().with_variant(Integer, "sqlite")

# Times are text, ISO 8601 in UTC to the second ("2026-11-27T10:00:00Z"): fixed width, so that text order is time order.
Time = Text

meta = Table(
    "meta",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("database_id", Text, nullable=False),
    Column("key_fingerprint", Text, nullable=False),
    Column("created", Time, nullable=False),
)
"""One row: which database this is, and which secret key belongs to it."""

subscriber = Table(
    "subscriber",
    metadata,
    Column("number", Number, primary_key=True),  # never used again: it stands in unsubscribe links
    Column("address", Text, nullable=False),  # in the case that its owner wrote
    Column("folded", Text, nullable=False),  # newsletter.model.canonical.fold_address
    Column("name", Text, nullable=False),
    Column("created", Time, nullable=False),
    Column("language", Text, nullable=False, server_default=""),  # BCP 47; empty is the newsletter's
    Column("timezone", Text, nullable=False, server_default=""),  # of the IANA database; empty is not known
    Column("attributes", Text, nullable=False, server_default="{}"),  # a JSON object, keys in order
    Column("forgotten_at", Time),  # then address, name and all else of the person are gone, and the row stays
    UniqueConstraint("folded"),
    sqlite_autoincrement=True,
)
"""A person with an address."""

tag = Table(
    "tag",
    metadata,
    Column("subscriber", Number, ForeignKey("subscriber.number"), nullable=False),
    Column("tag", Text, nullable=False),
    PrimaryKeyConstraint("subscriber", "tag"),
    Index(None, "tag", "subscriber"),
)
"""What an editor calls a person, to find them again."""

forgotten = Table(
    "forgotten",
    metadata,
    Column("hash", Text, primary_key=True),  # newsletter.store.forgetting.erasure_hash
    Column("at", Time, nullable=False),
    Column("wiped", Integer, nullable=False, server_default="0"),  # 1 once nothing is left in the file's free space
)
"""Who asked to be forgotten: no import brings them back, and only they know that they are meant."""

CONSENTS = """consent IN (
    'pending',      -- has not said yes yet, and gets nothing
    'confirmed',    -- said yes, and gets mail
    'unsubscribed'  -- said no; only an own, explicit yes brings them back
)"""

subscription = Table(
    "subscription",
    metadata,
    Column("subscriber", Number, ForeignKey("subscriber.number"), nullable=False),
    Column("list", Text, nullable=False),
    Column("consent", Text, CheckConstraint(CONSENTS, name="consent"), nullable=False),
    Column("basis", Text, nullable=False),  # what the consent rests on
    Column("since", Time, nullable=False),
    Column("without", Text, nullable=False, server_default=""),  # JSON array of the sections they do not want
    Column("paused_until", Time),  # until then they get nothing, and have not left
    PrimaryKeyConstraint("subscriber", "list"),
    Index(None, "list", "consent", "subscriber"),
    CheckConstraint("consent <> 'confirmed' OR basis <> ''", name="confirmed_on_a_basis"),
)
"""Where the consent of one subscriber to one list stands now."""

consent_log = Table(
    "consent_log",
    metadata,
    Column("number", Number, primary_key=True),
    Column("subscriber", Number, ForeignKey("subscriber.number"), nullable=False),
    Column("list", Text, nullable=False),
    Column("consent", Text, CheckConstraint(CONSENTS, name="consent"), nullable=False),
    Column("basis", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("way", Text, nullable=False, server_default=""),  # newsletter.model.subscriber.Way
    Column("source", Text, nullable=False, server_default=""),  # which page, file, issue or report
    Column("wording", Text, nullable=False, server_default=""),  # the text that was agreed to
    Column("ip", Text, nullable=False, server_default=""),  # only where the newsletter keeps it
    Index(None, "subscriber"),
    sqlite_autoincrement=True,
)
"""How each consent came to stand so: rows are added, never changed, but for what names a person who is forgotten."""


@event.listens_for(consent_log, "after_create")
def _only_append(_table: Table, connection: Connection, **_options: Any) -> None:
    for statement in APPEND_ONLY_SQLITE if connection.dialect.name == "sqlite" else APPEND_ONLY:
        connection.exec_driver_sql(statement)


@event.listens_for(consent_log, "after_drop")
def _no_function(_table: Table, connection: Connection, **_options: Any) -> None:
    if connection.dialect.name != "sqlite":
        for function in ("consent_log_append_only", "consent_log_forgets"):
            connection.exec_driver_sql(f"DROP FUNCTION {function}()")


APPEND_ONLY_SQLITE = (
    """CREATE TRIGGER consent_log_no_delete BEFORE DELETE ON consent_log
    BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END""",
    """CREATE TRIGGER consent_log_no_update BEFORE UPDATE ON consent_log
    WHEN (NEW.number, NEW.subscriber, NEW.list, NEW.consent, NEW.at, NEW.way, NEW.wording)
        IS NOT (OLD.number, OLD.subscriber, OLD.list, OLD.consent, OLD.at, OLD.way, OLD.wording)
        OR (SELECT forgotten_at FROM subscriber WHERE number = OLD.subscriber) IS NULL
    BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END""",
)
"""What keeps it so: of a person who is forgotten, what names them may go (basis, source, IP address)."""

APPEND_ONLY = (
    """CREATE FUNCTION consent_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE 'consent_log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER consent_log_append_only BEFORE DELETE OR TRUNCATE ON consent_log
    FOR EACH STATEMENT EXECUTE FUNCTION consent_log_append_only()""",
    """CREATE FUNCTION consent_log_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.number, NEW.subscriber, NEW.list, NEW.consent, NEW.at, NEW.way, NEW.wording)
            IS DISTINCT FROM (OLD.number, OLD.subscriber, OLD.list, OLD.consent, OLD.at, OLD.way, OLD.wording)
            OR (SELECT forgotten_at FROM subscriber WHERE number = OLD.subscriber) IS NULL
        THEN RAISE 'consent_log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER consent_log_no_update BEFORE UPDATE ON consent_log
    FOR EACH ROW EXECUTE FUNCTION consent_log_forgets()""",
)
"""The same for PostgreSQL."""


mailing = Table(
    "mailing",
    metadata,
    Column("number", Number, primary_key=True),
    Column("issue", Integer, nullable=False),
    Column("list", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("frozen", LargeBinary, nullable=False),  # what the sender compiled; resume sends these bytes
    Column("content_sha256", Text, nullable=False),  # of the frozen bytes
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time),  # when nobody was left to send to; empty while somebody is
    Column("segment", Text, nullable=False, server_default=""),  # the name of the segment; empty for the whole list
    Column("excluding", Text, nullable=False, server_default=""),  # JSON array of the lists whose people were left out
    Column("key_fingerprint", Text, nullable=False, server_default=""),  # of the key of its tokens; empty: the oldest
    UniqueConstraint("issue", "list"),
    sqlite_autoincrement=True,
)
"""One issue going to one list."""

progress = Table(
    "progress",
    metadata,
    Column("mailing", Number, ForeignKey("mailing.number"), primary_key=True, autoincrement=False),
    Column("active_at", Time),  # when something was committed last, to the second
    Column("stop_asked_at", Time),  # when somebody asked from elsewhere to stop; the next resume clears it
    Column("suppressed", Integer, nullable=False, server_default="0"),  # addresses that it took off all lists
    Column("held", Integer, nullable=False, server_default="0"),  # those it did not, since they were too many
)
"""What changes while a mailing runs, apart from its frozen bytes: a row of their size is read through to its end."""

STATES = """state IN (
    'queued',    -- to be sent
    'sending',   -- committed after the server's 354 and before the last bytes of the body
    'accepted',  -- the server took responsibility (RFC 5321 section 6.1)
    'deferred',  -- the server said "later" (4xx), or the line broke before the final dot; has a time to try again
    'refused',   -- the server said "never" (5xx), or the attempts are used up; its words are kept
    'excluded',  -- unsubscribed, suppressed or unconfirmed at the last moment
    'in_doubt'   -- the process died, or the line broke, after the final dot may have been read
)"""

QUEUED = text("state = 'queued'")

delivery = Table(
    "delivery",
    metadata,
    Column("number", Number, primary_key=True),
    Column("mailing", Number, ForeignKey("mailing.number"), nullable=False),
    Column("issue", Integer, nullable=False),
    Column("subscriber", Number, ForeignKey("subscriber.number"), nullable=False),
    Column("address", Text, nullable=False),  # frozen when the mailing started, as the name is
    Column("folded", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, CheckConstraint(STATES, name="state"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Time),  # when a deferred one may be tried again
    Column("reply", Text, nullable=False),  # the server's last words
    Column("claimed_by", Text),  # the run that has a lease on it; changes no state
    Column("lease_until", Time),
    Column("updated", Time, nullable=False),
    Column("status", Text, nullable=False, server_default=""),  # code of the reply: "5.1.1" (RFC 3463), else "550"
    Column("variant", Text, nullable=False, server_default=""),  # subscription.without, as it was at the start
    UniqueConstraint("issue", "folded"),
    UniqueConstraint("subscriber", "issue"),  # a person who changed their address in between gets no second one
    CheckConstraint("(state = 'deferred') = (next_at IS NOT NULL)", name="deferred_has_a_time"),
    CheckConstraint("(claimed_by IS NULL) = (lease_until IS NULL)", name="a_lease_has_an_end"),
    Index("delivery_stand", "mailing", "state", "next_at", "number"),
    # PostgreSQL does not see that rows without a time stand in the order of their numbers.
    Index("delivery_queued", "mailing", "number", postgresql_where=QUEUED).ddl_if(dialect="postgresql"),
)
"""The ledger: what became of an issue for one person, over all its mailings."""


@event.listens_for(delivery, "after_create")
def _roomy(_table: Table, connection: Connection, **_options: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(ROOMY)


ROOMY = "ALTER TABLE delivery SET (fillfactor = 70)"
"""Each row is changed three times: a new version that finds room on its page saves 7 % of what is written."""

SUPPRESSIONS = """kind IN (
    'refused',     -- the server said at once that nobody is there
    'bounced',     -- mail came back
    'complained',  -- the reader called it spam
    'editor',      -- somebody entered it by hand
    'imported'     -- another tool had it
)"""

suppression = Table(
    "suppression",
    metadata,
    Column("folded", Text, nullable=False),  # newsletter.model.canonical.fold_address
    Column("list", Text, nullable=False, server_default=""),  # empty is all lists
    Column("kind", Text, CheckConstraint(SUPPRESSIONS, name="kind"), nullable=False, server_default="refused"),
    Column("reason", Text, nullable=False),  # the server's words, or a person's
    Column("since", Time, nullable=False),
    PrimaryKeyConstraint("folded", "list"),
)
"""Addresses that get no mail from a list, or from any, whatever their consent says."""

EVENTS = """kind IN (
    'bounced',    -- it came back: nobody got it
    'delayed',    -- a server on the way said that it is still trying
    'complained'  -- the reader called it spam
)"""

delivery_event = Table(
    "delivery_event",
    metadata,
    Column("number", Number, primary_key=True),
    Column("delivery", Number, ForeignKey("delivery.number"), nullable=False),
    Column("kind", Text, CheckConstraint(EVENTS, name="kind"), nullable=False),
    Column("at", Time, nullable=False),  # when the report says that it happened
    Column("status", Text, nullable=False),  # "5.1.1" (RFC 3463); empty for a complaint
    Column("words", Text, nullable=False),  # the far server's, or whose report it is
    Column("report", Text, nullable=False),  # SHA-256 of the report: the same one counts once
    UniqueConstraint("delivery", "report"),
    sqlite_autoincrement=True,
)
"""What came back about a delivery, beside its state."""

NOTICES = """kind IN (
    'confirm',  -- asks whether it was really they who subscribed
    'known',    -- somebody subscribed an address that is on the lists already
    'address',  -- asks at a new address whether the change is theirs
    'link',     -- the way to their preferences
    'kept'      -- all that is kept about them
)"""

notice = Table(
    "notice",
    metadata,
    Column("number", Number, primary_key=True),
    Column("kind", Text, CheckConstraint(NOTICES, name="kind"), nullable=False),
    Column("subscriber", Number, ForeignKey("subscriber.number"), nullable=False),
    Column("address", Text, nullable=False),  # where it goes; for a change of address the new one
    Column("folded", Text, nullable=False),
    Column("facts", Text, nullable=False),  # a JSON object: what it says
    Column("created", Time, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Time),  # when it is to be sent; empty once it is sent or given up
    Column("lease_until", Time),  # a process is sending it
    Column("sent_at", Time),
    Column("reply", Text, nullable=False, server_default=""),  # the server's last words
    Index(None, "folded", "kind", "created"),
    Index(None, "next_at"),
    Index(None, "subscriber"),
    sqlite_autoincrement=True,
)
"""Mail to one person about their subscription, from the pages: written with what it is about, and sent after that."""

hook_outbox = Table(
    "hook_outbox",
    metadata,
    Column("number", Number, primary_key=True),
    Column("hook", Text, nullable=False),  # its name in newsletter.local.toml
    Column("event", Text, nullable=False),  # newsletter.model.hook.Event
    Column("subscriber", Number, ForeignKey("subscriber.number")),  # whom it is about, if about a person
    Column("body", Text, nullable=False),  # a JSON object
    Column("created", Time, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Time),  # when it is to be tried; empty once it is given up
    Column("lease_until", Time),  # a process is delivering it
    Column("words", Text, nullable=False, server_default=""),  # why the last attempt failed
    Index(None, "next_at"),
    Index(None, "subscriber"),
    sqlite_autoincrement=True,
)
"""What other programs are to be told: written with what it tells, gone once it is delivered."""

schedule = Table(
    "schedule",
    metadata,
    Column("issue", Integer, nullable=False),
    Column("list", Text, nullable=False),
    Column("at", Time, nullable=False),  # when it is to start
    Column("profile", Text, nullable=False),  # the SMTP profile that was agreed to; empty for the default
    Column("subject", Text, nullable=False),
    Column("frozen", LargeBinary, nullable=False),  # what was looked at and agreed to
    Column("issue_sha256", Text, nullable=False),  # of the issue file that was frozen
    Column("correction_of", Integer, nullable=False),  # the issue whose readers alone get it; 0 for none
    Column("expected", Integer, nullable=False),  # how many were waiting then
    Column("asked_at", Time, nullable=False),
    Column("segment", Text, nullable=False, server_default=""),  # as in a mailing
    Column("excluding", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("issue", "list"),
)
"""Mailings that are to start later."""

worker = Table(
    "worker",
    metadata,
    Column("host", Text, primary_key=True),
    Column("seen_at", Time, nullable=False),
)
"""When ``newsletter work`` last looked for something to do, by machine."""

traffic = Table(
    "traffic",
    metadata,
    Column("profile", Text, nullable=False),
    Column("minute", Text, nullable=False),  # "2026-11-27T10:00Z"
    Column("messages", Integer, nullable=False),
    PrimaryKeyConstraint("profile", "minute"),
)
"""How many messages each SMTP profile was given, minute by minute: what limits by hour and day are counted by."""

feed = Table(
    "feed",
    metadata,
    Column("address", Text, primary_key=True),  # as feeds.toml has it
    Column("etag", Text, nullable=False, server_default=""),  # byte for byte, quotes included (RFC 9110 §8.8.3)
    Column("last_modified", Text, nullable=False, server_default=""),  # byte for byte
    Column("asked_at", Time),  # the last time it was asked
    Column("answered_at", Time),  # the last time it gave something, or said that nothing is new
    Column("next_at", Time),  # not before
    Column("retry_at", Time),  # not before, whoever asks for it: the site said so (RFC 9110 §10.2.3)
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("words", Text, nullable=False, server_default=""),  # why the last attempt failed
    Column("gone_at", Time),  # it answered 410
    Column("moved_to", Text, nullable=False, server_default=""),  # where it permanently redirects to
    Column("timings", Text, nullable=False, server_default="[]"),  # milliseconds of the last requests, as JSON
    Column("body_sha256", Text, nullable=False, server_default=""),  # of the last body, so that one is parsed once
    Column("told", Text, nullable=False, server_default=""),  # newsletter.model.feed.Feed.told, when that was parsed
)
"""What is known of each feed since it was last asked."""

candidate = Table(
    "candidate",
    metadata,
    Column("id", Text, primary_key=True),  # newsletter.model.canonical.article_id
    Column("feed", Text, nullable=False),  # address
    Column("guid", Text, nullable=False),  # the feed's own id of it
    Column("link_key", Text, nullable=False),  # newsletter.model.canonical.article_key
    Column("facts", Text, nullable=False),  # newsletter.model.article.Article.facts as JSON, keys in order
    Column("seen_at", Time, nullable=False),  # when it was first seen
    Column("left_at", Time),  # when it was decided about, or came into the pool by another way
    Column("indexed", Integer, nullable=False, server_default="0"),  # 1 once the search knows these facts
    Index(None, "feed", "guid"),
    Index(None, "link_key"),
    Index(None, "left_at", "seen_at"),
)
"""Articles that a source brought, and that nobody has decided about: they are in no file that git knows."""

page = Table(
    "page",
    metadata,
    Column("id", Text, primary_key=True),  # of the article in the pool
    Column("link", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Time),  # null when it is not to be tried again
    Column("read_at", Time),
    Column("words", Text, nullable=False, server_default=""),  # why the last attempt failed
    Index(None, "next_at"),
)
"""Articles that were added by address, and whose page was not read yet, or was."""

document = Table(
    "document",
    metadata,
    Column("number", Number, primary_key=True),
    Column("kind", Text, nullable=False),  # newsletter.model.document.DocumentKind
    Column("file", Text, nullable=False),  # the issue file that it stands in; empty for an article of pool or sources
    Column("id", Text, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("key", Text, nullable=False),  # of the article's address
    Column("link", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("published", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),  # of what it was made from
    UniqueConstraint("kind", "file", "id"),
    Index(None, "kind", "key"),
)
"""What a search finds: all of it stands elsewhere too, and may be deleted. :mod:`newsletter.store.search_words` has its
words."""

document_file = Table(
    "document_file",
    metadata,
    Column("name", Text, primary_key=True),  # below the newsletter's folder
    Column("stamp", Text, nullable=False),  # its size and time when it was read
)
"""The files that documents were made from."""
model_call = Table(
    "model_call",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Time, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("tokens", Integer, nullable=False),  # read and written; the most there can be until the call is over
    Column("cost", Number, nullable=False),  # millionths of the currency, likewise
    Column("currency", Text, nullable=False),
    Column("settled_at", Time),  # the call is over, and this is what it cost
    Index(None, "issue"),
    Index(None, "at"),
)
"""What asking models for drafts has cost: what the caps of an issue and of a month are counted by."""

version_table = Table(
    "alembic_version",
    MetaData(),  # Alembic makes it by itself when it migrates
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""One row: the version of the schema."""
