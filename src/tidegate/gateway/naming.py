"""Ids that follow from an idempotency key."""

import hashlib

from tidegate.core.identifiers import IdempotencyKey
from tidegate.core.records import User


def named_by(user: User, key: IdempotencyKey) -> str:
    """What a request with this key makes, so that storage knows what was asked before, however long ago.

    It has the shape of a ULID, of a time that no other id comes from.
    """
    digest = hashlib.sha256(f"{user.user_id}\n{key}".encode()).hexdigest()
    return f"7{digest[:25].upper()}"
