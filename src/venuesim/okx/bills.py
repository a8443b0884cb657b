"""Bills: every movement of the trading account's balances (OKX "Get bills details", "Get bill types")."""

from enum import StrEnum
from typing import assert_never

from venuesim.exchange.engine import Exchange
from venuesim.exchange.flows import Flow
from venuesim.exchange.orders import Execution
from venuesim.exchange.vocabulary import FlowKind, Origin, PositionSide, Side
from venuesim.okx.figures import Json
from venuesim.okx.instruments import InstrumentType, instrument_id, instrument_type, shown_size
from venuesim.okx.order_words import Extra
from venuesim.okx.rendering import FIRST_BILL_ID
from venuesim.wire.calls import plain


class BillType(StrEnum):
    """The `type` values that occur here."""

    TRANSFER = "1"
    TRADE = "2"
    LIQUIDATION = "5"
    FUNDING = "8"
    ADL = "9"


SUBTYPES: dict[BillType, tuple[str, dict[str, str]]] = {
    BillType.TRANSFER: ("Transfer", {"11": "Transfer in", "12": "Transfer out"}),
    BillType.TRADE: (
        "Trade",
        {"1": "Buy", "2": "Sell", "3": "Open long", "4": "Open short", "5": "Close long", "6": "Close short"},
    ),
    BillType.LIQUIDATION: (
        "Liquidation",
        {
            "104": "Liquidation long",
            "105": "Liquidation short",
            "106": "Liquidation buy",
            "107": "Liquidation sell",
            "109": "Liquidation fees",
            "110": "Liquidation transfer in",
        },
    ),
    BillType.FUNDING: ("Funding fee", {"173": "Funding fee expense", "174": "Funding fee income"}),
    BillType.ADL: (
        "ADL",
        {"125": "ADL close long", "126": "ADL close short", "127": "ADL buy", "128": "ADL sell"},
    ),
}
"""The types with their names and subtypes. The names follow OKX's list."""

FUNDING_ACCOUNT = "6"
TRADING_ACCOUNT = "18"

_EMPTY = (
    "clOrdId", "earnAmt", "earnApr", "execType", "fillFwdPx", "fillIdxPx", "fillMarkPx", "fillMarkVol", "fillPxUsd",
    "fillPxVol", "fillTime", "from", "instId", "instType", "mgnMode", "notes", "ordId", "px", "tag", "to", "tradeId",
)  # fmt: skip


_FORCED = {
    Origin.LIQUIDATION: (BillType.LIQUIDATION, ("104", "105", "106", "107")),
    Origin.AUTO_DELEVERAGING: (BillType.ADL, ("125", "126", "127", "128")),
}
"""Types and subtypes of forced closings: of a long, of a short, and in net mode by a buy and by a sell."""


def bill_id(flow: Flow) -> int:
    """Return a movement's `billId`."""
    return FIRST_BILL_ID + flow.flow_id


def type_of(flow: Flow) -> tuple[BillType, str]:
    """Return a movement's type and subtype."""
    match flow.kind:
        case FlowKind.TRADE:
            assert flow.execution is not None, "a trade has an execution"
            if not flow.execution.instrument.is_linear:
                # Of a pair each currency has a bill of its own: what comes in was bought, what goes out was sold.
                return BillType.TRADE, "1" if flow.amount > 0 else "2"
            return _type_of_trade(flow.execution)
        case FlowKind.FUNDING:
            return BillType.FUNDING, "173" if flow.amount < 0 else "174"
        case FlowKind.DEPOSIT:
            return BillType.TRANSFER, "11"
        case FlowKind.WITHDRAWAL:
            return BillType.TRANSFER, "12"
        case FlowKind.TRANSFER:
            return BillType.TRANSFER, "12" if flow.amount < 0 else "11"
        case FlowKind.INSURANCE:
            return BillType.LIQUIDATION, "109" if flow.amount < 0 else "110"
        case FlowKind.BUST:  # Assumption: what a busted trade gives back or takes back is a transfer.
            return BillType.TRANSFER, "12" if flow.amount < 0 else "11"
        case _:
            assert_never(flow.kind)


