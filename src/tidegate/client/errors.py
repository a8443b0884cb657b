"""What the client raises.

ClientError
├── UsageError             what the program passed makes no sense; nothing was sent
├── UnreachableError       no answer came, after all retries; a write may have been taken: repeat it with the same key
├── UnexpectedAnswerError  something answered that is no desk, or one of another version
└── ApiError               the desk said no; `code` is stable, programs decide on it
    └── AuthenticationError  the token is missing, unknown or revoked
"""

from typing import Any

from tidegate.client.results import Order


class ClientError(Exception):
    """Anything that a call to a desk can end with, other than its result."""


class UsageError(ClientError):
    """What the program passed makes no sense; nothing was sent."""


class UnreachableError(ClientError):
    """No answer came, after all retries.

    Whether a write was taken is unknown. Placing an order again with the same `idempotency_key` (or the same
    `client_order_id`) is safe: it gives the first answer.
    """

    def __init__(self, message: str, *, idempotency_key: str | None = None) -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key


class UnexpectedAnswerError(ClientError):
    """Something answered that is no desk, or one of another version."""


class ApiError(ClientError):
    """The desk said no.

    `status` is the HTTP status, `code` the stable reason, `detail` a sentence for people; `limit` and `actual` are the
    figures that did not fit; `order` is the order when there is one, such as one that the desk invalidated. `problem`
    is the whole problem document (RFC 9457).
    """

    def __init__(self, status: int, problem: dict[str, Any], order: Order | None = None) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        self.limit: str | None = problem.get("limit")
        self.actual: str | None = problem.get("actual")
        self.order = order
        self.problem = problem
        super().__init__(f"{self.code}: {self.detail}" if self.code else self.detail)


class AuthenticationError(ApiError):
    """The token is missing, unknown or revoked."""
