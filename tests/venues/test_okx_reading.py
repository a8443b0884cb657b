"""OKX: what its frames say. Frames are literals of the documented shape."""

from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.reports import ExecutionReported
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    Exchange,
    ForcedTrade,
    Liquidity,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
)
from tidegate.venues.okx.account import OkxAccount
from venue_unit_helpers import CLIENT_ORDER_ID, ScriptedClient, seat

NO_FILL = {"tradeId": "", "fillSz": "0", "fillPx": "", "accFillSz": "0"}


def pushed(**changes: Any) -> dict[str, Any]:
    """A frame of the orders channel with one order."""
    order = {
        "instId": "BTC-USDT", "instType": "SPOT", "ordId": "312", "clOrdId": CLIENT_ORDER_ID, "side": "buy",
        "px": "64000", "posSide": "", "algoId": "", "algoClOrdId": "", "tgtCcy": "",
        "sz": "0.02", "ordType": "limit", "state": "partially_filled", "accFillSz": "0.01", "fillPx": "64000",
        "fillSz": "0.01", "fillFee": "-0.000008", "fillFeeCcy": "BTC", "tradeId": "744876980", "execType": "M",
        "fillTime": "1772366400000", "uTime": "1772366400001", "cancelSource": "", "cancelSourceReason": "",
    }  # fmt: skip
    return {"arg": {"channel": "orders", "instType": "SPOT"}, "data": [order | changes]}


def pushed_algo(**changes: Any) -> dict[str, Any]:
    """A frame of the orders-algo channel with a stop that sells two contracts."""
    algo = {
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "algoId": "900", "algoClOrdId": CLIENT_ORDER_ID, "clOrdId": "",
        "ordType": "conditional", "side": "sell", "posSide": "net", "sz": "2", "tgtCcy": "", "state": "live",
        "slTriggerPx": "64000", "slOrdPx": "-1", "slTriggerPxType": "last", "tpTriggerPx": "", "tpOrdPx": "",
        "ordId": "", "ordIdList": [], "failCode": "", "triggerTime": "", "uTime": "1772366400000",
    }  # fmt: skip
    return {"arg": {"channel": "orders-algo", "instType": "SWAP"}, "data": [algo | changes]}


def read(client: ScriptedClient, frame: Any) -> Any:
    """What a session would report for a frame."""
    return OkxAccount(seat(Exchange.OKX, client)).read_frame(None, frame)


def test_a_fill_tells_the_execution_and_then_the_order_and_a_charge_is_a_cost() -> None:
    execution, order = read(ScriptedClient(), pushed())
    assert (execution.trade_id, execution.quantity, execution.price) == ("744876980", Decimal("0.01"), Decimal(64_000))
    assert execution.fees == (Fee(asset="BTC", amount=Decimal("0.000008")),)
    assert (execution.side, execution.liquidity) == (Side.BUY, Liquidity.MAKER)
    assert (order.status, order.filled_quantity) == (VenueOrderStatus.OPEN, Decimal("0.01"))
    assert (order.quantity, order.price, order.order_type) == (Decimal("0.02"), Decimal(64_000), OrderType.LIMIT)
    assert order.exchange_client_order_id == execution.exchange_client_order_id == CLIENT_ORDER_ID
    assert not order.triggered


def test_contracts_are_told_in_base_with_the_position_they_are_about() -> None:
    swap = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "posSide": "short", "side": "sell"}
    amounts = {"sz": "5", "accFillSz": "2", "fillSz": "2", "fillFeeCcy": "USDT", "fillFee": "-0.64"}
    execution, order = read(ScriptedClient(), pushed(**swap | amounts))
    assert (execution.symbol, execution.quantity) == ("BTC/USDT:USDT", Decimal("0.02"))
    assert execution.position_side is PositionSide.SHORT
    assert (order.filled_quantity, order.quantity) == (Decimal("0.02"), Decimal("0.05"))


def test_what_a_swaps_trade_settled_is_told_and_a_pair_settles_nothing() -> None:
    swap = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "posSide": "net", "side": "sell"}
    execution, _ = read(ScriptedClient(), pushed(**swap, fillPnl="-12.5"))
    assert execution.realized_pnl == Decimal("-12.5")
    execution, _ = read(ScriptedClient(), pushed(fillPnl="0"))
    assert execution.realized_pnl is None


