"""The venues' ledger against the desk's books over the whole order life: what differs, in words.

An order may have been several at its venue: attempts one after another, and what a conditional order became.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from support.life import LifeShop
from support.truth import balances_that_differ, executions_that_differ
from tidegate.core.identifiers import EXCHANGE_CLIENT_ORDER_ID_PREFIX, order_of

Row = dict[str, Any]
_OPEN_AT_VENUE = {"waiting", "new", "partially_filled"}
_NEVER_SENT = {"invalidated", "rejected", "canceled", "expired"}
_DUST = Decimal("0.0002")
"""What may be left of a spot entry beside its stop: its fees in base, and less than a lot."""


class Picture(NamedTuple):
    """Both sides at one moment."""

    venue: dict[str, list[Row]]
    orders: dict[str, Row]
    executions: list[Row]
    balances: list[Row]
    positions: list[Row]
    breaks: list[Row]


async def look(shop: LifeShop) -> Picture:
    """Read both sides whole, page by page."""
    client = shop.client
    return Picture(
        venue=await shop.venues.ledger(shop.api_key),
        orders={order["order_id"]: order for order in await client.pages("/api/v1/orders")},
        executions=await client.pages("/api/v1/executions"),
        balances=(await client.get("/api/v1/balances"))["items"],
        positions=(await client.get("/api/v1/positions"))["items"],
        breaks=(await client.get("/api/v1/reconciliation/breaks"))["items"],
    )


async def differences(shop: LifeShop) -> list[str]:
    """Everything in which the desk is behind, beside or ahead of the venues. Empty: the books are right."""
    picture = await look(shop)
    acknowledged = set(shop.order_ids.values())
    asked_for = {order_id for order_id, order in picture.orders.items() if order["parent_order_id"] is None}
    found = [f"order {order_id} was acknowledged and is gone" for order_id in acknowledged - asked_for]
    found += [f"order {order_id} was asked for by nobody" for order_id in asked_for - acknowledged]
    found += [f"break: {one['message']} ({one['account_id']})" for one in picture.breaks if not one["resolved_at"]]
    found += _unsettled(picture) + _orders(picture) + _positions(picture) + _unprotected(picture)
    found += balances_that_differ(picture.balances, picture.venue)
    return found + executions_that_differ(picture.executions, picture.venue["executions"])


def _unsettled(picture: Picture) -> list[str]:
    return [
        f"order {order['order_id']} on {order['exchange']} is not settled: {order['status']}, {order['message']}"
        for order in picture.orders.values()
        if not order["closed_at"] and (order["in_doubt"] or order["pending_action"] != "none" or _is_under_way(order))
    ]


def _is_under_way(order: Row) -> bool:
    return order["status"] == "created" or (order["status"] == "pending" and order["held_by"] != "desk")


# --- orders ----------------------------------------------------------------------------------------------------------


def _at_venues(picture: Picture) -> tuple[dict[str, list[Row]], list[str]]:
    """What each order of the desk's was at its venue, and what nobody here knows of."""
    by_venue_id = {
        (order["exchange"], order["exchange_order_id"]): order_id for order_id, order in picture.orders.items()
    }
    traded = {(row["exchange"], row["exchange_order_id"]): row["order_id"] for row in picture.executions}
    found: dict[str, list[Row]] = defaultdict(list)
    strange: list[str] = []
    for row in picture.venue["orders"]:
        named, key = order_of(row["client_order_id"]), (row["exchange"], row["exchange_order_id"])
        order_id = by_venue_id.get(key) or traded.get(key) if named is None else named[0]
        if order_id in picture.orders:
            found[str(order_id)].append(row)
        else:
            strange.append(f"{row['exchange']} has an order that the desk does not know: {row}")
    return found, strange


def _orders(picture: Picture) -> list[str]:
    """Each of ours at a venue is the desk's order, in the same state."""
    at_venues, found = _at_venues(picture)
    for order_id, rows in at_venues.items():
        order = picture.orders[order_id]
        is_open = any(row["status"] in _OPEN_AT_VENUE for row in rows)
        if is_open and order["closed_at"] is not None:
            found.append(f"order {order_id} is open at {order['exchange']}, and {order['status']} here: {rows}")
        rests = order["closed_at"] is None and order["held_by"] == "venue" and order["order_type"] == "limit"
        if rests and not is_open:
            found.append(f"order {order_id} has ended at {order['exchange']}, and is {order['status']} here: {rows}")
        theirs = sum(Decimal(row["filled_quantity"]) for row in rows)
        if theirs != Decimal(order["filled_quantity"]):
            found.append(f"order {order_id}: {theirs} filled at {order['exchange']}, {order['filled_quantity']} here")
    return found + [
        f"order {order_id} has filled, and {order['exchange']} never had it"
        for order_id, order in picture.orders.items()
        if order_id not in at_venues and (Decimal(order["filled_quantity"]) or order["status"] == "filled")
    ]


def arrived_twice(venue: dict[str, list[Row]]) -> list[str]:
    """What must never be, not even for a moment: an id that arrived twice, two live attempts of one order."""
    found = [
        f"{row['client_order_id']} arrived {row['count']} times at {row['exchange']}"
        for row in venue["arrivals"]
        if row["client_order_id"].startswith(EXCHANGE_CLIENT_ORDER_ID_PREFIX) and row["count"] > 1
    ]
    attempts: dict[str, list[Row]] = defaultdict(list)
    for row in venue["orders"]:
        if (named := order_of(row["client_order_id"])) is not None:
            attempts[named[0]].append(row)
    return found + [message for rows in attempts.values() for message in _overlaps(rows)]


def _overlaps(rows: list[Row]) -> Iterable[str]:
    ordered = sorted(rows, key=lambda row: row["created_at"])
    for earlier, later in itertools.pairwise(ordered):
        if earlier["status"] in _OPEN_AT_VENUE or earlier["updated_at"] > later["created_at"]:
            yield f"two attempts of one order were live: {earlier} and {later}"


# --- protection ------------------------------------------------------------------------------------------------------


def _unprotected(picture: Picture) -> list[str]:
    """Every entry with a stop has a working one for what it still holds, or holds nothing."""
    found: list[str] = []
    for order_id, order in picture.orders.items():
        if order["stop_loss"] is None or not Decimal(order["filled_quantity"]):
            continue
        legs = [leg for leg in picture.orders.values() if leg["parent_order_id"] == order_id]
        exited = sum(Decimal(leg["filled_quantity"]) for leg in legs)
        stops = [leg for leg in legs if leg["leg"] == "stop_loss" and leg["closed_at"] is None]
        working = sum(Decimal(leg["leaves_quantity"]) for leg in stops)
        held = Decimal(order["filled_quantity"]) - exited
        if not 0 <= held - working <= (0 if ":" in order["symbol"] else _DUST):
            found.append(f"{order['exchange']} entry {order_id} holds {held}, its stops close {working}: {legs}")
    return found


# --- books -----------------------------------------------------------------------------------------------------------


def _positions(picture: Picture) -> list[str]:
    ours = {
        (row["exchange"], row["symbol"]): Decimal(row["quantity"])
        for row in picture.positions
        if Decimal(row["quantity"])
    }
    theirs = {(row["exchange"], row["symbol"]): Decimal(row["quantity"]) for row in picture.venue["positions"]}
    return [f"positions at the venues and here differ: {set(ours.items()) ^ set(theirs.items())}"] * (ours != theirs)
