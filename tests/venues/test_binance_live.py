"""Binance, live against its simulator: orders, changes, leverage, positions and books, on spot and USD-M futures."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate.core.messages.reports import (
    AccountConnected,
    AmendAccepted,
    AmendOutcomeUnknown,
    AmendRefused,
    BalancesReported,
    CancelFailed,
    CashFlowReported,
    ExecutionReported,
    InstrumentsReported,
    LeverageReported,
    MessageQuarantined,
    OrderAccepted,
    OrderNotFound,
    OrderRefused,
    OrderReported,
    PositionsReported,
    PriceReported,
    SendOutcomeUnknown,
)
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import (
    CashFlowKind,
    Exchange,
    ForcedTrade,
    InstrumentKind,
    Liquidity,
    MarginMode,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
    Wallet,
)
from tidegate.venues import hearing, market_data
from tidegate.venues.binance import endpoints, linear_books, linear_stream, linear_trades
from tidegate.venues.binance.market import BinanceMarket
from tidegate.venues.client import Endpoint
from venue_contract_helpers import Control
from venue_simulator import LADDER, LINEAR, SPOT, Bench, connected, named

BUY, SELL = Side.BUY, Side.SELL
QUANTITY = Decimal("0.02")
BOTH = pytest.mark.parametrize("symbol", [SPOT, LINEAR])


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.BINANCE


@pytest.fixture
async def hedged(
    exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path
) -> AsyncIterator[Bench]:
    """A session of an account in hedge mode."""
    async with connected(exchange, simulator, control, tmp_path, position_mode="hedge") as made:
        yield made


def state(order: Any, status: VenueOrderStatus) -> Any:
    """A filter for reports of an order in a state."""
    return lambda told: named(order)(told) and told.status is status


async def trade(bench: Bench, side: Side, quantity: str = "0.02", **changes: Any) -> Any:
    """Trade a perpetual at the market; returns the order once it is filled."""
    order = bench.market(quantity, side, **{"symbol": LINEAR, **changes})
    await bench.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    return order


async def positions(bench: Bench) -> tuple[VenuePosition, ...]:
    """The positions as the venue's listing shows them."""
    await bench.synchronized()
    return bench.record.of(PositionsReported)[-1].positions


# --- orders ----------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("side", [BUY, SELL])
async def test_a_market_order_fills_in_base(bench: Bench, symbol: str, side: Side) -> None:
    order = bench.market(str(QUANTITY), side, symbol=symbol)
    filled = await bench.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    assert bench.filled(order) == filled.filled_quantity == filled.quantity == QUANTITY
    assert {told.liquidity for told in bench.executions(order)} == {Liquidity.TAKER}
    assert all(fee.amount > 0 for told in bench.executions(order) for fee in told.fees)


@BOTH
@pytest.mark.parametrize(
    ("terms", "price", "status"),
    [
        ({}, "60000", VenueOrderStatus.OPEN),
        ({"post_only": True}, "60000", VenueOrderStatus.OPEN),
        ({"time_in_force": TimeInForce.IOC}, "66000", VenueOrderStatus.FILLED),
        ({"time_in_force": TimeInForce.IOC}, "60000", VenueOrderStatus.EXPIRED),
        ({"time_in_force": TimeInForce.FOK}, "66000", VenueOrderStatus.FILLED),
    ],
)
async def test_limit_orders_of_every_kind(
    bench: Bench, symbol: str, terms: dict[str, Any], price: str, status: VenueOrderStatus
) -> None:
    order = bench.send(symbol=symbol, quantity=QUANTITY, price=Decimal(price), **terms)
    told = await bench.record.wait(OrderReported, state(order, status))
    assert (told.price, told.quantity, told.order_type) == (Decimal(price), QUANTITY, OrderType.LIMIT)
    assert (told.side, told.triggered, told.trigger_price) == (BUY, False, None)
    assert (await bench.found(order)).status is status


@BOTH
async def test_a_post_only_order_that_would_take_is_refused(bench: Bench, symbol: str) -> None:
    bench.send(symbol=symbol, price=Decimal(66_000), post_only=True)
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.IMMEDIATE_MATCH_REFUSED, False)


