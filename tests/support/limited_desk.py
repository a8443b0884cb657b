"""A desk with limits in force: tests set them, mark equity and restrict trading by the events alone."""

from decimal import Decimal

import msgspec

from support.desk_driver import ALICE, BTC_USDT, RISK
from support.markets import PERPETUAL, MarketsDriver, account_of
from tidegate.core import identifiers as ids
from tidegate.core.messages import reports
from tidegate.core.messages.commands import AmendOrder, PlaceOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import EquityMarked, RiskLimitsSet
from tidegate.core.messages.risk_values import OwnerEquity, RiskLimit, Scope
from tidegate.core.messages.values import Amendment, Refusal
from tidegate.core.order import Order
from tidegate.core.vocabulary import Exchange, LimitKind, OrderType, RefusalCode, Side

ACCOUNT = account_of(Exchange.BINANCE)
CROSS = "ETH/BTC"


def limit(
    kind: LimitKind,
    value: str | None = None,
    *,
    scope: Scope | None = None,
    seconds: int | None = None,
    **options: object,
) -> RiskLimit:
    """A limit named by its kind; of the whole desk unless told otherwise."""
    made: dict[str, object] = {"limit_id": str(kind), "kind": kind, "scope": scope or Scope()}
    made |= {"value": None if value is None else Decimal(value), "interval_seconds": seconds, **options}
    return RiskLimit(**made)  # type: ignore[arg-type]


class LimitedDesk(MarketsDriver):
    """Alice at all three venues, spot and perpetual, and limits."""

    def set_limits(self, *limits: RiskLimit) -> None:
        version = self.desk.risk.version + 1
        self.tell(RiskLimitsSet(at=self.now, version=version, limits=limits, by=RISK))

    def mark(self, equity: str, net_deposits: str = "0") -> None:
        """What Alice is worth at Binance; at the other venues, nothing."""
        worths = {exchange: Decimal(equity) if exchange is Exchange.BINANCE else Decimal(0) for exchange in Exchange}
        marks = [
            OwnerEquity(
                account_id=account_of(exchange),
                user_id=ALICE,
                equity=worth,
                unrealized_pnl=Decimal(0),
                net_deposits=Decimal(net_deposits),
                gross_exposure=Decimal(0),
            )
            for exchange, worth in worths.items()
        ]
        self.tell(EquityMarked(at=self.now, marks=tuple(marks)))

    def amended(self, order: Order, **figures: str) -> RefusalCode | None:
        """Ask for a change; why not."""
        amendment = Amendment(**{name: Decimal(figure) for name, figure in figures.items()})
        command = AmendOrder(
            command_id=self.command_id(), at=self.now, user_id=ALICE, order_id=order.order_id, amendment=amendment
        )
        [reply] = [effect for effect in self.put(command).effects if isinstance(effect, Reply)]
        return None if reply.refusal is None else reply.refusal.code

    def list_unpriced(self) -> None:
        """ETH/USDT is listed at Binance, and nobody has told its price."""
        eth = msgspec.structs.replace(BTC_USDT, symbol="ETH/USDT", exchange_symbol="ETHUSDT", base="ETH")
        self.put(reports.InstrumentsReported(at=self.now, exchange=Exchange.BINANCE, instruments=(eth,)))

    def list_cross(self, quote: str = "BTC") -> None:
        """ETH at Binance, against dollars at 2500, and against another coin: in bitcoin it is at 0.05."""
        eth = msgspec.structs.replace(BTC_USDT, symbol="ETH/USDT", exchange_symbol="ETHUSDT", base="ETH")
        cross = msgspec.structs.replace(
            eth,
            symbol=f"ETH/{quote}",
            exchange_symbol=f"ETH{quote}",
            quote=quote,
            price_tick=Decimal("0.00001"),
            notional_min=None,
        )
        self.put(reports.InstrumentsReported(at=self.now, exchange=Exchange.BINANCE, instruments=(eth, cross)))
        self.price("2500", "ETH/USDT")
        if quote == "BTC":
            self.price("0.05", CROSS)

    def refusal(self, command: PlaceOrder) -> Refusal | None:
        """Place an order; why not."""
        [reply] = [effect for effect in self.put(command).effects if isinstance(effect, Reply)]
        return reply.refusal

    def spot(
        self, side: Side = Side.BUY, quantity: str | None = "1", price: str | None = "50000", **options: object
    ) -> PlaceOrder:
        """A limit order in BTC/USDT; without a price, at the market."""
        order_type = OrderType.LIMIT if price is not None else OrderType.MARKET
        asked: dict[str, object] = {
            "order_type": order_type,
            "side": side,
            "quantity": quantity,
            "price": price,
            **options,
        }
        return self.order_command(**asked)  # type: ignore[arg-type]

    def perpetual(
        self, side: Side = Side.BUY, quantity: str | None = "1", price: str | None = "50000", **options: object
    ) -> PlaceOrder:
        """The same in the perpetual."""
        return self.spot(side, quantity, price, symbol=PERPETUAL, **options)

    def held_buy(self, quantity: str) -> PlaceOrder:
        """A trailing stop that the desk holds: Bybit keeps none on spot markets. See `set_off`."""
        options: dict[str, object] = {"account_id": account_of(Exchange.BYBIT), "trailing_offset": Decimal(1_000)}
        command = self.spot(Side.BUY, quantity, None, **options)
        return msgspec.structs.replace(command, order_type=OrderType.TRAILING_STOP)

    def set_off(self) -> None:
        """Let the market go where such an order is set off."""
        self.price("51001", exchange=Exchange.BYBIT)

    def trade(self, command: PlaceOrder, price: str = "50000") -> Order:
        """An order that fills whole."""
        number = f"X{next(self._numbers)}"
        order = self.working(command, number)
        assert command.quantity is not None
        self.fill(order, str(command.quantity), price=price, exchange_order_id=number)
        return order


__all__ = ["ACCOUNT", "ALICE", "CROSS", "LimitedDesk", "ids", "limit"]
