"""OKX: where an order is looked for, and whose executions are."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import SendCancel
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import Exchange, RejectReason, VenueOrderStatus
from tidegate.venues.okx import pages
from tidegate.venues.okx.account import OkxAccount
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError, milliseconds
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, ORDER_ID, ScriptedClient, seat

SPOT, LINEAR = "BTC/USDT", "BTC/USDT:USDT"
ABSENT = CallFailed(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "Order does not exist")
NOTHING: dict[str, Any] = {"code": "0", "data": []}


def account(client: ScriptedClient) -> OkxAccount:
    return OkxAccount(seat(Exchange.OKX, client))


def row(**changes: Any) -> dict[str, Any]:
    """A row of trade/order: a swap's market order that an algo order placed."""
    return {
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "ordId": "555", "clOrdId": "", "algoClOrdId": CLIENT_ORDER_ID,
        "algoId": "900", "side": "sell", "ordType": "market", "sz": "2", "accFillSz": "2", "state": "filled", "px": "",
    } | changes  # fmt: skip


def algo(**changes: Any) -> dict[str, Any]:
    """A row of trade/order-algo: a stop that was set off."""
    return {
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "algoId": "900", "algoClOrdId": CLIENT_ORDER_ID,
        "ordType": "conditional", "side": "sell", "sz": "2", "state": "effective", "slTriggerPx": "64000",
        "slOrdPx": "-1", "ordId": "555", "ordIdList": ["555"], "triggerTime": str(milliseconds(NOW)),
    } | changes  # fmt: skip


def fill(number: int, **changes: Any) -> dict[str, Any]:
    """A row of trade/fills."""
    return {
        "instId": "BTC-USDT", "instType": "SPOT", "tradeId": str(number), "ordId": "312", "clOrdId": CLIENT_ORDER_ID,
        "billId": f"9{number}",
        "fillPx": "65000", "fillSz": "0.01", "side": "sell", "execType": "T", "feeCcy": "USDT", "fee": "-0.65",
        "ts": "1772366400000", "fillTime": "1772366400000",
    } | changes  # fmt: skip


def answer(*found: Any) -> dict[str, Any]:
    return {"code": "0", "data": list(found)}


def paths(client: ScriptedClient) -> list[str]:
    return [path for _, path, _ in client.asked]


async def test_an_order_is_looked_for_everywhere_before_it_is_not_found() -> None:
    client = ScriptedClient(ABSENT, NOTHING, NOTHING, NOTHING)
    assert await account(client).find_order(SPOT, CLIENT_ORDER_ID, None) is None
    assert paths(client) == ["trade/order", "trade/orders-pending", "trade/orders-history", "trade/fills"]


async def test_a_waiting_order_is_looked_for_everywhere_before_it_is_not_found() -> None:
    client = ScriptedClient(ABSENT, *[NOTHING] * 11)
    assert await account(client).find_order(LINEAR, CLIENT_ORDER_ID, None, conditional=True) is None
    asked = paths(client)
    assert asked[0] == "trade/order-algo"
    assert (asked.count("trade/orders-algo-pending"), asked.count("trade/orders-algo-history")) == (2, 6)
    assert asked[-3:] == ["trade/orders-pending", "trade/orders-history", "trade/fills"]
    assert {params["instType"] for _, _, params in client.asked[1:]} == {"SWAP"}


async def test_a_fill_of_an_unknown_order_is_no_clean_answer() -> None:
    client = ScriptedClient(ABSENT, NOTHING, NOTHING, answer({"clOrdId": CLIENT_ORDER_ID}))
    with pytest.raises(MalformedError):
        await account(client).find_order(SPOT, CLIENT_ORDER_ID, None)


@pytest.mark.parametrize("conditional", [False, True])
async def test_a_failed_look_up_is_not_an_absence(conditional: bool) -> None:
    failed = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "busy")
    with pytest.raises(CallFailed):
        await account(ScriptedClient(ABSENT, failed)).find_order(SPOT, CLIENT_ORDER_ID, None, conditional=conditional)


async def test_what_was_set_off_is_told_by_the_order_that_it_placed() -> None:
    client = ScriptedClient(answer(algo()), answer(row()))
    found = await account(client).find_order(LINEAR, CLIENT_ORDER_ID, ExchangeOrderId("900"), conditional=True)
    assert found is not None
    assert (found.exchange_order_id, found.status, found.triggered) == ("555", VenueOrderStatus.FILLED, True)
    assert (found.filled_quantity, found.exchange_client_order_id) == (Decimal("0.02"), CLIENT_ORDER_ID)
    assert client.asked[1] == ("GET", "trade/order", {"instId": "BTC-USDT-SWAP", "ordId": "555"})


async def test_an_order_that_was_placed_a_moment_ago_and_is_not_known_yet_is_no_clean_answer() -> None:
    client = ScriptedClient(answer(algo()), ABSENT, NOTHING, NOTHING, NOTHING)
    with pytest.raises(MalformedError):
        await account(client).find_order(LINEAR, CLIENT_ORDER_ID, None, conditional=True)


async def test_an_order_that_okx_has_forgotten_ended_without_a_fill() -> None:
    long_ago = str(milliseconds(NOW - timedelta(hours=3)))
    client = ScriptedClient(answer(algo(triggerTime=long_ago)), ABSENT, NOTHING, NOTHING, NOTHING)
    found = await account(client).find_order(LINEAR, CLIENT_ORDER_ID, None, conditional=True)
    assert found is not None
    assert (found.status, found.reason) == (VenueOrderStatus.CANCELED, RejectReason.UNRESOLVED_UNFILLED)


