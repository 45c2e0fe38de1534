"""What collecting needs: how each feed stands, what nobody has decided about, pages to be read, what is searched."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add tables."""
    _feed()
    _candidate()
    _page()
    _document()

    _model_call()


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("address", sa.Text, nullable=False),
        _text("etag"),
        _text("last_modified"),
        sa.Column("asked_at", sa.Text),
        sa.Column("answered_at", sa.Text),
        sa.Column("next_at", sa.Text),
        sa.Column("retry_at", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        _text("words"),
        sa.Column("gone_at", sa.Text),
        _text("moved_to"),
        _text("timings", "[]"),
        _text("body_sha256"),
        _text("told"),
        sa.PrimaryKeyConstraint("address", name="feed_pk"),
    )


def _candidate() -> None:
    op.create_table(
        "candidate",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("link_key", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sa.Column("left_at", sa.Text),
        sa.Column("indexed", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="candidate_pk"),
    )
    op.create_index("candidate_feed_guid", "candidate", ["feed", "guid"])
    op.create_index("candidate_link_key", "candidate", ["link_key"])
    op.create_index("candidate_left_at_seen_at", "candidate", ["left_at", "seen_at"])


def _page() -> None:
    op.create_table(
        "page",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.Text),
        sa.Column("read_at", sa.Text),
        _text("words"),
        sa.PrimaryKeyConstraint("id", name="page_pk"),
    )
    op.create_index("page_next_at", "page", ["next_at"])


def _document() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    texts = ("key", "link", "title", "source", "about", "text", "state", "reason", "since", "published", "fingerprint")
    op.create_table(
        "document",
        sa.Column("number", number, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.PrimaryKeyConstraint("number", name="document_pk"),
        sa.UniqueConstraint("kind", "file", "id", name="document_kind_file_id_unique"),
    )
    op.create_index("document_kind_key", "document", ["kind", "key"])
    op.create_table(
        "document_file",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("stamp", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="document_file_pk"),
    )


def _model_call() -> None:
    op.create_table(
        "model_call",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("cost", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("settled_at", sa.Text),
        sa.PrimaryKeyConstraint("id", name="model_call_pk"),
    )
    op.create_index("model_call_issue", "model_call", ["issue"])
    op.create_index("model_call_at", "model_call", ["at"])
