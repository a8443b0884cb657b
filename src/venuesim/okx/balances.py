"""The trading account's balances (OKX "Get balance", "Account channel"), in spot mode and in futures mode.

In futures mode each currency stands for itself: its equity is cash, what isolated positions hold, and unrealized
profit; what is left of it after margins is available. Approximate: a dollar is a USDT.
"""

from collections.abc import Iterable
from decimal import Decimal

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.margin import WalletMargin, wallet_margin
from venuesim.okx.figures import Json
from venuesim.okx.rendering import usd_rate
from venuesim.okx.trade_terms import AccountLevel, level_of
from venuesim.wire.calls import plain

RATIO_STEP = Decimal("0.0000000001")
AMOUNT_STEP = Decimal("0.000000000001")

_ACCOUNT_ZEROS = ("delta", "deltaLever", "deltaNeutralStatus")
_ACCOUNT_EMPTY = (
    "adjEq", "availEq", "borrowFroz", "imr", "mgnRatio", "mmr", "notionalUsd", "notionalUsdForBorrow",
    "notionalUsdForFutures", "notionalUsdForOption", "notionalUsdForSwap", "ordFroz", "upl",
)  # fmt: skip
_DETAIL_ZEROS = (
    "autoLendAmt", "autoLendMtAmt", "colBorrAutoConversion", "colRes", "fixedBal", "frpType", "rewardBal", "smtSyncEq",
    "spotCopyTradingEq", "spotIsoBal", "stgyEq",
)  # fmt: skip
_DETAIL_EMPTY = (
    "accAvgPx", "borrowFroz", "clSpotInUseAmt", "crossLiab", "disEq", "imr", "interest", "isoLiab", "liab", "maxLoan",
    "maxSpotInUse", "mgnRatio", "mmr", "notionalLever", "openAvgPx", "spotBal", "spotInUseAmt", "spotUpl",
    "spotUplRatio", "totalPnl", "totalPnlRatio", "twap", "uplLiab",
)  # fmt: skip


def balances(account: Account, exchange: Exchange, assets: Iterable[str], now_ms: int) -> Json:
    """Return the account with the details of `assets`; worth is counted in USDT as dollars."""
    equity = isolated = ZERO
    for asset in account.balances:
        margin, rate = wallet_margin(account, asset, exchange.markets), usd_rate(exchange, asset)
        equity += margin.equity * rate
        isolated += _isolated_equity(margin) * rate
    return {
        **dict.fromkeys(_ACCOUNT_EMPTY, ""),
        **dict.fromkeys(_ACCOUNT_ZEROS, "0"),
        "isoEq": _amount(isolated),
        "totalEq": _amount(equity),
        "uTime": str(now_ms),
        "details": [detail(account, exchange, asset) for asset in assets],
    }


def detail(account: Account, exchange: Exchange, asset: str) -> Json:
    """Return how the account stands in one currency."""
    held = account.balances[asset]
    margin = wallet_margin(account, asset, exchange.markets)
    isolated = _isolated_margin(margin)
    frozen = held.locked + margin.position_margin - isolated + margin.order_margin
    available = max(ZERO, margin.available)
    is_futures_mode = level_of(account) is not AccountLevel.SPOT
    return {
        **dict.fromkeys(_DETAIL_EMPTY, ""),
        **dict.fromkeys(_DETAIL_ZEROS, "0"),
        "autoLendStatus": "unsupported",
        "availBal": _amount(available),
        "availEq": _amount(available) if is_futures_mode else "",
        "cashBal": _amount(margin.cross_balance),
        "ccy": asset,
        "coinUsdPrice": plain(usd_rate(exchange, asset)),
        "collateralEnabled": False,
        "collateralRestrict": False,
        "eq": _amount(margin.equity),
        "eqUsd": _amount(margin.equity * usd_rate(exchange, asset)),
        "frozenBal": _amount(frozen),
        "isoEq": _amount(_isolated_equity(margin)),
        "isoUpl": _amount(margin.unrealized_pnl - margin.cross_unrealized_pnl),
        "ordFrozen": _amount(held.locked + margin.order_margin),
        "uTime": str(account.updated_ms),
        "upl": _amount(margin.unrealized_pnl),
        **_cross_fields(account, exchange, asset, margin),
    }


def cross_ratio(margin: WalletMargin) -> Decimal:
    """Return what stands behind the cross positions of a currency over what they must keep; 1 liquidates."""
    needed = margin.cross_maintenance_margin + margin.cross_liquidation_cost
    return (margin.cross_balance + margin.cross_unrealized_pnl) / needed if needed else ZERO


def cash_shown(account: Account, exchange: Exchange, asset: str) -> str:
    """Return `cashBal`: what there is of a currency, without what isolated positions hold."""
    return _amount(wallet_margin(account, asset, exchange.markets).cross_balance)


def held_assets(account: Account) -> list[str]:
    """Return the currencies in which there is anything."""
    return [asset for asset, balance in account.balances.items() if balance.free or balance.locked]


def _cross_fields(account: Account, exchange: Exchange, asset: str, margin: WalletMargin) -> Json:
    """Return the margin of cross positions, which is told only while there are any."""
    maintenance = margin.cross_maintenance_margin
    if not maintenance:
        return {}
    notional = sum(
        (
            position.notional(exchange.markets[holding.instrument.symbol].mark)
            for holding in account.holdings.values()
            if holding.instrument.quote == asset
            for position in holding.open_positions()
        ),
        ZERO,
    )
    initial = margin.position_margin - _isolated_margin(margin) + margin.order_margin
    return {
        "imr": _amount(initial),
        "mgnRatio": plain(cross_ratio(margin).quantize(RATIO_STEP)),
        "mmr": _amount(maintenance),
        "notionalLever": plain((notional / margin.equity).quantize(RATIO_STEP)) if margin.equity > 0 else "",
    }


def _isolated_margin(margin: WalletMargin) -> Decimal:
    return margin.balance - margin.cross_balance


def _isolated_equity(margin: WalletMargin) -> Decimal:
    return _isolated_margin(margin) + margin.unrealized_pnl - margin.cross_unrealized_pnl


def _amount(amount: Decimal) -> str:
    return plain(amount.quantize(AMOUNT_STEP))
