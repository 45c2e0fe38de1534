"""The first tables: subscribers, consent and the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")

CONSENTS = """consent IN (
    'pending',      -- has not said yes yet, and gets nothing
    'confirmed',    -- said yes, and gets mail
    'unsubscribed'  -- said no; only an own, explicit yes brings them back
)"""
STATES = """state IN (
    'queued',    -- to be sent
    'sending',   -- committed after the server's 354 and before the last bytes of the body
    'accepted',  -- the server took responsibility (RFC 5321 section 6.1)
    'deferred',  -- the server said "later" (4xx), or the line broke before the final dot; has a time to try again
    'refused',   -- the server said "never" (5xx), or the attempts are used up; its words are kept
    'excluded',  -- unsubscribed, suppressed or unconfirmed at the last moment
    'in_doubt'   -- the process died, or the line broke, after the final dot may have been read
)"""


def upgrade() -> None:
    """Make all tables."""
    _meta()
    _subscribers()
    _consent_log()
    _mailing()
    _delivery()


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="meta_one_row"), autoincrement=False),
        sa.Column("database_id", sa.Text, nullable=False),
        sa.Column("key_fingerprint", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="meta_pk"),
    )


def _subscribers() -> None:
    op.create_table(
        "subscriber",
        sa.Column("number", Number, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.UniqueConstraint("folded", name="subscriber_folded_unique"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        sa.Column("subscriber", Number, nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("consent", sa.Text, sa.CheckConstraint(CONSENTS, name="subscription_consent"), nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "list", name="subscription_pk"),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name="subscription_subscriber_fk"),
        sa.CheckConstraint("consent <> 'confirmed' OR basis <> ''", name="subscription_confirmed_on_a_basis"),
    )
    op.create_index("subscription_list_consent_subscriber", "subscription", ["list", "consent", "subscriber"])


def _consent_log() -> None:
    op.create_table(
        "consent_log",
        sa.Column("number", Number, primary_key=True),
        sa.Column("subscriber", Number, nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("consent", sa.Text, sa.CheckConstraint(CONSENTS, name="consent_log_consent"), nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name="consent_log_subscriber_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("consent_log_subscriber", "consent_log", ["subscriber"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER consent_log_no_{verb.lower()} BEFORE {verb} ON consent_log "
                "BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END"
            )


def _mailing() -> None:
    op.create_table(
        "mailing",
        sa.Column("number", Number, primary_key=True),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("frozen", sa.LargeBinary, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("finished_at", sa.Text),
        sa.UniqueConstraint("issue", "list", name="mailing_issue_list_unique"),
        sqlite_autoincrement=True,
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", Number),
        sa.Column("mailing", Number, nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("subscriber", Number, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, sa.CheckConstraint(STATES, name="delivery_state"), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Text),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("lease_until", sa.Text),
        sa.Column("updated", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="delivery_pk"),
        sa.ForeignKeyConstraint(["mailing"], ["mailing.number"], name="delivery_mailing_fk"),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name="delivery_subscriber_fk"),
        sa.UniqueConstraint("issue", "folded", name="delivery_issue_folded_unique"),
        sa.UniqueConstraint("subscriber", "issue", name="delivery_subscriber_issue_unique"),
        sa.CheckConstraint("(state = 'deferred') = (next_at IS NOT NULL)", name="delivery_deferred_has_a_time"),
        sa.CheckConstraint("(claimed_by IS NULL) = (lease_until IS NULL)", name="delivery_a_lease_has_an_end"),
    )
    op.create_index("delivery_stand", "delivery", ["mailing", "state", "next_at", "number"])
