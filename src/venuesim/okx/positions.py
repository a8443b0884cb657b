"""Positions in OKX's words, for account/positions and the positions channel alike.

Source: "Get positions" of the v5 documentation.
"""

from decimal import Decimal

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.fees import rate_of
from venuesim.exchange.margin import liquidation_cost, liquidation_price, maintenance_of, wallet_margin
from venuesim.exchange.positions import Holding, Position
from venuesim.exchange.vocabulary import MarginMode, PositionSide
from venuesim.okx.balances import cross_ratio
from venuesim.okx.instruments import instrument_id, shown_size
from venuesim.okx.parameters import Parameters
from venuesim.okx.rendering import Json
from venuesim.wire.calls import plain

PRICE_STEP = Decimal("0.0000000001")
POSITION_ID = "posId"
TRADE_ID = "tradeId"
"""Keys of `Position.settings`: the position's id, and its last trade."""

_NOT_SWAP = (
    "baseBal", "baseBorrowed", "baseInterest", "bizRefId", "bizRefType", "clSpotInUseAmt", "deltaBS", "deltaPA",
    "gammaBS", "gammaPA", "hedgedPos", "liab", "liabCcy", "maxSpotInUseAmt", "nonSettleAvgPx", "optVal", "posCcy",
    "quoteBal", "quoteBorrowed", "quoteInterest", "settledPnl", "spotInUseAmt", "spotInUseCcy", "thetaBS", "thetaPA",
    "vegaBS", "vegaPA",
)  # fmt: skip
"""Fields that only margin trading, options and other account modes fill."""


def position_shown(
    account: Account, position: Position, exchange: Exchange, *, closing: list[Json] | None = None
) -> Json:
    """Return a position as it stands. `closing` are the algo orders that close all of it, as closeOrderAlgo shows them.

    The margin ratio is what there is over what must stay (a ratio of 1 liquidates).
    """
    instrument = position.instrument
    market = exchange.markets[instrument.symbol]
    holding = account.holding_of(position)
    mark, last = market.mark, market.statistics.last
    notional = position.notional(mark)
    is_isolated = holding.margin_mode is MarginMode.ISOLATED
    margin = position.isolated_margin if is_isolated else position.notional(position.entry_price) / holding.leverage
    upl, upl_last = position.unrealized_pnl(mark), position.unrealized_pnl(last)
    maintenance = maintenance_of(holding, notional) if position.is_open else ZERO
    liquidation = liquidation_price(account, position, exchange.markets)
    realized = position.realized_pnl - position.fees + position.funding
    is_open = position.is_open
    return {
        **dict.fromkeys(_NOT_SWAP, ""),
        "adl": str(_adl(upl, margin)) if is_open else "",
        "availPos": shown_size(instrument, _closable(account, position)) if is_open and account.is_hedged else "",
        "avgPx": _figure(position.entry_price) if is_open else "",
        "bePx": _figure(_break_even(account, position)) if is_open else "",
        "cTime": str(position.opened_ms),
        "ccy": instrument.quote,
        "closeOrderAlgo": closing or [],
        "fee": plain(-position.fees),
        "fundingFee": plain(position.funding),
        "idxPx": plain(market.index),
        "imr": _figure(notional / holding.leverage) if is_open and not is_isolated else "",
        "instId": instrument_id(instrument),
        "instType": "SWAP",
        "interest": "",
        "last": plain(last),
        "lever": plain(holding.leverage),
        "liqPenalty": "0",
        "liqPx": "" if liquidation is None else _figure(liquidation),
        "margin": _figure(margin) if is_isolated else "",
        "markPx": plain(mark),
        "mgnMode": holding.margin_mode.value,
        "mgnRatio": _figure(margin_ratio(account, holding, position, exchange)) if is_open else "",
        "mmr": _figure(maintenance) if is_open else "",
        "notionalUsd": plain(notional) if is_open else "",
        "pendingCloseOrdLiabVal": "",
        "pnl": plain(position.realized_pnl),
        "pos": shown_size(instrument, _signed(position)),
        "posId": position.settings.get(POSITION_ID, ""),
        "posSide": position.side.value,
        "realizedPnl": plain(realized),
        "tradeId": position.settings.get(TRADE_ID, ""),
        "uTime": str(position.updated_ms),
        "upl": _figure(upl) if is_open else "",
        "uplLastPx": _figure(upl_last) if is_open else "",
        "uplRatio": _figure(upl / margin if margin else ZERO) if is_open else "",
        "uplRatioLastPx": _figure(upl_last / margin if margin else ZERO) if is_open else "",
        "usdPx": "1",
    }


def margin_ratio(account: Account, holding: Holding, position: Position, exchange: Exchange) -> Decimal:
    """Return what stands behind a position over its maintenance margin and the fee of its liquidation."""
    instrument = position.instrument
    mark = exchange.markets[instrument.symbol].mark
    if holding.margin_mode is MarginMode.ISOLATED:
        needed = maintenance_of(holding, position.notional(mark)) + liquidation_cost(account, position, mark)
        return (position.isolated_margin + position.unrealized_pnl(mark)) / needed if needed else ZERO
    return cross_ratio(wallet_margin(account, instrument.quote, exchange.markets))


def all_positions(account: Account) -> list[Position]:
    """Return every position that the account has or had, newest first ("reverse chronological order using ctime")."""
    known = [
        position
        for holding in account.holdings.values()
        for position in holding.positions.values()
        if position.is_open or account.is_hedged is (position.side is not PositionSide.NET)
    ]
    return sorted(known, key=lambda position: position.opened_ms, reverse=True)


def is_wanted(position: Position, query: Parameters) -> bool:
    """Whether a position is one that `instId` and `posId` of a query name, or an open one when they name none."""
    names, ids = query.text("instId"), query.text("posId")
    if names is None and ids is None:
        return position.is_open
    if position.settings.get(POSITION_ID) is None:  # It never had anything in it.
        return False
    return (names is None or instrument_id(position.instrument) in names.split(",")) and (
        ids is None or position.settings[POSITION_ID] in ids.split(",")
    )


def _signed(position: Position) -> Decimal:
    """Return the quantity as OKX signs it: in net mode only."""
    return position.quantity if position.side is PositionSide.NET else abs(position.quantity)


def _closable(account: Account, position: Position) -> Decimal:
    pending = sum(
        (
            order.leaves_quantity
            for order in account.open_orders_of(position.instrument.symbol)
            if order.pocket == position.pocket and order.position_side is position.side and position.closes(order.side)
        ),
        ZERO,
    )
    return max(ZERO, abs(position.quantity) - pending)


def _break_even(account: Account, position: Position) -> Decimal:
    """Return the price at which closing would earn nothing, fees of opening and closing paid as a taker."""
    fee = rate_of(account, position.instrument, is_maker=False)
    opening, closing = (1 + fee, 1 - fee) if position.quantity > 0 else (1 - fee, 1 + fee)
    return position.entry_price * opening / closing


def _adl(upl: Decimal, margin: Decimal) -> int:
    """Return the place in the queue of auto-deleveraging: 1 to 5, higher with profit (assumption)."""
    if upl <= 0 or not margin:
        return 1
    return min(5, 2 + int(upl / margin * 2))


def _figure(amount: Decimal) -> str:
    return plain(amount.quantize(PRICE_STEP))
