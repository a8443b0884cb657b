"""What an account can ask about itself: balances, order counts, the filters that concern it."""

from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.commission import account_rates
from venuesim.binance.spot.instruments import Instruments
from venuesim.binance.spot.rendering import account_status
from venuesim.binance.spot.symbols import filters_of
from venuesim.exchange.engine import Exchange


class AccountData:
    """Answers the account endpoints."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: BinanceLimits) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits

    def account(self, request: Request) -> Result:
        """Show the account and its balances."""
        omit_zero = request.parameters.boolean("omitZeroBalances")
        request.all_read()
        instrument = next(iter(self._exchange.markets.values())).instrument
        maker, taker = account_rates(request.account, instrument)
        return Result(account_status(request.account, maker=maker, taker=taker, omit_zero=omit_zero))

    def order_counts(self, request: Request) -> Result:
        """Show the unfilled order counts."""
        request.all_read()
        return Result(self._limits.order_status(request.account, request.now_ms))

    def filters(self, request: Request) -> Result:
        """Show the filters of a symbol that concern the account; no account has a limit of assets of its own."""
        instrument = self._instruments.read(request.parameters)
        request.all_read()
        return Result({"exchangeFilters": [], "symbolFilters": filters_of(instrument), "assetFilters": []})
