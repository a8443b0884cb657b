"""OKX: what is sent to place an order, of a pair and of a swap."""

from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.capabilities import CAPABILITIES
from tidegate.core.vocabulary import (
    Exchange,
    InstrumentKind,
    MarginMode,
    OffsetUnit,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    TimeInForce,
    TriggerBy,
)
from tidegate.venues.okx.algos import PARAMS, algo_params
from tidegate.venues.okx.placing import place_params
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import CLIENT_ORDER_ID, market_buy, pair, perpetual, quote_buy, send_order

PAIR, SWAP = pair(Exchange.OKX), perpetual(Exchange.OKX)
SPOT_WORDS = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "clOrdId": CLIENT_ORDER_ID}
SWAP_WORDS = SPOT_WORDS | {"instId": "BTC-USDT-SWAP", "tdMode": "cross"}


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (send_order(), {"ordType": "limit", "sz": "0.00001", "px": "65000.1"}),
        (send_order(time_in_force=TimeInForce.IOC), {"ordType": "ioc", "sz": "0.00001", "px": "65000.1"}),
        (send_order(time_in_force=TimeInForce.FOK), {"ordType": "fok", "sz": "0.00001", "px": "65000.1"}),
        (send_order(post_only=True), {"ordType": "post_only", "sz": "0.00001", "px": "65000.1"}),
        (market_buy(), {"ordType": "market", "sz": "0.00001", "tgtCcy": "base_ccy", "banAmend": True}),
        (quote_buy(), {"ordType": "market", "sz": "100", "tgtCcy": "quote_ccy", "banAmend": True}),
        (
            market_buy(params={"banAmend": "false", "tag": "desk"}),
            {"ordType": "market", "sz": "0.00001", "tgtCcy": "base_ccy", "banAmend": False, "tag": "desk"},
        ),
    ],
)
def test_a_pairs_orders_are_written_in_okxs_words(order: Any, params: dict[str, Any]) -> None:
    assert place_params(order, PAIR, is_hedged=False) == SPOT_WORDS | params


def swap_order(**changes: Any) -> Any:
    """A limit buy of two contracts and a half."""
    return send_order(**{"symbol": "BTC/USDT:USDT", "quantity": Decimal("0.025"), **changes})


@pytest.mark.parametrize(
    ("changes", "is_hedged", "params"),
    [
        ({}, False, {}),
        ({"margin_mode": MarginMode.ISOLATED}, False, {"tdMode": "isolated"}),
        ({"reduce_only": True}, False, {"reduceOnly": True}),
        ({"position_side": PositionSide.LONG}, True, {"posSide": "long"}),
        ({"position_side": PositionSide.SHORT, "reduce_only": True}, True, {"posSide": "short"}),
    ],
)
def test_a_swaps_orders_count_contracts_and_say_what_stands_behind_them(
    changes: dict[str, Any], is_hedged: bool, params: dict[str, Any]
) -> None:
    sent = place_params(swap_order(**changes), SWAP, is_hedged=is_hedged)
    assert sent == SWAP_WORDS | {"ordType": "limit", "sz": "2.5", "px": "65000.1"} | params


@pytest.mark.parametrize(
    ("changes", "is_hedged"),
    [
        ({"quantity": Decimal("0.00005")}, False),
        ({"position_side": PositionSide.LONG}, False),
        ({}, True),
        ({"position_side": PositionSide.LONG, "reduce_only": True}, True),
        ({"time_in_force": TimeInForce.GTD}, False),
        ({"order_type": OrderType.MARKET, "quantity": None, "quote_quantity": Decimal(10)}, False),
    ],
    ids=["lot", "side in net mode", "no side in long/short mode", "opens", "good till date", "quote quantity"],
)
def test_what_okx_would_refuse_or_misunderstand_is_not_sent(changes: dict[str, Any], is_hedged: bool) -> None:
    with pytest.raises(CallFailed) as failed:
        place_params(swap_order(**changes), SWAP, is_hedged=is_hedged)
    assert (failed.value.verdict, failed.value.reason) == (Verdict.REFUSED, RejectReason.INVALID_PARAMETERS)


