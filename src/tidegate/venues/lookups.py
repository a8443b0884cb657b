"""Questions about orders and accounts: several calls each, answered as one list of reports in a safe order.

Executions come before the order report that counts them, so that nobody has to fetch what is about to arrive.
"""

from datetime import timedelta

import msgspec
import structlog

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, order_of
from tidegate.core.messages.effects import FetchExecutions, QueryOrder, SynchronizeAccount
from tidegate.core.messages.reports import (
    AccountSynchronized,
    BalancesReported,
    ExecutionReported,
    OrderNotFound,
    PositionsReported,
    Report,
)
from tidegate.core.vocabulary import RejectReason
from tidegate.ports import Clock
from tidegate.venues.outcomes import CallFailed
from tidegate.venues.values import UnlistedError
from tidegate.venues.venue import AccountVenue

log = structlog.get_logger(__name__)

EXECUTIONS_OVERLAP = timedelta(seconds=60)


async def query_order(venue: AccountVenue, query: QueryOrder, clock: Clock) -> list[Report]:
    """What the venue says of one attempt: its executions and state, or that it does not know it."""
    requested_at = clock.now()
    found = await venue.find_order(
        query.symbol, query.exchange_client_order_id, query.exchange_order_id, conditional=query.conditional
    )
    if found is None:
        return [
            OrderNotFound(
                at=clock.now(),
                account_id=query.account_id,
                order_id=query.order_id,
                attempt=query.attempt,
                requested_at=requested_at,
            )
        ]
    if not found.filled_quantity or found.exchange_order_id is None:
        return [msgspec.structs.replace(found, requested_at=requested_at)]
    executions = await venue.executions_of(
        query.symbol,
        found.exchange_order_id,
        None,
        exchange_client_order_id=query.exchange_client_order_id,
        conditional=query.conditional,
    )
    return [*executions, msgspec.structs.replace(found, requested_at=requested_at)]


async def executions_of(venue: AccountVenue, wanted: FetchExecutions) -> list[ExecutionReported]:
    """All executions of the order that an effect names."""
    return await venue.executions_of(
        wanted.symbol,
        wanted.exchange_order_id,
        wanted.since,
        exchange_client_order_id=wanted.exchange_client_order_id,
        conditional=wanted.conditional,
    )


async def synchronize(venue: AccountVenue, wanted: SynchronizeAccount, clock: Clock) -> list[Report]:
    """All open orders, the executions since a time and the balances, ending with `AccountSynchronized`.

    The listing is asked for first, so that the executions are at least as fresh as the orders that count them.
    """
    requested_at = clock.now()
    open_orders = await venue.open_orders()
    reports: list[Report] = []
    for symbol in wanted.symbols:
        try:
            reports += await venue.executions_since(symbol, wanted.executions_since - EXECUTIONS_OVERLAP)
        except CallFailed as failure:
            if failure.reason is not RejectReason.INSTRUMENT_NOT_TRADABLE:
                raise
            log.warning("the venue no longer lists an instrument", symbol=symbol, venue_message=failure.message)
        except UnlistedError:
            log.warning("the venue no longer lists an instrument", symbol=symbol)
    reports += [msgspec.structs.replace(order, requested_at=requested_at) for order in open_orders]
    since = wanted.cash_flows_since or wanted.executions_since
    reports += await venue.cash_flows_since(since - EXECUTIONS_OVERLAP)
    reports += await holdings(venue, wanted.account_id, clock)
    reports.append(
        AccountSynchronized(
            at=clock.now(),
            account_id=wanted.account_id,
            requested_at=requested_at,
            open_exchange_client_order_ids=frozenset(
                order.exchange_client_order_id
                for order in open_orders
                if order.exchange_client_order_id is not None and is_ours(order.exchange_client_order_id)
            ),
            open_exchange_order_ids=frozenset(
                (order.symbol, order.exchange_order_id) for order in open_orders if order.exchange_order_id is not None
            ),
        )
    )
    return reports


async def holdings(venue: AccountVenue, account_id: AccountId, clock: Clock) -> list[Report]:
    """What the account holds: its positions, then its balances, each as of when it was asked for."""
    positions_requested_at = clock.now()
    positions = await venue.positions()
    positions_at, balances_requested_at = clock.now(), clock.now()
    balances = await venue.balances()
    return [
        PositionsReported(
            at=positions_at, account_id=account_id, requested_at=positions_requested_at, positions=positions
        ),
        BalancesReported(at=clock.now(), account_id=account_id, requested_at=balances_requested_at, balances=balances),
    ]


def is_ours(exchange_client_order_id: ExchangeClientOrderId) -> bool:
    """Whether an order at the venue was placed by this product."""
    return order_of(exchange_client_order_id) is not None
