"""How long to wait before the next try."""

import random

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 30.0


def about(seconds: float) -> float:
    """A tenth more or less, so that what is asked every so often is not asked of all venues at once."""
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311 - Jitter, not a secret.


def backoff_seconds(failures: int, *, at_least: float | None = None) -> float:
    """Exponential with jitter: about 0.25 s after the first failure, at most 30 s, or what the venue asked for."""
    longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(failures - 1, 10))
    jittered = longest * random.uniform(0.5, 1.0)  # noqa: S311 - Jitter, not a secret.
    return max(jittered, at_least or 0.0)
