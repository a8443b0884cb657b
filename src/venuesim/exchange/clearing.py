"""Clearing of contracts: margin checks, funding, liquidation, auto-deleveraging; and cash in and out of a wallet."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.events import AccountEvent, AccountEventKind
from venuesim.exchange.fees import rate_of
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.margin import available, largest_notional, liquidation_cost, maintenance_of, wallet_margin
from venuesim.exchange.market import Market, next_funding_ms
from venuesim.exchange.orders import Execution, Order, OrderRequest
from venuesim.exchange.positions import Holding, Position, closing_side, whole_lots
from venuesim.exchange.vocabulary import (
    EndReason,
    FlowKind,
    MarginMode,
    OrderType,
    Origin,
    PositionSide,
    TimeInForce,
)

if TYPE_CHECKING:
    from venuesim.exchange.engine import Exchange

CLOSES_PART = "closesPart"
"""The key of `Order.extra` that says that a liquidation leaves something of the position."""

MARGIN_CALL_SHARE = Decimal("0.8")
"""A margin call is told when the maintenance margin reaches this share of the margin balance (assumption)."""


class Clearing:
    """The clearing house of one exchange. `client_order_id_of` names the orders that it makes itself.

    `counts_open_loss` says that opening also costs what the order's price is worse than the mark price (Binance,
    "How to calculate cost required to open a position in perpetual futures contracts").
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._holders: dict[str, dict[int, Account]] = {}
        self._called: set[int] = set()
        self._position_numbers = 0
        self.counts_open_loss = False
        self.client_order_id_of: Callable[[Origin], str] = lambda _: ""

    # Checks

    def can_open(self, account: Account, order: OrderRequest | Order, quantity: Decimal, notional: Decimal) -> bool:
        """Whether the wallet carries the initial margin and the fee of one more order of this size."""
        instrument = order.instrument
        holding = account.holding_of(order)
        mark = self._exchange.markets[instrument.symbol].mark
        place = (holding, mark, order.position_side, order.side)
        grows = largest_notional(*place, notional) - largest_notional(*place, ZERO)
        if grows <= 0:
            return True
        cost = grows / holding.leverage + max(ZERO, notional * rate_of(account, instrument, is_maker=False))
        if self.counts_open_loss:
            cost += max(ZERO, (notional - quantity * mark) * order.side.sign)
        return cost <= available(account, instrument.quote, self._exchange.markets)

    def worth(self, asset: str, other: str) -> Decimal:
        """Return what one unit of an asset is worth in another by the markets' middle prices; zero if none tells."""
        if asset == other:
            return Decimal(1)
        for kind in ("", f":{other}"):
            market = self._exchange.markets.get(f"{asset}/{other}{kind}")
            if market is not None:
                return market.mid
        for kind in ("", f":{asset}"):
            market = self._exchange.markets.get(f"{other}/{asset}{kind}")
            if market is not None:
                return 1 / market.mid
        through = (
            [self.worth(asset, "USDT"), self.worth(other, "USDT")] if "USDT" not in (asset, other) else [ZERO, ZERO]
        )
        return through[0] / through[1] if through[1] else ZERO

    # Positions

    def traded(self, execution: Execution) -> None:
        """Note who holds what after a fill."""
        instrument = execution.instrument
        if not instrument.is_linear:
            return
        account = execution.account
        position = account.holding_of(execution.order).position(execution.order.position_side)
        if position.is_open and not execution.closed_quantity and position.opened_ms == execution.time_ms:
            self._position_numbers += 1
            position.number = self._position_numbers
        self.note_holder(account, instrument)

    def note_holder(self, account: Account, instrument: Instrument) -> None:
        """Note whether an account holds anything in a contract."""
        holders = self._holders.setdefault(instrument.symbol, {})
        if all(holding.is_flat for holding in account.holdings_of(instrument.symbol)):
            holders.pop(account.account_id, None)
        else:
            holders[account.account_id] = account

    def set_leverage(self, account: Account, instrument: Instrument, leverage: Decimal, pocket: str = "") -> bool:
        """Change a contract's leverage; return whether the wallet carries what open positions and orders then need."""
        holding = account.holding(instrument, pocket)
        before = holding.leverage
        holding.leverage = leverage
        if leverage < before and available(account, instrument.quote, self._exchange.markets) < 0:
            holding.leverage = before
            return False
        for position in holding.open_positions():
            if holding.margin_mode is MarginMode.ISOLATED and leverage < before:
                position.isolated_margin = _initial_margin(position, leverage)
        self.tell(account, AccountEventKind.LEVERAGE, instrument=instrument)
        return True

    def set_margin_mode(self, account: Account, instrument: Instrument, mode: MarginMode) -> None:
        """Change a contract's margin mode; the caller has checked that the venue allows it now."""
        holding = account.holding(instrument)
        holding.margin_mode = mode
        for position in holding.open_positions():
            isolated = mode is MarginMode.ISOLATED
            position.isolated_margin = _initial_margin(position, holding.leverage) if isolated else ZERO
        self.tell(account, AccountEventKind.MARGIN_MODE, instrument=instrument)

    def add_position_margin(self, account: Account, position: Position, amount: Decimal) -> bool:
        """Move cash to (or, below zero, from) an isolated position; return whether that is possible."""
        if amount > 0 and amount > available(account, position.instrument.quote, self._exchange.markets):
            return False
        holding = account.holding_of(position)
        mark = self._exchange.markets[position.instrument.symbol].mark
        floor = position.notional(mark) / holding.leverage
        if amount < 0 and position.isolated_margin + amount < floor:
            return False
        position.isolated_margin += amount
        self.tell(
            account, AccountEventKind.POSITION_MARGIN, asset=position.instrument.quote, instrument=position.instrument
        )
        return True

    # Cash

    def move_cash(self, account: Account, asset: str, amount: Decimal, *, kind: FlowKind | None = None) -> None:
        """Book a deposit, or a withdrawal when the amount is negative; the caller has checked that it is there.

        `kind`: it is something else, which is told in the same way.
        """
        told = AccountEventKind.DEPOSIT if amount > 0 else AccountEventKind.WITHDRAWAL
        self._flow(account, kind or FlowKind(told.value), asset, amount)
        self.tell(account, told, asset=asset, amount=amount)

    def _flow(
        self,
        account: Account,
        kind: FlowKind,
        asset: str,
        amount: Decimal,
        instrument: Instrument | None = None,
        *,
        quantity: Decimal = ZERO,
        price: Decimal = ZERO,
        rate: Decimal = ZERO,
    ) -> None:
        now_ms = self._exchange.clock.now_ms()
        account.balances[asset].free += amount
        account.updated_ms = now_ms
        symbol = None if instrument is None else instrument.symbol
        self._exchange.flows.add(
            account,
            kind,
            asset=asset,
            amount=amount,
            time_ms=now_ms,
            symbol=symbol,
            quantity=quantity,
            price=price,
            rate=rate,
        )

    # Funding

    def fund_due(self) -> None:
        """Pay the funding of every contract whose time has come."""
        now_ms = self._exchange.clock.now_ms()
        for market in self._exchange.markets.values():
            if market.instrument.is_linear and market.next_funding_ms <= now_ms:
                self.fund(market)
                market.next_funding_ms = next_funding_ms(market.instrument, now_ms)

    def fund(self, market: Market) -> None:
        """Let longs pay shorts the funding rate on the mark value of their positions (below zero: the reverse)."""
        instrument, rate, mark = market.instrument, market.funding_rate, market.mark
        market.note_funding(self._exchange.clock.now_ms())
        for account in list(self._holders.get(instrument.symbol, {}).values()):
            holdings = account.holdings_of(instrument.symbol)
            for holding, position in [(each, entry) for each in holdings for entry in each.open_positions()]:
                paid = (position.quantity * mark * rate).quantize(instrument.money_step)
                position.funding -= paid
                if holding.margin_mode is MarginMode.ISOLATED:
                    position.isolated_margin -= paid
                self._flow(
                    account,
                    FlowKind.FUNDING,
                    instrument.quote,
                    -paid,
                    instrument,
                    quantity=position.quantity,
                    price=mark,
                    rate=rate,
                )
                self.tell(
                    account, AccountEventKind.FUNDING, asset=instrument.quote, amount=-paid, instrument=instrument
                )
        self.liquidate_due(market)

    # Liquidation

    def liquidate_due(self, market: Market) -> None:
        """Liquidate the positions in one contract that no longer keep their maintenance margin at its mark price."""
        for account in list(self._holders.get(market.instrument.symbol, {}).values()):
            for holding in account.holdings_of(market.instrument.symbol):
                if holding.margin_mode is MarginMode.ISOLATED:
                    self._liquidate_isolated(account, holding, market.mark)
                else:
                    self._liquidate_cross(account, market.instrument.quote)

    def _liquidate_isolated(self, account: Account, holding: Holding, mark: Decimal) -> None:
        for position in holding.open_positions():
            while position.is_open:
                kept = position.isolated_margin + position.unrealized_pnl(mark)
                needed = maintenance_of(holding, position.notional(mark)) + liquidation_cost(account, position, mark)
                if kept > needed:
                    break
                self.close_position(account, position, Origin.LIQUIDATION, self._part_to_close(position, kept, mark))

    def _part_to_close(self, position: Position, kept: Decimal, mark: Decimal) -> Decimal | None:
        """Return how much (base) of a position is liquidated, or None for all of it.

        Where a venue goes by tiers (OKX, "Forced partial liquidation"), a position of the third tier or above is made
        smaller by two tiers, while `kept` (quote) covers the maintenance rate of the lowest.
        """
        instrument, notional = position.instrument, position.notional(mark)
        tiers = instrument.margin_tiers
        place = tiers.index(instrument.tier_of(notional))
        if not self._exchange.liquidates_by_tiers or place < 2 or kept <= notional * tiers[0].maintenance_rate:
            return None
        left = whole_lots(tiers[place - 2].notional_max / mark, instrument)
        return abs(position.quantity) - left

    def _liquidate_cross(self, account: Account, asset: str) -> None:
        """Cancel orders first, then close the worst position, until what is left is covered."""
        markets = self._exchange.markets
        margin = wallet_margin(account, asset, markets)
        balance = margin.cross_balance + margin.cross_unrealized_pnl
        if margin.cross_maintenance_margin < balance * MARGIN_CALL_SHARE:
            self._called.discard(account.account_id)
        elif account.account_id not in self._called:
            self._called.add(account.account_id)
            self.tell(account, AccountEventKind.MARGIN_CALL, asset=asset)
        while wallet_margin(account, asset, markets).is_liquidated:
            for order in account.open_orders_of(None):
                is_meant = order.instrument.is_linear and order.instrument.quote == asset
                if is_meant and order.is_open:  # One may have ended with another.
                    self._exchange.cancel(order, EndReason.LIQUIDATION)
            open_positions = [
                position
                for holding in account.holdings.values()
                if holding.margin_mode is MarginMode.CROSS and holding.instrument.quote == asset
                for position in holding.open_positions()
            ]
            worst = min(open_positions, key=lambda entry: entry.unrealized_pnl(markets[entry.instrument.symbol].mark))
            margin = wallet_margin(account, asset, markets)
            kept = margin.cross_balance + margin.cross_unrealized_pnl
            part = self._part_to_close(worst, kept, markets[worst.instrument.symbol].mark)
            self.close_position(account, worst, Origin.LIQUIDATION, part)

    def close_position(
        self, account: Account, position: Position, origin: Origin, quantity: Decimal | None = None
    ) -> Order:
        """Close a position (or `quantity` of it) by an order that the exchange makes, in the book or else at the mark.

        A wallet that ends below zero is filled up by the insurance fund.
        """
        exchange = self._exchange
        market = exchange.markets[position.instrument.symbol]
        quantity = abs(position.quantity) if quantity is None else quantity
        is_part = quantity < abs(position.quantity)
        request = OrderRequest(
            instrument=position.instrument,
            side=closing_side(position),
            order_type=OrderType.MARKET,
            client_order_id=self.client_order_id_of(origin),
            time_in_force=TimeInForce.IOC,
            quantity=quantity,
            reduce_only=position.side is PositionSide.NET,
            position_side=position.side,
            pocket=position.pocket,
            origin=origin,
            extra={CLOSES_PART: "true"} if is_part else {},
        )
        isolated = account.holding_of(position).margin_mode is MarginMode.ISOLATED
        set_aside = position.isolated_margin * quantity / abs(position.quantity)
        set_aside = set_aside.quantize(position.instrument.money_step)
        # What the book cannot take the insurance fund (or, deleveraging, the other side) takes at the mark price.
        in_book = market.book.available(request.side, quantity, None)[0] if origin is Origin.LIQUIDATION else ZERO
        order = exchange.accept_own(account, request, in_book, backstop_price=market.round_price(market.mark))
        asset = position.instrument.quote
        left = account.balances[asset].total
        if isolated:
            # No more is lost than what was set aside.
            left = min(left, set_aside + order.realized_pnl() - order.fees().get(asset, ZERO))
        if origin is Origin.LIQUIDATION:
            self._charge_liquidation(account, position.instrument, order, left)
        self._insure(account, asset, -left)
        return order

    def _charge_liquidation(self, account: Account, instrument: Instrument, order: Order, left: Decimal) -> None:
        """Pay the insurance fund what it takes of a liquidation, as far as anything is left."""
        fee = min(order.filled_quote * instrument.liquidation_fee, left).quantize(instrument.money_step)
        if fee > 0:
            self._flow(account, FlowKind.INSURANCE, instrument.quote, -fee, instrument)
            self.tell(account, AccountEventKind.INSURANCE, asset=instrument.quote, amount=-fee)

    def _insure(self, account: Account, asset: str, missing: Decimal) -> None:
        """Let the insurance fund pay what is missing, if anything is."""
        if missing > 0:
            self._flow(account, FlowKind.INSURANCE, asset, missing)
            self.tell(account, AccountEventKind.INSURANCE, asset=asset, amount=missing)

    def tell(
        self,
        account: Account,
        kind: AccountEventKind,
        *,
        asset: str | None = None,
        amount: Decimal = ZERO,
        instrument: Instrument | None = None,
    ) -> None:
        """Tell the owner's listeners that an account changed."""
        event = AccountEvent(
            kind=kind,
            account=account,
            time_ms=self._exchange.clock.now_ms(),
            asset=asset,
            amount=amount,
            instrument=instrument,
        )
        for listener in self._exchange.listeners.accounts:
            listener(event)


def _initial_margin(position: Position, leverage: Decimal) -> Decimal:
    margin = abs(position.quantity) * position.entry_price / leverage
    return margin.quantize(position.instrument.money_step)