def waiting(order_type: OrderType, **changes: Any) -> Any:
    """An order that waits for the market to reach 64,000."""
    told = {"order_type": order_type, "side": Side.SELL, "price": None, "trigger_price": Decimal(64_000)}
    return send_order(**told | changes)


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (waiting(OrderType.STOP_LOSS), {"slTriggerPx": "64000", "slOrdPx": "-1", "tgtCcy": "base_ccy"}),
        (waiting(OrderType.TAKE_PROFIT), {"tpTriggerPx": "64000", "tpOrdPx": "-1", "tgtCcy": "base_ccy"}),
        (waiting(OrderType.STOP_LIMIT, price=Decimal(63_900)), {"slTriggerPx": "64000", "slOrdPx": "63900"}),
        (waiting(OrderType.TAKE_PROFIT_LIMIT, price=Decimal(64_100)), {"tpTriggerPx": "64000", "tpOrdPx": "64100"}),
    ],
)
def test_stops_and_targets_name_the_side_of_the_market_they_wait_on(order: Any, params: dict[str, str]) -> None:
    sent = algo_params(order, PAIR, is_hedged=False)
    leg = "sl" if "slOrdPx" in params else "tp"
    words = {"side": "sell", "ordType": "conditional", "sz": "0.00001", "algoClOrdId": CLIENT_ORDER_ID}
    assert sent == SPOT_WORDS | words | {f"{leg}TriggerPxType": "last"} | params


def test_a_swaps_stop_may_follow_the_mark_price() -> None:
    order = waiting(OrderType.STOP_LOSS, quantity=Decimal("0.02"), trigger_by=TriggerBy.MARK, reduce_only=True)
    sent = algo_params(order, SWAP, is_hedged=False)
    told = sent["sz"], sent["slTriggerPxType"], sent["reduceOnly"], sent.get("tgtCcy")
    assert told == ("2", "mark", True, None)


@pytest.mark.parametrize(
    ("changes", "params"),
    [
        ({"trailing_offset": Decimal("1.5"), "trailing_offset_unit": OffsetUnit.PERCENT}, {"callbackRatio": "0.015"}),
        (
            {"trailing_offset": Decimal(500), "trigger_price": Decimal(66_000)},
            {"callbackSpread": "500", "activePx": "66000"},
        ),
    ],
)
def test_a_trailing_stop_stays_behind_by_a_ratio_or_a_distance(changes: dict[str, Any], params: dict[str, str]) -> None:
    sent = algo_params(waiting(OrderType.TRAILING_STOP, **{"trigger_price": None, **changes}), PAIR, is_hedged=False)
    assert sent["ordType"] == "move_order_stop"
    assert params.items() <= sent.items()
    assert not {"slTriggerPx", "tpTriggerPx", "triggerPx"} & sent.keys()


@pytest.mark.parametrize(
    "order",
    [
        waiting(OrderType.STOP_LOSS, params={"stpMode": "cancel_both"}),
        waiting(OrderType.STOP_LIMIT, price=Decimal(63_900), post_only=True),
        waiting(OrderType.STOP_LIMIT, price=Decimal(63_900), time_in_force=TimeInForce.IOC),
        waiting(OrderType.TRAILING_STOP, trailing_offset=Decimal(5), trigger_by=TriggerBy.MARK),
    ],
    ids=["params", "post-only", "immediate or cancel", "trails the mark price"],
)
def test_what_an_algo_order_cannot_be_asked_is_not_sent(order: Any) -> None:
    with pytest.raises(CallFailed) as failed:
        algo_params(order, PAIR, is_hedged=False)
    assert failed.value.verdict is Verdict.REFUSED


@pytest.mark.parametrize("kind", InstrumentKind)
def test_the_desk_refuses_beforehand_what_an_algo_order_would_not_take(kind: InstrumentKind) -> None:
    assert CAPABILITIES[Exchange.OKX, kind].conditional_params == PARAMS
