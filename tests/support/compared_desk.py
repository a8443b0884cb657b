"""A desk at one venue, spot and perpetual, whose books are compared with whatever a test says the venue holds."""

from datetime import datetime, timedelta
from decimal import Decimal

from support.desk_driver import ACCOUNT, ALICE, BALANCES, RISK, DeskDriver
from support.markets import PERPETUAL, perpetual_of, spot_of
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Reply, SynchronizeAccount
from tidegate.core.messages.values import Fee, Hearing, VenueBalance, VenuePosition
from tidegate.core.order import Order
from tidegate.core.records import Break, Position
from tidegate.core.vocabulary import (
    CashFlowKind,
    OrderType,
    PositionSide,
    RefusalCode,
    Side,
    VenueOrderStatus,
    Wallet,
)

MARGIN = Decimal(1_000_000)


class ComparedDesk(DeskDriver):
    """Alice's account; a test that opens the shop with two users has an omnibus account."""

    def list_markets(self, *instruments: Instrument) -> None:
        listing = instruments or (spot_of(self.exchange), perpetual_of(self.exchange))
        self.put(reports.InstrumentsReported(at=self.now, exchange=self.exchange, instruments=listing))
        for symbol in ("BTC/USDT", PERPETUAL):
            self.price("50000", symbol)

    def balances(
        self,
        balances: dict[str, Decimal],
        requested_at: datetime | None = None,
        margin: Decimal = MARGIN,
    ) -> Decision:
        """What the venue holds; `margin` is the USDT in the wallet for perpetuals."""
        wallet = self.desk.wallet_of(self.exchange, PERPETUAL)
        held = [VenueBalance(asset=asset, free=free, locked=Decimal(0)) for asset, free in balances.items()]
        if wallet is Wallet.FUTURES:
            held.append(VenueBalance(asset="USDT", free=margin, locked=Decimal(0), wallet=wallet))
        asked = requested_at or self.now
        return self.put(
            reports.BalancesReported(at=self.now, account_id=ACCOUNT, requested_at=asked, balances=tuple(held))
        )

    # --- derivatives -------------------------------------------------------------------------------------------

    def positions(self, *positions: VenuePosition, requested_at: datetime | None = None) -> Decision:
        return self.put(
            reports.PositionsReported(
                at=self.now, account_id=ACCOUNT, requested_at=requested_at or self.now, positions=positions
            )
        )

    def perpetual(self, side: Side, quantity: str, **options: object) -> Order:
        """An order in the perpetual that the venue has."""
        number = next(self._numbers)
        command = self.order_command(symbol=PERPETUAL, side=side, quantity=quantity, **options)
        return self.working(command, f"P{number}")

    def trade(self, side: Side, quantity: str, price: str, fees: tuple[Fee, ...] = (), **options: object) -> Order:
        """A trade in the perpetual, of an order that it fills whole."""
        order = self.perpetual(side, quantity, price=price, **options)
        self.fill(order, quantity, price=price, fees=fees, exchange_order_id=order.exchange_order_id)
        return order

    def position(self, side: PositionSide = PositionSide.NET, user_id: ids.UserId = ALICE) -> Position:
        return self.desk.position(ACCOUNT, user_id, PERPETUAL, side, self.exchange)

    @property
    def margin(self) -> Decimal:
        """The USDT in the wallet for perpetuals."""
        wallet = self.desk.wallet_of(self.exchange, PERPETUAL)
        return self.desk.holding(ACCOUNT, ALICE, "USDT", wallet).quantity

    # --- what else the venue tells -----------------------------------------------------------------------------

    def bust(self, order: Order, trade_id: str) -> Decision:
        return self.put(
            reports.ExecutionBusted(
                at=self.now,
                account_id=ACCOUNT,
                symbol=order.symbol,
                side=order.side,
                trade_id=ids.TradeId(trade_id),
                exchange_order_id=order.exchange_order_id,
                message="erroneous",
            )
        )

    def flow(
        self,
        amount: str,
        *,
        flow_id: str = "f1",
        kind: CashFlowKind = CashFlowKind.FUNDING,
        asset: str = "USDT",
        wallet: Wallet = Wallet.FUTURES,
        happened_at: datetime | None = None,
        symbol: str | None = None,
        nameless: bool = False,
        hearing: Hearing | None = None,
    ) -> Decision:
        return self.put(
            reports.CashFlowReported(
                at=self.now,
                account_id=ACCOUNT,
                flow_id=flow_id,
                kind=kind,
                asset=asset,
                amount=Decimal(amount),
                happened_at=happened_at or self.now,
                wallet=wallet,
                symbol=PERPETUAL if kind is CashFlowKind.FUNDING else symbol,
                nameless=nameless,
                hearing=hearing,
            )
        )

    def strange_order(
        self,
        status: VenueOrderStatus = VenueOrderStatus.OPEN,
        *,
        exchange_order_id: str | None = "555",
        client_id: str | None = "web_1",
        symbol: str = "BTC/USDT",
        listed: bool = False,
        trigger_price: str | None = None,
        filled: str = "0",
        price: str = "49000",
    ) -> Decision:
        """The venue speaks of an order that nobody here has sent."""
        return self.put(
            reports.OrderReported(
                at=self.now,
                account_id=ACCOUNT,
                symbol=symbol,
                status=status,
                filled_quantity=Decimal(filled),
                exchange_order_id=None if exchange_order_id is None else ids.ExchangeOrderId(exchange_order_id),
                exchange_client_order_id=None if client_id is None else ids.ExchangeClientOrderId(client_id),
                side=Side.BUY,
                order_type=OrderType.LIMIT,
                quantity=Decimal("0.5"),
                price=Decimal(price),
                trigger_price=None if trigger_price is None else Decimal(trigger_price),
                requested_at=self.now if listed else None,
            )
        )

    def strange_trade(
        self,
        trade_id: str = "t1",
        *,
        client_id: str | None = "web_1",
        exchange_order_id: str = "555",
        executed_at: datetime | None = None,
        side: Side = Side.BUY,
    ) -> Decision:
        """The venue speaks of a trade of such an order."""
        return self.put(
            reports.ExecutionReported(
                at=self.now,
                account_id=ACCOUNT,
                symbol="BTC/USDT",
                side=side,
                trade_id=ids.TradeId(trade_id),
                quantity=Decimal("0.5"),
                price=Decimal(49_000),
                executed_at=executed_at or self.now,
                fees=(Fee("USDT", Decimal(5)),),
                exchange_order_id=ids.ExchangeOrderId(exchange_order_id),
                exchange_client_order_id=None if client_id is None else ids.ExchangeClientOrderId(client_id),
            )
        )

    def unreadable(self, kind: str = "executionReport", message: str = "no price in it") -> Decision:
        return self.put(reports.MessageQuarantined(at=self.now, account_id=ACCOUNT, kind=kind, message=message))

    def listing(self, *listed: tuple[str, str], requested_at: datetime | None = None) -> Decision:
        """A comparison is complete; these (symbol, the venue's id) are all orders that are open there."""
        return self.put(
            reports.AccountSynchronized(
                at=self.now,
                account_id=ACCOUNT,
                requested_at=requested_at or self.now,
                open_exchange_client_order_ids=frozenset(),
                open_exchange_order_ids=frozenset((symbol, ids.ExchangeOrderId(name)) for symbol, name in listed),
            )
        )

    def asked(self) -> SynchronizeAccount:
        """What the desk asks the venue for when it compares its books."""
        decision = self.put(reports.AccountConnected(at=self.now, account_id=ACCOUNT))
        [asked] = [effect for effect in decision.effects if isinstance(effect, SynchronizeAccount)]
        return asked

    def give(
        self,
        asset: str,
        quantity: str,
        giver: ids.UserId,
        taker: ids.UserId,
        *,
        by: ids.UserId | None = None,
        from_account: ids.AccountId = ACCOUNT,
        to_account: ids.AccountId = ACCOUNT,
        transfer_id: str | None = None,
        wallet: Wallet = Wallet.MAIN,
    ) -> Reply:
        """A transfer, by the giver unless told otherwise; returns the answer."""
        number = next(self._numbers)
        command = commands.TransferFunds(
            command_id=self.command_id(),
            at=self.now,
            user_id=by or giver,
            transfer_id=ids.TransferId(transfer_id or f"transfer-{number}"),
            from_account_id=from_account,
            from_user_id=giver,
            to_account_id=to_account,
            to_user_id=taker,
            asset=asset,
            quantity=Decimal(quantity),
            wallet=wallet,
        )
        [answer] = [effect for effect in self.put(command).effects if isinstance(effect, Reply)]
        return answer

    # --- breaks ------------------------------------------------------------------------------------------------

    def broken_balance(self, **differences: str) -> None:
        """The venue's balances differ by so much, long enough to be a break."""
        wrong = {asset: amount + Decimal(differences.get(asset, "0")) for asset, amount in BALANCES.items()}
        self.balances(wrong)
        self.now += timedelta(seconds=6)
        self.balances(wrong)

    def resolve(
        self,
        break_id: str,
        *,
        accept: bool = False,
        user_id: ids.UserId = RISK,
        owner_id: ids.UserId | None = None,
    ) -> RefusalCode | None:
        """A person ends a break; returns why not."""
        decision = self.put(
            commands.ResolveBreak(
                command_id=self.command_id(),
                at=self.now,
                user_id=user_id,
                break_id=break_id,
                accept=accept,
                message="looked into",
                owner_id=owner_id,
            )
        )
        [reply] = [effect for effect in decision.effects if isinstance(effect, Reply)]
        return None if reply.refusal is None else reply.refusal.code

    def open_breaks(self, kind: str | None = None) -> list[Break]:
        return [found for found in self.desk.open_breaks.values() if kind in (None, found.kind)]
