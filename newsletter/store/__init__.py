"""The database: subscribers, consent and the ledger, moved by guarded SQL alone; the door of SQLAlchemy and Alembic."""