def test_a_rebate_is_a_negative_cost() -> None:
    execution, _ = read(ScriptedClient(), pushed(fillFee="0.000002"))
    assert execution.fees == (Fee(asset="BTC", amount=Decimal("-0.000002")),)


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [
        ({"side": "buy", "tgtCcy": ""}, None),
        ({"side": "buy", "tgtCcy": "quote_ccy"}, None),
        ({"side": "buy", "tgtCcy": "base_ccy"}, Decimal("0.02")),
        ({"side": "sell", "tgtCcy": ""}, Decimal("0.02")),
    ],
)
def test_an_amount_of_the_quote_asset_is_no_quantity(changes: dict[str, str], quantity: Decimal | None) -> None:
    (order,) = read(ScriptedClient(), pushed(**NO_FILL | {"state": "live", "ordType": "market", "px": ""} | changes))
    assert (order.quantity, order.order_type, order.price) == (quantity, OrderType.MARKET, None)


@pytest.mark.parametrize(
    ("source", "filled", "status", "reason"),
    [
        ("1", "0", VenueOrderStatus.CANCELED, RejectReason.USER_REQUEST),
        ("9", "0", VenueOrderStatus.CANCELED, RejectReason.INSUFFICIENT_FUNDS),
        ("31", "0", VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("31", "0.01", VenueOrderStatus.CANCELED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("14", "0.01", VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ("13", "0", VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ("17", "0", VenueOrderStatus.CANCELED, RejectReason.POSITION_CLOSED),
        ("32", "0", VenueOrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE),
    ],
)
def test_an_end_says_why(source: str, filled: str, status: VenueOrderStatus, reason: RejectReason) -> None:
    (order,) = read(
        ScriptedClient(), pushed(**NO_FILL | {"state": "canceled", "cancelSource": source, "accFillSz": filled})
    )
    assert (order.status, order.reason) == (status, reason)


def test_one_unreadable_order_in_a_frame_does_not_hide_the_next() -> None:
    client = ScriptedClient()
    frame = pushed(fillPx="abc")
    frame["data"] += pushed()["data"]
    assert isinstance(read(client, frame)[0], ExecutionReported)
    assert len(client.faults) == 1


def test_a_state_never_seen_before_is_counted_and_loses_no_execution() -> None:
    client = ScriptedClient()
    (execution,) = read(client, pushed(state="dreaming"))
    assert isinstance(execution, ExecutionReported)
    assert len(client.faults) == 1


@pytest.mark.parametrize("instrument", [{"instId": "BTC-USD-SWAP", "instType": "SWAP"}, {"instType": "FUTURES"}])
def test_what_is_traded_elsewhere_by_hand_is_passed_over_unless_it_bears_our_id(instrument: dict[str, str]) -> None:
    client = ScriptedClient()
    assert read(client, pushed(**{"clOrdId": "byhand", **instrument})) == []
    assert not client.faults
    assert read(client, pushed(**instrument)) == []
    assert len(client.faults) == 1


def test_an_order_that_does_not_say_what_it_trades_is_counted() -> None:
    client = ScriptedClient()
    assert read(client, {"arg": {"channel": "orders"}, "data": [{"instId": "BTC-USDT", "state": "live"}]}) == []
    assert len(client.faults) == 1


def test_a_liquidation_is_nobodys_order() -> None:
    execution, order = read(ScriptedClient(), pushed(clOrdId="", category="full_liquidation"))
    assert (execution.exchange_client_order_id, order.exchange_client_order_id) == (None, None)
    assert (execution.forced, order.forced) == (ForcedTrade.LIQUIDATION, ForcedTrade.LIQUIDATION)


@pytest.mark.parametrize(
    ("told", "forced"),
    [
        ({"category": "adl"}, ForcedTrade.AUTO_DELEVERAGING),
        ({"category": "delivery"}, ForcedTrade.SETTLEMENT),
        ({"category": "partial_liquidation"}, ForcedTrade.LIQUIDATION),
        ({"subType": "104"}, ForcedTrade.LIQUIDATION),
        ({"subType": "126"}, ForcedTrade.AUTO_DELEVERAGING),
        ({"subType": "113"}, ForcedTrade.SETTLEMENT),
        ({"category": "twap", "subType": "1"}, None),
    ],
)
def test_why_okx_trades_by_itself_stands_in_orders_and_in_fills(
    told: dict[str, str], forced: ForcedTrade | None
) -> None:
    execution, _ = read(ScriptedClient(), pushed(clOrdId="", **told))
    assert execution.forced is forced


# --- orders that OKX sets off ----------------------------------------------------------------------------------------


def test_a_waiting_order_is_open_under_the_algo_orders_id() -> None:
    (order,) = read(ScriptedClient(), pushed_algo())
    assert (order.status, order.triggered, order.exchange_order_id) == (VenueOrderStatus.OPEN, False, "900")
    assert (order.order_type, order.trigger_price, order.price) == (OrderType.STOP_LOSS, Decimal(64_000), None)
    assert (order.quantity, order.exchange_client_order_id) == (Decimal("0.02"), CLIENT_ORDER_ID)


def test_one_that_was_set_off_is_open_under_the_id_of_what_it_placed() -> None:
    (order,) = read(ScriptedClient(), pushed_algo(state="effective", ordId="555", ordIdList=["555"]))
    assert (order.status, order.triggered, order.exchange_order_id) == (VenueOrderStatus.OPEN, True, "555")


def test_what_it_placed_bears_our_id_in_its_own_reports_and_fills() -> None:
    changes = {"clOrdId": "", "algoId": "900", "algoClOrdId": CLIENT_ORDER_ID}
    execution, order = read(ScriptedClient(), pushed(**changes))
    assert order.triggered
    assert order.exchange_client_order_id == execution.exchange_client_order_id == CLIENT_ORDER_ID


@pytest.mark.parametrize(
    ("changes", "order_type", "trigger", "price"),
    [
        ({"slOrdPx": "63900"}, OrderType.STOP_LIMIT, "64000", "63900"),
        ({"slTriggerPx": "", "tpTriggerPx": "66000", "tpOrdPx": "-1"}, OrderType.TAKE_PROFIT, "66000", None),
        (
            {"slTriggerPx": "", "tpTriggerPx": "66000", "tpOrdPx": "65900"},
            OrderType.TAKE_PROFIT_LIMIT,
            "66000",
            "65900",
        ),
        ({"ordType": "move_order_stop", "activePx": "66000"}, OrderType.TRAILING_STOP, "66000", None),
        ({"ordType": "trigger", "triggerPx": "64000"}, None, "64000", None),
    ],
)
def test_a_waiting_order_tells_its_type_and_figures(
    changes: dict[str, str], order_type: OrderType | None, trigger: str, price: str | None
) -> None:
    (order,) = read(ScriptedClient(), pushed_algo(**changes))
    assert (order.order_type, order.trigger_price) == (order_type, Decimal(trigger))
    assert order.price == (None if price is None else Decimal(price))


def test_one_that_could_place_nothing_says_why() -> None:
    (order,) = read(ScriptedClient(), pushed_algo(state="order_failed", failCode="51008"))
    assert (order.status, order.reason, order.triggered) == (
        VenueOrderStatus.REJECTED,
        RejectReason.INSUFFICIENT_FUNDS,
        True,
    )


def test_an_algo_orders_state_never_seen_before_is_counted() -> None:
    client = ScriptedClient()
    assert read(client, pushed_algo(state="dreaming")) == []
    assert len(client.faults) == 1


# --- the account -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "asked"), [("snapshot", 0), ("filled", 0), ("funding_fee", 1), ("transferred", 1), ("set_leverage", 1)]
)
def test_what_a_frame_only_names_asks_for_a_comparison(event: str, asked: int) -> None:
    client, untold = ScriptedClient(), []
    client.exchange.taps.on_untold = lambda: untold.append(event)
    frame = {"arg": {"channel": "balance_and_position"}, "data": [{"eventType": event, "balData": [], "posData": []}]}
    assert read(client, frame) == []
    assert len(untold) == asked


@pytest.mark.parametrize("event", ["notice", "channel-conn-count-error"])
def test_a_connection_that_okx_gives_up_is_ended_at_once(event: str) -> None:
    class Connection:
        ended: object = None

        def on_error(self, error: object) -> None:
            self.ended = error

    connection = Connection()
    OkxAccount(seat(Exchange.OKX, ScriptedClient())).read_frame(connection, {"event": event, "code": "64008"})
    assert isinstance(connection.ended, ConnectionError)


def test_ccxts_own_frames_are_left_to_it() -> None:
    assert read(ScriptedClient(), "pong") is None
    assert read(ScriptedClient(), {"event": "login", "code": "0"}) is None
