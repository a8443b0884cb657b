"""Markets of all venues, spot and perpetual, and a desk that trades them."""

from datetime import datetime
from decimal import Decimal

import msgspec

from support.desk_driver import ACCOUNT, ALICE, BALANCES, BTC_USDT, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.messages.values import VenueBalance
from tidegate.core.vocabulary import Environment, Exchange, InstrumentKind, Wallet

PERPETUAL = "BTC/USDT:USDT"
BTC_PERPETUAL = msgspec.structs.replace(
    BTC_USDT,
    symbol=PERPETUAL,
    kind=InstrumentKind.LINEAR,
    settle="USDT",
    price_tick=Decimal("0.1"),
    quantity_step=Decimal("0.001"),
    quantity_min=Decimal("0.001"),
    taker_fee_rate=Decimal("0.0005"),
    leverage_max=Decimal(125),
)


def spot_of(exchange: Exchange) -> Instrument:
    """BTC/USDT at a venue."""
    return msgspec.structs.replace(BTC_USDT, exchange=exchange)


def perpetual_of(exchange: Exchange) -> Instrument:
    """The perpetual on it."""
    return msgspec.structs.replace(BTC_PERPETUAL, exchange=exchange)


def account_of(exchange: Exchange) -> ids.AccountId:
    """Alice's account there."""
    return ids.AccountId(f"{exchange}-main")


class MarketsDriver(DeskDriver):
    """Alice trades spot and perpetuals at all three venues; the markets are at 50000."""

    def __init__(self, usdt: str = "1000000") -> None:
        super().__init__()
        self.usdt = Decimal(usdt)
        self.open_shop({**BALANCES, "USDT": self.usdt})
        for exchange in (Exchange.OKX, Exchange.BYBIT):
            self._open(exchange)
        self.list_everything()

    def list_everything(self) -> None:
        """What venues tell anew after every restart."""
        for exchange in Exchange:
            listing = (spot_of(exchange), perpetual_of(exchange))
            self.put(reports.InstrumentsReported(at=self.now, exchange=exchange, instruments=listing))
            for symbol in ("BTC/USDT", PERPETUAL):
                self.price("50000", symbol, exchange=exchange)

    def balances(self, balances: dict[str, Decimal], requested_at: datetime | None = None) -> Decision:
        """What there is for perpetuals lies in the futures wallet at Binance."""
        held = [VenueBalance(asset=asset, free=free, locked=Decimal(0)) for asset, free in balances.items()]
        held.append(VenueBalance(asset="USDT", free=self.usdt, locked=Decimal(0), wallet=Wallet.FUTURES))
        asked = requested_at or self.now
        return self.put(
            reports.BalancesReported(at=self.now, account_id=ACCOUNT, requested_at=asked, balances=tuple(held))
        )

    def _open(self, exchange: Exchange) -> None:
        account_id = account_of(exchange)
        held = tuple(
            VenueBalance(asset=asset, free=free, locked=Decimal(0))
            for asset, free in (("USDT", self.usdt), ("BTC", Decimal(10)))
        )
        self.put(
            commands.RegisterAccount(
                command_id=self.command_id(),
                at=self.now,
                account_id=account_id,
                exchange=exchange,
                environment=Environment.SIMULATED,
                user_ids=(ALICE,),
            )
        )
        self.put(reports.AccountConnected(at=self.now, account_id=account_id))
        self.put(reports.BalancesReported(at=self.now, account_id=account_id, requested_at=self.now, balances=held))
        self.put(
            reports.AccountSynchronized(
                at=self.now,
                account_id=account_id,
                requested_at=self.now,
                open_exchange_client_order_ids=frozenset(),
            )
        )
