"""Rows and events as Binance USD-M futures write them, for the unit tests of how they are read."""

from typing import Any

from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.venues.binance.account import BinanceAccount
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import CLIENT_ORDER_ID, ScriptedClient, seat

LINEAR = "BTC/USDT:USDT"
TIME_MS = 1772366400000
ORDER_ID = "8389765000000001"
ALGO_ID = "2146760"


def absent(message: str = "Order does not exist.") -> CallFailed:
    """What a look-up of an unknown order proves."""
    return CallFailed(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, message, venue_code="-2013")


def account(*answers: Any) -> tuple[BinanceAccount, ScriptedClient]:
    """An account whose venue answers so, and the client that remembers what was asked."""
    client = ScriptedClient(*answers)
    return BinanceAccount(seat(Exchange.BINANCE, client)), client


def order_row(**changes: Any) -> dict[str, Any]:
    """An order of GET /fapi/v1/order."""
    return {
        "orderId": int(ORDER_ID), "symbol": "BTCUSDT", "status": "NEW", "clientOrderId": CLIENT_ORDER_ID,
        "price": "64000.00", "avgPrice": "0.00", "origQty": "0.020", "executedQty": "0.000", "cumQuote": "0.00000",
        "timeInForce": "GTC", "type": "LIMIT", "reduceOnly": False, "closePosition": False, "side": "BUY",
        "positionSide": "BOTH", "stopPrice": "0.00", "workingType": "CONTRACT_PRICE", "origType": "LIMIT",
        "time": TIME_MS, "updateTime": TIME_MS, **changes,
    }  # fmt: skip


def algo_row(**changes: Any) -> dict[str, Any]:
    """An algo order of GET /fapi/v1/algoOrder."""
    return {
        "algoId": int(ALGO_ID), "clientAlgoId": CLIENT_ORDER_ID, "algoType": "CONDITIONAL", "orderType": "STOP",
        "symbol": "BTCUSDT", "side": "SELL", "positionSide": "BOTH", "timeInForce": "GTC", "quantity": "0.020",
        "algoStatus": "NEW", "actualOrderId": "", "actualPrice": "0.00000", "actualQty": "0.000",
        "triggerPrice": "64000.00", "price": "63900.00", "workingType": "CONTRACT_PRICE", "createTime": TIME_MS,
        **changes,
    }  # fmt: skip


def trade_row(number: int, **changes: Any) -> dict[str, Any]:
    """An execution of GET /fapi/v1/userTrades."""
    return {
        "symbol": "BTCUSDT", "id": number, "orderId": int(ORDER_ID), "side": "SELL", "price": "64000.00",
        "qty": "0.010", "realizedPnl": "0", "quoteQty": "640.00", "commission": "0.25600000",
        "commissionAsset": "USDT", "time": TIME_MS + number, "positionSide": "BOTH", "buyer": False, "maker": True,
        **changes,
    }  # fmt: skip


def order_event(**changes: Any) -> dict[str, Any]:
    """An ORDER_TRADE_UPDATE that tells a trade."""
    order = {
        "s": "BTCUSDT", "c": CLIENT_ORDER_ID, "S": "SELL", "o": "LIMIT", "f": "GTC", "q": "0.020", "p": "64000",
        "ap": "64000", "sp": "0", "x": "TRADE", "X": "PARTIALLY_FILLED", "i": int(ORDER_ID), "l": "0.010",
        "z": "0.010", "L": "64000", "n": "0.25600000", "N": "USDT", "T": TIME_MS, "t": 6500000001, "m": True,
        "R": False, "wt": "CONTRACT_PRICE", "ot": "LIMIT", "ps": "BOTH", "cp": False, "rp": "0", "er": "0",
    }  # fmt: skip
    return {"e": "ORDER_TRADE_UPDATE", "E": TIME_MS, "T": TIME_MS, "o": order | changes}


def algo_event(**changes: Any) -> dict[str, Any]:
    """An ALGO_UPDATE of an order that waits."""
    order = {
        "caid": CLIENT_ORDER_ID, "aid": int(ALGO_ID), "at": "CONDITIONAL", "o": "STOP", "s": "BTCUSDT", "S": "SELL",
        "ps": "BOTH", "f": "GTC", "q": "0.020", "X": "NEW", "ai": "", "tp": "64000", "p": "63900",
        "wt": "CONTRACT_PRICE",
    }  # fmt: skip
    return {"e": "ALGO_UPDATE", "T": TIME_MS, "E": TIME_MS, "o": order | changes}
