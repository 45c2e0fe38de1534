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

VERSION = "0002"
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
    UniqueConstraint("folded"),
    sqlite_autoincrement=True,
)
"""A person with an address."""

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
    Index(None, "subscriber"),
    sqlite_autoincrement=True,
)
"""How each consent came to stand so: rows are added, never changed."""


@event.listens_for(consent_log, "after_create")
def _only_append(_table: Table, connection: Connection, **_options: Any) -> None:
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER consent_log_no_{verb.lower()} BEFORE {verb} ON consent_log "
                "BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END"
            )
    else:
        for statement in APPEND_ONLY:
            connection.exec_driver_sql(statement)


@event.listens_for(consent_log, "after_drop")
def _no_function(_table: Table, connection: Connection, **_options: Any) -> None:
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DROP FUNCTION consent_log_append_only()")


APPEND_ONLY = (
    """CREATE FUNCTION consent_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE 'consent_log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER consent_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_log
    FOR EACH STATEMENT EXECUTE FUNCTION consent_log_append_only()""",
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

suppression = Table(
    "suppression",
    metadata,
    Column("folded", Text, primary_key=True),  # newsletter.model.canonical.fold_address
    Column("reason", Text, nullable=False),  # the server's words, or a person's
    Column("since", Time, nullable=False),
)
"""Addresses that get no mail from any list, whatever their consent says: nobody is there."""

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

version_table = Table(
    "alembic_version",
    MetaData(),  # Alembic makes it by itself when it migrates
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""One row: the version of the schema."""
