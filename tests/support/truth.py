"""The venues' ledger against the desk's books: what differs, in words."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select

from support.trading import Shop
from tidegate.core.identifiers import EXCHANGE_CLIENT_ORDER_ID_PREFIX, order_of
from tidegate.storage import engines
from tidegate.storage.schema import attempts, ledger_entries
from tidegate.storage.urls import parse
from tidegate.storage.verify import verify

Row = dict[str, Any]
_OPEN_AT_VENUE = {"new", "partially_filled", "open", "live"}


class Picture(NamedTuple):
    """Both sides at one moment."""

    venue: dict[str, list[Row]]
    orders: dict[str, Row]
    executions: list[Row]
    balances: list[Row]
    portfolio: list[Row]
    breaks: list[Row]


async def look(shop: Shop) -> Picture:
    """Read both sides whole, page by page."""
    client = shop.client
    return Picture(
        venue=await shop.venues.ledger(shop.api_key),
        orders={order["order_id"]: order for order in await client.pages("/api/v1/orders")},
        executions=await client.pages("/api/v1/executions"),
        balances=(await client.get("/api/v1/balances"))["items"],
        portfolio=(await client.get("/api/v1/portfolio"))["items"],
        breaks=(await client.get("/api/v1/reconciliation/breaks"))["items"],
    )


async def differences(shop: Shop) -> list[str]:
    """Everything in which the desk is behind, beside or ahead of the venues. Empty: the books are right."""
    picture = await look(shop)
    acknowledged = set(shop.order_ids.values())
    found = [f"order {order_id} was acknowledged and is gone" for order_id in acknowledged - picture.orders.keys()]
    found += [f"order {order_id} was asked for by nobody" for order_id in picture.orders.keys() - acknowledged]
    found += [f"break: {one['message']} ({one['account_id']})" for one in picture.breaks if not one["resolved_at"]]
    found += _unsettled(picture) + _orders(picture) + _balances(picture)
    return found + executions_that_differ(picture.executions, picture.venue["executions"])


def _unsettled(picture: Picture) -> list[str]:
    return [
        f"order {order['order_id']} on {order['exchange']} is not settled: {order['status']}, {order['message']}"
        for order in picture.orders.values()
        if not order["closed_at"]
        and (order["in_doubt"] or order["pending_action"] != "none" or order["status"] in ("created", "pending"))
    ]


def _orders(picture: Picture) -> list[str]:
    """Each of ours at a venue is the desk's order, in the same state."""
    found: list[str] = []
    at_venue: dict[str, Row] = {}
    for row in picture.venue["orders"]:
        named = order_of(row["client_order_id"])
        if named is None or named[0] not in picture.orders:
            found.append(f"{row['exchange']} has an order that the desk does not know: {row['client_order_id']}")
            continue
        at_venue[named[0]] = row
        order = picture.orders[named[0]]
        if (row["status"] in _OPEN_AT_VENUE) is (order["closed_at"] is not None):
            found.append(f"order {named[0]} is {row['status']} at {row['exchange']}, and {order['status']} here")
        theirs, ours = row["filled_quantity"], order["filled_quantity"]
        if Decimal(theirs) != Decimal(ours):
            found.append(f"order {named[0]}: {theirs} filled at {row['exchange']}, {ours} here")
    found += [
        f"order {order_id} is {order['status']}, and {order['exchange']} never had it"
        for order_id, order in picture.orders.items()
        if order_id not in at_venue and order["status"] not in ("invalidated", "rejected", "canceled")
    ]
    return found


def executions_that_differ(here: list[Row], there: list[Row]) -> list[str]:
    """Trades and their fees, each once, on both sides."""
    ours = Counter((*_trade(row), *((fee["asset"], Decimal(fee["amount"])) for fee in row["fees"])) for row in here)
    theirs = Counter((*_trade(row), (row["fee_asset"], Decimal(row["fee"]))) for row in there)
    found = [f"an execution is missing here: {key}" for key in (theirs - ours)]
    return found + [f"an execution is only here, or twice: {key}" for key in (ours - theirs)]


def _trade(row: Row) -> tuple[object, ...]:
    names = ("exchange", "symbol", "side", "trade_id", "exchange_order_id")
    return *(row[name] for name in names), Decimal(row["quantity"]), Decimal(row["price"])


def _balances(picture: Picture) -> list[str]:
    ours, valued = _held(picture.balances), _held(picture.portfolio)
    found = [f"balances and portfolio differ: {set(ours.items()) ^ set(valued.items())}"] if ours != valued else []
    return found + balances_that_differ(picture.balances, picture.venue)


def balances_that_differ(here: list[Row], venue: dict[str, list[Row]]) -> list[str]:
    """What each wallet holds, on both sides."""
    ours = _held(here)
    theirs = {
        (row["exchange"], wallet, row["asset"]): Decimal(row["total"])
        for kind, wallet in (("balances", "main"), ("futures_balances", "futures"))
        for row in venue[kind]
    }
    return [
        f"{exchange} holds {theirs.get(key, 0)} {asset} ({wallet}), the books {ours.get(key, 0)}"
        for key in sorted(ours.keys() | theirs.keys())
        for exchange, wallet, asset in [key]
        if ours.get(key, Decimal(0)) != theirs.get(key, Decimal(0))
    ]


def _held(rows: list[Row]) -> dict[tuple[str, str, str], Decimal]:
    held: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        held[row["account_id"].removesuffix("-main"), row["wallet"], row["asset"]] += Decimal(row["quantity"])
    return dict(held)


def sent_twice(venue: dict[str, list[Row]]) -> list[str]:
    """What must never be, not even for a moment: an id that arrived twice, two attempts of one order accepted."""
    found = [
        f"{row['client_order_id']} arrived {row['count']} times at {row['exchange']}"
        for row in venue["arrivals"]
        if row["client_order_id"].startswith(EXCHANGE_CLIENT_ORDER_ID_PREFIX) and row["count"] > 1
    ]
    accepted: dict[str, list[str]] = defaultdict(list)
    for row in venue["orders"]:
        named = order_of(row["client_order_id"])
        if named is not None:
            accepted[named[0]].append(row["client_order_id"])
    return found + [f"two attempts of one order were accepted: {ids}" for ids in accepted.values() if len(ids) > 1]


def database_problems(url: str, venue: dict[str, list[Row]]) -> list[str]:
    """Both hash chains, the ledger's sums, and that every send was written down before it left."""
    report = verify(url)
    found = [f"{one.table} {one.row}: {one.message}" for one in report.findings]
    engine = engines.create(parse(url))
    try:
        with engine.connect() as connection:
            written = set(connection.scalars(select(attempts.c.exchange_client_order_id)))
            sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
            columns = (ledger_entries.c.sequence, ledger_entries.c.asset, ledger_entries.c.amount)
            for sequence, asset, amount in connection.execute(select(*columns)):
                sums[sequence, asset] += amount
    finally:
        engine.dispose()
    found += [f"ledger event {key} does not sum to zero: {total}" for key, total in sums.items() if total]
    return found + [
        f"{row['client_order_id']} arrived at {row['exchange']} and is no attempt of the desk"
        for row in venue["arrivals"]
        if row["client_order_id"] not in written
    ]
