"""What one account may ask of an endpoint, by category: the figures of "Rate Limit" of the v5 documentation."""

from collections.abc import Mapping
from typing import NamedTuple

from venuesim.bybit.parameters import Category, Parameters
from venuesim.wire.windows import Window


class Quota(NamedTuple):
    """How many requests of one endpoint an account may send in `seconds`, unless `by_category` has another figure.

    The categories are counted apart where their figures differ, and together where they do not (assumption).
    """

    name: str
    limit: int
    by_category: Mapping[str, int]
    seconds: int = 1

    def window(self, parameters: Parameters) -> Window:
        """Return the window that a request belongs to."""
        category = parameters.echo("category")
        if category not in self.by_category:
            return Window(self.name, self.limit, self.seconds)
        return Window(f"{self.name}/{category}", self.by_category[category], self.seconds)


def per_second(name: str, limit: int, *, linear: int | None = None) -> Quota:
    """Return a quota per second; `linear` is that of contracts, if it is another."""
    return Quota(name, limit, {} if linear is None else {Category.LINEAR: linear})


def per_minute(name: str, limit: int) -> Quota:
    """Return a quota per minute."""
    return Quota(name, limit, {}, 60)