async def test_a_perpetuals_order_that_cannot_be_filled_whole_is_killed(bench: Bench) -> None:
    bench.send(symbol=LINEAR, price=Decimal(60_000), time_in_force=TimeInForce.FOK)
    assert (await bench.record.wait(OrderRefused)).reason is RejectReason.EXPIRED_AT_VENUE


async def test_margin_that_is_missing_is_refused(bench: Bench) -> None:
    bench.market("100", BUY, symbol=LINEAR, leverage=Decimal(1))
    assert (await bench.record.wait(OrderRefused)).reason is RejectReason.INSUFFICIENT_FUNDS


@BOTH
async def test_an_order_is_canceled_by_either_id(bench: Bench, symbol: str) -> None:
    first, exchange_order_id = await bench.place(symbol=symbol)
    bench.cancel(first, exchange_order_id)
    second, _ = await bench.place(symbol=symbol)
    bench.cancel(second)
    for order in (first, second):
        told = await bench.record.wait(OrderReported, state(order, VenueOrderStatus.CANCELED))
        assert told.reason is RejectReason.CANCELED_AT_VENUE
    bench.cancel(first, exchange_order_id)
    assert (await bench.record.wait(CancelFailed)).final


@BOTH
async def test_a_part_filled_order_is_found_with_its_executions_under_our_id(bench: Bench, symbol: str) -> None:
    await bench.move(symbol, "65000", levels=1, level_quantity="0.01")
    order, _ = await bench.place(symbol=symbol, price=Decimal(65_100), quantity=Decimal("0.05"))
    await bench.record.wait(ExecutionReported, named(order))
    await bench.record.forget()
    found = await bench.found(order)
    assert (found.status, found.filled_quantity) == (VenueOrderStatus.OPEN, Decimal("0.01"))
    (told,) = bench.record.of(ExecutionReported)
    assert (told.quantity, told.symbol, told.exchange_order_id) == (
        Decimal("0.01"),
        symbol,
        found.exchange_order_id,
    )


async def test_an_order_that_never_was_is_not_found(bench: Bench) -> None:
    await bench.control.fault("lose_request", endpoint="place")
    order = bench.send(symbol=LINEAR)
    await bench.record.wait(SendOutcomeUnknown)
    bench.query(order)
    assert (await bench.record.wait(OrderNotFound)).order_id == order.order_id


@pytest.mark.parametrize("kind", ["lose_reply", "http_503_after_accept", "status_unknown_after_accept"])
async def test_a_perpetuals_order_without_a_clear_answer_is_unknown_and_found(bench: Bench, kind: str) -> None:
    await bench.control.fault(kind, endpoint="place")
    order = bench.send(symbol=LINEAR)
    await bench.record.wait(SendOutcomeUnknown)
    assert (await bench.found(order)).status is VenueOrderStatus.OPEN
    assert len(await bench.control.orders(order)) == 1


async def test_a_duplicate_id_is_unknown_because_the_first_one_landed(bench: Bench) -> None:
    order, _ = await bench.place(symbol=LINEAR)
    bench.session.perform(order)
    assert (await bench.record.wait(SendOutcomeUnknown)).venue_code == "-4116"


async def test_a_rate_limit_of_futures_leaves_spot_alone(bench: Bench) -> None:
    await bench.control.call(
        "POST",
        "faults",
        {"kind": "rate_limit", "match": {"endpoint": "place", "symbol": LINEAR, "count": 1}},
    )
    bench.send(symbol=LINEAR)
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.RATE_LIMITED, True)
    blocked = bench.send(symbol=LINEAR)
    await bench.place(symbol=SPOT)
    assert not bench.record.of(OrderAccepted, lambda told: told.order_id == blocked.order_id)
    await bench.record.wait(OrderAccepted, lambda told: told.order_id == blocked.order_id)


# --- changes in place ------------------------------------------------------------------------------------------------


