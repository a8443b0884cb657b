"""What limits and states are about, and how those that an order falls under are found without looking at the others."""

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.risk_values import Scope
from tidegate.core.vocabulary import Exchange, Role

SaidT = TypeVar("SaidT")


class Subject(NamedTuple):
    """Whose order it is, and where: what the fields of a `Scope` are held against, in the same order.

    A field may be None where the subject is wider than an order (a user over all markets): no scope that names the
    field covers it then.
    """

    role: Role | None = None
    user_id: UserId | None = None
    account_id: AccountId | None = None
    exchange: Exchange | None = None
    symbol: str | None = None


class Place(NamedTuple):
    """Where an order or a holding counts: a subject, and what moves. `name` is the asset of a spot market, the
    symbol of a derivative; `asset` is its base, `quote` what its prices are in.

    The first fields are a subject's, so that it can be looked up as one.
    """

    role: Role | None
    user_id: UserId
    account_id: AccountId
    exchange: Exchange
    symbol: str
    name: str
    asset: str
    quote: str


_Pick = Callable[[Any], Any]


class ScopeIndex(Generic[SaidT]):
    """Finds all that is said of a subject by one look-up per combination of scope fields in use."""

    def __init__(self, said: Iterable[tuple[Scope, SaidT]]) -> None:
        self._said = tuple(said)
        tables: dict[tuple[int, ...], dict[Any, list[SaidT]]] = {}
        for scope, what in self._said:
            values = values_of(scope)
            named = tuple(place for place, value in enumerate(values) if value is not None)
            tables.setdefault(named, {}).setdefault(_picking(named)(values), []).append(what)
        self._tables: list[tuple[_Pick, dict[Any, list[SaidT]]]] = [
            (_picking(named), table) for named, table in tables.items()
        ]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScopeIndex) and self._said == other._said

    __hash__ = None  # type: ignore[assignment]  # Compared by what it says.

    def covering(self, subject: Subject | Place) -> list[SaidT]:
        """What is said of the scopes that the subject lies in: all that a scope names must match."""
        return [what for said in self.lists_covering(subject) for what in said]

    def lists_covering(self, subject: Subject | Place) -> list[list[SaidT]]:
        """The same by combinations of fields, as kept: the same lists for all subjects of which the same is said."""
        return [said for pick, table in self._tables if (said := table.get(pick(subject))) is not None]


def values_of(scope: Scope) -> Subject:
    """The fields of a scope, in the order of a subject's."""
    return Subject(scope.role, scope.user_id, scope.account_id, scope.exchange, scope.symbol)


def covers(scope: Scope, subject: Subject) -> bool:
    """Whether a subject lies in a scope. To ask many scopes, use an index."""
    return all(asked in (None, value) for asked, value in zip(values_of(scope), subject, strict=True))


def _picking(named: tuple[int, ...]) -> _Pick:
    """Takes these fields of a subject; of none, the same for all: the scope of the whole desk."""
    return itemgetter(*named) if named else _nothing


def _nothing(subject: object) -> tuple[()]:  # noqa: ARG001  All subjects lie in the desk.
    return ()
