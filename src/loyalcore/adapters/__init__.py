"""Stores that are shipped: `memory`, the reference, and `sqlalchemy`; importing this imports neither."""