async def test_a_perpetuals_limit_order_changes_in_place(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(symbol=LINEAR)
    bench.amend(order, exchange_order_id, price=Decimal(59_000), quantity=Decimal("0.03"))
    accepted = await bench.record.wait(AmendAccepted)
    assert (accepted.order_id, accepted.amendment) == (order.order_id, 1)
    told = await bench.record.wait(OrderReported, lambda report: report.price == Decimal(59_000))
    assert (told.quantity, told.exchange_order_id) == (Decimal("0.03"), exchange_order_id)
    found = await bench.found(order)
    assert (found.price, found.quantity) == (Decimal(59_000), Decimal("0.03"))


async def test_a_change_to_what_is_already_so_is_a_success(bench: Bench) -> None:
    order, _ = await bench.place(symbol=LINEAR)
    bench.amend(order)
    await bench.record.wait(AmendAccepted)


async def test_a_change_of_what_has_ended_is_refused_for_good(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(symbol=LINEAR)
    bench.cancel(order)
    await bench.record.wait(OrderReported, state(order, VenueOrderStatus.CANCELED))
    bench.amend(order, exchange_order_id, price=Decimal(59_000))
    assert (await bench.record.wait(AmendRefused)).final


async def test_a_change_without_an_answer_is_unknown_and_its_figures_are_found(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(symbol=LINEAR)
    await bench.control.fault("http_503_after_accept", endpoint="amend")
    bench.amend(order, exchange_order_id, price=Decimal(59_000))
    await bench.record.wait(AmendOutcomeUnknown)
    assert (await bench.found(order)).price == Decimal(59_000)


async def test_spot_has_no_changes_in_place(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(symbol=SPOT)
    bench.amend(order, exchange_order_id, price=Decimal(59_000))
    refused = await bench.record.wait(AmendRefused)
    assert (refused.retryable, refused.final) == (False, False)


# --- leverage, margin, positions -------------------------------------------------------------------------------------


async def test_leverage_and_margin_mode_are_set_before_the_order_and_once(bench: Bench) -> None:
    terms = {"symbol": LINEAR, "leverage": Decimal(5), "margin_mode": MarginMode.ISOLATED}
    await bench.place(**terms)
    told = await bench.record.wait(LeverageReported, lambda report: report.margin_mode is not None)
    assert (told.symbol, told.leverage, told.margin_mode) == (LINEAR, Decimal(5), MarginMode.ISOLATED)
    await bench.record.forget()
    await bench.place(**terms)
    await bench.record.quiet()
    assert not bench.record.of(LeverageReported)
    await trade(bench, BUY, **terms)
    (position,) = await positions(bench)
    assert (position.leverage, position.margin_mode) == (Decimal(5), MarginMode.ISOLATED)


async def test_an_order_whose_leverage_cannot_be_set_is_refused_and_not_sent(bench: Bench) -> None:
    order = bench.send(symbol=LINEAR, leverage=Decimal(500))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.OUTSIDE_VENUE_RULES, False)
    assert await bench.control.orders(order) == []


async def test_a_lost_answer_about_leverage_proves_that_the_order_was_not_sent(bench: Bench) -> None:
    await bench.control.fault("lose_reply", endpoint="other")
    order = bench.send(symbol=LINEAR, leverage=Decimal(7))
    refused = await bench.record.wait(OrderRefused)
    assert refused.retryable
    assert await bench.control.orders(order) == []
    await bench.place(symbol=LINEAR, leverage=Decimal(7))


async def test_a_leverage_changed_elsewhere_is_told_and_set_again_when_asked(bench: Bench) -> None:
    await bench.place(symbol=LINEAR, leverage=Decimal(5))
    other = bench.session._client  # As another program with the same key would.
    await other.call(endpoints.LEVERAGE, {"symbol": "BTCUSDT", "leverage": "9"})
    await bench.record.wait(LeverageReported, lambda report: report.leverage == Decimal(9))
    await bench.place(symbol=LINEAR, leverage=Decimal(5))
    await bench.record.wait(LeverageReported, lambda report: report.leverage == Decimal(5), count=2)


async def test_a_position_is_told_with_its_sign_price_and_mark(bench: Bench) -> None:
    await trade(bench, SELL, "0.05")
    (short,) = await positions(bench)
    assert (short.symbol, short.position_side, short.quantity) == (LINEAR, PositionSide.NET, Decimal("-0.05"))
    assert short.average_price is not None
    assert short.mark_price is not None
    await trade(bench, BUY, "0.05", reduce_only=True)
    assert await positions(bench) == ()


async def test_reduce_only_orders_do_not_open(bench: Bench) -> None:
    bench.market("0.01", SELL, symbol=LINEAR, reduce_only=True)
    assert (await bench.record.wait(OrderRefused)).reason is RejectReason.POSITION_CLOSED


async def test_hedge_mode_keeps_a_long_and_a_short_apart(hedged: Bench) -> None:
    await trade(hedged, BUY, "0.03", position_side=PositionSide.LONG)
    short = await trade(hedged, SELL, "0.02", position_side=PositionSide.SHORT)
    assert {told.position_side for told in hedged.executions(short)} == {PositionSide.SHORT}
    held = {position.position_side: position.quantity for position in await positions(hedged)}
    assert held == {PositionSide.LONG: Decimal("0.03"), PositionSide.SHORT: Decimal("-0.02")}
    await trade(hedged, SELL, "0.03", position_side=PositionSide.LONG, reduce_only=True)
    assert [position.position_side for position in await positions(hedged)] == [PositionSide.SHORT]


async def test_hedge_mode_refuses_orders_without_a_side_and_reduce_only_ones_that_would_open(hedged: Bench) -> None:
    hedged.send(symbol=LINEAR)
    assert (await hedged.record.wait(OrderRefused)).venue_code == "-4061"
    hedged.send(symbol=LINEAR, side=BUY, position_side=PositionSide.LONG, reduce_only=True)
    assert (await hedged.record.wait(OrderRefused, count=2)).reason is RejectReason.INVALID_PARAMETERS


# --- books -----------------------------------------------------------------------------------------------------------


async def test_the_two_wallets_are_told_apart_and_margin_is_locked(bench: Bench) -> None:
    await trade(bench, BUY, "0.5", leverage=Decimal(10))
    await bench.synchronized()
    balances = bench.record.of(BalancesReported)[-1].balances
    (spot,) = (told for told in balances if (told.asset, told.wallet) == ("USDT", Wallet.MAIN))
    (futures,) = (told for told in balances if (told.asset, told.wallet) == ("USDT", Wallet.FUTURES))
    assert spot == VenueBalance(asset="USDT", free=Decimal(1_000_000), locked=Decimal(0))
    paid = sum(fee.amount for told in bench.record.of(ExecutionReported) for fee in told.fees)
    assert Decimal(999_900) < futures.free + futures.locked <= Decimal(1_000_000) - paid
    assert Decimal(3_000) < futures.locked < Decimal(3_500)


async def test_profits_that_are_not_realized_are_no_balance(bench: Bench) -> None:
    await trade(bench, BUY, "1")
    before = await _futures_total(bench)
    await bench.move(LINEAR, "70000")
    assert await _futures_total(bench) == before


async def _futures_total(bench: Bench) -> Decimal:
    await bench.synchronized()
    return sum(
        (
            told.free + told.locked
            for told in bench.record.of(BalancesReported)[-1].balances
            if told.wallet is Wallet.FUTURES and told.asset == "USDT"
        ),
        Decimal(0),
    )


async def test_funding_is_told_once_by_its_id_and_asks_for_a_comparison(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "COMPARE_SECONDS_MIN", 0.1)
    await trade(bench, BUY, "1")
    connected_before = len(bench.record.of(AccountConnected))
    await bench.control.call("POST", "funding", {"symbol": LINEAR, "rate": "0.001"})
    await bench.record.wait(AccountConnected, count=connected_before + 1)
    await bench.synchronized(LINEAR)
    (first,) = bench.record.of(CashFlowReported, lambda told: told.kind is CashFlowKind.FUNDING)
    assert (first.asset, first.wallet, first.symbol) == ("USDT", Wallet.FUTURES, LINEAR)
    assert Decimal(-66) < first.amount < Decimal(-64)
    await bench.synchronized(LINEAR)
    (again,) = bench.record.of(CashFlowReported, lambda told: told.kind is CashFlowKind.FUNDING)
    assert again.flow_id == first.flow_id
    assert not bench.record.of(CashFlowReported, lambda told: told.kind is CashFlowKind.OTHER)


async def test_transfers_are_cash_flows_page_by_page(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_books, "INCOME_PER_PAGE", 2)
    for number in range(1, 6):
        body = {"api_key": bench.api_key, "asset": "USDT", "amount": str(number), "wallet": "futures"}
        await bench.control.call("POST", "transfers", body)
    await bench.synchronized(since=timedelta(days=20))
    told = bench.record.of(CashFlowReported, lambda told: told.amount <= 5)
    assert sorted(flow.amount for flow in told) == [Decimal(number) for number in range(1, 6)]
    assert {flow.kind for flow in told} == {CashFlowKind.TRANSFER}


async def move_cash(bench: Bench) -> None:
    """A deposit and a withdrawal by hand, and a transfer between the wallets by another program."""
    for direction, amount in (("deposit", "7.5"), ("withdrawal", "2.5")):
        body = {"api_key": bench.api_key, "asset": "USDT", "amount": amount, "wallet": "spot", "direction": direction}
        await bench.control.call("POST", "transfers", body)
    transfer = Endpoint("sapi", "POST", "asset/transfer", ())
    await bench.session._client.call(transfer, {"type": "MAIN_UMFUTURE", "asset": "USDT", "amount": "4"})


async def spot_flows(bench: Bench) -> list[CashFlowReported]:
    """Spot's cash flows as a comparison of the books tells them."""
    await bench.synchronized()
    return bench.record.of(CashFlowReported, lambda told: told.wallet is Wallet.MAIN)


@pytest.fixture
async def transferring(
    exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path
) -> AsyncIterator[Bench]:
    """A session whose key may move cash between wallets."""
    permissions = ["read", "trade", "transfer"]
    async with connected(exchange, simulator, control, tmp_path, permissions=permissions) as made:
        yield made


async def test_cash_flows_of_spot_are_told_once_heard_or_missed(transferring: Bench) -> None:
    bench, flows = transferring, transferring.session._venue._spot.flows
    expected = {CashFlowKind.DEPOSIT: "7.5", CashFlowKind.WITHDRAWAL: "-2.5", CashFlowKind.TRANSFER: "-4"}
    assert await spot_flows(bench) == []
    await move_cash(bench)
    while len(flows._events) < len(expected):
        await asyncio.sleep(0.01)
    heard = await spot_flows(bench)
    assert {flow.kind: flow.amount for flow in heard} == {kind: Decimal(moved) for kind, moved in expected.items()}
    (arrived,) = bench.record.of(CashFlowReported, lambda told: told.wallet is Wallet.FUTURES)
    assert arrived.amount == Decimal(4)
    flows.hear = lambda _: []  # As if the stream were down.
    await move_cash(bench)
    await bench.record.quiet()
    flows.reopened()
    missed = await spot_flows(bench)
    assert {flow.flow_id for flow in heard} < {flow.flow_id for flow in missed}
    assert len({flow.flow_id for flow in missed}) == len(missed) == 2 * len(expected)


async def test_executions_come_complete_over_pages_and_windows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_trades, "TRADES_PER_PAGE", 2)
    await bench.move(LINEAR, "65000", levels=20, level_quantity="0.01")
    order = await trade(bench, BUY, "0.05")
    await bench.record.forget()
    await bench.synchronized(LINEAR, since=timedelta(days=30))
    told = {report.trade_id: report for report in bench.record.of(ExecutionReported)}
    assert sum(report.quantity for report in told.values()) == Decimal("0.05")
    await bench.record.forget()
    await bench.found(order)
    assert bench.filled(order) == Decimal("0.05")


async def test_all_open_orders_are_listed_ours_and_those_made_by_hand(bench: Bench) -> None:
    spot, _ = await bench.place(symbol=SPOT)
    linear, _ = await bench.place(symbol=LINEAR)
    stop, _ = await bench.place(
        symbol=LINEAR, side=SELL, order_type=OrderType.STOP_LOSS, price=None, trigger_price=Decimal(60_000)
    )
    by_hand = {"api_key": bench.api_key, "symbol": LINEAR, "side": "buy", "quantity": "0.01", "type": "limit"}
    await bench.control.call("POST", "orders", {**by_hand, "price": "64000"})
    done = await bench.synchronized(SPOT, LINEAR)
    ours = {order.exchange_client_order_id for order in (spot, linear, stop)}
    assert done.open_exchange_client_order_ids == ours
    told = bench.record.of(OrderReported, lambda report: report.requested_at is not None)
    (foreign,) = (report for report in told if report.exchange_client_order_id not in ours)
    assert (foreign.symbol, foreign.price) == (LINEAR, Decimal(64_000))


# --- streams ---------------------------------------------------------------------------------------------------------


async def test_a_liquidation_is_told_as_the_venues_own_order(bench: Bench) -> None:
    await trade(bench, BUY, "0.05")
    await bench.record.forget()
    await bench.control.call("POST", "liquidations", {"api_key": bench.api_key, "symbol": LINEAR})
    told = await bench.record.wait(ExecutionReported)
    assert str(told.exchange_client_order_id).startswith("autoclose-")
    assert (told.side, told.quantity, told.forced) == (SELL, Decimal("0.05"), ForcedTrade.LIQUIDATION)
    assert not bench.record.of(MessageQuarantined)


async def test_who_was_not_listening_learns_that_a_trade_was_a_liquidation(
    exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path
) -> None:
    async with connected(exchange, simulator, control, tmp_path) as bench:
        await trade(bench, BUY, "0.05")
        await bench.control.call("POST", "liquidations", {"api_key": bench.api_key, "symbol": LINEAR})
        await bench.record.wait(ExecutionReported, lambda report: report.side is SELL)
        bench.session._venue._linear._links._origins.clear()
        await bench.record.forget()
        await bench.synchronized(LINEAR)
        [told] = bench.record.of(ExecutionReported, lambda report: report.side is SELL)
        assert told.forced is ForcedTrade.LIQUIDATION


async def test_a_listen_key_that_expires_is_replaced(bench: Bench) -> None:
    await bench.control.call("POST", "faults", {"kind": "expire_listen_key"})
    await bench.record.wait(AccountConnected, count=2)
    order = await trade(bench, BUY)
    assert bench.filled(order) == QUANTITY


async def test_a_listen_key_is_kept_alive_and_a_lost_one_noticed(
    exchange: Exchange,
    simulator: dict[str, Any],
    control: Control,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linear_stream, "KEEP_ALIVE_SECONDS", 0.2)
    async with connected(exchange, simulator, control, tmp_path) as bench:
        await bench.record.quiet()
        assert len(bench.record.of(AccountConnected)) == 1
        stopped = endpoints.LISTEN_KEY._replace(method="DELETE")
        await bench.session._client.call(stopped)  # Without an event: only the next renewal notices.
        await bench.record.wait(AccountConnected, count=2)
        await trade(bench, BUY)


@pytest.mark.parametrize("fault", ["drop_stream", "close_stream"])
async def test_streams_that_end_come_back(bench: Bench, fault: str) -> None:
    await bench.control.fault(fault)
    await bench.record.wait(AccountConnected, count=2)
    await trade(bench, BUY)
    order, _ = await bench.place(symbol=SPOT)
    await bench.record.wait(OrderReported, state(order, VenueOrderStatus.OPEN))


async def test_statuses_never_seen_are_put_aside_and_hide_no_execution(bench: Bench) -> None:
    fault = {"kind": "unknown_enum", "match": {"endpoint": "stream", "count": None}, "field": "X"}
    await bench.control.call("POST", "faults", fault)
    order = bench.market(str(QUANTITY), BUY, symbol=LINEAR)
    await bench.record.wait(ExecutionReported, named(order))
    await bench.record.wait(MessageQuarantined)
    await bench.control.call("DELETE", "faults")
    assert (await bench.found(order)).status is VenueOrderStatus.FILLED


# --- market data -----------------------------------------------------------------------------------------------------


async def test_the_listing_holds_pairs_and_perpetuals_with_their_rules(bench: Bench) -> None:
    listing = {each.symbol: each for each in (await bench.record.wait(InstrumentsReported)).instruments}
    pair, perpetual = listing[SPOT], listing[LINEAR]
    assert (pair.kind, pair.settle, pair.wallet) == (InstrumentKind.SPOT, None, Wallet.MAIN)
    assert (perpetual.kind, perpetual.settle, perpetual.wallet) == (InstrumentKind.LINEAR, "USDT", Wallet.FUTURES)
    assert (perpetual.contract_size, perpetual.exchange_symbol) == (Decimal(1), "BTCUSDT")
    assert pair.order_types == perpetual.order_types == frozenset(OrderType)
    assert (pair.trailing_percent_min, pair.trailing_percent_max) == (Decimal("0.1"), Decimal(20))
    assert perpetual.notional_min is not None
    assert perpetual.market_quantity_max is not None


async def test_prices_come_by_our_symbols_with_marks_where_there_are_any(bench: Bench) -> None:
    spot = await bench.record.wait(PriceReported, lambda told: told.symbol == SPOT)
    linear = await bench.record.wait(PriceReported, lambda told: told.symbol == LINEAR)
    assert spot.mark is None
    assert linear.mark is not None
    for told in (spot, linear):
        assert told.bid is not None
        assert told.ask is not None
        assert told.bid < told.ask


async def test_streamed_prices_follow_both_markets(bench: Bench) -> None:
    await bench.record.wait(InstrumentsReported)
    told: dict[str, list[Any]] = {SPOT: [], LINEAR: []}
    await _stream_until_moved(bench, told)
    for prices in told.values():
        assert prices[-1].bid > Decimal(65_500)
        assert prices[-1].last > Decimal(65_000)
    assert told[LINEAR][-1].mark > Decimal(65_500)
    assert told[SPOT][-1].mark is None


async def _stream_until_moved(bench: Bench, told: dict[str, list[Any]]) -> None:
    """Stream both markets' prices, move the markets, and wait until every figure has followed."""
    source = BinanceMarket(bench.session._client, bench.session._venue._seat.symbols)

    def is_done() -> bool:
        spot, linear = told[SPOT][-1:], told[LINEAR][-1:]
        is_moved = all(each and each[-1].bid > 65_500 and each[-1].last > 65_500 for each in (spot, linear))
        return is_moved and linear[-1].mark > 65_500

    streaming = asyncio.create_task(
        source.stream_prices(frozenset(told), lambda symbol, price: told[symbol].append(price))
    )
    try:
        async with asyncio.timeout(10):
            while not all(told.values()):
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.5)
            for symbol in told:
                await bench.move(symbol, "66000", **LADDER)
            while not is_done():
                assert not streaming.done(), streaming.exception()
                bench.market("0.01", BUY, symbol=SPOT)
                bench.market("0.01", BUY, symbol=LINEAR)
                await asyncio.sleep(0.2)
    finally:
        streaming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await streaming


async def test_an_account_tells_how_much_leverage_positions_may_have(bench: Bench) -> None:
    told = await bench.record.wait(
        InstrumentsReported, lambda told: any(rules.leverage_tiers for rules in told.instruments)
    )
    listing = {rules.symbol: rules for rules in told.instruments}
    assert listing["BTC/USDT:USDT"].leverage_tiers[:2] == (
        (Decimal(300_000), Decimal(150)),
        (Decimal(800_000), Decimal(100)),
    )


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_data, "DOUBTS_SECONDS_MIN", 0.1)


async def test_rules_that_changed_are_known_soon_after_the_first_refusal_by_them(eager: None, bench: Bench) -> None:
    await bench.record.wait(InstrumentsReported)
    await bench.control.call("POST", "market", {"symbol": SPOT, "rules": {"tick_size": "5"}})
    bench.send(symbol=SPOT, price=Decimal(60_001))
    refused = await bench.record.wait(OrderRefused)
    assert refused.reason is RejectReason.OUTSIDE_VENUE_RULES
    told = await bench.record.wait(InstrumentsReported, lambda told: _tick_of(told) == 5)
    assert told.complete


def _tick_of(told: InstrumentsReported) -> Decimal:
    return next(rules.price_tick for rules in told.instruments if rules.symbol == SPOT)
