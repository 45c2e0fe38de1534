"""What the readers' side needs: attributes, tags, preferences, notices, hooks, returning mail, and being forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")

SUPPRESSIONS = """kind IN (
    'refused',     -- the server said at once that nobody is there
    'bounced',     -- mail came back
    'complained',  -- the reader called it spam
    'editor',      -- somebody entered it by hand
    'imported'     -- another tool had it
)"""
EVENTS = """kind IN (
    'bounced',    -- it came back: nobody got it
    'delayed',    -- a server on the way said that it is still trying
    'complained'  -- the reader called it spam
)"""
NOTICES = """kind IN (
    'confirm',  -- asks whether it was really they who subscribed
    'known',    -- somebody subscribed an address that is on the lists already
    'address',  -- asks at a new address whether the change is theirs
    'link',     -- the way to their preferences
    'kept'      -- all that is kept about them
)"""


def upgrade() -> None:
    """Add tables and columns; the rows that are there keep what they say."""
    _columns()
    _people()
    _suppression()
    _delivery_event()
    _notice()
    _hook_outbox()
    if op.get_bind().dialect.name == "sqlite":
        _append_only_sqlite()
    else:
        _append_only_postgresql()


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _columns() -> None:
    for table, columns in {
        "subscriber": [_text("language"), _text("timezone"), _text("attributes", "{}"),
                       sa.Column("forgotten_at", sa.Text)],
        "subscription": [_text("without"), sa.Column("paused_until", sa.Text)],
        "consent_log": [_text("way"), _text("source"), _text("wording"), _text("ip")],
        "mailing": [_text("segment"), _text("excluding"), _text("key_fingerprint")],
        "schedule": [_text("segment"), _text("excluding")],
        "delivery": [_text("variant")],
    }.items():  # fmt: skip
        for column in columns:
            op.add_column(table, column)


def _people() -> None:
    op.create_table(
        "tag",
        sa.Column("subscriber", Number, nullable=False),
        sa.Column("tag", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "tag", name="tag_pk"),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name="tag_subscriber_fk"),
    )
    op.create_index("tag_tag_subscriber", "tag", ["tag", "subscriber"])
    op.create_table(
        "forgotten",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("wiped", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("hash", name="forgotten_pk"),
    )


def _suppression() -> None:
    """Make the table anew: its key has the list in it, and SQLite changes no key of a table that is there."""
    op.rename_table("suppression", "suppression_0002")
    if op.get_bind().dialect.name != "sqlite":  # where a constraint's name is the schema's, not the table's
        op.execute("ALTER TABLE suppression_0002 RENAME CONSTRAINT suppression_pk TO suppression_0002_pk")
    op.create_table(
        "suppression",
        sa.Column("folded", sa.Text, nullable=False),
        _text("list"),
        sa.Column(
            "kind", sa.Text, sa.CheckConstraint(SUPPRESSIONS, name="suppression_kind"), nullable=False,
            server_default="refused",
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("folded", "list", name="suppression_pk"),
    )  # fmt: skip
    op.execute("INSERT INTO suppression (folded, reason, since) SELECT folded, reason, since FROM suppression_0002")
    op.drop_table("suppression_0002")


def _delivery_event() -> None:
    op.create_table(
        "delivery_event",
        sa.Column("number", Number),
        sa.Column("delivery", Number, nullable=False),
        sa.Column("kind", sa.Text, sa.CheckConstraint(EVENTS, name="delivery_event_kind"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="delivery_event_pk"),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.number"], name="delivery_event_delivery_fk"),
        sa.UniqueConstraint("delivery", "report", name="delivery_event_delivery_report_unique"),
        sqlite_autoincrement=True,
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("number", Number),
        sa.Column("kind", sa.Text, sa.CheckConstraint(NOTICES, name="notice_kind"), nullable=False),
        sa.Column("subscriber", Number, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.Text),
        sa.Column("lease_until", sa.Text),
        sa.Column("sent_at", sa.Text),
        _text("reply"),
        sa.PrimaryKeyConstraint("number", name="notice_pk"),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name="notice_subscriber_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("notice_folded_kind_created", "notice", ["folded", "kind", "created"])
    op.create_index("notice_next_at", "notice", ["next_at"])
    op.create_index("notice_subscriber", "notice", ["subscriber"])


def _hook_outbox() -> None:
    op.create_table(
        "hook_outbox",
        sa.Column("number", Number),
        sa.Column("hook", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("subscriber", Number),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.Text),
        sa.Column("lease_until", sa.Text),
        _text("words"),
        sa.PrimaryKeyConstraint("number", name="hook_outbox_pk"),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name="hook_outbox_subscriber_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("hook_outbox_next_at", "hook_outbox", ["next_at"])
    op.create_index("hook_outbox_subscriber", "hook_outbox", ["subscriber"])


def _append_only_sqlite() -> None:
    op.execute("DROP TRIGGER consent_log_no_delete")
    op.execute("DROP TRIGGER consent_log_no_update")
    op.execute(
        """CREATE TRIGGER consent_log_no_delete BEFORE DELETE ON consent_log
    BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END"""
    )
    op.execute(
        """CREATE TRIGGER consent_log_no_update BEFORE UPDATE ON consent_log
    WHEN (NEW.number, NEW.subscriber, NEW.list, NEW.consent, NEW.at, NEW.way, NEW.wording)
        IS NOT (OLD.number, OLD.subscriber, OLD.list, OLD.consent, OLD.at, OLD.way, OLD.wording)
        OR (SELECT forgotten_at FROM subscriber WHERE number = OLD.subscriber) IS NULL
    BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END"""
    )


def _append_only_postgresql() -> None:
    op.execute("DROP TRIGGER consent_log_append_only ON consent_log")
    op.execute(
        """CREATE TRIGGER consent_log_append_only BEFORE DELETE OR TRUNCATE ON consent_log
        FOR EACH STATEMENT EXECUTE FUNCTION consent_log_append_only()"""
    )
    op.execute(
        """CREATE FUNCTION consent_log_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.number, NEW.subscriber, NEW.list, NEW.consent, NEW.at, NEW.way, NEW.wording)
            IS DISTINCT FROM (OLD.number, OLD.subscriber, OLD.list, OLD.consent, OLD.at, OLD.way, OLD.wording)
            OR (SELECT forgotten_at FROM subscriber WHERE number = OLD.subscriber) IS NULL
        THEN RAISE 'consent_log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF;
        RETURN NEW;
    END $$"""
    )
    op.execute(
        """CREATE TRIGGER consent_log_no_update BEFORE UPDATE ON consent_log
        FOR EACH ROW EXECUTE FUNCTION consent_log_forgets()"""
    )
