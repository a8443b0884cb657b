"""Positions in Bybit's words ("Get Position Info", "Position")."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.closed_pnl import ClosedPnl
from venuesim.bybit.finding import TRADED
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.pages import below, cursor, listed, page
from venuesim.bybit.parameters import Category
from venuesim.bybit.protection import Protection
from venuesim.bybit.words import POSITION_INDEXES, StopType
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.fees import rate_of
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.margin import bankruptcy_price, closing_fee_of, liquidation_price, maintenance_of
from venuesim.exchange.orders import Order
from venuesim.exchange.positions import Holding, Position
from venuesim.exchange.vocabulary import MarginMode, PositionSide
from venuesim.wire.calls import plain

AUTO_ADD_MARGIN = "autoAddMargin"
"""The key of `Position.settings` that says whether margin is added automatically."""

ADL_RANK = 2
"""`adlRankIndicator` of every open position (assumption: there is no queue of other accounts to rank in)."""

_PRICE = Decimal("0.00000001")
_NEVER: Json = {
    "positionStatus": "Normal",
    "tradeMode": 0,
    "tpslMode": "Full",
    "isReduceOnly": False,
    "mmrSysUpdatedTime": "",
    "leverageSysUpdatedTime": "",
}
_OF_OPTIONS = dict.fromkeys(("delta", "gamma", "vega", "theta"), "")


class Positions:
    """Shows the positions of accounts."""

    def __init__(
        self, *, exchange: Exchange, instruments: Instruments, protection: Protection, closed_pnl: ClosedPnl
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._protection = protection
        self._closed_pnl = closed_pnl

    def show(self, request: Request) -> Result:
        """List the positions in one contract, open or not, or all that are open and settled in one coin."""
        parameters, account = request.parameters, request.account
        category = parameters.category()
        if category not in TRADED or category is Category.SPOT:
            return listed(category, [])
        instrument, settle = self._instruments.to_show(parameters), parameters.text("settleCoin")
        if instrument is None and settle is None:
            raise errors.parameter("Missing some parameters that must be filled in, symbol or settleCoin")
        if instrument is not None:
            return listed(category, [self.row(account, position) for position in positions_of(account, instrument)])
        number_below, _ = below(parameters)
        held = (
            position
            for holding in account.holdings.values()
            if holding.instrument.quote == settle
            for position in holding.open_positions()
        )
        newest_first = sorted(held, key=lambda position: position.number, reverse=True)
        wanted = (position for position in newest_first if position.number < number_below)
        found, is_last = page(wanted, parameters.limit(default=20, maximum=200))
        following = "" if is_last else cursor(found[-1].number, found[-1].updated_ms)
        return listed(category, [self.row(account, position) for position in found], following)

    def pushed(self, account: Account, instrument: Instrument) -> list[Json]:
        """Return the positions in one contract as the position topic tells them."""
        rows = []
        for position in positions_of(account, instrument):
            row = self.row(account, position)
            entry = row.pop("avgPrice")
            rows.append({"category": "linear", **row, "entryPrice": entry})
        return rows

    def row(self, account: Account, position: Position) -> Json:
        """Return one position."""
        instrument = self._exchange.markets[position.instrument.symbol].instrument
        holding = account.holding(instrument)
        market = self._exchange.markets[instrument.symbol]
        tiers = instrument.margin_tiers
        tier = instrument.tier_of(position.notional(market.mark))
        own = self._open(account, holding, position) if position.is_open else _closed()
        return {
            **_NEVER,
            **_OF_OPTIONS,
            "symbol": instrument.venue_id,
            "positionIdx": POSITION_INDEXES[position.side],
            "riskId": tiers.index(tier) + 1,
            "riskLimitValue": plain(tier.notional_max),
            "leverage": plain(holding.leverage),
            "markPrice": plain(market.round_price(market.mark)),
            "autoAddMargin": int(position.settings.get(AUTO_ADD_MARGIN, "0")),
            "curRealisedPnl": plain(position.realized_pnl - position.fees + position.funding),
            "cumRealisedPnl": plain(self._closed_pnl.realized(position)),
            "sessionAvgPrice": "",
            **self._stops(position),
            **own,
            "createdTime": str(position.opened_ms or account.created_ms),
            "updatedTime": str(position.updated_ms or account.created_ms),
            "seq": position.number or -1,
        }

    def _open(self, account: Account, holding: Holding, position: Position) -> Json:
        mark = self._exchange.markets[holding.instrument.symbol].mark
        notional, closing = position.notional(mark), closing_fee_of(holding, position)
        is_isolated = holding.margin_mode is MarginMode.ISOLATED
        own = position.isolated_margin if is_isolated else notional / holding.leverage
        initial, maintenance = plain(_cut(own + closing)), plain(_cut(maintenance_of(holding, notional) + closing))
        return {
            "side": "Buy" if position.quantity > 0 else "Sell",
            "size": plain(abs(position.quantity)),
            "avgPrice": plain(_cut(position.entry_price)),
            "positionValue": plain(_cut(position.notional(position.entry_price))),
            "liqPrice": self._liquidation_price(account, position),
            "bustPrice": _bust_price(holding, position) if is_isolated else "",
            "positionIM": initial,
            "positionIMByMp": initial,
            "positionMM": maintenance,
            "positionMMByMp": maintenance,
            "positionBalance": initial if is_isolated else "0",
            "unrealisedPnl": plain(_cut(position.unrealized_pnl(mark))),
            "breakEvenPrice": self._break_even_price(account, position),
            "adlRankIndicator": ADL_RANK,
        }

    def _liquidation_price(self, account: Account, position: Position) -> str:
        """Return the estimated price, or nothing when no price of the contract could reach it."""
        price = liquidation_price(account, position, self._exchange.markets)
        instrument = position.instrument
        if price is None or not instrument.price_min < price < instrument.price_max:
            return ""
        return plain(self._exchange.markets[instrument.symbol].round_price(price))

    @staticmethod
    def _break_even_price(account: Account, position: Position) -> str:
        """Return the price at which closing as a taker pays for everything so far."""
        rate = rate_of(account, position.instrument, is_maker=False)
        sign = 1 if position.quantity > 0 else -1
        spent = position.fees - position.realized_pnl - position.funding
        value = position.notional(position.entry_price) + sign * spent
        return plain(_cut(value / (abs(position.quantity) * (1 - sign * rate))))

    def _stops(self, position: Position) -> Json:
        trailing = self._protection.full(position, StopType.TRAILING_STOP)
        distance = ZERO
        if trailing is not None and trailing.trigger is not None and trailing.trigger.trailing is not None:
            distance = trailing.trigger.trailing.distance or ZERO
        return {
            "takeProfit": _trigger_price(self._protection.full(position, StopType.TAKE_PROFIT)),
            "stopLoss": _trigger_price(self._protection.full(position, StopType.STOP_LOSS)),
            "trailingStop": plain(distance),
        }


def positions_of(account: Account, instrument: Instrument) -> list[Position]:
    """Return an account's positions in a contract: one, or both sides in hedge mode, empty or not."""
    holding = account.holding(instrument)
    if account.hedges(instrument):
        return [holding.position(PositionSide.LONG), holding.position(PositionSide.SHORT)]
    return [holding.position(PositionSide.NET)]


def _closed() -> Json:
    """Return the figures of a position with nothing in it."""
    zeros = ("size", "avgPrice", "positionIM", "positionIMByMp", "positionMM", "positionMMByMp", "positionBalance")
    empty = ("side", "positionValue", "liqPrice", "bustPrice", "unrealisedPnl", "breakEvenPrice")
    return {**dict.fromkeys(zeros, "0"), **dict.fromkeys(empty, ""), "adlRankIndicator": 0}


def _bust_price(holding: Holding, position: Position) -> str:
    """Return where an isolated position has lost all the margin that was set aside for it."""
    sign = 1 if position.quantity > 0 else -1
    kept = position.isolated_margin / abs(position.quantity)
    price = position.entry_price - sign * kept if kept else bankruptcy_price(holding, position)
    return plain(_cut(max(price, ZERO)))


def _trigger_price(order: Order | None) -> str:
    return "" if order is None or order.trigger is None else plain(order.trigger.price)


def _cut(amount: Decimal) -> Decimal:
    return amount.quantize(_PRICE)
