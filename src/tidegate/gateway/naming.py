"""Ids that follow from an idempotency key, and what makes two requests with it the same one."""

import hashlib

import msgspec

from tidegate.core.identifiers import IdempotencyKey
from tidegate.core.records import User


def named_by(user: User, key: IdempotencyKey) -> str:
    """What a request with this key makes, so that storage knows what was asked before, however long ago.

    It has the shape of a ULID, of a time that no other id comes from.
    """
    digest = hashlib.sha256(f"{user.user_id}\n{key}".encode()).hexdigest()
    return f"7{digest[:25].upper()}"


def digest_of(*asked: object) -> str:
    """The same for the same request, and for no other."""
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()
