"""Validate one order against one market, with everything else as it should be."""

from datetime import timedelta
from decimal import Decimal

import msgspec

from support.desk_driver import ALICE, BTC_USDT
from support.markets import MarketsDriver, account_of
from tidegate.core.identifiers import CommandId, OrderId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Protection, Refusal
from tidegate.core.validation import ValidOrder, validate
from tidegate.core.vocabulary import OrderType, RefusalCode, Side

STRICT = msgspec.structs.replace(
    BTC_USDT,
    quantity_step=Decimal("0.001"),
    quantity_min=Decimal("0.01"),
    quantity_max=Decimal(100),
    market_quantity_max=Decimal(10),
    notional_min=Decimal(10),
    notional_max=Decimal(1_000_000),
    price_ratio_min=Decimal("0.5"),
    price_ratio_max=Decimal(2),
)
MARKET = {"order_type": OrderType.MARKET, "price": None}
_AMOUNTS = frozenset({"price", "quantity", "quote_quantity", "trigger_price", "trailing_offset", "leverage"})


def amounts(**texts: str | None) -> dict[str, Decimal | None]:
    return {name: None if text is None else Decimal(text) for name, text in texts.items()}


def protection(**fields: object) -> Protection:
    """A leg; amounts may be texts."""
    return Protection(**{name: Decimal(field) if type(field) is str else field for name, field in fields.items()})  # type: ignore[arg-type]


class Checker:
    """A desk on which orders are validated, one after another."""

    def __init__(self, instrument: Instrument = STRICT) -> None:
        self.driver = MarketsDriver()
        self.instrument = instrument
        self.driver.desk.instruments[instrument.exchange, instrument.symbol] = instrument

    def command(self, **changes: object) -> PlaceOrder:
        """A good limit order with these changes; amounts may be texts."""
        good = PlaceOrder(
            command_id=CommandId("command"),
            at=self.driver.now,
            user_id=ALICE,
            order_id=OrderId("01J00000000000000000000999"),
            account_id=account_of(self.instrument.exchange),
            symbol=self.instrument.symbol,
            side=Side.BUY,
            order_type=OrderType.LIMIT,
            quantity=Decimal(1),
            price=Decimal(50_000),
            retry_until=self.driver.now + timedelta(seconds=10),
        )
        exact = {
            name: Decimal(field) if name in _AMOUNTS and isinstance(field, str) else field
            for name, field in changes.items()
        }
        return msgspec.structs.replace(good, **exact)

    def __call__(self, **changes: object) -> Refusal | ValidOrder:
        desk = self.driver.desk
        return validate(self.command(**changes), desk.accounts[account_of(self.instrument.exchange)], desk)

    def code(self, **changes: object) -> RefusalCode | None:
        """Why it is refused; None: it is not."""
        answer = self(**changes)
        return answer.code if isinstance(answer, Refusal) else None

    def refusal(self, **changes: object) -> Refusal:
        """The whole refusal of what must be refused."""
        answer = self(**changes)
        assert isinstance(answer, Refusal)
        return answer
