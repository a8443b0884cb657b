"""Writes wallets and positions in the words and formats of the USDⓈ-M API."""

from collections.abc import Iterable
from decimal import Decimal

from venuesim.binance.futures.formats import Json, eight, quantity_text
from venuesim.binance.futures.wallet_figures import AssetFigures, PositionFigures, entry_price
from venuesim.binance.futures.words import position_side_word
from venuesim.exchange.accounts import ZERO, Account
from venuesim.wire.calls import plain


def amount_text(amount: Decimal) -> str:
    """Write an amount with eight decimals, or "0"."""
    return eight(amount) if amount else "0"


def account_alias(account: Account) -> str:
    """Return the `accountAlias`: a code of the account (assumption: its letters)."""
    return f"SgsR{account.account_id:08d}"


def asset_balance(figures: AssetFigures, account: Account) -> Json:
    """Return an asset as "Futures Account Balance" shows it (V2 and V3 alike)."""
    margin = figures.margin
    return {
        "accountAlias": account_alias(account),
        "asset": figures.asset,
        "balance": eight(margin.balance),
        "crossWalletBalance": eight(margin.cross_balance),
        "crossUnPnl": eight(margin.cross_unrealized_pnl),
        "availableBalance": eight(figures.available),
        "maxWithdrawAmount": eight(figures.withdrawable),
        "marginAvailable": True,
        "updateTime": figures.updated_ms,
    }


def account_asset(figures: AssetFigures) -> Json:
    """Return an asset as "Account Information" shows it."""
    margin = figures.margin
    return {
        "asset": figures.asset,
        "walletBalance": eight(margin.balance),
        "unrealizedProfit": eight(margin.unrealized_pnl),
        "marginBalance": eight(margin.equity),
        "maintMargin": eight(margin.maintenance_margin),
        "initialMargin": eight(figures.initial_margin),
        "positionInitialMargin": eight(figures.position_initial_margin),
        "openOrderInitialMargin": eight(margin.order_margin),
        "crossWalletBalance": eight(margin.cross_balance),
        "crossUnPnl": eight(margin.cross_unrealized_pnl),
        "availableBalance": eight(figures.available),
        "maxWithdrawAmount": eight(figures.withdrawable),
        "updateTime": figures.updated_ms,
    }


def account_totals(worths: Iterable[tuple[AssetFigures, Decimal]]) -> Json:
    """Return the totals of "Account Information": the figures of the assets, each times what one unit is worth."""
    totals = dict.fromkeys(
        (
            "totalInitialMargin", "totalMaintMargin", "totalWalletBalance", "totalUnrealizedProfit",
            "totalMarginBalance", "totalPositionInitialMargin", "totalOpenOrderInitialMargin",
            "totalCrossWalletBalance", "totalCrossUnPnl", "availableBalance", "maxWithdrawAmount",
        ),
        ZERO,
    )  # fmt: skip
    for figures, worth in worths:
        margin = figures.margin
        amounts = (
            figures.initial_margin, margin.maintenance_margin, margin.balance, margin.unrealized_pnl, margin.equity,
            figures.position_initial_margin, margin.order_margin, margin.cross_balance, margin.cross_unrealized_pnl,
            figures.available, figures.withdrawable,
        )  # fmt: skip
        for name, amount in zip(totals, amounts, strict=True):
            totals[name] += amount * worth
    return {name: eight(total) for name, total in totals.items()}


def account_position_v2(figures: PositionFigures) -> Json:
    """Return a position as "Account Information V2" shows it."""
    return {
        "symbol": figures.instrument.venue_id,
        "initialMargin": amount_text(figures.initial_margin + figures.order_margin),
        "maintMargin": amount_text(figures.maintenance_margin),
        "unrealizedProfit": eight(figures.unrealized_pnl),
        "positionInitialMargin": amount_text(figures.initial_margin),
        "openOrderInitialMargin": amount_text(figures.order_margin),
        "leverage": plain(figures.holding.leverage),
        "isolated": figures.is_isolated,
        "entryPrice": entry_text(figures),
        "breakEvenPrice": break_even_text(figures),
        "maxNotional": plain(figures.max_notional),
        "positionSide": position_side_word(figures.position.side),
        "positionAmt": quantity_text(figures.position.quantity, figures.instrument),
        "notional": amount_text(figures.notional),
        "isolatedWallet": amount_text(figures.isolated_wallet),
        "bidNotional": amount_text(figures.bid_notional),
        "askNotional": amount_text(figures.ask_notional),
        "updateTime": figures.position.updated_ms,
    }


