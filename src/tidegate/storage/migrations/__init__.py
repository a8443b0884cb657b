"""Alembic's folder. New revision: change `schema.py`, then write a file in `versions/`; a test compares the two."""
