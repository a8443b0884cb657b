"""What covers a subject is found by what it names, and nothing else is."""

import itertools

import pytest

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.risk_values import Scope
from tidegate.core.scopes import ScopeIndex, Subject, covers
from tidegate.core.vocabulary import Exchange, Role

ALICE = Subject(Role.TRADER, UserId("alice"), AccountId("main"), Exchange.OKX, "BTC/USDT")
FIELDS = ("role", "user_id", "account_id", "exchange", "symbol")
EVERY_COMBINATION = [fields for count in range(6) for fields in itertools.combinations(FIELDS, count)]


def scope_of(subject: Subject, fields: tuple[str, ...]) -> Scope:
    return Scope(**{field: getattr(subject, field) for field in fields})


@pytest.mark.parametrize("fields", EVERY_COMBINATION, ids="+".join)
def test_a_scope_covers_what_matches_all_that_it_names(fields: tuple[str, ...]) -> None:
    scope = scope_of(ALICE, fields)
    index = ScopeIndex([(scope, "said")])
    assert index.covering(ALICE) == ["said"]
    assert covers(scope, ALICE)
    for field in fields:
        elsewhere = ALICE._replace(**{field: None})
        assert index.covering(elsewhere) == []
        assert not covers(scope, elsewhere)


def test_all_that_is_said_is_found_and_the_same_lists_for_the_same_scopes() -> None:
    said = [(scope_of(ALICE, fields), number) for number, fields in enumerate(EVERY_COMBINATION)]
    index = ScopeIndex([*said, (Scope(user_id=UserId("bob")), -1), (Scope(), 99)])
    assert sorted(index.covering(ALICE)) == [*range(len(EVERY_COMBINATION)), 99]
    bob = Subject(Role.TRADER, UserId("bob"))
    carol = Subject(Role.TRADER, UserId("carol"))
    assert -1 in index.covering(bob)
    lists = index.lists_covering(carol)
    assert all(one is other for one, other in zip(lists, index.lists_covering(carol), strict=True))


def test_an_index_is_compared_by_what_it_says() -> None:
    assert ScopeIndex([(Scope(), 1)]) == ScopeIndex([(Scope(), 1)])
    assert ScopeIndex([(Scope(), 1)]) != ScopeIndex([(Scope(), 2)])
