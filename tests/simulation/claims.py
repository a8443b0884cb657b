"""How a check says that something does not hold."""


class BrokenError(AssertionError):
    """An invariant does not hold."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"invariant {number}: {message}")
        self.number = number


def must(number: int, holds: object, message: object) -> None:
    """Raise unless it holds."""
    if not holds:
        raise BrokenError(number, str(message))
