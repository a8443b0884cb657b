"""Which calls a fault strikes, and how often."""

import pytest

from venuesim.faults import Endpoint, FaultKind, FaultMatch, FaultRequest, FaultSet


def add(faults: FaultSet, kind: FaultKind, *, exchange: str | None = None, **match: object) -> None:
    faults.add(FaultRequest(kind=kind, match=FaultMatch(**match), exchange=exchange))


def test_a_fault_strikes_its_endpoint_its_exchange_and_its_kind_only() -> None:
    faults = FaultSet(seed=1)
    add(faults, FaultKind.LOSE_REPLY, endpoint="place", exchange="okx")
    assert faults.draw(FaultKind.LOSE_REPLY, "okx", Endpoint.PLACE) is not None
    assert faults.draw(FaultKind.LOSE_REPLY, "okx", Endpoint.CANCEL) is None
    assert faults.draw(FaultKind.LOSE_REPLY, "binance", Endpoint.PLACE) is None
    assert faults.draw(FaultKind.DELAY, "okx", Endpoint.PLACE) is None


def test_an_endpoint_may_be_a_glob() -> None:
    faults = FaultSet(seed=1)
    add(faults, FaultKind.RATE_LIMIT, endpoint="*e*")
    assert faults.draw(FaultKind.RATE_LIMIT, "okx", Endpoint.OPEN_ORDERS) is not None
    assert faults.draw(FaultKind.RATE_LIMIT, "okx", Endpoint.QUERY) is not None


def test_a_count_ends_a_fault_and_firing_is_counted() -> None:
    faults = FaultSet(seed=1)
    add(faults, FaultKind.LOSE_REQUEST, count=2)
    struck = [faults.draw(FaultKind.LOSE_REQUEST, "okx", Endpoint.PLACE) is not None for _ in range(4)]
    assert struck == [True, True, False, False]
    assert [fault.fired for fault in faults] == [2]


def test_chance_is_repeatable() -> None:
    def strikes(seed: int) -> list[bool]:
        faults = FaultSet(seed)
        add(faults, FaultKind.LOSE_REPLY, probability=0.5)
        return [faults.draw(FaultKind.LOSE_REPLY, "okx", Endpoint.PLACE) is not None for _ in range(64)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 10 < sum(strikes(1)) < 54


def test_a_wildcard_reaches_streams_with_faults_of_streams_only() -> None:
    faults = FaultSet(seed=1)
    add(faults, FaultKind.DUPLICATE_EVENTS)
    add(faults, FaultKind.DELAY, endpoint="*")
    assert faults.draw(FaultKind.DUPLICATE_EVENTS, "okx", Endpoint.STREAM) is not None
    assert faults.draw(FaultKind.DELAY, "okx", Endpoint.STREAM) is None
    assert faults.draw(FaultKind.DELAY, "okx", Endpoint.QUERY) is not None


@pytest.mark.parametrize(("exchange", "left"), [(None, 0), ("okx", 2)])
def test_faults_are_cleared_all_or_by_exchange(exchange: str | None, left: int) -> None:
    faults = FaultSet(seed=1)
    add(faults, FaultKind.DELAY, exchange="okx")
    add(faults, FaultKind.DELAY, exchange="binance")
    add(faults, FaultKind.DELAY)
    faults.clear(exchange=exchange)
    assert len(faults) == left
