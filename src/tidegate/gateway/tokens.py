"""API tokens: 256 random bits, shown once; the desk knows their SHA-256 digest alone."""

import hashlib
import secrets

PREFIX = "tg_"


def new_token() -> tuple[str, str]:
    """A fresh token and its digest."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> str:
    """What is stored. A slow hash would add nothing: a token is no password, its bits are all random."""
    return hashlib.sha256(token.encode()).hexdigest()
