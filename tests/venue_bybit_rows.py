"""Rows of Bybit's topics and calls, as literals of the documented shape, and the account that reads them."""

from typing import Any

from tidegate.core.vocabulary import Exchange
from tidegate.venues.bybit.account import BybitAccount
from tidegate.venues.bybit.reading import Reader
from venue_unit_helpers import CLIENT_ORDER_ID, ScriptedClient, seat


def execution(**changes: Any) -> dict[str, Any]:
    """A row of the execution topic and of execution/list."""
    return {
        "category": "spot", "symbol": "BTCUSDT", "execId": "2290000000001", "execType": "Trade", "execPrice": "64000",
        "execQty": "0.01", "execFee": "0.00001", "feeCurrency": "", "execTime": "1772366400000", "isMaker": True,
        "orderId": "1523", "orderLinkId": CLIENT_ORDER_ID, "side": "Buy", "closedSize": "",
    } | changes  # fmt: skip


def order(**changes: Any) -> dict[str, Any]:
    """A row of the order topic and of the order calls: a resting limit buy."""
    return {
        "category": "spot", "symbol": "BTCUSDT", "orderId": "1523", "orderLinkId": CLIENT_ORDER_ID, "side": "Buy",
        "orderType": "Limit", "orderStatus": "New", "qty": "0.02", "price": "64000", "cumExecQty": "0",
        "cumExecValue": "0", "rejectReason": "EC_NoError", "cancelType": "UNKNOWN", "timeInForce": "GTC",
        "stopOrderType": "", "triggerPrice": "0", "triggerDirection": 0, "marketUnit": "", "positionIdx": 0,
    } | changes  # fmt: skip


def stop(**changes: Any) -> dict[str, Any]:
    """A row of a contract's stop that sells at the market once the price has fallen."""
    return order(
        category="linear", side="Sell", orderType="Market", price="", orderStatus="Untriggered", stopOrderType="Stop",
        triggerPrice="63000", triggerDirection=2, timeInForce="IOC",
    ) | changes  # fmt: skip


def position(**changes: Any) -> dict[str, Any]:
    """A row of the position topic and of position/list: a long position in one-way mode."""
    return {
        "category": "linear", "symbol": "BTCUSDT", "positionIdx": 0, "side": "Buy", "size": "0.5", "leverage": "10",
        "avgPrice": "64000", "markPrice": "65000.5", "liqPrice": "58000", "tradeMode": 0,
    } | changes  # fmt: skip


def listing(*rows: Any, cursor: str = "") -> dict[str, Any]:
    """An answer with a list."""
    return {"retCode": 0, "result": {"list": list(rows), "nextPageCursor": cursor}}


def account(*answers: Any) -> tuple[BybitAccount, ScriptedClient]:
    """An account whose calls are answered from a list, and the client that was asked."""
    client = ScriptedClient(*answers)
    return BybitAccount(seat(Exchange.BYBIT, client)), client


def reader(*hedged: str) -> Reader:
    """What reads rows; `hedged` are the symbols that are held on both sides."""
    return Reader(seat(Exchange.BYBIT, ScriptedClient()), lambda symbol: symbol in hedged)


def told(topic: str, *rows: Any) -> Any:
    """What a session would report for a frame."""
    made, _ = account()
    return made.read_frame(None, {"topic": topic, "data": list(rows)})
