"""Alembic's folder: one file in ``versions`` a schema version, oldest first."""
