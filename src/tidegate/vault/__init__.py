"""Venue credentials, encrypted at rest: envelopes sealed by a key that is kept apart from the database."""
