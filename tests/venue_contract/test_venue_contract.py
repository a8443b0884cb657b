"""What every venue's session must do, numbered: the engine relies on each of these."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tidegate.core.messages.reports import (
    AccountSynchronized,
    BalancesReported,
    CancelAccepted,
    CancelFailed,
    ExecutionReported,
    InstrumentsReported,
    OrderAccepted,
    OrderNotFound,
    OrderRefused,
    OrderReported,
    PriceReported,
)
from tidegate.core.vocabulary import Liquidity, OrderType, RejectReason, Side, TimeInForce, VenueOrderStatus, Wallet

SYMBOL = "BTC/USDT"


def ends(status: VenueOrderStatus) -> Any:
    """A filter for order reports of one status."""
    return lambda report: report.status is status


def of(order: Any) -> Any:
    """A filter for reports about one order."""
    return lambda report: report.exchange_client_order_id == order.exchange_client_order_id


async def test_vc01_a_resting_limit_order_is_accepted_and_told_open_by_the_stream(desk: Any) -> None:
    order = desk.send()
    accepted = await desk.record.wait(OrderAccepted)
    told = await desk.record.wait(OrderReported, of(order))
    assert (accepted.order_id, accepted.attempt) == (order.order_id, 1)
    assert told.status is VenueOrderStatus.OPEN
    assert told.exchange_order_id == accepted.exchange_order_id
    assert told.symbol == SYMBOL
    assert len(await desk.control.orders(order)) == 1


async def test_vc02_a_market_buy_tells_each_execution_with_its_fee_and_the_end(desk: Any) -> None:
    order = desk.market("0.5")
    accepted = await desk.record.wait(OrderAccepted)
    end = await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    await desk.record.quiet()
    executions = {told.trade_id: told for told in desk.record.of(ExecutionReported)}.values()
    assert end.filled_quantity == Decimal("0.5") == sum(told.quantity for told in executions)
    for told in executions:
        assert told.exchange_order_id == accepted.exchange_order_id
        assert (told.symbol, told.side, told.liquidity) == (SYMBOL, Side.BUY, Liquidity.TAKER)
        assert [fee.asset for fee in told.fees] == ["BTC"]
        assert told.fees[0].amount > 0
        assert abs(told.executed_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert len(await desk.control.orders(order)) == 1


async def test_vc03_a_market_sell_charges_the_quote_asset(desk: Any) -> None:
    desk.market("0.5", side=Side.SELL)
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    await desk.record.quiet()
    executions = desk.record.of(ExecutionReported)
    assert {told.side for told in executions} == {Side.SELL}
    assert {fee.asset for told in executions for fee in told.fees} == {"USDT"}


async def test_vc04_a_quote_quantity_buys_for_that_much(desk: Any) -> None:
    desk.send(order_type=OrderType.MARKET, price=None, quantity=None, quote_quantity=Decimal(1000))
    await desk.record.wait(OrderAccepted)
    await desk.record.wait(ExecutionReported)
    executions = {told.trade_id: told for told in desk.record.of(ExecutionReported)}.values()
    spent = sum(told.quantity * told.price for told in executions)
    assert Decimal(998) < spent <= Decimal(1000)


async def test_vc05_a_partial_fill_and_the_rest_come_from_the_stream_as_maker(desk: Any) -> None:
    order = desk.send(price=Decimal(64_000), quantity=Decimal("0.02"))
    await desk.record.wait(OrderAccepted)
    await desk.control.move("63000")
    end = await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    await desk.record.quiet()
    assert end.exchange_client_order_id == order.exchange_client_order_id
    executions = {told.trade_id: told for told in desk.record.of(ExecutionReported)}.values()
    assert sum(told.quantity for told in executions) == Decimal("0.02") == end.filled_quantity
    assert {told.price for told in executions} == {Decimal(64_000)}
    assert {told.liquidity for told in executions} == {Liquidity.MAKER}


async def test_vc06_a_cancel_by_the_venues_id_is_accepted_and_the_end_told(desk: Any) -> None:
    order = desk.send()
    accepted = await desk.record.wait(OrderAccepted)
    desk.cancel(order, accepted.exchange_order_id)
    assert (await desk.record.wait(CancelAccepted)).order_id == order.order_id
    end = await desk.record.wait(OrderReported, ends(VenueOrderStatus.CANCELED))
    assert end.exchange_client_order_id == order.exchange_client_order_id
    assert end.filled_quantity == 0


async def test_vc07_a_cancel_by_our_id_is_accepted_and_the_end_told(desk: Any) -> None:
    order = desk.send()
    await desk.record.wait(OrderAccepted)
    desk.cancel(order)
    await desk.record.wait(CancelAccepted)
    end = await desk.record.wait(OrderReported, ends(VenueOrderStatus.CANCELED))
    assert end.exchange_client_order_id == order.exchange_client_order_id


async def test_vc08_a_cancel_of_what_has_ended_or_never_was_fails_for_good(desk: Any) -> None:
    filled = desk.market()
    accepted = await desk.record.wait(OrderAccepted)
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    desk.cancel(filled, accepted.exchange_order_id)
    failed = await desk.record.wait(CancelFailed)
    assert failed.final
    assert failed.reason in (RejectReason.TOO_LATE, RejectReason.UNKNOWN_ORDER)
    assert failed.venue_code is not None


async def test_vc09_insufficient_funds_are_refused_for_good(desk: Any) -> None:
    desk.send(side=Side.SELL, quantity=Decimal("10.5"), price=Decimal(66_000))  # It has 10.
    refused = await desk.record.wait(OrderRefused)
    assert refused.reason is RejectReason.INSUFFICIENT_FUNDS
    assert not refused.retryable
    assert refused.venue_code is not None


async def test_vc10_a_quantity_off_the_grid_or_too_small_is_refused_for_good(desk: Any) -> None:
    desk.send(quantity=Decimal("0.0000000001"))
    refused = await desk.record.wait(OrderRefused)
    assert refused.reason in (RejectReason.OUTSIDE_VENUE_RULES, RejectReason.INVALID_PARAMETERS)
    assert not refused.retryable


async def test_vc11_a_post_only_order_that_would_take_ends_unfilled_with_that_reason(desk: Any) -> None:
    order = desk.send(price=Decimal(66_000), post_only=True)
    told = await desk.record.wait(
        (OrderRefused, OrderReported),
        lambda report: isinstance(report, OrderRefused) or report.status is not VenueOrderStatus.OPEN,
    )
    assert told.reason is RejectReason.IMMEDIATE_MATCH_REFUSED
    if isinstance(told, OrderReported):
        assert told.status is VenueOrderStatus.REJECTED
        assert of(order)(told)
    assert not desk.record.of(ExecutionReported)


async def test_vc12_an_order_that_ioc_cannot_fill_expires(desk: Any) -> None:
    desk.send(time_in_force=TimeInForce.IOC)
    end = await desk.record.wait(OrderReported, lambda report: report.status is not VenueOrderStatus.OPEN)
    assert end.status is VenueOrderStatus.EXPIRED
    assert end.filled_quantity == 0


async def test_vc13_a_fok_order_that_cannot_be_filled_whole_ends_unfilled(desk: Any) -> None:
    await desk.control.move("65000", levels=1, level_quantity="0.01")
    desk.send(price=Decimal(65_100), quantity=Decimal(1), time_in_force=TimeInForce.FOK)
    end = await desk.record.wait(
        (OrderReported, OrderRefused),
        lambda report: isinstance(report, OrderRefused) or report.status is not VenueOrderStatus.OPEN,
    )
    assert isinstance(end, OrderRefused) or end.status is VenueOrderStatus.EXPIRED
    assert not desk.record.of(ExecutionReported)


async def test_vc14_an_order_past_its_time_is_never_sent(desk: Any) -> None:
    past = datetime.now(UTC) - timedelta(seconds=10)
    order = desk.send(intended_at=past, expires_at=past + timedelta(seconds=5))
    refused = await desk.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.NOT_SENT, True)
    assert await desk.control.orders(order) == []


async def test_vc15_an_open_order_is_found_by_our_id(desk: Any) -> None:
    order = desk.send()
    accepted = await desk.record.wait(OrderAccepted)
    await desk.record.wait(OrderReported, of(order))
    await desk.record.forget()
    desk.query(order)
    found = await desk.record.wait(OrderReported)
    assert found.status is VenueOrderStatus.OPEN
    assert found.exchange_order_id == accepted.exchange_order_id
    assert found.exchange_client_order_id == order.exchange_client_order_id


async def test_vc16_a_filled_order_is_found_with_its_executions_first(desk: Any) -> None:
    order = desk.market("0.05")
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    await desk.record.quiet()
    streamed = {told.trade_id: told for told in desk.record.of(ExecutionReported)}
    await desk.record.forget()
    desk.query(order)
    found = await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    fetched = desk.record.of(ExecutionReported)
    about_the_order = [told for told in desk.record.reports if not isinstance(told, PriceReported)]
    assert isinstance(about_the_order[0], ExecutionReported)
    assert {told.trade_id for told in fetched} == set(streamed)
    assert sum(told.quantity for told in fetched) == found.filled_quantity == Decimal("0.05")
    for told in fetched:
        twin = streamed[told.trade_id]
        assert (told.quantity, told.price, told.fees) == (twin.quantity, twin.price, twin.fees)
        assert (told.side, told.symbol, told.liquidity) == (twin.side, twin.symbol, twin.liquidity)


async def test_vc17_a_canceled_order_is_found_as_canceled(desk: Any) -> None:
    order = desk.send()
    await desk.record.wait(OrderAccepted)
    desk.cancel(order)
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.CANCELED))
    await desk.record.forget()
    desk.query(order)
    assert (await desk.record.wait(OrderReported)).status is VenueOrderStatus.CANCELED


async def test_vc18_an_order_that_never_arrived_is_told_not_found_with_the_time_of_asking(desk: Any) -> None:
    await desk.control.fault("lose_request", endpoint="place")
    order = desk.send()
    before = datetime.now(UTC)
    desk.query(order)
    missing = await desk.record.wait(OrderNotFound)
    assert (missing.order_id, missing.attempt) == (order.order_id, 1)
    assert before <= missing.requested_at <= missing.at


async def test_vc19_executions_of_an_order_are_fetched(desk: Any) -> None:
    order = desk.market("0.05")
    accepted = await desk.record.wait(OrderAccepted)
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    await desk.record.quiet()
    known = {told.trade_id for told in desk.record.of(ExecutionReported)}
    await desk.record.forget()
    desk.fetch(order, accepted.exchange_order_id)
    await desk.record.wait(ExecutionReported, count=len(known))
    assert {told.trade_id for told in desk.record.of(ExecutionReported)} == known


async def test_vc20_synchronizing_tells_executions_open_orders_and_balances_before_it_ends(desk: Any) -> None:
    started = datetime.now(UTC)
    desk.market("0.05")
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    await desk.record.quiet()
    trades = {told.trade_id for told in desk.record.of(ExecutionReported)}
    resting = desk.send()
    await desk.record.wait(OrderReported, of(resting))
    await desk.record.forget()
    desk.synchronize(since=started)
    done = await desk.record.wait(AccountSynchronized)
    assert done is desk.record.of((AccountSynchronized, ExecutionReported, OrderReported, BalancesReported))[-1]
    assert done.open_exchange_client_order_ids == {resting.exchange_client_order_id}
    assert started < done.requested_at <= done.at
    assert {told.trade_id for told in desk.record.of(ExecutionReported)} == trades
    told = desk.record.of(BalancesReported)[0].balances
    balances = {balance.asset: balance for balance in told if balance.wallet is Wallet.MAIN}
    assert set(balances) == {"USDT", "BTC"}
    assert balances["USDT"].locked >= Decimal(585)
    assert Decimal(10) < balances["BTC"].free < Decimal("10.05")


async def test_vc21_instruments_and_changed_prices_are_told(desk: Any) -> None:
    listing = await desk.record.wait(InstrumentsReported)
    bitcoin = next(each for each in listing.instruments if each.symbol == SYMBOL)
    assert (bitcoin.base, bitcoin.quote, bitcoin.trading) == ("BTC", "USDT", True)
    assert bitcoin.price_tick > 0
    assert bitcoin.quantity_step > 0
    await desk.record.wait(PriceReported, lambda told: told.symbol == SYMBOL)
    await desk.control.move("66000")
    moved = await desk.record.wait(PriceReported, lambda told: told.symbol == SYMBOL and told.bid > Decimal(65_500))
    assert moved.bid < moved.ask