def account_position_v3(figures: PositionFigures) -> Json:
    """Return a position as "Account Information V3" shows it."""
    return {
        "symbol": figures.instrument.venue_id,
        "positionSide": position_side_word(figures.position.side),
        "positionAmt": quantity_text(figures.position.quantity, figures.instrument),
        "unrealizedProfit": eight(figures.unrealized_pnl),
        "isolatedMargin": eight(figures.isolated_margin),
        "notional": amount_text(figures.notional),
        "isolatedWallet": amount_text(figures.isolated_wallet),
        "initialMargin": amount_text(figures.initial_margin + figures.order_margin),
        "maintMargin": amount_text(figures.maintenance_margin),
        "updateTime": figures.position.updated_ms,
    }


def position_risk_v2(figures: PositionFigures) -> Json:
    """Return a position as "Position Information V2" shows it."""
    return {
        "symbol": figures.instrument.venue_id,
        "positionAmt": quantity_text(figures.position.quantity, figures.instrument),
        "entryPrice": entry_text(figures),
        "breakEvenPrice": break_even_text(figures),
        "markPrice": eight(figures.market.mark),
        "unRealizedProfit": eight(figures.unrealized_pnl),
        "liquidationPrice": amount_text(figures.liquidation_price),
        "leverage": plain(figures.holding.leverage),
        "maxNotionalValue": plain(figures.max_notional),
        "marginType": "isolated" if figures.is_isolated else "cross",
        "isolatedMargin": eight(figures.isolated_margin),
        "isAutoAddMargin": "false",
        "positionSide": position_side_word(figures.position.side),
        "notional": amount_text(figures.notional),
        "isolatedWallet": amount_text(figures.isolated_wallet),
        "updateTime": figures.position.updated_ms,
        "isolated": figures.is_isolated,
        "adlQuantile": figures.adl_quantile,
    }


def position_risk_v3(figures: PositionFigures) -> Json:
    """Return a position as "Position Information V3" shows it."""
    return {
        "symbol": figures.instrument.venue_id,
        "positionSide": position_side_word(figures.position.side),
        "positionAmt": quantity_text(figures.position.quantity, figures.instrument),
        "entryPrice": entry_text(figures),
        "breakEvenPrice": break_even_text(figures),
        "markPrice": eight(figures.market.mark),
        "unRealizedProfit": eight(figures.unrealized_pnl),
        "liquidationPrice": amount_text(figures.liquidation_price),
        "isolatedMargin": amount_text(figures.isolated_margin),
        "notional": amount_text(figures.notional),
        "marginAsset": figures.instrument.quote,
        "isolatedWallet": amount_text(figures.isolated_wallet),
        "initialMargin": amount_text(figures.initial_margin + figures.order_margin),
        "maintMargin": amount_text(figures.maintenance_margin),
        "positionInitialMargin": amount_text(figures.initial_margin),
        "openOrderInitialMargin": amount_text(figures.order_margin),
        "adl": figures.adl_quantile,
        "bidNotional": amount_text(figures.bid_notional),
        "askNotional": amount_text(figures.ask_notional),
        "updateTime": figures.position.updated_ms,
    }


def entry_text(figures: PositionFigures) -> str:
    """Write the entry price; "0.0" without a position."""
    return _with_a_decimal(entry_price(figures.position)) if figures.position.is_open else "0.0"


def break_even_text(figures: PositionFigures) -> str:
    """Write the break-even price; "0.0" without a position."""
    return _with_a_decimal(figures.break_even_price) if figures.position.is_open else "0.0"


def _with_a_decimal(price: Decimal) -> str:
    """Write a price as positions do: with one decimal at least."""
    text = plain(price)
    return text if "." in text else f"{text}.0"
