"""What the sender needs: suppressions, schedules, traffic, a way to stop a mailing, and the code of each reply."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add tables and columns; the rows that are there keep what they say."""
    op.create_table(
        "progress",
        sa.Column("mailing", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=False, nullable=False),
        sa.Column("active_at", sa.Text),
        sa.Column("stop_asked_at", sa.Text),
        sa.Column("suppressed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("held", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("mailing", name="progress_pk"),
        sa.ForeignKeyConstraint(["mailing"], ["mailing.number"], name="progress_mailing_fk"),
    )
    op.execute("INSERT INTO progress (mailing) SELECT number FROM mailing")
    op.add_column("delivery", sa.Column("status", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "suppression",
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("folded", name="suppression_pk"),
    )
    op.create_table(
        "schedule",
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("frozen", sa.LargeBinary, nullable=False),
        sa.Column("issue_sha256", sa.Text, nullable=False),
        sa.Column("correction_of", sa.Integer, nullable=False),
        sa.Column("expected", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("issue", "list", name="schedule_pk"),
    )
    op.create_table(
        "worker",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("host", name="worker_pk"),
    )
    op.create_table(
        "traffic",
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("minute", sa.Text, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("profile", "minute", name="traffic_pk"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()


def _postgresql() -> None:
    """Add what 0001 made for SQLite alone, names that SQLite does not keep, and an index in the order of a claim."""
    for table in ("subscriber", "consent_log", "mailing"):
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {table}_pkey TO {table}_pk")
    op.execute(
        """CREATE FUNCTION consent_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'consent_log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"""
    )
    op.execute(
        """CREATE TRIGGER consent_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_log
        FOR EACH STATEMENT EXECUTE FUNCTION consent_log_append_only()"""
    )
    op.create_index("delivery_queued", "delivery", ["mailing", "number"], postgresql_where=sa.text("state = 'queued'"))
    op.execute("ALTER TABLE delivery SET (fillfactor = 70)")
