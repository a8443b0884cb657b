"""What people and programs ask of the desk, drawn from the seed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

import msgspec

from simulation.rules import SPOT, STEP, SYMBOLS, TICK
from tidegate.core.identifiers import AccountId, CommandId, IdempotencyKey, OrderId, RuleId, UserId
from tidegate.core.messages.commands import AmendOrder, CancelOrder, CancelOrders, CreateRule, PlaceOrder
from tidegate.core.messages.values import Amendment, Protection
from tidegate.core.order import Order
from tidegate.core.vocabulary import OffsetUnit, OrderStatus, OrderType, Side, TimeInForce

CONDITIONAL = [
    OrderType.STOP_LOSS,
    OrderType.STOP_LIMIT,
    OrderType.TAKE_PROFIT,
    OrderType.TAKE_PROFIT_LIMIT,
    OrderType.TRAILING_STOP,
]


class Trader:
    """Makes up commands for one user and one account."""

    def __init__(self, user_id: UserId, account_id: AccountId, random: Random, now: Callable[[], datetime]) -> None:
        self.user_id = user_id
        self.account_id = account_id
        self._random = random
        self._now = now
        self._numbers = count(1)

    def command_id(self) -> CommandId:
        return CommandId(f"{self.user_id}-{self.account_id}-{next(self._numbers)}")

    def order_id(self) -> OrderId:
        owner = sum(f"{self.user_id}{self.account_id}".encode())
        return OrderId(f"01J{owner:05d}{next(self._numbers):018d}")

    def order(self, prices: dict[str, Decimal]) -> PlaceOrder:
        """Any order that the desk should take."""
        random, now = self._random, self._now()
        symbol, side = random.choice(SYMBOLS), random.choice([Side.BUY, Side.SELL])
        order_type = random.choice([OrderType.MARKET, OrderType.LIMIT, OrderType.LIMIT, *CONDITIONAL])
        price = prices[symbol]
        near = random.choice([-60, -20, -8, -4, 0, 4, 8, 20, 60]) * TICK * 5
        away = abs(near) + 30 * TICK
        quantity = random.randint(1, 40) * STEP * 5
        limit = trigger = offset = None
        if order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT):
            limit = price + near
        if order_type in (OrderType.STOP_LOSS, OrderType.STOP_LIMIT):
            trigger = price + away if side is Side.BUY else price - away
        elif order_type in (OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT):
            trigger = price - away if side is Side.BUY else price + away
        elif order_type is OrderType.TRAILING_STOP:
            offset = away
        time_in_force = TimeInForce.GTC
        if order_type is OrderType.LIMIT:
            time_in_force = random.choice([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.GTD, *TimeInForce])
        entry = order_type in (OrderType.MARKET, OrderType.LIMIT) and random.random() < 0.4
        by_quote = order_type is OrderType.MARKET and symbol == SPOT and not entry and random.random() < 0.3
        return PlaceOrder(
            command_id=self.command_id(),
            at=now,
            user_id=self.user_id,
            order_id=self.order_id(),
            account_id=self.account_id,
            symbol=symbol,
            side=side,
            order_type=order_type,
            retry_until=now + timedelta(seconds=random.choice([0, 10, 60])),
            quantity=None if by_quote else quantity,
            quote_quantity=Decimal(500) if by_quote else None,
            price=limit,
            trigger_price=trigger,
            time_in_force=time_in_force,
            post_only=order_type is OrderType.LIMIT and time_in_force is TimeInForce.GTC and random.random() < 0.2,
            idempotency_key=IdempotencyKey(f"key-{self.user_id}-{next(self._numbers)}"),
            request_hash="body",
            expires_at=now + timedelta(seconds=random.uniform(2, 60)) if time_in_force is TimeInForce.GTD else None,
            trailing_offset=offset,
            trailing_offset_unit=OffsetUnit.PRICE,
            leverage=None,
            **self._protection(side, limit or price, entry=entry),
        )

    def _protection(self, side: Side, price: Decimal, *, entry: bool) -> dict[str, Protection | None]:
        if not entry:
            return {"stop_loss": None, "take_profit": None}
        sign = 1 if side is Side.BUY else -1
        stop = Protection(trigger_price=price - sign * self._random.choice([150, 400]) * TICK)
        if self._random.random() < 0.2:
            stop = Protection(trailing_offset=Decimal(40))
        target = Protection(trigger_price=price + sign * self._random.choice([150, 400]) * TICK)
        return {"stop_loss": stop, "take_profit": target if self._random.random() < 0.6 else None}

    def again(self, command: PlaceOrder, *, other_body: bool = False) -> PlaceOrder:
        """The same request once more, as a client sends it that heard nothing, or one that clicks twice."""
        return PlaceOrder(
            **{name: getattr(command, name) for name in PlaceOrder.__struct_fields__}
            | {
                "command_id": self.command_id(),
                "order_id": self.order_id(),
                "at": self._now(),
                "request_hash": "other" if other_body else command.request_hash,
            }
        )

    def change(self, order: Order, prices: dict[str, Decimal]) -> AmendOrder:
        """A change of a working order."""
        random = self._random
        quantity = None if order.quantity is None else order.quantity + random.choice([-2, 2, 5]) * STEP * 5
        if quantity is not None and (quantity <= 0 or random.random() < 0.4):
            quantity = None
        price = None if order.price is None else prices[order.symbol] + random.choice([-40, -10, 10, 40]) * TICK * 5
        trigger = None
        if order.trigger_price is not None and order.is_conditional and random.random() < 0.7:
            trigger = order.trigger_price + random.choice([-20, 20]) * TICK
        return AmendOrder(
            command_id=self.command_id(),
            at=self._now(),
            user_id=self.user_id,
            order_id=order.order_id,
            amendment=Amendment(quantity=quantity, price=price, trigger_price=trigger),
        )

    def cancel(self, order_id: OrderId, quantity: Decimal | None = None) -> CancelOrder:
        return CancelOrder(
            command_id=self.command_id(),
            at=self._now(),
            user_id=self.user_id,
            order_id=order_id,
            quantity=quantity,
        )

    def cancel_all(self) -> CancelOrders:
        return CancelOrders(
            command_id=self.command_id(), at=self._now(), user_id=self.user_id, account_id=self.account_id
        )

    def rule(self, order: Order, prices: dict[str, Decimal]) -> CreateRule:
        """Once the order has ended somehow, place another one."""
        status = self._random.choice([OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.PARTIALLY_FILLED])
        return CreateRule(
            command_id=self.command_id(),
            at=self._now(),
            user_id=self.user_id,
            rule_id=RuleId(self.order_id()),
            order_id=order.order_id,
            status=status,
            place=msgspec.structs.replace(self.order(prices), idempotency_key=None),
        )
