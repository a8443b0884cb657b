"""How long a restart takes: from starting the process to accepting orders, with the venue asked about what is open."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import uvloop
from ulid import ULID

from benchmarks.stage import DeskProcess, Stage, desk_process, simulated_binance
from tidegate.core.apply import apply
from tidegate.core.desk import Desk
from tidegate.core.engine import Input, decide
from tidegate.core.identifiers import AccountId, CommandId, ExchangeOrderId, OrderId, TradeId, UserId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.events import AccountStateChanged, InstrumentsListed
from tidegate.core.messages.reports import ExecutionReported, OrderAccepted
from tidegate.core.policy import Policy
from tidegate.core.projection import Projector
from tidegate.core.vocabulary import AccountState, Exchange, OrderType, Side
from tidegate.settings import Settings
from tidegate.storage.open import open_storage

OPEN_ORDERS = 20_000
CLOSED_ORDERS = 100_000
CLIENTS = 32
ROUNDS = 3
BATCH = 500


def measure() -> dict[str, float]:
    """`restart.seconds_*`: the best of three, with nothing open, with 20,000 open orders, with 100,000 closed ones."""
    return {
        "restart.seconds_open_0": _restart_after(lambda _stage, _desk: None),
        "restart.seconds_open_20000": _restart_after(_open_many),
        "restart.seconds_closed_100000": _restart_after(lambda _stage, _desk: None, offline=_close_many),
    }


def _restart_after(
    prepare: Callable[[Stage, DeskProcess], None], offline: Callable[[Path], None] | None = None
) -> float:
    with TemporaryDirectory() as folder, simulated_binance(Path(folder)) as stage:
        with desk_process(stage) as desk:
            prepare(stage, desk)
        if offline is not None:
            offline(Path(folder))
        seconds = []
        for _ in range(ROUNDS):
            with desk_process(stage) as desk:
                seconds.append(desk.seconds_to_ready)
        return min(seconds)


def _open_many(stage: Stage, desk: DeskProcess) -> None:
    """Real orders at the simulated venue, resting below the market."""
    uvloop.run(_place_many(desk, Decimal(stage.price("BTC/USDT"))))


async def _place_many(desk: DeskProcess, bid: Decimal) -> None:
    price = f"{(bid * Decimal('0.9')).quantize(Decimal('0.01')):f}"
    body = {"account": "bench", "symbol": "BTC/USDT", "side": "buy", "order_type": "limit", "price": price}
    headers = {"Authorization": f"Bearer {desk.token}"}
    async with aiohttp.ClientSession(desk.url, headers=headers) as session:

        async def one_client() -> None:
            for _ in range(OPEN_ORDERS // CLIENTS):
                async with session.post("/api/v1/orders", json={**body, "quantity": "0.001"}) as answer:
                    if answer.status != 201:
                        raise RuntimeError(f"an order was not placed: {await answer.text()}")

        await asyncio.gather(*(one_client() for _ in range(CLIENTS)))


def _close_many(folder: Path) -> None:
    """Whole lives of orders through the engine into the journal, without a venue."""
    uvloop.run(_live_many(folder))


async def _live_many(folder: Path) -> None:
    storage = open_storage(Settings(data_folder=folder).database)
    try:
        snapshot = await storage.journal.load()
        desk, projector = Desk.restore(snapshot, Policy()), Projector(snapshot.epoch)
        now = datetime.now(UTC)
        apply(desk, InstrumentsListed(at=now, exchange=Exchange.BINANCE, instruments=(_INSTRUMENT,)))
        _step(desk, projector, None, now)
        for number in range(CLOSED_ORDERS):
            _live(desk, projector, number, now + timedelta(milliseconds=number))
            if number % BATCH == BATCH - 1:
                batch = projector.take(desk)
                await storage.journal.commit(batch)
                for order_id in batch.orders:
                    desk.detach(order_id)
    finally:
        await storage.close()


_INSTRUMENT = Instrument(
    exchange=Exchange.BINANCE,
    symbol="BTC/USDT",
    exchange_symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    price_tick=Decimal("0.01"),
    quantity_step=Decimal("0.00001"),
)


def _step(desk: Desk, projector: Projector, message: Input | None, at: datetime) -> None:
    """One input; None makes the account ready."""
    ready = AccountStateChanged(at=at, account_id=AccountId("bench"), state=AccountState.READY)
    for event in [ready] if message is None else decide(desk, message).events:
        apply(desk, event)
        projector.record(desk, event)  # type: ignore[arg-type]  # No reference events come from these inputs.


def _live(desk: Desk, projector: Projector, number: int, at: datetime) -> None:
    order_id, account_id = OrderId(str(ULID.from_datetime(at))), AccountId("bench")
    side = Side.BUY if number % 2 == 0 else Side.SELL
    place = PlaceOrder(
        command_id=CommandId(order_id),
        at=at,
        user_id=UserId("bench"),
        order_id=order_id,
        account_id=account_id,
        symbol="BTC/USDT",
        side=side,
        order_type=OrderType.LIMIT,
        retry_until=at,
        quantity=Decimal("0.001"),
        price=Decimal(80_000),
    )
    exchange_order_id = ExchangeOrderId(f"replayed-{number}")
    accepted = OrderAccepted(
        at=at, account_id=account_id, order_id=order_id, attempt=1, exchange_order_id=exchange_order_id
    )
    executed = ExecutionReported(
        at=at,
        account_id=account_id,
        symbol="BTC/USDT",
        side=side,
        trade_id=TradeId(f"replayed-{number}"),
        quantity=Decimal("0.001"),
        price=Decimal(80_000),
        executed_at=at,
        exchange_order_id=exchange_order_id,
    )
    for message in (place, accepted, executed):
        _step(desk, projector, message, at)
