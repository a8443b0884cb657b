"""order/spot-borrow-check: what an account can trade in a spot pair; it borrows nothing ("Get Borrow Quota (Spot)")."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Request, Result
from venuesim.bybit.parameters import Category
from venuesim.bybit.words import WireSide
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.margin import available
from venuesim.wire.calls import plain

QUANTITY_STEP = Decimal("0.0001")
AMOUNT_STEP = Decimal("0.00000001")


class SpotQuota:
    """Shows quotas."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def show(self, request: Request) -> Result:
        """Show the largest quantity (four decimals) and amount of one side of a pair."""
        parameters = request.parameters
        if parameters.category() is not Category.SPOT:
            raise errors.parameter("params error: category invalid")
        instrument = self._instruments.to_trade(parameters)
        side = parameters.choice("side", WireSide)
        market = self._exchange.markets[instrument.symbol]
        buys = side is WireSide.BUY
        coin = instrument.quote if buys else instrument.base
        held = max(ZERO, available(request.account, coin, self._exchange.markets))
        quantity = plain(floor_to(held / market.mid if buys else held, QUANTITY_STEP))
        amount = plain(floor_to(held if buys else held * market.mid, AMOUNT_STEP))
        return Result(
            result={
                "symbol": instrument.venue_id,
                "side": side.value,
                "maxTradeQty": quantity,
                "maxTradeAmount": amount,
                "spotMaxTradeQty": quantity,
                "spotMaxTradeAmount": amount,
                "borrowCoin": coin,
            }
        )
