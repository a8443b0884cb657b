"""The unified account's wallet, as account/wallet-balance and the wallet topic tell it ("Get Wallet Balance")."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from venuesim.bybit.operations import Json
from venuesim.bybit.tickers import usd_price
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, AccountEventKind, OrderEvent
from venuesim.exchange.margin import WalletMargin, wallet_margin
from venuesim.exchange.vocabulary import MarginMode
from venuesim.wire.calls import plain

_STEP = Decimal("0.00000001")
_RATE = Decimal("0.0001")
_CROSS_ONLY = (
    *("accountLTV", "accountIMRate", "accountIMRateByMp", "accountMMRate", "accountMMRateByMp", "totalWalletBalance"),
    *("totalMarginBalance", "totalAvailableBalance", "totalInitialMargin", "totalInitialMarginByMp"),
    *("totalMaintenanceMargin", "totalMaintenanceMarginByMp"),
)
"""Figures that an account has none of in isolated margin mode."""


class Totals(NamedTuple):
    """An account's sums over its coins, in dollars. `locked` is what spot orders hold."""

    equity: Decimal = ZERO
    balance: Decimal = ZERO
    unrealized_pnl: Decimal = ZERO
    initial_margin: Decimal = ZERO
    maintenance_margin: Decimal = ZERO
    locked: Decimal = ZERO


class Wallets:
    """Renders wallets, and adds up what each coin has earned in contracts so far."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._realized: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
        exchange.listeners.orders.append(self._order_changed)
        exchange.listeners.accounts.append(self._account_changed)

    def shown(self, account: Account, coins: list[str]) -> Json:
        """Return the account with `coins`."""
        totals = totals_of(self._exchange, account)
        margin_balance = totals.balance + totals.unrealized_pnl
        available = max(ZERO, margin_balance - totals.initial_margin - totals.locked)
        im_rate = _share(totals.initial_margin, margin_balance)
        mm_rate = _share(totals.maintenance_margin, margin_balance)
        figures: Json = {
            "accountType": "UNIFIED",
            "accountLTV": "0",
            "accountIMRate": im_rate,
            "accountIMRateByMp": im_rate,
            "accountMMRate": mm_rate,
            "accountMMRateByMp": mm_rate,
            "totalEquity": _cut(totals.equity),
            "totalWalletBalance": _cut(totals.balance),
            "totalMarginBalance": _cut(margin_balance),
            "totalAvailableBalance": _cut(available),
            "totalPerpUPL": _cut(totals.unrealized_pnl),
            "totalInitialMargin": _cut(totals.initial_margin),
            "totalInitialMarginByMp": _cut(totals.initial_margin),
            "totalMaintenanceMargin": _cut(totals.maintenance_margin),
            "totalMaintenanceMarginByMp": _cut(totals.maintenance_margin),
        }
        if account.margin_mode is MarginMode.ISOLATED:
            figures |= dict.fromkeys(_CROSS_ONLY, "")
        return {**figures, "coin": [self._coin(account, coin) for coin in coins]}

    def transferable(self, account: Account, coin: str) -> Decimal:
        """Return how much of a coin may leave the account: what neither orders nor positions need."""
        margin = self._margin(account, coin)
        return max(ZERO, min(margin.available, account.balances[coin].free))

    def realized_pnl(self, account: Account, coin: str) -> Decimal:
        """Return what contracts settled in a coin have earned so far, after fees and funding."""
        return self._realized.get((account.account_id, coin), ZERO)

    def _margin(self, account: Account, coin: str) -> WalletMargin:
        return wallet_margin(account, coin, self._exchange.markets)

    def _coin(self, account: Account, coin: str) -> Json:
        held, margin = account.balances[coin], self._margin(account, coin)
        unrealized = margin.unrealized_pnl.quantize(_STEP)
        equity = margin.balance + unrealized
        return {
            "coin": coin,
            "equity": plain(equity),
            "usdValue": _cut(equity * usd_price(self._exchange, coin)),
            "walletBalance": plain(margin.balance),
            "locked": plain(held.locked),
            "spotHedgingQty": "0",
            "borrowAmount": "0",
            "spotBorrow": "0",
            "availableToWithdraw": "",
            "availableToBorrow": "",
            "accruedInterest": "0",
            "totalOrderIM": _cut(margin.order_margin),
            "totalPositionIM": _cut(margin.position_margin),
            "totalPositionMM": _cut(margin.maintenance_margin),
            "unrealisedPnl": plain(unrealized),
            "cumRealisedPnl": plain(self.realized_pnl(account, coin)),
            "bonus": "0",
            "collateralSwitch": True,
            "marginCollateral": True,
        }

    def _order_changed(self, event: OrderEvent) -> None:
        execution = event.execution
        if execution is not None and execution.instrument.is_linear:
            key = (event.account.account_id, execution.instrument.quote)
            self._realized[key] += execution.realized_pnl - execution.fee

    def _account_changed(self, event: AccountEvent) -> None:
        if event.kind is AccountEventKind.FUNDING and event.asset is not None:
            self._realized[event.account.account_id, event.asset] += event.amount


def totals_of(exchange: Exchange, account: Account) -> Totals:
    """Return an account's sums over its coins."""
    totals = Totals()
    for coin, held in list(account.balances.items()):
        price = usd_price(exchange, coin)
        margin = wallet_margin(account, coin, exchange.markets)
        totals = Totals(
            totals.equity + margin.equity * price,
            totals.balance + margin.balance * price,
            totals.unrealized_pnl + margin.unrealized_pnl * price,
            totals.initial_margin + (margin.position_margin + margin.order_margin) * price,
            totals.maintenance_margin + margin.maintenance_margin * price,
            totals.locked + held.locked * price,
        )
    return totals


def _cut(amount: Decimal) -> str:
    return plain(amount.quantize(_STEP))


def _share(part: Decimal, whole: Decimal) -> str:
    return plain((part / whole).quantize(_RATE)) if whole > 0 else "0"
