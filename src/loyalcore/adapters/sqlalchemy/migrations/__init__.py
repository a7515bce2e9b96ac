"""The migrations that make the tables, for Alembic."""
