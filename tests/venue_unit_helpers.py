"""What the unit tests of the venue sessions share: a clock that stands still, and a client that answers from a list."""

from collections import deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from tidegate.core.identifiers import AccountId, OrderId, exchange_client_order_id
from tidegate.core.instruments import Instrument
from tidegate.core.messages.effects import SendOrder
from tidegate.core.vocabulary import Exchange, InstrumentKind, OrderType, Side, TimeInForce
from tidegate.venues.outcomes import CallFailed
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.transport import Taps
from tidegate.venues.venue import Seat

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ACCOUNT = AccountId("main")
ORDER_ID = OrderId("01ARZ3NDEKTSV4RRFFQ69G5FAV")
CLIENT_ORDER_ID = exchange_client_order_id(ORDER_ID, 1)


class StandingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class ScriptedClient:
    """Answers calls from a list, and remembers what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = deque(answers)
        self.asked: list[tuple[str, str, Any]] = []
        self.faults: list[BaseException] = []
        self.exchange = SimpleNamespace(taps=Taps(), urls={"api": {}})
        self.exchange.taps.on_frame_failed = self.faults.append

    async def call(self, endpoint: Any, params: Any = None, **_: Any) -> Any:
        """Give the next answer, or raise it."""
        self.asked.append((endpoint.method, endpoint.path, dict(params or {})))
        answer = self.answers.popleft()
        if isinstance(answer, CallFailed):
            raise answer
        return answer


def seat(exchange: Exchange, client: Any) -> Seat:
    """A seat that knows BTC/USDT and its perpetual."""
    symbols = SymbolMap(exchange)
    symbols.learn([pair(exchange), perpetual(exchange)])
    return Seat(account_id=ACCOUNT, client=client, symbols=symbols, clock=StandingClock())


def pair(exchange: Exchange) -> Instrument:
    """BTC/USDT."""
    return Instrument(
        exchange=exchange,
        symbol="BTC/USDT",
        exchange_symbol="BTC-USDT" if exchange is Exchange.OKX else "BTCUSDT",
        base="BTC",
        quote="USDT",
        price_tick=Decimal("0.01"),
        quantity_step=Decimal("0.00001"),
    )


def perpetual(exchange: Exchange) -> Instrument:
    """BTC/USDT:USDT, which OKX counts in hundredths of a bitcoin."""
    return Instrument(
        exchange=exchange,
        symbol="BTC/USDT:USDT",
        exchange_symbol="BTC-USDT-SWAP" if exchange is Exchange.OKX else "BTCUSDT",
        base="BTC",
        quote="USDT",
        kind=InstrumentKind.LINEAR,
        settle="USDT",
        contract_size=Decimal("0.01") if exchange is Exchange.OKX else Decimal(1),
        price_tick=Decimal("0.1"),
        quantity_step=Decimal("0.0001") if exchange is Exchange.OKX else Decimal("0.001"),
    )


def send_order(**changes: Any) -> SendOrder:
    """A limit buy, changed as told."""
    return SendOrder(
        **{
            "account_id": ACCOUNT,
            "order_id": ORDER_ID,
            "attempt": 1,
            "exchange_client_order_id": CLIENT_ORDER_ID,
            "symbol": "BTC/USDT",
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC,
            "post_only": False,
            "intended_at": NOW,
            "expires_at": NOW + timedelta(seconds=5),
            "quantity": Decimal("0.00001"),
            "price": Decimal("65000.10"),
            **changes,
        }
    )


def market_buy(**changes: Any) -> SendOrder:
    """A market buy of a quantity."""
    return send_order(order_type=OrderType.MARKET, price=None, **changes)


def quote_buy() -> SendOrder:
    """A market buy for an amount of the quote asset."""
    return market_buy(quantity=None, quote_quantity=Decimal("1E+2"))
