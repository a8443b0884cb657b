"""Writes what happens to an account as the events of its user stream ("User Data Streams")."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from venuesim.binance.futures.formats import Json, eight, price_text, quantity_text, quote_text
from venuesim.binance.futures.reading import GOOD_TILL_DATE, PRICE_MATCH, SELF_TRADE_MODE
from venuesim.binance.futures.rendering import (
    ACTIVATION_PRICE,
    CALLBACK_RATE,
    CLOSE_POSITION,
    MODIFY_ID,
    PRICE_PROTECT,
    TRIGGER_PRICE,
    TRIGGERED_TYPE,
    WORKING_TYPE,
    limit_price,
    status_word,
    time_in_force_word,
    type_word,
)
from venuesim.binance.futures.settings import is_multi_assets
from venuesim.binance.futures.wallet_figures import break_even_price, entry_price
from venuesim.binance.futures.words import position_side_word
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, AccountEventKind, OrderEvent, OrderEventKind
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.margin import maintenance_of, wallet_margin
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.positions import Holding, Position
from venuesim.exchange.vocabulary import EndReason, MarginMode, Origin, PositionSide, Side, TimeInForce
from venuesim.wire.calls import plain

_EXECUTION_TYPES = {
    OrderEventKind.NEW: "NEW",
    OrderEventKind.AMENDED: "AMENDMENT",
    OrderEventKind.TRADE: "TRADE",
    OrderEventKind.CANCELED: "CANCELED",
    OrderEventKind.EXPIRED: "EXPIRED",
    # Assumption: the venue documents no word for what the engine rejects after it was accepted.
    OrderEventKind.REJECTED: "REJECTED",
}

_REASONS = {
    AccountEventKind.FUNDING: "FUNDING_FEE",
    AccountEventKind.DEPOSIT: "DEPOSIT",
    AccountEventKind.WITHDRAWAL: "WITHDRAW",
    AccountEventKind.MARGIN_MODE: "MARGIN_TYPE_CHANGE",
    AccountEventKind.POSITION_MARGIN: "MARGIN_TRANSFER",
    AccountEventKind.INSURANCE: "INSURANCE_CLEAR",
}
"""The `m` of ACCOUNT_UPDATE."""

_EXPIRY_REASONS = {
    EndReason.SELF_TRADE: "1",
    EndReason.IMMEDIATE_OR_CANCEL: "2",
    EndReason.REDUCE_ONLY: "4",
    EndReason.LIQUIDATION: "5",
    EndReason.NO_LIQUIDITY: "9",
    EndReason.FILL_OR_KILL: "10",
    EndReason.POST_ONLY: "11",
}
"""The `er` of ORDER_TRADE_UPDATE ("Event: Order Update", Expiry Reason)."""


class UserEvents:
    """Renders events; it must hear of executions before those who render them."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._realized: defaultdict[tuple[int, str, PositionSide], Decimal] = defaultdict(Decimal)
        exchange.listeners.orders.append(self._count)

    def of_order(self, event: OrderEvent) -> Iterator[Json]:
        """Yield the events of an order's change."""
        word = _EXECUTION_TYPES.get(event.kind)
        if word is None:  # Triggers are events of algo orders, and prevention shows in what it ends.
            return
        if event.execution is not None:
            yield _trade_lite(event.order, event.execution)
            yield self._after_trade(event)
        yield _order_trade_update(event, word)

    def of_account(self, event: AccountEvent) -> Iterator[Json]:
        """Yield the events of an account's change."""
        match event.kind:
            case AccountEventKind.LEVERAGE:
                assert event.instrument is not None, "leverage is a contract's"
                leverage = int(event.account.holding(event.instrument).leverage)
                yield _config_update(event.time_ms, {"ac": {"s": event.instrument.venue_id, "l": leverage}})
            case AccountEventKind.MARGIN_CALL:
                yield self._margin_call(event)
            case _ if event.kind in _REASONS:
                yield self._account_update(event)

    def of_asset_mode(self, account: Account, now_ms: int) -> Json:
        """Return the event of another asset mode."""
        return _config_update(now_ms, {"ai": {"j": is_multi_assets(account)}})

    def _count(self, event: OrderEvent) -> None:
        if event.execution is not None:
            key = (event.account.account_id, event.order.instrument.symbol, event.order.position_side)
            self._realized[key] += event.execution.realized_pnl

    def _after_trade(self, event: OrderEvent) -> Json:
        order = event.order
        position = event.account.holding(order.instrument).position(order.position_side)
        return self._update(event.account, event.time_ms, "ORDER", dict.fromkeys(event.assets, ZERO), [position])

    def _account_update(self, event: AccountEvent) -> Json:
        moved = {} if event.asset is None else {event.asset: event.amount}
        positions: list[Position] = []
        if event.instrument is not None:
            holding = event.account.holding(event.instrument)
            shown = event.kind is not AccountEventKind.FUNDING or holding.margin_mode is MarginMode.ISOLATED
            positions = _shown_positions(event.account, holding) if shown else []
        paid_for = event.instrument if event.kind is AccountEventKind.FUNDING else None
        return self._update(event.account, event.time_ms, _REASONS[event.kind], moved, positions, paid_for)

    def _update(
        self,
        account: Account,
        time_ms: int,
        reason: str,
        moved: dict[str, Decimal],
        positions: Iterable[Position],
        paid_for: Instrument | None = None,
    ) -> Json:
        told: Json = {
            "B": [self._balance(account, asset, amount) for asset, amount in moved.items()],
            "P": [self._position(account, position) for position in positions],
            "m": reason,
        }
        if paid_for is not None:
            told["S"] = paid_for.venue_id
        return {"e": "ACCOUNT_UPDATE", "T": time_ms, "E": time_ms, "a": told}

    def _balance(self, account: Account, asset: str, amount: Decimal) -> Json:
        margin = wallet_margin(account, asset, self._exchange.markets)
        return {"a": asset, "wb": _cash(margin.balance), "cw": _cash(margin.cross_balance), "bc": _cash(amount)}

    def _position(self, account: Account, position: Position) -> Json:
        instrument = position.instrument
        mark = self._exchange.markets[instrument.symbol].mark
        isolated = account.holding(instrument).margin_mode is MarginMode.ISOLATED
        realized = self._realized[account.account_id, instrument.symbol, position.side]
        pnl = position.unrealized_pnl(mark)
        return {
            "s": instrument.venue_id,
            "pa": plain(position.quantity),
            "ep": plain(entry_price(position)),
            "cr": eight(realized) if realized else "0",
            "up": eight(pnl) if pnl else "0",
            "mt": "isolated" if isolated else "cross",
            "iw": _cash(position.isolated_margin) if isolated else "0",
            "ps": position_side_word(position.side),
            "ma": instrument.quote,
            "bep": plain(break_even_price(position)),
        }

    def _margin_call(self, event: AccountEvent) -> Json:
        account, markets = event.account, self._exchange.markets
        assert event.asset is not None, "a margin call is about an asset"
        margin = wallet_margin(account, event.asset, markets)
        rows: list[Json] = []
        for holding in account.holdings.values():
            mark = markets[holding.instrument.symbol].mark
            if holding.margin_mode is MarginMode.CROSS and holding.instrument.quote == event.asset:
                rows += [_called(holding, position, mark) for position in holding.open_positions()]
        return {"e": "MARGIN_CALL", "E": event.time_ms, "cw": eight(margin.cross_balance), "p": rows}


