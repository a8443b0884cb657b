"""Shows an account: balances, positions, settings."""

from decimal import Decimal

from venuesim.binance.errors import BinanceError
from venuesim.binance.futures.formats import Json
from venuesim.binance.futures.settings import is_multi_assets
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.futures.wallet_figures import AssetFigures, PositionFigures, WalletFigures, holding_of
from venuesim.binance.futures.wallet_rendering import (
    account_asset,
    account_position_v2,
    account_position_v3,
    account_totals,
    asset_balance,
    position_risk_v2,
    position_risk_v3,
)
from venuesim.binance.futures.words import SETTLEMENT_ASSETS
from venuesim.binance.operations import Request, Result
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

TOTALLED_ASSET = "USDT"


class Wallet:
    """Answers the questions about an account."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols, figures: WalletFigures) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._figures = figures

    def balance(self, request: Request) -> Result:
        """Show the balances (V2, V3)."""
        account = request.account
        return Result([asset_balance(figures, account) for figures in self._assets(account)])

    def account_v2(self, request: Request) -> Result:
        """Show everything, every contract's position included."""
        account = request.account
        positions = [
            account_position_v2(figures) for market in self._symbols.all() for figures in self._of(account, market)
        ]
        assets = [{**account_asset(figures), "marginAvailable": True} for figures in self._assets(account)]
        settings = self._config(account)
        return Result({**settings, **self._totals(account), "assets": assets, "positions": positions})

    def account_v3(self, request: Request) -> Result:
        """Show the balances and what has a position or an open order."""
        account = request.account
        positions = [account_position_v3(figures) for figures in self._in_use(account, None)]
        assets = [account_asset(figures) for figures in self._assets(account)]
        return Result({**self._totals(account), "assets": assets, "positions": positions})

    def position_risk_v2(self, request: Request) -> Result:
        """Show the positions of one contract or of all, empty ones too."""
        market = self._symbols.read_optional(request.parameters)
        markets = self._symbols.all() if market is None else [market]
        return Result([position_risk_v2(figures) for entry in markets for figures in self._of(request.account, entry)])

    def position_risk_v3(self, request: Request) -> Result:
        """Show what has a position or an open order."""
        market = self._symbols.read_optional(request.parameters)
        return Result([position_risk_v3(figures) for figures in self._in_use(request.account, market)])

    def config(self, request: Request) -> Result:
        """Show what the account may do and how it is set."""
        return Result({**self._config(request.account), "dualSidePosition": request.account.is_hedged})

    def symbol_config(self, request: Request) -> Result:
        """Show how contracts are set."""
        market = self._symbols.read_optional(request.parameters)
        markets = self._symbols.all() if market is None else [market]
        return Result([_symbol_config(request.account, entry) for entry in markets])

    def adl_quantile(self, request: Request) -> Result:
        """Show how soon positions would be deleveraged."""
        market = self._symbols.read_optional(request.parameters)
        account = request.account
        quantiles: dict[str, dict[str, int]] = {}
        for figures in self._in_use(account, market):
            if figures.position.is_open:
                sides = quantiles.setdefault(figures.instrument.venue_id, {"LONG": 0, "SHORT": 0})
                side = "LONG" if figures.position.quantity > 0 else "SHORT"
                sides[side] = figures.adl_quantile
                third = "HEDGE" if account.is_hedged and not figures.is_isolated else "BOTH"
                sides[third] = 0 if third == "HEDGE" else figures.adl_quantile
        return Result([{"symbol": symbol, "adlQuantile": sides} for symbol, sides in quantiles.items()])

    def portfolio_margin(self, request: Request) -> Result:  # noqa: ARG002 - No account here has one.
        """Refuse: no simulated account has portfolio margin (assumption: the code)."""
        raise BinanceError(-1109, "Invalid account.")

    def _config(self, account: Account) -> Json:
        return {
            "feeTier": 0,
            "feeBurn": account.fee_terms.pays_in is not None,
            "canTrade": account.may("trade"),
            "canDeposit": True,
            "canWithdraw": True,
            "updateTime": 0,
            "multiAssetsMargin": is_multi_assets(account),
            "tradeGroupId": -1,
        }

    def _assets(self, account: Account) -> list[AssetFigures]:
        return [self._figures.asset(account, asset) for asset in SETTLEMENT_ASSETS]

    def _totals(self, account: Account) -> Json:
        if not is_multi_assets(account):
            return account_totals([(self._figures.asset(account, TOTALLED_ASSET), Decimal(1))])
        worth = self._exchange.clearing.worth
        return account_totals([(figures, worth(figures.asset, TOTALLED_ASSET)) for figures in self._assets(account)])

    def _of(self, account: Account, market: Market) -> list[PositionFigures]:
        return self._figures.positions(account, market)

    def _in_use(self, account: Account, market: Market | None) -> list[PositionFigures]:
        markets = [
            self._exchange.markets[holding.instrument.symbol]
            for holding in account.holdings.values()
            if market is None or holding.instrument.symbol == market.instrument.symbol
        ]
        found = [figures for entry in markets for figures in self._of(account, entry)]
        return [figures for figures in found if figures.is_in_use]


def _symbol_config(account: Account, market: Market) -> Json:
    instrument = market.instrument
    holding = holding_of(account, instrument)
    return {
        "symbol": instrument.venue_id,
        "marginType": "ISOLATED" if holding.margin_mode.value == "isolated" else "CROSSED",
        "isAutoAddMargin": False,
        "leverage": int(holding.leverage),
        "maxNotionalValue": plain(instrument.notional_at(holding.leverage)),
    }