async def test_a_lagging_look_up_is_made_up_for_by_the_lists() -> None:
    client = ScriptedClient(ABSENT, NOTHING, answer(row(clOrdId="x", algoClOrdId=CLIENT_ORDER_ID)))
    found = await account(client).find_order(LINEAR, CLIENT_ORDER_ID, None)
    assert found is not None
    assert found.exchange_client_order_id == CLIENT_ORDER_ID


# --- executions ------------------------------------------------------------------------------------------------------


async def test_fills_are_read_page_by_page_and_told_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROWS_PER_PAGE", 2)
    client = ScriptedClient(answer(fill(4), fill(3)), answer(fill(2), fill(1)), NOTHING)
    found = await account(client).executions_since(SPOT, NOW - timedelta(hours=1))
    assert [told.trade_id for told in found] == ["1", "2", "3", "4"]
    assert [asked.get("after") for _, _, asked in client.asked] == [None, "93", "91"]
    assert found[0].fees == (Fee(asset="USDT", amount=Decimal("0.65")),)


async def test_a_listing_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROWS_PER_PAGE", 1)
    monkeypatch.setattr(pages, "PAGES_MAX", 3)
    with pytest.raises(MalformedError, match="no end"):
        await account(ScriptedClient(*[answer(fill(1))] * 3)).executions_since(SPOT, NOW - timedelta(hours=1))


async def test_old_executions_come_from_the_archive() -> None:
    client = ScriptedClient(NOTHING)
    await account(client).executions_since(SPOT, NOW - timedelta(days=10))
    assert paths(client) == ["trade/fills-history"]


async def test_executions_of_what_was_set_off_are_those_of_the_order_that_it_placed() -> None:
    swap_fill = fill(1, instId="BTC-USDT-SWAP", instType="SWAP", ordId="555", clOrdId="", fillSz="2")
    client = ScriptedClient(answer(algo()), answer(swap_fill))
    (told,) = await account(client).executions_of(
        LINEAR, ExchangeOrderId("900"), None, exchange_client_order_id=CLIENT_ORDER_ID, conditional=True
    )
    assert client.asked[1][2]["ordId"] == "555"
    assert (told.exchange_client_order_id, told.quantity) == (CLIENT_ORDER_ID, Decimal("0.02"))


async def test_a_fill_without_a_clients_id_is_asked_after_once() -> None:
    swap = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "clOrdId": ""}
    ours, strange = fill(1, ordId="555", **swap), fill(2, ordId="777", **swap)
    venue = account(client := ScriptedClient(answer(strange, ours), answer(row()), ABSENT))
    told = await venue.executions_since(LINEAR, NOW - timedelta(hours=1))
    assert [one.exchange_client_order_id for one in told] == [CLIENT_ORDER_ID, None]
    client.answers.append(answer(strange, ours))
    again = await venue.executions_since(LINEAR, NOW - timedelta(hours=1))
    assert [one.exchange_client_order_id for one in again] == [CLIENT_ORDER_ID, None]
    assert paths(client).count("trade/order") == 2


# --- open orders and cancels -----------------------------------------------------------------------------------------


async def test_open_orders_are_those_of_both_markets_and_those_that_wait() -> None:
    spot = row(instId="BTC-USDT", instType="SPOT", ordId="1", algoId="", clOrdId="byhand", algoClOrdId="")
    strange = row(instId="BTC-USD-SWAP")
    waiting = algo(state="live", ordId="", ordIdList=[])
    client = ScriptedClient(answer(waiting), NOTHING, NOTHING, answer(spot), answer(strange))
    told = await account(client).open_orders()
    assert [(one.symbol, one.exchange_order_id) for one in told] == [(LINEAR, "900"), (SPOT, "1")]
    assert [asked["ordType"] for _, path, asked in client.asked if "algo" in path] == [
        "conditional,oco",
        "move_order_stop",
        "trigger",
    ]


def cancel(*, conditional: bool) -> SendCancel:
    return SendCancel(
        account_id=ACCOUNT,
        order_id=ORDER_ID,
        symbol=LINEAR,
        exchange_client_order_id=CLIENT_ORDER_ID,
        exchange_order_id=ExchangeOrderId("900"),
        conditional=conditional,
    )


async def test_a_cancel_of_what_was_set_off_cancels_what_it_placed() -> None:
    triggered = CallFailed(Verdict.CLOSED, RejectReason.TOO_LATE, "Order has been triggered")
    resting = row(state="live", accFillSz="0", ordType="limit", px="64800")
    client = ScriptedClient(triggered, answer(algo()), answer(resting), answer({"ordId": "555", "sCode": "0"}))
    (told,) = await account(client).cancel(cancel(conditional=True))
    assert client.asked[-1] == ("POST", "trade/cancel-order", {"instId": "BTC-USDT-SWAP", "ordId": "555"})
    assert getattr(told, "exchange_order_id", None) == "555"


async def test_a_cancel_of_what_was_set_off_and_has_filled_is_too_late() -> None:
    triggered = CallFailed(Verdict.CLOSED, RejectReason.TOO_LATE, "Order has been triggered")
    with pytest.raises(CallFailed) as failed:
        await account(ScriptedClient(triggered, answer(algo()), answer(row()))).cancel(cancel(conditional=True))
    assert failed.value is triggered