def listen_key_expired(key: str, now_ms: int) -> Json:
    """Return the last event of a stream whose key expired."""
    return {"e": "listenKeyExpired", "E": now_ms, "listenKey": key}


def _called(holding: Holding, position: Position, mark: Decimal) -> Json:
    return {
        "s": holding.instrument.venue_id,
        "ps": position_side_word(position.side),
        "pa": plain(position.quantity),
        "mt": "CROSSED",
        "iw": "0",
        "mp": eight(mark),
        "up": eight(position.unrealized_pnl(mark)),
        "mm": eight(maintenance_of(holding, position.notional(mark))),
    }


def _shown_positions(account: Account, holding: Holding) -> list[Position]:
    sides = (PositionSide.LONG, PositionSide.SHORT) if account.is_hedged else (PositionSide.NET,)
    return [holding.position(side) for side in sides]


def _config_update(time_ms: int, change: Json) -> Json:
    return {"e": "ACCOUNT_CONFIG_UPDATE", "T": time_ms, "E": time_ms, **change}


def _trade_lite(order: Order, execution: Execution) -> Json:
    instrument = order.instrument
    return {
        "e": "TRADE_LITE",
        "E": execution.time_ms,
        "T": execution.time_ms,
        "s": instrument.venue_id,
        "q": quantity_text(order.quantity, instrument),
        "p": price_text(limit_price(order), instrument),
        "m": execution.is_maker,
        "c": order.client_order_id,
        "S": order.side.upper(),
        "L": price_text(execution.price, instrument),
        "l": quantity_text(execution.quantity, instrument),
        "t": execution.trade_id,
        "i": order.order_id,
    }