def bill(flow: Flow, exchange: Exchange) -> Json:
    """Return a movement as a bill."""
    kind, subtype = type_of(flow)
    shown: Json = {
        **dict.fromkeys(_EMPTY, ""),
        "bal": plain(flow.balance),
        "balChg": plain(flow.amount),
        "billId": str(bill_id(flow)),
        "ccy": flow.asset,
        "fee": "0",
        "interest": "0",
        "pnl": "0",
        "posBal": "0",
        "posBalChg": "0",
        "subType": subtype,
        "sz": plain(abs(flow.amount)),
        "ts": str(flow.time_ms),
        "type": kind.value,
    }
    if flow.execution is not None:
        return shown | _trade_fields(flow, flow.execution)
    if kind is BillType.TRANSFER:
        came_in = flow.amount > 0
        ends = (FUNDING_ACCOUNT, TRADING_ACCOUNT) if came_in else (TRADING_ACCOUNT, FUNDING_ACCOUNT)
        return shown | {"from": ends[0], "to": ends[1]}
    if flow.symbol is not None:
        return shown | _contract_fields(flow, exchange)
    return shown


def _type_of_trade(execution: Execution) -> tuple[BillType, str]:
    order = execution.order
    is_buy = execution.side is Side.BUY
    forced = _FORCED.get(order.origin)
    if forced is not None:
        kind, (long, short, buy, sell) = forced
        if order.position_side is PositionSide.NET:
            return kind, buy if is_buy else sell
        return kind, long if order.position_side is PositionSide.LONG else short
    match order.position_side:
        case PositionSide.NET:
            return BillType.TRADE, "1" if is_buy else "2"
        case PositionSide.LONG:
            return BillType.TRADE, "3" if is_buy else "5"
        case PositionSide.SHORT:
            return BillType.TRADE, "6" if is_buy else "4"
        case _:
            assert_never(order.position_side)


def _trade_fields(flow: Flow, execution: Execution) -> Json:
    """Return what a bill tells of its trade. Approximate: the index stood where the mark price did."""
    instrument, order = execution.instrument, execution.order
    moved = flow.amount + execution.fee if execution.fee_asset == flow.asset else flow.amount
    return {
        "clOrdId": order.extra.get(Extra.CLIENT_ORDER_ID, ""),
        "execType": "M" if execution.is_maker else "T",
        "fee": plain(-execution.fee) if execution.fee_asset == flow.asset else "0",
        "fillIdxPx": plain(execution.mark_price),
        "fillMarkPx": plain(execution.mark_price) if instrument.is_linear else "",
        "fillTime": str(execution.time_ms),
        "instId": instrument_id(instrument),
        "instType": instrument_type(instrument).value,
        "mgnMode": margin_mode_of(flow),
        "ordId": str(execution.order_id),
        "pnl": plain(execution.realized_pnl),
        "px": plain(execution.price),
        "sz": shown_size(instrument, execution.quantity) if instrument.is_linear else plain(abs(moved)),
        "tag": order.extra.get(Extra.TAG, ""),
        "tradeId": str(execution.trade_id),
    }


def _contract_fields(flow: Flow, exchange: Exchange) -> Json:
    """Return what a movement tells of the contract that caused it; funding is also its profit."""
    assert flow.symbol is not None, "a contract caused it"
    instrument = exchange.markets[flow.symbol].instrument
    return {
        "instId": instrument_id(instrument),
        "instType": InstrumentType.SWAP.value,
        "pnl": plain(flow.amount),
        "px": plain(flow.price) if flow.price else "",
        "sz": shown_size(instrument, abs(flow.quantity)),
    }


def margin_mode_of(flow: Flow) -> str:
    """Return `mgnMode`: empty for what no trade moved."""
    execution = flow.execution
    if execution is None:
        return ""
    if not execution.instrument.is_linear:
        return "cash"
    return "isolated" if execution.order.pocket.startswith("isolated") else "cross"