def _order_trade_update(event: OrderEvent, word: str) -> Json:
    order, execution, extra = event.order, event.execution, event.order.extra
    forced = order.origin in {Origin.LIQUIDATION, Origin.AUTO_DELEVERAGING}
    bids, asks = _open_notionals(event.account, order.instrument)
    shown: Json = {
        "s": order.instrument.venue_id,
        "c": order.client_order_id,
        "S": order.side.upper(),
        "o": "LIQUIDATION" if forced else type_word(order),
        "f": time_in_force_word(order),
        "q": plain(order.quantity),
        "p": plain(limit_price(order)),
        "ap": quote_text(order.average_price, order.instrument) if order.filled_quantity else "0",
        "sp": _stop_price(order),
        # What a liquidation trades is called calculated.
        "x": "CALCULATED" if forced and execution is not None else word,
        "X": status_word(order),
        "i": order.order_id,
        "l": plain(execution.quantity) if execution else "0",
        "z": plain(order.filled_quantity),
        "L": plain(execution.price) if execution else "0",
        "n": eight(execution.fee) if execution else "0",
        "N": execution.fee_asset if execution else order.instrument.quote,
        "T": event.time_ms,
        "t": execution.trade_id if execution else 0,
        "b": plain(bids),
        "a": plain(asks),
        "m": execution is not None and execution.is_maker,
        "R": order.reduce_only,
        "wt": extra.get(WORKING_TYPE, "CONTRACT_PRICE"),
        "ot": "LIQUIDATION" if forced else extra.get(TRIGGERED_TYPE, type_word(order)),
        "ps": position_side_word(order.position_side),
        "cp": CLOSE_POSITION in extra,
        "rp": eight(execution.realized_pnl) if execution and execution.realized_pnl else "0",
        "pP": PRICE_PROTECT in extra,
        "si": 0,
        "ss": 0,
        "V": extra.get(SELF_TRADE_MODE, "NONE"),
        "pm": extra.get(PRICE_MATCH, "NONE"),
        "gtd": int(extra.get(GOOD_TILL_DATE, "0")),
        "er": _expiry_reason(order),
    }
    if event.kind is OrderEventKind.AMENDED and MODIFY_ID in extra:
        shown["M"] = extra[MODIFY_ID]
    if CALLBACK_RATE in extra:
        shown |= {"AP": extra[ACTIVATION_PRICE], "cr": extra[CALLBACK_RATE]}
    return {"e": "ORDER_TRADE_UPDATE", "T": event.time_ms, "E": event.time_ms, "o": shown}


def _expiry_reason(order: Order) -> str:
    """Return the `er` of an order: why it ended unfilled, "0" for everything that has no number."""
    if order.end_reason is EndReason.SELF_TRADE and order.time_in_force is TimeInForce.IOC:
        return "3"
    return _EXPIRY_REASONS.get(order.end_reason, "0")


def _stop_price(order: Order) -> str:
    price = order.extra.get(TRIGGER_PRICE)
    return "0" if price is None else plain(Decimal(price))


def _open_notionals(account: Account, instrument: Instrument) -> tuple[Decimal, Decimal]:
    """Return what the contract's open bids and asks are worth."""
    holding = account.holdings.get(instrument.symbol)
    if holding is None:
        return ZERO, ZERO
    totals = dict.fromkeys(Side, ZERO)
    for (_, side), interest in holding.interest.items():
        totals[side] += interest.notional
    return totals[Side.BUY], totals[Side.SELL]


def _cash(amount: Decimal) -> str:
    """Write an amount with up to eight decimals."""
    return plain(amount.quantize(Decimal("0.00000001")))
